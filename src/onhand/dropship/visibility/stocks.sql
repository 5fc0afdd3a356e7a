-- What one ship node holds of items between two ids, in the order in which it is kept, so that nothing is sorted or looked
-- for. State 0 is on hand, 2 what orders hold.

-- name: on_hand_between @sqlite
-- As the cells of a report have it where nothing else is known of an item: nearly everywhere. Then the database does the
-- work, and a server does it while the page before is written. 2440587.5 is the Julian day on which 1970 begins.
SELECT item_id,
       'AC,' || (quantity / 10000) || ',0,' || (CASE WHEN quantity > 0 THEN quantity / 10000 ELSE 0 END) || ',,,'
       || date(2440587.5 + newest_occurred_at / 86400000000)
       || printf('T%02d:%02d:%02dZ', newest_occurred_at / 3600000000 % 24, newest_occurred_at / 60000000 % 60,
                 newest_occurred_at / 1000000 % 60)
  FROM stock
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last AND owner_id = :partner_id
   AND area = 0 AND state = 0

-- name: on_hand_between @postgresql
SELECT item_id,
       'AC,' || (quantity / 10000) || ',0,' || (CASE WHEN quantity > 0 THEN quantity / 10000 ELSE 0 END) || ',,,'
       || to_char(to_timestamp(newest_occurred_at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  FROM stock
 WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last AND owner_id = :partner_id
   AND area = 0 AND state = 0

-- name: others_between
-- Beside the states of stock, 8 is infinite availability and 9 what is in transit; each with what is on hand of its item.
SELECT told.item_id, told.kind, told.quantity, told.at, told.content,
       held.quantity, held.newest_occurred_at, held.count_occurred_at
  FROM (SELECT item_id, 2 AS kind, quantity, newest_occurred_at AS at, NULL AS content
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
         WHERE location_id = :location_id AND item_id >= :first AND item_id <= :last) AS told
  LEFT JOIN stock AS held
    ON held.location_id = :location_id AND held.item_id = told.item_id AND held.owner_id = :partner_id
   AND held.area = 0 AND held.state = 0
