-- Orders at one ship node: locking them, what else entries refer to, and the rows that are written.

-- name: lock_orders @sqlite
SELECT order_id, source, reserved_at, expires_at, closed_at
  FROM node_order
 WHERE location_id = :location_id
   AND order_id IN (SELECT value FROM json_each(:order_ids))

-- name: lock_orders @postgresql
SELECT order_id, source, reserved_at, expires_at, closed_at
  FROM node_order
 WHERE location_id = :location_id
   AND order_id = ANY (ARRAY(SELECT json_array_elements_text(:order_ids::json)))
 ORDER BY order_id
   FOR UPDATE

-- name: lines_of_orders @sqlite
SELECT order_id, item_id, ordered, reserved, shipped, cancelled, expired
  FROM node_order_line
 WHERE location_id = :location_id
   AND order_id IN (SELECT value FROM json_each(:order_ids))
 ORDER BY order_id, item_id

-- name: lines_of_orders @postgresql
SELECT order_id, item_id, ordered, reserved, shipped, cancelled, expired
  FROM node_order_line
 WHERE location_id = :location_id
   AND order_id = ANY (ARRAY(SELECT json_array_elements_text(:order_ids::json)))
 ORDER BY order_id, item_id

-- name: endless_items @sqlite
-- Those whose last count, if there is one, was before they were declared to be without end.
SELECT e.item_id
  FROM endless AS e
  LEFT JOIN stock AS s
    ON s.location_id = e.location_id AND s.item_id = e.item_id AND s.owner_id = :owner_id AND s.area = 0
   AND s.state = 0
 WHERE e.location_id = :location_id
   AND e.item_id IN (SELECT value FROM json_each(:item_ids))
   AND (s.count_occurred_at IS NULL OR s.count_occurred_at < e.declared_at)

-- name: endless_items @postgresql
SELECT e.item_id
  FROM endless AS e
  LEFT JOIN stock AS s
    ON s.location_id = e.location_id AND s.item_id = e.item_id AND s.owner_id = :owner_id AND s.area = 0
   AND s.state = 0
 WHERE e.location_id = :location_id
   AND e.item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
   AND (s.count_occurred_at IS NULL OR s.count_occurred_at < e.declared_at)

-- name: known_items @sqlite
SELECT item_id
  FROM item
 WHERE item_id IN (SELECT value FROM json_each(:item_ids))

-- name: known_items @postgresql
SELECT item_id
  FROM item
 WHERE item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))

-- name: insert_orders @sqlite
INSERT INTO node_order (location_id, order_id, source, reserved_at, expires_at, closed_at)
SELECT :location_id, r.value ->> 'order_id', r.value ->> 'source', r.value ->> 'reserved_at',
       r.value ->> 'expires_at', r.value ->> 'closed_at'
  FROM json_each(:orders) AS r

-- name: insert_orders @postgresql
INSERT INTO node_order (location_id, order_id, source, reserved_at, expires_at, closed_at)
SELECT :location_id, order_id, source, reserved_at, expires_at, closed_at
  FROM json_to_recordset(:orders::json) AS r (
       order_id TEXT, source TEXT, reserved_at BIGINT, expires_at BIGINT, closed_at BIGINT)
 ORDER BY order_id

-- name: insert_lines @sqlite
INSERT INTO node_order_line (location_id, order_id, item_id, ordered, reserved, shipped, cancelled, expired)
SELECT :location_id, r.value ->> 'order_id', r.value ->> 'item_id', r.value ->> 'ordered', r.value ->> 'reserved',
       r.value ->> 'shipped', r.value ->> 'cancelled', r.value ->> 'expired'
  FROM json_each(:lines) AS r

-- name: insert_lines @postgresql
INSERT INTO node_order_line (location_id, order_id, item_id, ordered, reserved, shipped, cancelled, expired)
SELECT :location_id, order_id, item_id, ordered, reserved, shipped, cancelled, expired
  FROM json_to_recordset(:lines::json) AS r (
       order_id TEXT, item_id BIGINT, ordered BIGINT, reserved BIGINT, shipped BIGINT, cancelled BIGINT,
       expired BIGINT)

-- name: close_orders @sqlite
-- What changes is an upsert, which finds each row by its key: joined with a list, SQLite would go through every order that
-- the node ever had.
INSERT INTO node_order (location_id, order_id, source, reserved_at, expires_at, closed_at)
SELECT :location_id, r.value ->> 'order_id', r.value ->> 'source', r.value ->> 'reserved_at',
       r.value ->> 'expires_at', r.value ->> 'closed_at'
  FROM json_each(:orders) AS r
 WHERE true
    ON CONFLICT (location_id, order_id) DO UPDATE SET closed_at = excluded.closed_at

-- name: close_orders @postgresql
UPDATE node_order
   SET closed_at = r.closed_at
  FROM json_to_recordset(:orders::json) AS r (order_id TEXT, closed_at BIGINT)
 WHERE node_order.location_id = :location_id AND node_order.order_id = r.order_id

-- name: change_lines @sqlite
INSERT INTO node_order_line (location_id, order_id, item_id, ordered, reserved, shipped, cancelled, expired)
SELECT :location_id, r.value ->> 'order_id', r.value ->> 'item_id', r.value ->> 'ordered', r.value ->> 'reserved',
       r.value ->> 'shipped', r.value ->> 'cancelled', r.value ->> 'expired'
  FROM json_each(:lines) AS r
 WHERE true
    ON CONFLICT (location_id, order_id, item_id) DO UPDATE
   SET reserved = excluded.reserved, shipped = excluded.shipped, cancelled = excluded.cancelled,
       expired = excluded.expired

-- name: change_lines @postgresql
UPDATE node_order_line
   SET reserved = r.reserved, shipped = r.shipped, cancelled = r.cancelled, expired = r.expired
  FROM json_to_recordset(:lines::json) AS r (
       order_id TEXT, item_id BIGINT, reserved BIGINT, shipped BIGINT, cancelled BIGINT, expired BIGINT)
 WHERE node_order_line.location_id = :location_id AND node_order_line.order_id = r.order_id
   AND node_order_line.item_id = r.item_id
