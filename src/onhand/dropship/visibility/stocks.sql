-- What one ship node holds of items between two ids, in the order in which it is kept, so that nothing is sorted or looked
-- for. State 0 is on hand, 2 what orders hold.

-- name: on_hand_between
-- As the cells of a report have it where nothing else is known of an item: nearly everywhere. Then a server does the work.
SELECT item_id,
       'AC,' || (quantity / 10000) || ',0,' || (CASE WHEN quantity > 0 THEN quantity / 10000 ELSE 0 END) || ',,,',
       newest_occurred_at / 1000000
  FROM stock
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last AND owner_id = :partner_id
   AND area = 0 AND state = 0

-- name: others_between
-- Beside the states of stock, 8 is infinite availability and 9 what is in transit.
SELECT item_id, 2, quantity, newest_occurred_at, NULL AS content
  FROM stock
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last AND owner_id = :partner_id
   AND area = 0 AND state = 2
 UNION ALL
SELECT item_id, 8, 0, declared_at, NULL
  FROM endless
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last
 UNION ALL
SELECT item_id, 9, 0, declared_at, content
  FROM in_transit
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last

-- name: on_hand_of_items @sqlite
SELECT h.item_id, h.quantity, h.newest_occurred_at, h.count_occurred_at
  FROM json_each(:item_ids) AS asked
  JOIN stock AS h
    ON h.location_id = :location_id AND h.item_id = asked.value AND h.owner_id = :partner_id
   AND h.area = 0 AND h.state = 0

-- name: on_hand_of_items @postgresql
SELECT h.item_id, h.quantity, h.newest_occurred_at, h.count_occurred_at
  FROM (SELECT value::bigint AS item_id FROM json_array_elements_text(:item_ids::json)) AS asked
  JOIN stock AS h
    ON h.location_id = :location_id AND h.item_id = asked.item_id AND h.owner_id = :partner_id
   AND h.area = 0 AND h.state = 0
