-- A refresh at one fulfilment centre, some items at a time. The streams that count are those of units that are there
-- (area 0, state 0). Event types 43 to 50 have a column each, all others are adjustments (stock/vocabulary.py).

-- name: progress
SELECT refresh_id, item_id
  FROM reconciliation_progress
 WHERE location_id = :location_id

-- name: next_items
-- Where some items end.
SELECT COUNT(*), MAX(item_id)
  FROM (SELECT item_id
          FROM stock
         WHERE location_id = :location_id AND item_id > :after
         ORDER BY item_id
         LIMIT :streams_max) AS next_streams

-- name: at_hand
-- The newest moment at which anything happened to some items, and whether units of a new seller are among them.
SELECT MAX(stock.newest_occurred_at), COUNT(*) > COUNT(s.partner_id)
  FROM stock
  LEFT JOIN reconciliation_seller AS s ON s.partner_id = stock.owner_id AND s.refresh_id < :refresh_id
 WHERE stock.location_id = :location_id AND stock.item_id > :after AND stock.item_id <= :last

-- name: claim_items
-- Whoever is first with some items of a refresh does them; nobody does them again.
INSERT INTO reconciliation_progress (location_id, refresh_id, item_id)
VALUES (:location_id, :refresh_id, :last)
    ON CONFLICT (location_id) DO UPDATE
   SET refresh_id = excluded.refresh_id, item_id = excluded.item_id
 WHERE reconciliation_progress.refresh_id < excluded.refresh_id
    OR (reconciliation_progress.refresh_id = excluded.refresh_id AND reconciliation_progress.item_id = :after)

-- name: add_new_legs @sqlite
-- What became known since the last refresh: only the legs whose seq is new are read, whatever the ledger's size. No
-- centre has declarations in order (event type 38): to say so lets the index on seq serve.
INSERT INTO reconciliation_day (location_id, month, item_id, owner_id, day, refresh_id, received, sold, returned, lost,
                                found, damaged, removed, transferred, adjusted)
WITH span AS MATERIALIZED (
     SELECT value ->> 'from' AS "from", value ->> 'to' AS "to", value ->> 'shift' AS shift, value ->> 'month' AS month,
            value ->> 'day' AS day, value ->> 'event_type' AS event_type
       FROM json_each(:spans)),
moved AS MATERIALIZED (
     SELECT stock.item_id, stock.owner_id, COALESCE(seen.seq, 0) AS seen, stock.last_seq
     FROM stock
     LEFT JOIN reconciliation_seen AS seen
       ON seen.location_id = stock.location_id AND seen.item_id = stock.item_id
      AND seen.owner_id = stock.owner_id
    WHERE stock.location_id = :location_id AND stock.item_id > :after AND stock.item_id <= :last
      AND stock.area = 0 AND stock.state = 0 AND stock.last_seq > COALESCE(seen.seq, 0)
      AND EXISTS (SELECT 1
                    FROM reconciliation_seller AS s
                   WHERE s.partner_id = stock.owner_id AND s.refresh_id < :refresh_id))
SELECT :location_id, month, item_id, owner_id, day, :refresh_id,
       CAST(SUM(CASE WHEN event_type = 43 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 44 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 45 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 46 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 47 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 48 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 49 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 50 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type NOT BETWEEN 43 AND 50 THEN quantity ELSE 0 END) AS BIGINT)
  FROM (SELECT leg.item_id, leg.owner_id, leg.quantity, span.month,
               COALESCE(span.day, (leg.occurred_at + span.shift) / 86400000000) AS day,
               COALESCE(span.event_type, leg.event_type) AS event_type
          FROM moved
          CROSS JOIN leg
            ON leg.location_id = :location_id AND leg.item_id = moved.item_id AND leg.owner_id = moved.owner_id
           AND leg.area = 0 AND leg.state = 0 AND leg.seq > moved.seen AND leg.seq <= moved.last_seq
           AND (leg.event_type <> 38 OR leg.late = 1)
          JOIN span ON leg.occurred_at >= span."from" AND leg.occurred_at < span."to"
         WHERE leg.quantity <> 0) AS learned
 GROUP BY month, item_id, owner_id, day

-- name: add_new_legs @postgresql
-- What became known since the last refresh: only the legs whose seq is new are read, whatever the ledger's size. No
-- centre has declarations in order (event type 38): to say so lets the index on seq serve.
-- OFFSET keeps the planner from joining the other way round, which would read the whole ledger.
INSERT INTO reconciliation_day (location_id, month, item_id, owner_id, day, refresh_id, received, sold, returned, lost,
                                found, damaged, removed, transferred, adjusted)
WITH span AS MATERIALIZED (
     SELECT "from", "to", shift, month, day, event_type
       FROM json_to_recordset(:spans::json) AS r ("from" BIGINT, "to" BIGINT, shift BIGINT, month INTEGER, day INTEGER,
                                                  event_type SMALLINT)),
moved AS MATERIALIZED (
     SELECT stock.item_id, stock.owner_id, COALESCE(seen.seq, 0) AS seen, stock.last_seq
     FROM stock
     LEFT JOIN reconciliation_seen AS seen
       ON seen.location_id = stock.location_id AND seen.item_id = stock.item_id
      AND seen.owner_id = stock.owner_id
    WHERE stock.location_id = :location_id AND stock.item_id > :after AND stock.item_id <= :last
      AND stock.area = 0 AND stock.state = 0 AND stock.last_seq > COALESCE(seen.seq, 0)
      AND EXISTS (SELECT 1
                    FROM reconciliation_seller AS s
                   WHERE s.partner_id = stock.owner_id AND s.refresh_id < :refresh_id))
SELECT :location_id, month, item_id, owner_id, day, :refresh_id,
       CAST(SUM(CASE WHEN event_type = 43 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 44 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 45 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 46 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 47 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 48 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 49 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 50 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type NOT BETWEEN 43 AND 50 THEN quantity ELSE 0 END) AS BIGINT)
  FROM (SELECT leg.item_id, leg.owner_id, leg.quantity, span.month,
               COALESCE(span.day, (leg.occurred_at + span.shift) / 86400000000) AS day,
               COALESCE(span.event_type, leg.event_type) AS event_type
          FROM moved
          CROSS JOIN LATERAL (
                SELECT leg.item_id, leg.owner_id, leg.quantity, leg.occurred_at, leg.event_type
                  FROM leg
                 WHERE leg.location_id = :location_id AND leg.item_id = moved.item_id AND leg.owner_id = moved.owner_id
                   AND leg.area = 0 AND leg.state = 0 AND leg.seq > moved.seen AND leg.seq <= moved.last_seq
                   AND (leg.event_type <> 38 OR leg.late = 1)
                OFFSET 0) AS leg
          JOIN span ON leg.occurred_at >= span."from" AND leg.occurred_at < span."to"
         WHERE leg.quantity <> 0) AS learned
 GROUP BY month, item_id, owner_id, day

-- name: add_first_days @sqlite
-- A seller's units are found for the first time: here the days of open months, below the closed ones.
INSERT INTO reconciliation_day (location_id, month, item_id, owner_id, day, refresh_id, received, sold, returned, lost,
                                found, damaged, removed, transferred, adjusted)
WITH span AS MATERIALIZED (
     SELECT value ->> 'from' AS "from", value ->> 'to' AS "to", value ->> 'shift' AS shift, value ->> 'month' AS month,
            value ->> 'day' AS day, value ->> 'event_type' AS event_type
       FROM json_each(:spans)),
moved AS MATERIALIZED (
     SELECT stock.item_id, stock.owner_id, COALESCE(seen.seq, 0) AS seen, stock.last_seq
     FROM stock
     LEFT JOIN reconciliation_seen AS seen
       ON seen.location_id = stock.location_id AND seen.item_id = stock.item_id
      AND seen.owner_id = stock.owner_id
    WHERE stock.location_id = :location_id AND stock.item_id > :after AND stock.item_id <= :last
      AND stock.area = 0 AND stock.state = 0 AND stock.last_seq > COALESCE(seen.seq, 0)
      AND NOT EXISTS (SELECT 1
                        FROM reconciliation_seller AS s
                       WHERE s.partner_id = stock.owner_id AND s.refresh_id < :refresh_id))
SELECT :location_id, month, item_id, owner_id, day, :refresh_id,
       CAST(SUM(CASE WHEN event_type = 43 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 44 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 45 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 46 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 47 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 48 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 49 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 50 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type NOT BETWEEN 43 AND 50 THEN quantity ELSE 0 END) AS BIGINT)
  FROM (SELECT leg.item_id, leg.owner_id, leg.quantity, span.month,
               COALESCE(span.day, (leg.occurred_at + span.shift) / 86400000000) AS day,
               COALESCE(span.event_type, leg.event_type) AS event_type
          FROM moved
          CROSS JOIN leg
            ON leg.location_id = :location_id AND leg.item_id = moved.item_id AND leg.owner_id = moved.owner_id
           AND leg.area = 0 AND leg.state = 0 AND leg.occurred_at >= :open_from
          JOIN span ON leg.occurred_at >= span."from" AND leg.occurred_at < span."to"
         WHERE leg.quantity <> 0) AS learned
 GROUP BY month, item_id, owner_id, day

-- name: add_first_days @postgresql
-- A seller's units are found for the first time: here the days of open months, below the closed ones.
INSERT INTO reconciliation_day (location_id, month, item_id, owner_id, day, refresh_id, received, sold, returned, lost,
                                found, damaged, removed, transferred, adjusted)
WITH span AS MATERIALIZED (
     SELECT "from", "to", shift, month, day, event_type
       FROM json_to_recordset(:spans::json) AS r ("from" BIGINT, "to" BIGINT, shift BIGINT, month INTEGER, day INTEGER,
                                                  event_type SMALLINT)),
moved AS MATERIALIZED (
     SELECT stock.item_id, stock.owner_id, COALESCE(seen.seq, 0) AS seen, stock.last_seq
     FROM stock
     LEFT JOIN reconciliation_seen AS seen
       ON seen.location_id = stock.location_id AND seen.item_id = stock.item_id
      AND seen.owner_id = stock.owner_id
    WHERE stock.location_id = :location_id AND stock.item_id > :after AND stock.item_id <= :last
      AND stock.area = 0 AND stock.state = 0 AND stock.last_seq > COALESCE(seen.seq, 0)
      AND NOT EXISTS (SELECT 1
                        FROM reconciliation_seller AS s
                       WHERE s.partner_id = stock.owner_id AND s.refresh_id < :refresh_id))
SELECT :location_id, month, item_id, owner_id, day, :refresh_id,
       CAST(SUM(CASE WHEN event_type = 43 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 44 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 45 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 46 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 47 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 48 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 49 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type = 50 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN event_type NOT BETWEEN 43 AND 50 THEN quantity ELSE 0 END) AS BIGINT)
  FROM (SELECT leg.item_id, leg.owner_id, leg.quantity, span.month,
               COALESCE(span.day, (leg.occurred_at + span.shift) / 86400000000) AS day,
               COALESCE(span.event_type, leg.event_type) AS event_type
          FROM moved
          CROSS JOIN LATERAL (
                SELECT leg.item_id, leg.owner_id, leg.quantity, leg.occurred_at, leg.event_type
                  FROM leg
                 WHERE leg.location_id = :location_id AND leg.item_id = moved.item_id AND leg.owner_id = moved.owner_id
                   AND leg.area = 0 AND leg.state = 0 AND leg.occurred_at >= :open_from
                OFFSET 0) AS leg
          JOIN span ON leg.occurred_at >= span."from" AND leg.occurred_at < span."to"
         WHERE leg.quantity <> 0) AS learned
 GROUP BY month, item_id, owner_id, day

-- name: close_month
INSERT INTO reconciliation_month (location_id, month, item_id, owner_id, starting, received, sold, returned, lost,
                                  found, damaged, removed, transferred, adjusted, ending)
SELECT :location_id, :month, item_id, owner_id, starting, received, sold, returned, lost, found, damaged,
       removed, transferred, adjusted,
       starting + received + sold + returned + lost + found + damaged + removed + transferred + adjusted
  FROM (SELECT item_id, owner_id, CAST(SUM(starting) AS BIGINT) AS starting,
               CAST(SUM(received) AS BIGINT) AS received,
               CAST(SUM(sold) AS BIGINT) AS sold,
               CAST(SUM(returned) AS BIGINT) AS returned,
               CAST(SUM(lost) AS BIGINT) AS lost,
               CAST(SUM(found) AS BIGINT) AS found,
               CAST(SUM(damaged) AS BIGINT) AS damaged,
               CAST(SUM(removed) AS BIGINT) AS removed,
               CAST(SUM(transferred) AS BIGINT) AS transferred,
               CAST(SUM(adjusted) AS BIGINT) AS adjusted
          FROM (SELECT item_id, owner_id, ending AS starting, 0 AS received, 0 AS sold, 0 AS returned, 0 AS lost,
                       0 AS found, 0 AS damaged, 0 AS removed, 0 AS transferred, 0 AS adjusted
                  FROM reconciliation_month
                 WHERE location_id = :location_id AND month = :month - 1 AND item_id > :after AND item_id <= :last
                 UNION ALL
                SELECT item_id, owner_id, 0, received, sold, returned, lost, found, damaged, removed, transferred,
                       adjusted
                  FROM reconciliation_day
                 WHERE location_id = :location_id AND month = :month AND item_id > :after AND item_id <= :last) AS parts
         GROUP BY item_id, owner_id) AS summed
 WHERE starting <> 0 OR received <> 0 OR sold <> 0 OR returned <> 0 OR lost <> 0 OR found <> 0 OR damaged <> 0
    OR removed <> 0 OR transferred <> 0 OR adjusted <> 0

-- name: close_first_months @sqlite
-- All closed months of sellers whose units are found for the first time, from the month flows. What was before the
-- first month is one month before it. A month in which nothing moved has what the last one before it ended with.
INSERT INTO reconciliation_month (location_id, month, item_id, owner_id, starting, received, sold, returned, lost,
                                  found, damaged, removed, transferred, adjusted, ending)
WITH span AS MATERIALIZED (
     SELECT value AS month FROM json_each(:months)),
flow AS MATERIALIZED (
     SELECT item_id, owner_id, month,
            CAST(SUM(CASE WHEN event_type = 43 THEN quantity ELSE 0 END) AS BIGINT) AS received,
            CAST(SUM(CASE WHEN event_type = 44 THEN quantity ELSE 0 END) AS BIGINT) AS sold,
            CAST(SUM(CASE WHEN event_type = 45 THEN quantity ELSE 0 END) AS BIGINT) AS returned,
            CAST(SUM(CASE WHEN event_type = 46 THEN quantity ELSE 0 END) AS BIGINT) AS lost,
            CAST(SUM(CASE WHEN event_type = 47 THEN quantity ELSE 0 END) AS BIGINT) AS found,
            CAST(SUM(CASE WHEN event_type = 48 THEN quantity ELSE 0 END) AS BIGINT) AS damaged,
            CAST(SUM(CASE WHEN event_type = 49 THEN quantity ELSE 0 END) AS BIGINT) AS removed,
            CAST(SUM(CASE WHEN event_type = 50 THEN quantity ELSE 0 END) AS BIGINT) AS transferred,
            CAST(SUM(CASE WHEN event_type NOT BETWEEN 43 AND 50 THEN quantity ELSE 0 END) AS BIGINT) AS adjusted,
            CAST(SUM(quantity) AS BIGINT) AS moved
       FROM month_flow
      WHERE location_id = :location_id AND item_id > :after AND item_id <= :last AND area = 0 AND state = 0
        AND month >= :first_month AND month < :open_month
        AND NOT EXISTS (SELECT 1
                          FROM reconciliation_seller AS s
                         WHERE s.partner_id = month_flow.owner_id AND s.refresh_id < :refresh_id)
      GROUP BY item_id, owner_id, month
      UNION ALL
     SELECT item_id, owner_id, :first_month - 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, CAST(SUM(quantity) AS BIGINT)
       FROM month_flow
      WHERE location_id = :location_id AND item_id > :after AND item_id <= :last AND area = 0 AND state = 0
        AND month < :first_month
        AND NOT EXISTS (SELECT 1
                          FROM reconciliation_seller AS s
                         WHERE s.partner_id = month_flow.owner_id AND s.refresh_id < :refresh_id)
      GROUP BY item_id, owner_id),
walked AS MATERIALIZED (
     SELECT item_id, owner_id, month, received, sold, returned, lost, found, damaged, removed, transferred, adjusted,
            moved, CAST(SUM(moved) OVER walk AS BIGINT) AS ending, LEAD(month) OVER walk AS next_month
       FROM flow
     WINDOW walk AS (PARTITION BY item_id, owner_id ORDER BY month))
SELECT :location_id, month, item_id, owner_id, ending - moved, received, sold, returned, lost, found, damaged, removed,
       transferred, adjusted, ending
  FROM walked
 WHERE ending <> 0 OR ending <> moved OR received <> 0 OR sold <> 0 OR returned <> 0 OR lost <> 0 OR found <> 0
    OR damaged <> 0 OR removed <> 0 OR transferred <> 0 OR adjusted <> 0
 UNION ALL
SELECT :location_id, span.month, item_id, owner_id, ending, 0, 0, 0, 0, 0, 0, 0, 0, 0, ending
  FROM walked
 CROSS JOIN span
 WHERE ending <> 0 AND COALESCE(walked.next_month, :open_month) > walked.month + 1
   AND span.month > walked.month AND span.month < COALESCE(walked.next_month, :open_month)

-- name: close_first_months @postgresql
-- All closed months of sellers whose units are found for the first time, from the month flows. What was before the
-- first month is one month before it. A month in which nothing moved has what the last one before it ended with.
INSERT INTO reconciliation_month (location_id, month, item_id, owner_id, starting, received, sold, returned, lost,
                                  found, damaged, removed, transferred, adjusted, ending)
WITH span AS MATERIALIZED (
     SELECT value::integer AS month FROM json_array_elements_text(:months::json)),
flow AS MATERIALIZED (
     SELECT item_id, owner_id, month,
            CAST(SUM(CASE WHEN event_type = 43 THEN quantity ELSE 0 END) AS BIGINT) AS received,
            CAST(SUM(CASE WHEN event_type = 44 THEN quantity ELSE 0 END) AS BIGINT) AS sold,
            CAST(SUM(CASE WHEN event_type = 45 THEN quantity ELSE 0 END) AS BIGINT) AS returned,
            CAST(SUM(CASE WHEN event_type = 46 THEN quantity ELSE 0 END) AS BIGINT) AS lost,
            CAST(SUM(CASE WHEN event_type = 47 THEN quantity ELSE 0 END) AS BIGINT) AS found,
            CAST(SUM(CASE WHEN event_type = 48 THEN quantity ELSE 0 END) AS BIGINT) AS damaged,
            CAST(SUM(CASE WHEN event_type = 49 THEN quantity ELSE 0 END) AS BIGINT) AS removed,
            CAST(SUM(CASE WHEN event_type = 50 THEN quantity ELSE 0 END) AS BIGINT) AS transferred,
            CAST(SUM(CASE WHEN event_type NOT BETWEEN 43 AND 50 THEN quantity ELSE 0 END) AS BIGINT) AS adjusted,
            CAST(SUM(quantity) AS BIGINT) AS moved
       FROM month_flow
      WHERE location_id = :location_id AND item_id > :after AND item_id <= :last AND area = 0 AND state = 0
        AND month >= :first_month AND month < :open_month
        AND NOT EXISTS (SELECT 1
                          FROM reconciliation_seller AS s
                         WHERE s.partner_id = month_flow.owner_id AND s.refresh_id < :refresh_id)
      GROUP BY item_id, owner_id, month
      UNION ALL
     SELECT item_id, owner_id, :first_month - 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, CAST(SUM(quantity) AS BIGINT)
       FROM month_flow
      WHERE location_id = :location_id AND item_id > :after AND item_id <= :last AND area = 0 AND state = 0
        AND month < :first_month
        AND NOT EXISTS (SELECT 1
                          FROM reconciliation_seller AS s
                         WHERE s.partner_id = month_flow.owner_id AND s.refresh_id < :refresh_id)
      GROUP BY item_id, owner_id),
walked AS MATERIALIZED (
     SELECT item_id, owner_id, month, received, sold, returned, lost, found, damaged, removed, transferred, adjusted,
            moved, CAST(SUM(moved) OVER walk AS BIGINT) AS ending, LEAD(month) OVER walk AS next_month
       FROM flow
     WINDOW walk AS (PARTITION BY item_id, owner_id ORDER BY month))
SELECT :location_id, month, item_id, owner_id, ending - moved, received, sold, returned, lost, found, damaged, removed,
       transferred, adjusted, ending
  FROM walked
 WHERE ending <> 0 OR ending <> moved OR received <> 0 OR sold <> 0 OR returned <> 0 OR lost <> 0 OR found <> 0
    OR damaged <> 0 OR removed <> 0 OR transferred <> 0 OR adjusted <> 0
 UNION ALL
SELECT :location_id, span.month, item_id, owner_id, ending, 0, 0, 0, 0, 0, 0, 0, 0, 0, ending
  FROM walked
 CROSS JOIN span
 WHERE ending <> 0 AND COALESCE(walked.next_month, :open_month) > walked.month + 1
   AND span.month > walked.month AND span.month < COALESCE(walked.next_month, :open_month)

-- name: mark_seen
INSERT INTO reconciliation_seen (location_id, item_id, owner_id, seq, refresh_id)
SELECT :location_id, stock.item_id, stock.owner_id, stock.last_seq, :refresh_id
  FROM stock
  LEFT JOIN reconciliation_seen AS seen
    ON seen.location_id = stock.location_id AND seen.item_id = stock.item_id AND seen.owner_id = stock.owner_id
 WHERE stock.location_id = :location_id AND stock.item_id > :after AND stock.item_id <= :last
   AND stock.area = 0 AND stock.state = 0 AND stock.last_seq > COALESCE(seen.seq, 0)
    ON CONFLICT (location_id, item_id, owner_id) DO UPDATE SET seq = excluded.seq

-- name: found_streams
-- Streams that a refresh found, in the order of items.
SELECT item_id, owner_id
  FROM reconciliation_seen
 WHERE location_id = :location_id AND refresh_id = :refresh_id AND (item_id, owner_id) > (:item_id, :owner_id)
 ORDER BY item_id, owner_id
 LIMIT :rows_max
