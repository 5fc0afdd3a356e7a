-- Which refreshes there were. All of these are reference tables; a row is written when a refresh begins and ends.

-- name: newest_refresh
SELECT refresh_id, last_day, open_before, open_month, begun_at, completed_at
  FROM reconciliation_refresh
 ORDER BY refresh_id DESC
 LIMIT 1

-- name: shown_refresh
-- The one whose figures are answered.
SELECT refresh_id, last_day, open_before, open_month, begun_at, completed_at
  FROM reconciliation_refresh
 WHERE completed_at IS NOT NULL
 ORDER BY refresh_id DESC
 LIMIT 1

-- name: refresh_by_id
SELECT refresh_id, last_day, open_before, open_month, begun_at, completed_at
  FROM reconciliation_refresh
 WHERE refresh_id = :refresh_id

-- name: closed_by
-- The refresh that closed a month.
SELECT MIN(refresh_id)
  FROM reconciliation_refresh
 WHERE open_month > :month AND completed_at IS NOT NULL

-- name: begin_refresh
INSERT INTO reconciliation_refresh (refresh_id, last_day, open_before, open_month, begun_at)
VALUES (:refresh_id, :last_day, :open_before, :open_month, :begun_at)

-- name: complete_refresh
UPDATE reconciliation_refresh
   SET completed_at = :completed_at
 WHERE refresh_id = :refresh_id AND completed_at IS NULL

-- name: begin_sellers @sqlite
INSERT INTO reconciliation_seller (partner_id, refresh_id)
SELECT value, :refresh_id
  FROM json_each(:partner_ids)
 WHERE true
    ON CONFLICT (partner_id) DO NOTHING

-- name: begin_sellers @postgresql
INSERT INTO reconciliation_seller (partner_id, refresh_id)
SELECT value::bigint, :refresh_id
  FROM json_array_elements_text(:partner_ids::json)
    ON CONFLICT (partner_id) DO NOTHING

-- name: sellers
SELECT partner_id
  FROM reconciliation_seller
 ORDER BY partner_id

-- name: seller_begun_by
SELECT refresh_id
  FROM reconciliation_seller
 WHERE partner_id = :partner_id
