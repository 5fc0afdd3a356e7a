-- What is read of a seller's periods and their rows. A page begins at a row's number, wherever it stands.

-- name: published_days
-- A sandbox's clock may stand before what was published.
SELECT report_day
  FROM settlement_period
 WHERE partner_id = :partner_id AND published_at IS NOT NULL AND reports_at <= :now
 ORDER BY report_day DESC

-- name: period_by_report_day
SELECT p.partner_id, p.period, p.report_day, p.first_line, p.last_line, p.total, p.closed_at, p.paid, p.carried,
       p.deposited_at, p.published_at, p.form, p.v1_bytes, p.v1_digest, a.currency
  FROM settlement_period AS p
  JOIN seller_account AS a ON a.partner_id = p.partner_id
 WHERE p.partner_id = :partner_id AND p.report_day = :report_day

-- name: published_period
SELECT p.partner_id, p.period, p.report_day, p.first_line, p.last_line, p.total, p.closed_at, p.paid, p.carried,
       p.deposited_at, p.published_at, p.form, p.v1_bytes, p.v1_digest, a.currency
  FROM settlement_period AS p
  JOIN seller_account AS a ON a.partner_id = p.partner_id
 WHERE p.partner_id = :partner_id AND p.report_day = :report_day AND p.published_at IS NOT NULL AND p.reports_at <= :now

-- name: period_by_number
SELECT p.partner_id, p.period, p.report_day, p.first_line, p.last_line, p.total, p.closed_at, p.paid, p.carried,
       p.deposited_at, p.published_at, p.form, p.v1_bytes, p.v1_digest, a.currency
  FROM settlement_period AS p
  JOIN seller_account AS a ON a.partner_id = p.partner_id
 WHERE p.partner_id = :partner_id AND p.period = :period

-- name: periods_of
SELECT p.partner_id, p.period, p.report_day, p.first_line, p.last_line, p.total, p.closed_at, p.paid, p.carried,
       p.deposited_at, p.published_at, p.form, p.v1_bytes, p.v1_digest, a.currency
  FROM settlement_period AS p
  JOIN seller_account AS a ON a.partner_id = p.partner_id
 WHERE p.partner_id = :partner_id
 ORDER BY p.period DESC

-- name: lines_from
SELECT line_no, posting_no, amount_type, amount, commission_rate
  FROM money_line
 WHERE partner_id = :partner_id AND period = :period AND line_no >= :first_line
 ORDER BY line_no
 LIMIT :rows_max

-- name: postings_between
SELECT posting_no, posted_at, kind, description, customer_order, customer_order_line, purchase_order,
       purchase_order_line, partner_order, quantity, reason_code, reason, sku, gtin, item_name, tax_code, state, city,
       zip, contract_category, own_category, product_type, commission_rule, shipping_method, fulfilment, campaign,
       commission_rate, gift_wrap_quantity, tax_withheld, fee_withheld, original_price, original_commission, scheduled
  FROM money_posting
 WHERE partner_id = :partner_id AND posting_no BETWEEN :first_no AND :last_no
