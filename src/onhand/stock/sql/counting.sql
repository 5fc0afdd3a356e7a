-- Counting many items of one owner at a location, at one moment, in a few statements over the whole set.
--
-- `counted` is a JSON object from item ids to what was counted. A stream is counted by post_counts where it has nothing at
-- or after the moment, and its flow of declarations is that of the same month or none; how many were is the answer.

-- name: lock_counted @sqlite
-- SQLite has one writer, and that is this transaction.
SELECT 1

-- name: lock_counted @postgresql
-- In one order for all writers, and in a statement of its own: one that waits for a lock sees the moment before it waited.
SELECT COUNT(*)
  FROM (SELECT item_id
          FROM stock
         WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
           AND item_id = ANY (ARRAY(SELECT json_object_keys(:counted::json)::bigint))
         ORDER BY item_id
           FOR UPDATE) AS locked

-- name: post_counts @sqlite
INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                 event_type, quantity, counted, recorded_at, cause, late)
SELECT :location_id, CAST(r.key AS INTEGER), :owner_id, 0, 0, :occurred_at, 1, :source, :event_id, :position,
       COALESCE(s.last_seq, 0) + 1, :event_type, r.value - COALESCE(s.quantity, 0), r.value,
       MAX(:recorded_at, COALESCE(s.last_recorded_at, 0)), NULL, 0
  FROM json_each(:counted) AS r
  LEFT JOIN stock AS s
    ON s.location_id = :location_id AND s.item_id = CAST(r.key AS INTEGER) AND s.owner_id = :owner_id
   AND s.area = 0 AND s.state = 0
 WHERE s.item_id IS NULL
    OR (s.newest_occurred_at < :occurred_at AND COALESCE(s.declared_month, :month) = :month)
;
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month, declared_flow)
SELECT :location_id, CAST(r.key AS INTEGER), :owner_id, 0, 0, r.value, 1, :occurred_at,
       :recorded_at, :occurred_at, :source, :event_id, :month, r.value
  FROM json_each(:counted) AS r
 WHERE true
    ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
   SET quantity = excluded.quantity, last_seq = stock.last_seq + 1, newest_occurred_at = excluded.newest_occurred_at,
       last_recorded_at = MAX(stock.last_recorded_at, excluded.last_recorded_at),
       count_occurred_at = excluded.count_occurred_at, count_source = excluded.count_source,
       count_event_id = excluded.count_event_id, declared_month = excluded.declared_month,
       declared_flow = stock.declared_flow + excluded.quantity - stock.quantity
 WHERE stock.newest_occurred_at < excluded.newest_occurred_at
   AND COALESCE(stock.declared_month, excluded.declared_month) = excluded.declared_month

-- name: post_counts @postgresql
-- Every part sees the rows as they stood before it. What changes is an upsert as well, because the planner, who may believe
-- the table empty, can't choose a bad way to do that. A stream that another writer opened since the lock is an error, or,
-- where it has been changed again since, is left out here, and its leg is the error when it is posted once more.
WITH stood AS MATERIALIZED (
    SELECT r.key::bigint AS item_id, r.value::bigint AS counted, COALESCE(s.quantity, 0) AS quantity,
           COALESCE(s.last_seq, 0) AS last_seq, GREATEST(:recorded_at, s.last_recorded_at) AS recorded_at
      FROM json_each_text(:counted::json) AS r
      LEFT JOIN stock AS s
        ON s.location_id = :location_id AND s.item_id = r.key::bigint AND s.owner_id = :owner_id
       AND s.area = 0 AND s.state = 0
     WHERE s.item_id IS NULL
        OR (s.newest_occurred_at < :occurred_at AND COALESCE(s.declared_month, :month) = :month)
), legs AS (
    INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                     event_type, quantity, counted, recorded_at, cause, late)
    SELECT :location_id, item_id, :owner_id, 0, 0, :occurred_at, 1, :source, :event_id, :position, last_seq + 1,
           :event_type, counted - quantity, counted, recorded_at, NULL, 0
      FROM stood
), opened AS (
    INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                       last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month, declared_flow)
    SELECT :location_id, item_id, :owner_id, 0, 0, counted, 1, :occurred_at, recorded_at, :occurred_at, :source, :event_id,
           :month, counted
      FROM stood
     WHERE last_seq = 0
    RETURNING 1
), changed AS (
    INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                       last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month, declared_flow)
    SELECT :location_id, item_id, :owner_id, 0, 0, counted, last_seq + 1, :occurred_at, recorded_at, :occurred_at, :source,
           :event_id, :month, counted - quantity
      FROM stood
     WHERE last_seq > 0
        ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
       SET quantity = excluded.quantity, last_seq = excluded.last_seq, newest_occurred_at = excluded.newest_occurred_at,
           last_recorded_at = excluded.last_recorded_at, count_occurred_at = excluded.count_occurred_at,
           count_source = excluded.count_source, count_event_id = excluded.count_event_id,
           declared_month = excluded.declared_month, declared_flow = stock.declared_flow + excluded.declared_flow
     WHERE stock.last_seq = excluded.last_seq - 1
    RETURNING 1
)
SELECT 1 FROM opened
 UNION ALL
SELECT 1 FROM changed

-- name: not_counted @sqlite
-- What post_counts left out, and whether that is because something stands at or after the moment.
SELECT item_id, newest_occurred_at >= :occurred_at
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
   AND item_id IN (SELECT CAST(key AS INTEGER) FROM json_each(:counted))
   AND (newest_occurred_at <> :occurred_at OR count_source <> :source OR count_event_id <> :event_id
        OR count_source IS NULL)

-- name: not_counted @postgresql
SELECT item_id, newest_occurred_at >= :occurred_at
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
   AND item_id = ANY (ARRAY(SELECT json_object_keys(:counted::json)::bigint))
   AND (newest_occurred_at <> :occurred_at OR count_source <> :source OR count_event_id <> :event_id
        OR count_source IS NULL)

-- name: keep_declared_flows @sqlite
-- The flow of declarations of a month that is over goes where all other flows stand.
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
SELECT location_id, item_id, owner_id, area, state, declared_month, :event_type, declared_flow
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0 AND declared_flow <> 0
   AND item_id IN (SELECT value FROM json_each(:items))
    ON CONFLICT (location_id, item_id, owner_id, area, state, month, event_type) DO UPDATE
   SET quantity = month_flow_kept.quantity + excluded.quantity

-- name: keep_declared_flows @postgresql
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
SELECT location_id, item_id, owner_id, area, state, declared_month, :event_type, declared_flow
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0 AND declared_flow <> 0
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:items::json)::bigint))
    ON CONFLICT (location_id, item_id, owner_id, area, state, month, event_type) DO UPDATE
   SET quantity = month_flow_kept.quantity + excluded.quantity

-- name: begin_declared_month @sqlite
UPDATE stock
   SET declared_month = :month, declared_flow = 0
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
   AND item_id IN (SELECT value FROM json_each(:items))

-- name: begin_declared_month @postgresql
UPDATE stock
   SET declared_month = :month, declared_flow = 0
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = 0 AND state = 0
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:items::json)::bigint))
