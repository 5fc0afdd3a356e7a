-- What a period's proof adds up: its rows by type, by fee and by order, the sides of its postings, its commissions.

-- name: by_amount_type
SELECT amount_type, COUNT(*), SUM(amount)
  FROM money_line
 WHERE partner_id = :partner_id AND period = :period
 GROUP BY amount_type
 ORDER BY amount_type

-- name: by_fee
SELECT p.kind, p.description, COUNT(*), SUM(l.amount)
  FROM money_line AS l
  JOIN money_posting AS p ON p.partner_id = l.partner_id AND p.posting_no = l.posting_no
 WHERE l.partner_id = :partner_id AND p.partner_id = :partner_id AND l.period = :period
 GROUP BY p.kind, p.description
 ORDER BY p.kind, p.description

-- name: by_order
SELECT p.purchase_order, COUNT(*), SUM(l.amount)
  FROM money_line AS l
  JOIN money_posting AS p ON p.partner_id = l.partner_id AND p.posting_no = l.posting_no
 WHERE l.partner_id = :partner_id AND p.partner_id = :partner_id AND l.period = :period AND p.purchase_order > :after
 GROUP BY p.purchase_order
 ORDER BY p.purchase_order
 LIMIT :rows_max

-- name: without_order
SELECT COUNT(*), SUM(l.amount)
  FROM money_line AS l
  JOIN money_posting AS p ON p.partner_id = l.partner_id AND p.posting_no = l.posting_no
 WHERE l.partner_id = :partner_id AND p.partner_id = :partner_id AND l.period = :period AND p.purchase_order = ''

-- name: sides
-- Those of the postings that have rows in the period, and those that took its sum away.
SELECT CASE WHEN p.kind = 'Closing' THEN 1 ELSE 0 END, g.account, SUM(g.amount)
  FROM money_posting AS p
  JOIN money_leg AS g ON g.partner_id = p.partner_id AND g.posting_no = p.posting_no
 WHERE p.partner_id = :partner_id AND g.partner_id = :partner_id AND p.period = :period AND p.kind <> 'Deposit'
 GROUP BY 1, g.account
 ORDER BY 1, g.account

-- name: commissions
SELECT p.posting_no, p.posted_at, p.purchase_order, p.purchase_order_line, p.contract_category, p.commission_rate,
       p.scheduled, SUM(l.amount)
  FROM money_posting AS p
  JOIN money_line AS l ON l.partner_id = p.partner_id AND l.posting_no = p.posting_no
 WHERE p.partner_id = :partner_id AND l.partner_id = :partner_id AND l.period = :period AND p.period = :period
   AND p.scheduled IS NOT NULL
   AND l.amount_type IN ('Commission on Product', 'Commission on Shipping')
 GROUP BY p.posting_no, p.posted_at, p.purchase_order, p.purchase_order_line, p.contract_category, p.commission_rate,
          p.scheduled
HAVING -SUM(l.amount) <> p.scheduled
 ORDER BY p.posting_no

-- name: waived
-- Sales that a commission is due on by the schedule, and that have none.
SELECT p.posting_no, p.posted_at, p.purchase_order, p.purchase_order_line, p.contract_category, p.commission_rate,
       p.scheduled, 0
  FROM money_posting AS p
  LEFT JOIN money_line AS l
    ON l.partner_id = p.partner_id AND l.posting_no = p.posting_no AND l.period = :period
       AND l.amount_type IN ('Commission on Product', 'Commission on Shipping')
 WHERE p.partner_id = :partner_id AND p.period = :period AND p.scheduled > 0 AND l.line_no IS NULL
 ORDER BY p.posting_no
