-- Counting many items of one owner at a location, at one moment, in a few statements over the whole set.
--
-- `counted` is a JSON object from item ids to what was counted. The streams were locked before.

-- name: counted_after @sqlite
SELECT item_id
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
   AND newest_occurred_at >= :occurred_at
   AND item_id IN (SELECT CAST(key AS INTEGER) FROM json_each(:counted))

-- name: counted_after @postgresql
-- Every stream is locked, in one order for all writers; those that have legs at or after the moment are told.
WITH locked AS (
    SELECT item_id, newest_occurred_at
      FROM stock
     WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
       AND item_id = ANY (ARRAY(SELECT json_object_keys(:counted::json)::bigint))
     ORDER BY item_id
       FOR UPDATE
)
SELECT item_id
  FROM locked
 WHERE newest_occurred_at >= :occurred_at

-- name: post_counts @sqlite
INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                 event_type, quantity, counted, recorded_at, cause)
SELECT :location_id, CAST(r.key AS INTEGER), :owner_id, 0, 0, :occurred_at, 1, :source, :event_id, :last_position,
       COALESCE(s.last_seq, 0) + 1, :event_type, r.value - COALESCE(s.quantity, 0), r.value,
       MAX(:recorded_at, COALESCE(s.last_recorded_at, 0)), NULL
  FROM json_each(:counted) AS r
  LEFT JOIN stock AS s
    ON s.location_id = :location_id AND s.item_id = CAST(r.key AS INTEGER) AND s.owner_id = :owner_id
   AND s.area = 0 AND s.state = 0
;
INSERT INTO month_flow (location_id, item_id, owner_id, area, state, month, event_type, quantity)
SELECT :location_id, CAST(r.key AS INTEGER), :owner_id, 0, 0, :month, :event_type, r.value - COALESCE(s.quantity, 0)
  FROM json_each(:counted) AS r
  LEFT JOIN stock AS s
    ON s.location_id = :location_id AND s.item_id = CAST(r.key AS INTEGER) AND s.owner_id = :owner_id
   AND s.area = 0 AND s.state = 0
 WHERE r.value <> COALESCE(s.quantity, 0)
    ON CONFLICT (location_id, item_id, owner_id, area, state, month, event_type) DO UPDATE
   SET quantity = month_flow.quantity + excluded.quantity
;
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, count_occurred_at, count_source, count_event_id)
SELECT :location_id, CAST(r.key AS INTEGER), :owner_id, 0, 0, r.value, 1, :occurred_at,
       :recorded_at, :occurred_at, :source, :event_id
  FROM json_each(:counted) AS r
 WHERE true
    ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
   SET quantity = excluded.quantity, last_seq = stock.last_seq + 1, newest_occurred_at = excluded.newest_occurred_at,
       last_recorded_at = MAX(stock.last_recorded_at, excluded.last_recorded_at),
       count_occurred_at = excluded.count_occurred_at, count_source = excluded.count_source,
       count_event_id = excluded.count_event_id

-- name: post_counts @postgresql
-- Every part sees the rows as they stood before it.
WITH stood AS MATERIALIZED (
    SELECT r.key::bigint AS item_id, r.value::bigint AS counted, COALESCE(s.quantity, 0) AS quantity,
           COALESCE(s.last_seq, 0) AS last_seq, COALESCE(s.last_recorded_at, 0) AS last_recorded_at
      FROM json_each_text(:counted::json) AS r
      LEFT JOIN stock AS s
        ON s.location_id = :location_id AND s.item_id = r.key::bigint AND s.owner_id = :owner_id
       AND s.area = 0 AND s.state = 0
), legs AS (
    INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                 event_type, quantity, counted, recorded_at, cause)
    SELECT :location_id, item_id, :owner_id, 0, 0, :occurred_at, 1, :source, :event_id, :last_position,
       last_seq + 1, :event_type, counted - quantity, counted,
       GREATEST(:recorded_at, last_recorded_at), NULL FROM stood
), flows AS (
    INSERT INTO month_flow (location_id, item_id, owner_id, area, state, month, event_type, quantity)
    SELECT :location_id, item_id, :owner_id, 0, 0, :month, :event_type, counted - quantity
      FROM stood WHERE counted <> quantity
        ON CONFLICT (location_id, item_id, owner_id, area, state, month, event_type) DO UPDATE
       SET quantity = month_flow.quantity + excluded.quantity
)
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, count_occurred_at, count_source, count_event_id)
SELECT :location_id, item_id, :owner_id, 0, 0, counted, last_seq + 1, :occurred_at,
       GREATEST(:recorded_at, last_recorded_at), :occurred_at, :source, :event_id
  FROM stood
    ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
   SET quantity = excluded.quantity, last_seq = excluded.last_seq, newest_occurred_at = excluded.newest_occurred_at,
       last_recorded_at = excluded.last_recorded_at, count_occurred_at = excluded.count_occurred_at,
       count_source = excluded.count_source, count_event_id = excluded.count_event_id
