-- Time went back: what the reconciliation of fulfilled units knew of the time after is taken away, and made anew.

-- name: forget_days
DELETE FROM reconciliation_day
 WHERE location_id = :location_id

-- name: forget_months
DELETE FROM reconciliation_month
 WHERE location_id = :location_id

-- name: forget_seen
DELETE FROM reconciliation_seen
 WHERE location_id = :location_id

-- name: forget_progress
DELETE FROM reconciliation_progress
 WHERE location_id = :location_id

-- name: sellers
SELECT partner_id
  FROM reconciliation_seller

-- name: forget_names
DELETE FROM reconciliation_name
 WHERE partner_id = :partner_id

-- name: forget_sellers
DELETE FROM reconciliation_seller

-- name: forget_refreshes
DELETE FROM reconciliation_refresh

-- name: partners
SELECT partner_id
  FROM partner

-- name: give_up_orders
UPDATE report_request
   SET status = 'ERROR', reason = :reason, finished_at = :finished_at
 WHERE partner_id = :partner_id AND report_type = 'INVENTORY_RECON' AND finished_at IS NULL
