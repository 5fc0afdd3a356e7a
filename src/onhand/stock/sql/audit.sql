-- Whether what is kept beside the legs agrees with them, and making it anew from them, one location at a time.
-- :months is a JSON list of {"month", "from", "to"}: the months of the location's zone as spans of time.

-- name: leg_times
SELECT MIN(occurred_at), MAX(occurred_at), COUNT(*)
  FROM leg
 WHERE location_id = :location_id

-- name: stock_differences
SELECT item_id, owner_id, area, state,
       CAST(SUM(kept) AS BIGINT), CAST(SUM(summed) AS BIGINT),
       CAST(SUM(kept_seq) AS BIGINT), CAST(SUM(legs) AS BIGINT), CAST(MAX(highest) AS BIGINT)
  FROM (SELECT item_id, owner_id, area, state, quantity AS kept, 0 AS summed,
               last_seq AS kept_seq, 0 AS legs, 0 AS highest,
               newest_occurred_at AS kept_newest, 0 AS newest,
               last_recorded_at AS kept_recorded, 0 AS recorded,
               CASE WHEN declared_month IS NULL THEN 0 ELSE 1 END AS kept_declared, 0 AS declared
          FROM stock
         WHERE location_id = :location_id
         UNION ALL
        SELECT item_id, owner_id, area, state, 0, SUM(quantity),
               0, COUNT(*), MAX(seq), 0, MAX(occurred_at), 0, MAX(recorded_at),
               0, MAX(CASE WHEN event_type = 38 AND late = 0 THEN 1 ELSE 0 END)
          FROM leg
         WHERE location_id = :location_id
         GROUP BY item_id, owner_id, area, state) AS both_sides
 GROUP BY item_id, owner_id, area, state
HAVING SUM(kept) <> SUM(summed) OR SUM(kept_seq) <> SUM(legs) OR SUM(legs) <> MAX(highest)
    OR SUM(kept_newest) <> SUM(newest) OR SUM(kept_recorded) <> SUM(recorded)
    OR SUM(kept_declared) <> SUM(declared)
 ORDER BY item_id, owner_id, area, state
 LIMIT :rows_max

-- name: flow_differences @sqlite
SELECT item_id, owner_id, area, state, month, event_type, SUM(kept), SUM(summed)
  FROM (SELECT item_id, owner_id, area, state, month, event_type, quantity AS kept, 0 AS summed
          FROM month_flow
         WHERE location_id = :location_id
         UNION ALL
        SELECT leg.item_id, leg.owner_id, leg.area, leg.state, span.value ->> 'month', leg.event_type, 0,
               SUM(leg.quantity)
          FROM leg
          JOIN json_each(:months) AS span
            ON leg.occurred_at >= (span.value ->> 'from') AND leg.occurred_at < (span.value ->> 'to')
         WHERE leg.location_id = :location_id
         GROUP BY leg.item_id, leg.owner_id, leg.area, leg.state, span.value ->> 'month', leg.event_type) AS both_sides
 GROUP BY item_id, owner_id, area, state, month, event_type
HAVING SUM(kept) <> SUM(summed)
 ORDER BY item_id, owner_id, area, state, month, event_type
 LIMIT :rows_max

-- name: flow_differences @postgresql
SELECT item_id, owner_id, area, state, month, event_type, SUM(kept)::bigint, SUM(summed)::bigint
  FROM (SELECT item_id, owner_id, area, state, month, event_type, quantity AS kept, 0::numeric AS summed
          FROM month_flow
         WHERE location_id = :location_id
         UNION ALL
        SELECT leg.item_id, leg.owner_id, leg.area, leg.state, span.month, leg.event_type, 0, SUM(leg.quantity)
          FROM leg
          JOIN json_to_recordset(:months::json) AS span (month INTEGER, "from" BIGINT, "to" BIGINT)
            ON leg.occurred_at >= span."from" AND leg.occurred_at < span."to"
         WHERE leg.location_id = :location_id
         GROUP BY leg.item_id, leg.owner_id, leg.area, leg.state, span.month, leg.event_type) AS both_sides
 GROUP BY item_id, owner_id, area, state, month, event_type
HAVING SUM(kept) <> SUM(summed)
 ORDER BY item_id, owner_id, area, state, month, event_type
 LIMIT :rows_max

-- name: count_differences
SELECT item_id, owner_id, area, state, occurred_at, balance, counted
  FROM (SELECT item_id, owner_id, area, state, occurred_at, counted,
               CAST(SUM(quantity) OVER (PARTITION BY item_id, owner_id, area, state
                                        ORDER BY occurred_at, rank, source, event_id, position
                                        ROWS UNBOUNDED PRECEDING) AS BIGINT) AS balance
          FROM leg
         WHERE location_id = :location_id) AS walked
 WHERE counted IS NOT NULL AND balance <> counted
 ORDER BY item_id, owner_id, area, state, occurred_at
 LIMIT :rows_max

-- name: last_count_differences
SELECT stock.item_id, stock.owner_id, stock.area, stock.state
  FROM stock
  LEFT JOIN (SELECT item_id, owner_id, area, state, occurred_at, source, event_id,
                    ROW_NUMBER() OVER (PARTITION BY item_id, owner_id, area, state
                                       ORDER BY occurred_at DESC, source DESC, event_id DESC) AS place
               FROM leg
              WHERE location_id = :location_id AND counted IS NOT NULL) AS counts
    ON counts.item_id = stock.item_id AND counts.owner_id = stock.owner_id AND counts.area = stock.area
   AND counts.state = stock.state AND counts.place = 1
 WHERE stock.location_id = :location_id
   AND (COALESCE(stock.count_occurred_at, -1) <> COALESCE(counts.occurred_at, -1)
        OR COALESCE(stock.count_source, '') <> COALESCE(counts.source, '')
        OR COALESCE(stock.count_event_id, '') <> COALESCE(counts.event_id, ''))
 ORDER BY stock.item_id, stock.owner_id, stock.area, stock.state
 LIMIT :rows_max

-- name: keep_writers_out @sqlite
-- SQLite has one writer, and that is this transaction.
SELECT 1

-- name: keep_writers_out @postgresql
-- Every writer locks its streams first, which this lock on the whole table lets nobody do; reading goes on.
LOCK TABLE stock IN EXCLUSIVE MODE

-- name: delete_flows
DELETE FROM month_flow_kept
 WHERE location_id = :location_id

-- name: rebuild_flows @sqlite
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
SELECT :location_id, leg.item_id, leg.owner_id, leg.area, leg.state, span.value ->> 'month', leg.event_type,
       SUM(leg.quantity)
  FROM leg
  JOIN json_each(:months) AS span
    ON leg.occurred_at >= (span.value ->> 'from') AND leg.occurred_at < (span.value ->> 'to')
 WHERE leg.location_id = :location_id AND leg.quantity <> 0
 GROUP BY leg.item_id, leg.owner_id, leg.area, leg.state, span.value ->> 'month', leg.event_type

-- name: rebuild_flows @postgresql
INSERT INTO month_flow_kept (location_id, item_id, owner_id, area, state, month, event_type, quantity)
SELECT :location_id, leg.item_id, leg.owner_id, leg.area, leg.state, span.month, leg.event_type, SUM(leg.quantity)
  FROM leg
  JOIN json_to_recordset(:months::json) AS span (month INTEGER, "from" BIGINT, "to" BIGINT)
    ON leg.occurred_at >= span."from" AND leg.occurred_at < span."to"
 WHERE leg.location_id = :location_id AND leg.quantity <> 0
 GROUP BY leg.item_id, leg.owner_id, leg.area, leg.state, span.month, leg.event_type

-- name: rebuild_stock
-- All flows stand beside the stock now. A month that was never is over, so that the next declaration begins one.
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, declared_month, declared_flow)
SELECT :location_id, item_id, owner_id, area, state, SUM(quantity), MAX(seq), MAX(occurred_at), MAX(recorded_at),
       MAX(CASE WHEN event_type = 38 AND late = 0 THEN 0 END), 0
  FROM leg
 WHERE location_id = :location_id
 GROUP BY item_id, owner_id, area, state
    ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
   SET quantity = excluded.quantity, last_seq = excluded.last_seq,
       newest_occurred_at = excluded.newest_occurred_at, last_recorded_at = excluded.last_recorded_at,
       count_occurred_at = NULL, count_source = NULL, count_event_id = NULL,
       declared_month = excluded.declared_month, declared_flow = 0

-- name: rebuild_last_counts
INSERT INTO stock (location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at,
                   last_recorded_at, count_occurred_at, count_source, count_event_id)
SELECT :location_id, item_id, owner_id, area, state, 0, 0, 0, 0, occurred_at, source, event_id
  FROM (SELECT item_id, owner_id, area, state, occurred_at, source, event_id,
               ROW_NUMBER() OVER (PARTITION BY item_id, owner_id, area, state
                                  ORDER BY occurred_at DESC, source DESC, event_id DESC) AS place
          FROM leg
         WHERE location_id = :location_id AND counted IS NOT NULL) AS counts
 WHERE place = 1
    ON CONFLICT (location_id, item_id, owner_id, area, state) DO UPDATE
   SET count_occurred_at = excluded.count_occurred_at, count_source = excluded.count_source,
       count_event_id = excluded.count_event_id

-- name: delete_empty_stock
DELETE FROM stock
 WHERE location_id = :location_id
   AND NOT EXISTS (SELECT 1
                     FROM leg
                    WHERE leg.location_id = :location_id AND leg.item_id = stock.item_id
                      AND leg.owner_id = stock.owner_id AND leg.area = stock.area AND leg.state = stock.state)
