-- Orders and shortfalls of one ship node, as the operator reads them.

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

-- name: newest_shortfalls
SELECT f.occurred_at, f.item_id, f.source, f.event_id, f.declared, f.reserved, f.recorded_at,
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
