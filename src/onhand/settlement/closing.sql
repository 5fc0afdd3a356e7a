-- Closing periods: which are due, and what becomes of them. Sellers are asked one after the other.

-- name: sellers
SELECT partner_id
  FROM partner
 WHERE kind = 'seller' AND partner_id > :after
 ORDER BY partner_id
 LIMIT :rows_max

-- name: due_period
SELECT 1
  FROM settlement_period
 WHERE partner_id = :partner_id AND closed_at IS NULL AND ends_at <= :now
 LIMIT 1

-- name: close_period
UPDATE settlement_period
   SET closed_at = :closed_at, paid = :paid, carried = :carried
 WHERE partner_id = :partner_id AND period = :period

-- name: open_with_balance
UPDATE settlement_period
   SET first_line = 0, total = total + :amount
 WHERE partner_id = :partner_id AND period = :period

-- name: unpublished
SELECT period, report_day
  FROM settlement_period
 WHERE partner_id = :partner_id AND closed_at IS NOT NULL AND published_at IS NULL AND reports_at <= :now
 ORDER BY period
 LIMIT 1

-- name: publish
UPDATE settlement_period
   SET published_at = :published_at, form = :form, v1_bytes = :v1_bytes, v1_digest = :v1_digest
 WHERE partner_id = :partner_id AND period = :period AND published_at IS NULL
