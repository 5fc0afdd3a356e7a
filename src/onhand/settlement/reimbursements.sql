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
-- An upsert finds each row by its key: joined with a list, SQLite would go through all of the seller's.
INSERT INTO reimbursed_units (partner_id, posting_no, gtin, description, occurred_at, priced_at, quantity, amount)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (partner_id, posting_no) DO UPDATE
   SET priced_at = excluded.priced_at, quantity = excluded.quantity, amount = excluded.amount

-- name: change @postgresql
INSERT INTO reimbursed_units (partner_id, posting_no, gtin, description, occurred_at, priced_at, quantity, amount)
SELECT partner_id, posting_no, gtin, description, occurred_at, priced_at, quantity, amount
  FROM json_to_recordset(:rows::json) AS r (
       partner_id BIGINT, posting_no BIGINT, gtin TEXT, description TEXT, occurred_at BIGINT, priced_at BIGINT,
       quantity BIGINT, amount BIGINT)
    ON CONFLICT (partner_id, posting_no) DO UPDATE
   SET priced_at = excluded.priced_at, quantity = excluded.quantity, amount = excluded.amount
