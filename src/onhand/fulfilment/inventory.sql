-- What a seller has at one centre. Area and state 0 are STORE and AVAILABLE; owner 1 is the retailer, whose units the
-- index `stock_by_owner` leaves out.

-- name: items_of_owner
SELECT item_id
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND owner_id <> 1 AND area = 0 AND state = 0

-- name: units_of_items @sqlite
SELECT item_id, quantity, newest_occurred_at
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
   AND item_id IN (SELECT value FROM json_each(:item_ids))

-- name: units_of_items @postgresql
SELECT item_id, quantity, newest_occurred_at
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
