-- Reservations whose time has come, at one ship node.

-- name: due_orders
SELECT order_id
  FROM node_order
 WHERE location_id = :location_id AND expires_at <= :now AND closed_at IS NULL
 ORDER BY expires_at, order_id
 LIMIT :rows_max

-- name: holds_due @sqlite
SELECT 1
  FROM node_order AS o
  JOIN node_order_line AS l ON l.location_id = o.location_id AND l.order_id = o.order_id
 WHERE o.location_id = :location_id AND o.expires_at <= :now AND o.closed_at IS NULL AND l.reserved > 0
   AND l.item_id IN (SELECT value FROM json_each(:item_ids))
 LIMIT 1

-- name: holds_due @postgresql
SELECT 1
  FROM node_order AS o
  JOIN node_order_line AS l ON l.location_id = o.location_id AND l.order_id = o.order_id
 WHERE o.location_id = :location_id AND o.expires_at <= :now AND o.closed_at IS NULL AND l.reserved > 0
   AND l.item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
 LIMIT 1
