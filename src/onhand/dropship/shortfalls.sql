-- Fewer units declared than orders hold.

-- name: record_shortfalls @sqlite
INSERT INTO shortfall (location_id, item_id, occurred_at, source, event_id, declared, reserved)
SELECT :location_id, s.item_id, :occurred_at, :source, :event_id, r.value, s.quantity
  FROM stock AS s
  JOIN json_each(:counted) AS r ON CAST(r.key AS INTEGER) = s.item_id
 WHERE s.location_id = :location_id AND s.owner_id = :owner_id AND s.state = 2 AND s.quantity > 0
   AND r.value < s.quantity

-- name: record_shortfalls @postgresql
INSERT INTO shortfall (location_id, item_id, occurred_at, source, event_id, declared, reserved)
SELECT :location_id, s.item_id, :occurred_at, :source, :event_id, r.value::bigint, s.quantity
  FROM stock AS s
  JOIN json_each_text(:counted::json) AS r ON r.key::bigint = s.item_id
 WHERE s.location_id = :location_id AND s.owner_id = :owner_id AND s.state = 2 AND s.quantity > 0
   AND r.value::bigint < s.quantity

-- name: newest_shortfalls
SELECT f.occurred_at, f.item_id, f.source, f.event_id, f.declared, f.reserved,
       COALESCE(h.quantity, 0), COALESCE(r.quantity, 0),
       CASE WHEN COALESCE(r.quantity, 0) > COALESCE(h.quantity, 0)
             AND COALESCE(e.declared_at, 0) <= COALESCE(h.count_occurred_at, 0) THEN 1 ELSE 0 END
  FROM shortfall AS f
  LEFT JOIN stock AS h
    ON h.location_id = f.location_id AND h.item_id = f.item_id AND h.owner_id = :owner_id AND h.area = 0
   AND h.state = 0
  LEFT JOIN stock AS r
    ON r.location_id = f.location_id AND r.item_id = f.item_id AND r.owner_id = :owner_id AND r.area = 0
   AND r.state = 2
  LEFT JOIN endless AS e ON e.location_id = f.location_id AND e.item_id = f.item_id
 WHERE f.location_id = :location_id
   AND (f.occurred_at, f.item_id, f.source, f.event_id) < (:occurred_at, :item_id, :source, :event_id)
 ORDER BY f.occurred_at DESC, f.item_id DESC, f.source DESC, f.event_id DESC
 LIMIT :rows_max
