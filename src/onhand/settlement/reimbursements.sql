-- What a seller was paid for units that were lost or damaged, as far as nothing of it was taken back.

-- name: of_items @sqlite
SELECT partner_id, posting_no, gtin, description, occurred_at, priced_at, quantity, amount
  FROM reimbursed_units
 WHERE partner_id = :partner_id AND quantity > 0 AND gtin IN (SELECT value FROM json_each(:gtins))

-- name: of_items @postgresql
SELECT partner_id, posting_no, gtin, description, occurred_at, priced_at, quantity, amount
  FROM reimbursed_units
 WHERE partner_id = :partner_id AND quantity > 0 AND gtin = ANY (ARRAY(SELECT json_array_elements_text(:gtins::json)))

-- name: after_sales @sqlite
-- Those that sales would have been the last ones before: each of `sold` is a GTIN and when it was sold.
SELECT r.partner_id, r.posting_no, r.gtin, r.description, r.occurred_at, r.priced_at, r.quantity, r.amount
  FROM json_each(:sold) AS s
 CROSS JOIN reimbursed_units AS r
 WHERE r.partner_id = :partner_id AND r.gtin = s.value ->> 0 AND r.occurred_at >= s.value ->> 1
   AND r.priced_at <= s.value ->> 1 AND r.quantity > 0

-- name: after_sales @postgresql
SELECT r.partner_id, r.posting_no, r.gtin, r.description, r.occurred_at, r.priced_at, r.quantity, r.amount
  FROM json_array_elements(:sold::json) AS s
  JOIN reimbursed_units AS r ON r.gtin = s.value ->> 0 AND r.occurred_at >= CAST(s.value ->> 1 AS BIGINT)
   AND r.priced_at <= CAST(s.value ->> 1 AS BIGINT)
 WHERE r.partner_id = :partner_id AND r.quantity > 0

-- name: insert @sqlite
INSERT INTO reimbursed_units (partner_id, posting_no, gtin, description, occurred_at, priced_at, quantity, amount)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert @postgresql
COPY reimbursed_units (partner_id, posting_no, gtin, description, occurred_at, priced_at, quantity, amount) FROM STDIN

-- name: change @sqlite
UPDATE reimbursed_units
   SET priced_at = r.value ->> 1, quantity = r.value ->> 2, amount = r.value ->> 3
  FROM json_each(:rows) AS r
 WHERE reimbursed_units.partner_id = :partner_id AND reimbursed_units.posting_no = r.value ->> 0

-- name: change @postgresql
UPDATE reimbursed_units
   SET priced_at = CAST(r.value ->> 1 AS BIGINT), quantity = CAST(r.value ->> 2 AS BIGINT),
       amount = CAST(r.value ->> 3 AS BIGINT)
  FROM json_array_elements(:rows::json) AS r
 WHERE reimbursed_units.partner_id = :partner_id AND reimbursed_units.posting_no = CAST(r.value ->> 0 AS BIGINT)
