-- Fewer units declared than orders hold.

-- name: record_shortfalls @sqlite
-- What a later declaration has overtaken is short of nothing. What has left since is taken as still held: a declaration
-- that is posted late is measured by what orders held of what was counted. CROSS JOIN keeps the order: the planner, who
-- knows nothing of the list, would go through all of it for every item that orders hold.
INSERT INTO shortfall (location_id, item_id, occurred_at, source, event_id, declared, reserved)
SELECT :location_id, s.item_id, :occurred_at, :source, :event_id, r.value, s.quantity + r.value - h.quantity
  FROM json_each(:counted) AS r
 CROSS JOIN stock AS s
 CROSS JOIN stock AS h
 WHERE s.location_id = :location_id AND s.item_id = CAST(r.key AS INTEGER) AND s.owner_id = :owner_id AND s.area = 0
   AND s.state = 2
   AND h.location_id = :location_id AND h.item_id = s.item_id AND h.owner_id = :owner_id AND h.area = 0 AND h.state = 0
   AND h.count_occurred_at = :occurred_at AND s.quantity > 0 AND s.quantity > h.quantity
   AND NOT EXISTS (SELECT 1
                     FROM endless AS e
                    WHERE e.location_id = :location_id AND e.item_id = s.item_id AND e.declared_at > :occurred_at)

-- name: record_shortfalls @postgresql
-- Every item is looked at once, in one go: joined with itself, a table that was never analysed can get a plan without end.
WITH short AS MATERIALIZED (
    SELECT item_id, MAX(CASE WHEN state = 2 THEN quantity END) - MAX(CASE WHEN state = 0 THEN quantity END) AS units
      FROM stock
     WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state IN (0, 2)
       AND item_id = ANY (ARRAY(SELECT json_object_keys(:counted::json)::bigint))
     GROUP BY item_id
    HAVING MAX(CASE WHEN state = 2 THEN quantity END) > 0
       AND MAX(CASE WHEN state = 2 THEN quantity END) > MAX(CASE WHEN state = 0 THEN quantity END)
       AND MAX(CASE WHEN state = 0 THEN count_occurred_at END) = :occurred_at
)
INSERT INTO shortfall (location_id, item_id, occurred_at, source, event_id, declared, reserved)
SELECT :location_id, short.item_id, :occurred_at, :source, :event_id, r.value::bigint, r.value::bigint + short.units
  FROM short
  JOIN json_each_text(:counted::json) AS r ON r.key::bigint = short.item_id
 WHERE NOT EXISTS (SELECT 1
                     FROM endless AS e
                    WHERE e.location_id = :location_id AND e.item_id = short.item_id AND e.declared_at > :occurred_at)

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
