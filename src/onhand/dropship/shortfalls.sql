-- Fewer units declared than orders hold.

-- name: record_shortfalls @sqlite
INSERT INTO shortfall (location_id, item_id, occurred_at, source, event_id, declared, reserved, recorded_at)
SELECT :location_id, s.item_id, :occurred_at, :source, :event_id, r.value, s.quantity, :recorded_at
  FROM stock AS s
  JOIN json_each(:counted) AS r ON CAST(r.key AS INTEGER) = s.item_id
 WHERE s.location_id = :location_id AND s.owner_id = :owner_id AND s.state = 2 AND s.quantity > 0
   AND r.value < s.quantity

-- name: record_shortfalls @postgresql
INSERT INTO shortfall (location_id, item_id, occurred_at, source, event_id, declared, reserved, recorded_at)
SELECT :location_id, s.item_id, :occurred_at, :source, :event_id, r.value::bigint, s.quantity, :recorded_at
  FROM stock AS s
  JOIN json_each_text(:counted::json) AS r ON r.key::bigint = s.item_id
 WHERE s.location_id = :location_id AND s.owner_id = :owner_id AND s.state = 2 AND s.quantity > 0
   AND r.value::bigint < s.quantity
