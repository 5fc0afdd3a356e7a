-- Proving a seller's ledger: what is kept as a sum against what it is the sum of.

-- name: unbalanced
SELECT posting_no, SUM(amount)
  FROM money_leg
 WHERE partner_id = :partner_id
 GROUP BY posting_no
HAVING SUM(amount) <> 0

-- name: rows_against_legs
-- What the rows of a posting come to, and its side in payable; a closing has no rows.
SELECT l.posting_no, l.amount, r.amount
  FROM money_leg AS l
  JOIN money_posting AS p ON p.partner_id = l.partner_id AND p.posting_no = l.posting_no
  LEFT JOIN (
       SELECT posting_no, SUM(amount) AS amount
         FROM money_line
        WHERE partner_id = :partner_id
        GROUP BY posting_no) AS r ON r.posting_no = l.posting_no
 WHERE l.partner_id = :partner_id AND p.partner_id = :partner_id AND l.account = 'payable' AND p.kind <> 'Closing'
   AND l.amount <> COALESCE(r.amount, 0)

-- name: rows_without_legs
SELECT l.posting_no, SUM(l.amount)
  FROM money_line AS l
  LEFT JOIN money_leg AS g
    ON g.partner_id = l.partner_id AND g.posting_no = l.posting_no AND g.account = 'payable'
 WHERE l.partner_id = :partner_id AND g.posting_no IS NULL
 GROUP BY l.posting_no

-- name: balances
SELECT account, amount
  FROM money_balance
 WHERE partner_id = :partner_id
 ORDER BY account

-- name: sums_of_legs
SELECT account, SUM(amount)
  FROM money_leg
 WHERE partner_id = :partner_id
 GROUP BY account
 ORDER BY account

-- name: periods
SELECT period, first_line, last_line, total
  FROM settlement_period
 WHERE partner_id = :partner_id
 ORDER BY period

-- name: sums_of_rows
SELECT period, MIN(line_no), MAX(line_no), COUNT(*), SUM(amount)
  FROM money_line
 WHERE partner_id = :partner_id
 GROUP BY period
 ORDER BY period

-- name: open_total
SELECT SUM(total)
  FROM settlement_period
 WHERE partner_id = :partner_id AND closed_at IS NULL

-- name: postings
SELECT COUNT(*)
  FROM money_posting
 WHERE partner_id = :partner_id
