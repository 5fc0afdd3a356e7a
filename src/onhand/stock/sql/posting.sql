-- Posting at one location: what stood there, locking, and the rows that are written.

-- name: posted_events @sqlite
SELECT event_id, content_hash
  FROM event
 WHERE location_id = :location_id AND source = :source
   AND event_id IN (SELECT value FROM json_each(:event_ids))

-- name: posted_events @postgresql
-- The array is made once, so that every id is looked up in the primary key whatever the planner believes.
SELECT event_id, content_hash
  FROM event
 WHERE location_id = :location_id AND source = :source
   AND event_id = ANY (ARRAY(SELECT json_array_elements_text(:event_ids::json)))

-- name: insert_events @sqlite
INSERT INTO event (location_id, source, event_id, content_hash, recorded_at, reference)
VALUES (?, ?, ?, ?, ?, ?)

-- name: insert_events @postgresql
COPY event (location_id, source, event_id, content_hash, recorded_at, reference) FROM STDIN

-- name: delete_event
DELETE FROM event
 WHERE location_id = :location_id AND source = :source AND event_id = :event_id

-- name: lock_streams @sqlite
SELECT location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at, last_recorded_at,
       count_occurred_at, count_source, count_event_id, declared_month
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND item_id IN (SELECT value FROM json_each(:item_ids))

-- name: lock_streams @postgresql
SELECT location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at, last_recorded_at,
       count_occurred_at, count_source, count_event_id, declared_month
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
 ORDER BY item_id
   FOR UPDATE

-- name: insert_legs @sqlite
INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                 event_type, quantity, counted, recorded_at, cause, late)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert_legs @postgresql
COPY leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
          event_type, quantity, counted, recorded_at, cause, late) FROM STDIN

-- name: insert_stock @sqlite
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert_stock @postgresql
COPY stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
            last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month) FROM STDIN

-- name: update_stock @sqlite
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
   SET quantity = excluded.quantity, last_seq = excluded.last_seq,
       newest_occurred_at = excluded.newest_occurred_at, last_recorded_at = excluded.last_recorded_at,
       count_occurred_at = excluded.count_occurred_at, count_source = excluded.count_source,
       count_event_id = excluded.count_event_id

-- name: update_stock @postgresql
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month)
SELECT location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
       last_recorded_at, count_occurred_at, count_source, count_event_id, declared_month
  FROM json_to_recordset(:rows::json) AS r (
       location_id BIGINT, item_id BIGINT, owner_id BIGINT, area SMALLINT, state SMALLINT, quantity BIGINT,
       last_seq BIGINT, newest_occurred_at BIGINT, last_recorded_at BIGINT, count_occurred_at BIGINT,
       count_source TEXT, count_event_id TEXT, declared_month INTEGER)
    ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
   SET quantity = excluded.quantity, last_seq = excluded.last_seq,
       newest_occurred_at = excluded.newest_occurred_at, last_recorded_at = excluded.last_recorded_at,
       count_occurred_at = excluded.count_occurred_at, count_source = excluded.count_source,
       count_event_id = excluded.count_event_id

-- name: add_flows @sqlite
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (location_id, item_id, owner_id, area, state, month, event_type) DO UPDATE
   SET quantity = month_flow_kept.quantity + excluded.quantity

-- name: add_flows @postgresql
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
SELECT location_id, item_id, owner_id, area, state, month, event_type, quantity
  FROM json_to_recordset(:rows::json) AS r (
       location_id BIGINT, item_id BIGINT, owner_id BIGINT, area SMALLINT, state SMALLINT, month INTEGER,
       event_type SMALLINT, quantity BIGINT)
    ON CONFLICT (location_id, item_id, owner_id, area, state, month, event_type) DO UPDATE
   SET quantity = month_flow_kept.quantity + excluded.quantity
