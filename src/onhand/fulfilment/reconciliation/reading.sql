-- Rows of a month at one centre, for some items of one seller. Rows that are all zeros are left out.

-- name: closed_rows @sqlite
SELECT item_id, starting, received, sold, returned, lost, found, damaged, removed, transferred, adjusted, ending
  FROM reconciliation_month
 WHERE location_id = :location_id AND month = :month AND owner_id = :owner_id
   AND item_id IN (SELECT value FROM json_each(:item_ids))

-- name: closed_rows @postgresql
SELECT item_id, starting, received, sold, returned, lost, found, damaged, removed, transferred, adjusted, ending
  FROM reconciliation_month
 WHERE location_id = :location_id AND month = :month AND owner_id = :owner_id
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))

-- name: open_rows @sqlite
-- What was there when the last closed month ended, what an earlier open month brought, and the days of this one as far
-- as they are asked for; all of it as a refresh knew it.
SELECT item_id, starting, received, sold, returned, lost, found, damaged, removed, transferred, adjusted,
       starting + received + sold + returned + lost + found + damaged + removed + transferred + adjusted
  FROM (SELECT item_id, CAST(SUM(starting) AS BIGINT) AS starting,
               CAST(SUM(received) AS BIGINT) AS received,
               CAST(SUM(sold) AS BIGINT) AS sold,
               CAST(SUM(returned) AS BIGINT) AS returned,
               CAST(SUM(lost) AS BIGINT) AS lost,
               CAST(SUM(found) AS BIGINT) AS found,
               CAST(SUM(damaged) AS BIGINT) AS damaged,
               CAST(SUM(removed) AS BIGINT) AS removed,
               CAST(SUM(transferred) AS BIGINT) AS transferred,
               CAST(SUM(adjusted) AS BIGINT) AS adjusted
          FROM (SELECT item_id, ending AS starting, 0 AS received, 0 AS sold, 0 AS returned, 0 AS lost, 0 AS found,
                       0 AS damaged, 0 AS removed, 0 AS transferred, 0 AS adjusted
                  FROM reconciliation_month
                 WHERE location_id = :location_id AND month = :closed_month AND owner_id = :owner_id
                   AND item_id IN (SELECT value FROM json_each(:item_ids))
                 UNION ALL
                SELECT item_id, received + sold + returned + lost + found + damaged + removed + transferred + adjusted,
                       0, 0, 0, 0, 0, 0, 0, 0, 0
                  FROM reconciliation_day
                 WHERE location_id = :location_id AND month = :month - 1 AND :month - 1 > :closed_month
                   AND owner_id = :owner_id AND refresh_id <= :refresh_id
                   AND item_id IN (SELECT value FROM json_each(:item_ids))
                 UNION ALL
                SELECT item_id, 0, received, sold, returned, lost, found, damaged, removed, transferred, adjusted
                  FROM reconciliation_day
                 WHERE location_id = :location_id AND month = :month AND owner_id = :owner_id AND day <= :last_day
                   AND refresh_id <= :refresh_id
                   AND item_id IN (SELECT value FROM json_each(:item_ids))) AS parts
         GROUP BY item_id) AS summed
 WHERE starting <> 0 OR received <> 0 OR sold <> 0 OR returned <> 0 OR lost <> 0 OR found <> 0 OR damaged <> 0
    OR removed <> 0 OR transferred <> 0 OR adjusted <> 0

-- name: open_rows @postgresql
-- What was there when the last closed month ended, what an earlier open month brought, and the days of this one as far
-- as they are asked for; all of it as a refresh knew it.
SELECT item_id, starting, received, sold, returned, lost, found, damaged, removed, transferred, adjusted,
       starting + received + sold + returned + lost + found + damaged + removed + transferred + adjusted
  FROM (SELECT item_id, CAST(SUM(starting) AS BIGINT) AS starting,
               CAST(SUM(received) AS BIGINT) AS received,
               CAST(SUM(sold) AS BIGINT) AS sold,
               CAST(SUM(returned) AS BIGINT) AS returned,
               CAST(SUM(lost) AS BIGINT) AS lost,
               CAST(SUM(found) AS BIGINT) AS found,
               CAST(SUM(damaged) AS BIGINT) AS damaged,
               CAST(SUM(removed) AS BIGINT) AS removed,
               CAST(SUM(transferred) AS BIGINT) AS transferred,
               CAST(SUM(adjusted) AS BIGINT) AS adjusted
          FROM (SELECT item_id, ending AS starting, 0 AS received, 0 AS sold, 0 AS returned, 0 AS lost, 0 AS found,
                       0 AS damaged, 0 AS removed, 0 AS transferred, 0 AS adjusted
                  FROM reconciliation_month
                 WHERE location_id = :location_id AND month = :closed_month AND owner_id = :owner_id
                   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
                 UNION ALL
                SELECT item_id, received + sold + returned + lost + found + damaged + removed + transferred + adjusted,
                       0, 0, 0, 0, 0, 0, 0, 0, 0
                  FROM reconciliation_day
                 WHERE location_id = :location_id AND month = :month - 1 AND :month - 1 > :closed_month
                   AND owner_id = :owner_id AND refresh_id <= :refresh_id
                   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
                 UNION ALL
                SELECT item_id, 0, received, sold, returned, lost, found, damaged, removed, transferred, adjusted
                  FROM reconciliation_day
                 WHERE location_id = :location_id AND month = :month AND owner_id = :owner_id AND day <= :last_day
                   AND refresh_id <= :refresh_id
                   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))) AS parts
         GROUP BY item_id) AS summed
 WHERE starting <> 0 OR received <> 0 OR sold <> 0 OR returned <> 0 OR lost <> 0 OR found <> 0 OR damaged <> 0
    OR removed <> 0 OR transferred <> 0 OR adjusted <> 0
