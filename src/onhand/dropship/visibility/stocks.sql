-- What one ship node holds of items between two ids, in the order in which it is kept, so that nothing is sorted or looked
-- for. One statement for all of it: what is asked of a server costs more than what it answers.

-- name: held_between
-- state 0 is on hand, 2 what orders hold; beside those of stock, 8 is infinite availability and 9 what is in transit.
SELECT item_id, state, quantity, newest_occurred_at, count_occurred_at, NULL AS content
  FROM stock
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last AND owner_id = :partner_id
   AND area = 0 AND state IN (0, 2)
 UNION ALL
SELECT item_id, 8, 0, declared_at, NULL, NULL
  FROM endless
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last
 UNION ALL
SELECT item_id, 9, 0, declared_at, NULL, content
  FROM in_transit
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last
