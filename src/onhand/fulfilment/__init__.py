"""Units of sellers in fulfilment centres: what moved, the reconciliation by month, and the log behind it."""
