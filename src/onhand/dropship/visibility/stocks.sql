-- What one ship node holds of items between two ids, each in the order in which it is kept, so that nothing is sorted or
-- looked for. State 0 is on hand, state 2 what orders hold of it.

-- name: stocks_between
SELECT item_id, state, quantity, newest_occurred_at, count_occurred_at
  FROM stock
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last AND owner_id = :partner_id
   AND area = 0 AND state IN (0, 2)

-- name: endless_between
SELECT item_id, declared_at
  FROM endless
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last

-- name: in_transit_between
SELECT item_id, declared_at, content
  FROM in_transit
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last
