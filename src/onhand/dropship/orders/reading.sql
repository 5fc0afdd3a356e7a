-- Orders of one ship node, as the operator reads them.

-- name: order_by_id
SELECT order_id, reserved_at, expires_at, closed_at
  FROM node_order
 WHERE location_id = :location_id AND order_id = :order_id

-- name: orders_after
SELECT order_id, reserved_at, expires_at, closed_at
  FROM node_order
 WHERE location_id = :location_id AND order_id > :after
 ORDER BY order_id
 LIMIT :rows_max

-- name: open_orders_after
SELECT order_id, reserved_at, expires_at, closed_at
  FROM node_order
 WHERE location_id = :location_id AND order_id > :after AND closed_at IS NULL
 ORDER BY order_id
 LIMIT :rows_max
