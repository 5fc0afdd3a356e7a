"""Sellers' units in the retailer's fulfilment centres: the centres, the inventory log, and what is there."""
