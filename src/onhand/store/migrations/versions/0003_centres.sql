-- Indexes for what is asked of fulfilment centres.

-- Which items a partner has units of at a location. The retailer's (owner 1) are asked for by item.
CREATE INDEX stock_by_owner ON stock (location_id, owner_id, item_id) WHERE owner_id <> 1;

-- What was lost (46), found (47) and damaged (48), in the order in which the ledger learned of it: few legs among many.
CREATE INDEX leg_losses ON leg (location_id, recorded_at, item_id, owner_id, seq) WHERE event_type IN (46, 47, 48);
