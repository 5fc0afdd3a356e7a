-- Movements by the million: the first of a stream is received, the others are sold, lost or removed. Half of them lie in
-- one month, half in the next.

-- name: fill_legs @sqlite
INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                 event_type, quantity, counted, recorded_at, cause, late)
WITH RECURSIVE item (item_id) AS (
     SELECT 1
      UNION ALL
     SELECT item_id + 1
       FROM item
      WHERE item_id < :skus),
number (n) AS (
     SELECT 1
      UNION ALL
     SELECT n + 1
       FROM number
      WHERE n < :per_stream)
SELECT :location_id, item_id, :owner_id, 0, 0, CASE WHEN n <= :half THEN :first ELSE :second END + n * :step + item_id,
       0, 'wms', 'e' || n, 0, n, CASE WHEN n = 1 THEN 43 WHEN n % 50 = 0 THEN 46 WHEN n % 20 = 0 THEN 49 ELSE 44 END,
       CASE WHEN n = 1 THEN (:per_stream + 50) * :unit ELSE -:unit END, NULL,
       CASE WHEN n <= :half THEN :first ELSE :second END + n * :step + item_id, NULL, 0
  FROM item
 CROSS JOIN number

-- name: fill_flows @sqlite
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
WITH RECURSIVE item (item_id) AS (
     SELECT 1
      UNION ALL
     SELECT item_id + 1
       FROM item
      WHERE item_id < :skus),
number (n) AS (
     SELECT 1
      UNION ALL
     SELECT n + 1
       FROM number
      WHERE n < :per_stream)
SELECT :location_id, item.item_id, :owner_id, 0, 0, flow.month, flow.event_type, flow.quantity
  FROM item
 CROSS JOIN (SELECT month, event_type, SUM(quantity) AS quantity
               FROM (SELECT :first_month + CASE WHEN n <= :half THEN 0 ELSE 1 END AS month,
                            CASE WHEN n = 1 THEN 43 WHEN n % 50 = 0 THEN 46 WHEN n % 20 = 0 THEN 49 ELSE 44 END AS event_type,
                            CASE WHEN n = 1 THEN (:per_stream + 50) * :unit ELSE -:unit END AS quantity
                       FROM number) AS numbered
              GROUP BY month, event_type) AS flow

-- name: fill_stock @sqlite
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at)
WITH RECURSIVE item (item_id) AS (
     SELECT 1
      UNION ALL
     SELECT item_id + 1
       FROM item
      WHERE item_id < :skus)
SELECT :location_id, item_id, :owner_id, 0, 0, 51 * :unit, :per_stream, :second + :per_stream * :step + item_id,
       :second + :per_stream * :step + item_id
  FROM item

-- name: fill_legs @postgresql
INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                 event_type, quantity, counted, recorded_at, cause, late)
WITH item (item_id) AS (
     SELECT generate_series(1, :skus)::bigint),
number (n) AS (
     SELECT generate_series(1, :per_stream)::bigint)
SELECT :location_id, item_id, :owner_id, 0, 0, CASE WHEN n <= :half THEN :first ELSE :second END + n * :step + item_id,
       0, 'wms', 'e' || n, 0, n, CASE WHEN n = 1 THEN 43 WHEN n % 50 = 0 THEN 46 WHEN n % 20 = 0 THEN 49 ELSE 44 END,
       CASE WHEN n = 1 THEN (:per_stream + 50) * :unit ELSE -:unit END, NULL,
       CASE WHEN n <= :half THEN :first ELSE :second END + n * :step + item_id, NULL, 0
  FROM item
 CROSS JOIN number

-- name: fill_flows @postgresql
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
WITH item (item_id) AS (
     SELECT generate_series(1, :skus)::bigint),
number (n) AS (
     SELECT generate_series(1, :per_stream)::bigint)
SELECT :location_id, item.item_id, :owner_id, 0, 0, flow.month, flow.event_type, flow.quantity
  FROM item
 CROSS JOIN (SELECT month, event_type, SUM(quantity) AS quantity
               FROM (SELECT :first_month + CASE WHEN n <= :half THEN 0 ELSE 1 END AS month,
                            CASE WHEN n = 1 THEN 43 WHEN n % 50 = 0 THEN 46 WHEN n % 20 = 0 THEN 49 ELSE 44 END AS event_type,
                            CASE WHEN n = 1 THEN (:per_stream + 50) * :unit ELSE -:unit END AS quantity
                       FROM number) AS numbered
              GROUP BY month, event_type) AS flow

-- name: fill_stock @postgresql
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at)
WITH item (item_id) AS (
     SELECT generate_series(1, :skus)::bigint)
SELECT :location_id, item_id, :owner_id, 0, 0, 51 * :unit, :per_stream, :second + :per_stream * :step + item_id,
       :second + :per_stream * :step + item_id
  FROM item

-- name: sell_flows
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
SELECT :location_id, item_id, :owner_id, 0, 0, :month, 44, -10000
  FROM stock
 WHERE location_id = :location_id AND (item_id + :day) % 3 = 0
    ON CONFLICT (location_id, item_id, owner_id, area, state, month, event_type) DO UPDATE
   SET quantity = month_flow_kept.quantity + excluded.quantity

-- name: sell_legs
INSERT INTO leg (location_id, item_id, owner_id, area, state, occurred_at, rank, source, event_id, position, seq,
                 event_type, quantity, counted, recorded_at, cause, late)
SELECT :location_id, item_id, :owner_id, 0, 0, :at + item_id, 0, 'wms', 'e' || (last_seq + 1), 0, last_seq + 1, 44,
       -10000, NULL, :at + item_id, NULL, 0
  FROM stock
 WHERE location_id = :location_id AND (item_id + :day) % 3 = 0

-- name: sell_stock
UPDATE stock
   SET quantity = quantity - 10000, last_seq = last_seq + 1, newest_occurred_at = :at + item_id,
       last_recorded_at = :at + item_id
 WHERE location_id = :location_id AND (item_id + :day) % 3 = 0
