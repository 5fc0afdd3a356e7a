-- A seller's ledger of money: locking its account, what commands refer to, and the rows that are written.

-- name: lock_account @sqlite
SELECT partner_id, currency, last_no, last_recorded_at, open_from
  FROM seller_account
 WHERE partner_id = :partner_id

-- name: lock_account @postgresql
SELECT partner_id, currency, last_no, last_recorded_at, open_from
  FROM seller_account
 WHERE partner_id = :partner_id
   FOR UPDATE

-- name: insert_account
INSERT INTO seller_account (partner_id, currency, last_no, last_recorded_at, open_from)
VALUES (:partner_id, :currency, :last_no, :last_recorded_at, :open_from)

-- name: update_account
UPDATE seller_account
   SET last_no = :last_no, last_recorded_at = :last_recorded_at, open_from = :open_from
 WHERE partner_id = :partner_id

-- name: balances
SELECT account, amount
  FROM money_balance
 WHERE partner_id = :partner_id

-- name: told_events @sqlite
SELECT event_id, content_hash, posting_no
  FROM money_event
 WHERE partner_id = :partner_id AND source = :source
   AND event_id IN (SELECT value FROM json_each(:event_ids))

-- name: told_events @postgresql
SELECT event_id, content_hash, posting_no
  FROM money_event
 WHERE partner_id = :partner_id AND source = :source
   AND event_id = ANY (ARRAY(SELECT json_array_elements_text(:event_ids::json)))

-- name: open_periods
SELECT partner_id, period, starts_at, ends_at, reports_at, report_day, first_line, last_line, total
  FROM settlement_period
 WHERE partner_id = :partner_id AND period >= :open_from
 ORDER BY period

-- name: closed_periods @sqlite
SELECT report_day, period, paid, deposited_at
  FROM settlement_period
 WHERE partner_id = :partner_id AND closed_at IS NOT NULL
   AND report_day IN (SELECT value FROM json_each(:report_days))

-- name: closed_periods @postgresql
SELECT report_day, period, paid, deposited_at
  FROM settlement_period
 WHERE partner_id = :partner_id AND closed_at IS NOT NULL
   AND report_day = ANY (ARRAY(SELECT json_array_elements_text(:report_days::json)::bigint))

-- name: sold_lines @sqlite
SELECT purchase_order, purchase_order_line, posting_no, posted_at, unit_price, quantity, returned, amounts
  FROM sold_line
 WHERE partner_id = :partner_id
   AND (purchase_order, purchase_order_line) IN (
       SELECT value ->> 0, value ->> 1 FROM json_each(:keys))

-- name: sold_lines @postgresql
SELECT purchase_order, purchase_order_line, posting_no, posted_at, unit_price, quantity, returned, amounts
  FROM sold_line
 WHERE partner_id = :partner_id
   AND (purchase_order, purchase_order_line) IN (
       SELECT value ->> 0, value ->> 1 FROM json_array_elements(:keys::json))

-- name: items_of_skus @sqlite
SELECT sku, item_id
  FROM sku
 WHERE partner_id = :partner_id AND sku IN (SELECT value FROM json_each(:skus))

-- name: items_of_skus @postgresql
SELECT sku, item_id
  FROM sku
 WHERE partner_id = :partner_id AND sku = ANY (ARRAY(SELECT json_array_elements_text(:skus::json)))

-- name: facts_of_postings @sqlite
SELECT posting_no, kind, description, corrects, customer_order, customer_order_line, purchase_order,
       purchase_order_line, partner_order, quantity, reason_code, reason, sku, gtin, item_name, tax_code, state, city,
       zip, contract_category, own_category, product_type, commission_rule, shipping_method, fulfilment, campaign,
       commission_rate, gift_wrap_quantity, tax_withheld, fee_withheld, original_price, original_commission, scheduled
  FROM money_posting
 WHERE partner_id = :partner_id
   AND posting_no IN (SELECT value FROM json_each(:posting_nos))

-- name: facts_of_postings @postgresql
SELECT posting_no, kind, description, corrects, customer_order, customer_order_line, purchase_order,
       purchase_order_line, partner_order, quantity, reason_code, reason, sku, gtin, item_name, tax_code, state, city,
       zip, contract_category, own_category, product_type, commission_rule, shipping_method, fulfilment, campaign,
       commission_rate, gift_wrap_quantity, tax_withheld, fee_withheld, original_price, original_commission, scheduled
  FROM money_posting
 WHERE partner_id = :partner_id
   AND posting_no = ANY (ARRAY(SELECT json_array_elements_text(:posting_nos::json)::bigint))

-- name: insert_events @sqlite
INSERT INTO money_event (partner_id, source, event_id, content_hash, posting_no, recorded_at)
VALUES (?, ?, ?, ?, ?, ?)

-- name: insert_events @postgresql
COPY money_event (partner_id, source, event_id, content_hash, posting_no, recorded_at) FROM STDIN

-- name: insert_postings @sqlite
INSERT INTO money_posting (
       partner_id, posting_no, period, posted_at, recorded_at, kind, description, corrects, customer_order,
       customer_order_line, purchase_order, purchase_order_line, partner_order, quantity, reason_code, reason, sku,
       gtin, item_name, tax_code, state, city, zip, contract_category, own_category, product_type, commission_rule,
       shipping_method, fulfilment, campaign, commission_rate, gift_wrap_quantity, tax_withheld, fee_withheld,
       original_price, original_commission, scheduled)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert_postings @postgresql
COPY money_posting (
     partner_id, posting_no, period, posted_at, recorded_at, kind, description, corrects, customer_order,
     customer_order_line, purchase_order, purchase_order_line, partner_order, quantity, reason_code, reason, sku,
     gtin, item_name, tax_code, state, city, zip, contract_category, own_category, product_type, commission_rule,
     shipping_method, fulfilment, campaign, commission_rate, gift_wrap_quantity, tax_withheld, fee_withheld,
     original_price, original_commission, scheduled) FROM STDIN

-- name: insert_lines @sqlite
INSERT INTO money_line (partner_id, period, line_no, posting_no, amount_type, amount, commission_rate)
VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: insert_lines @postgresql
COPY money_line (partner_id, period, line_no, posting_no, amount_type, amount, commission_rate) FROM STDIN

-- name: insert_legs @sqlite
INSERT INTO money_leg (partner_id, posting_no, account, amount)
VALUES (?, ?, ?, ?)

-- name: insert_legs @postgresql
COPY money_leg (partner_id, posting_no, account, amount) FROM STDIN

-- name: insert_sold @sqlite
INSERT INTO sold_line (partner_id, purchase_order, purchase_order_line, posting_no, gtin, unit_price, posted_at,
                       quantity, returned, amounts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert_sold @postgresql
COPY sold_line (partner_id, purchase_order, purchase_order_line, posting_no, gtin, unit_price, posted_at,
                quantity, returned, amounts) FROM STDIN

-- name: return_sold @sqlite
-- An upsert finds each row by its key: joined with a list, SQLite would go through every line that the seller ever sold.
INSERT INTO sold_line (partner_id, purchase_order, purchase_order_line, posting_no, gtin, unit_price, posted_at,
                       quantity, returned, amounts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (partner_id, purchase_order, purchase_order_line) DO UPDATE
   SET returned = excluded.returned, amounts = excluded.amounts

-- name: return_sold @postgresql
INSERT INTO sold_line (partner_id, purchase_order, purchase_order_line, posting_no, gtin, unit_price, posted_at,
                       quantity, returned, amounts)
SELECT partner_id, purchase_order, purchase_order_line, posting_no, gtin, unit_price, posted_at, quantity, returned,
       amounts
  FROM json_to_recordset(:rows::json) AS r (
       partner_id BIGINT, purchase_order TEXT, purchase_order_line TEXT, posting_no BIGINT, gtin TEXT,
       unit_price BIGINT, posted_at BIGINT, quantity INTEGER, returned INTEGER, amounts TEXT)
    ON CONFLICT (partner_id, purchase_order, purchase_order_line) DO UPDATE
   SET returned = excluded.returned, amounts = excluded.amounts

-- name: add_balances @sqlite
INSERT INTO money_balance (partner_id, account, amount)
SELECT :partner_id, r.value ->> 0, r.value ->> 1
  FROM json_each(:rows) AS r
 WHERE true
    ON CONFLICT (partner_id, account) DO UPDATE
   SET amount = money_balance.amount + excluded.amount

-- name: add_balances @postgresql
INSERT INTO money_balance (partner_id, account, amount)
SELECT :partner_id, value ->> 0, CAST(value ->> 1 AS BIGINT)
  FROM json_array_elements(:rows::json)
 ORDER BY 2
    ON CONFLICT (partner_id, account) DO UPDATE
   SET amount = money_balance.amount + excluded.amount

-- name: insert_periods @sqlite
INSERT INTO settlement_period (partner_id, period, starts_at, ends_at, reports_at, report_day, first_line, last_line,
                               total)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert_periods @postgresql
COPY settlement_period (partner_id, period, starts_at, ends_at, reports_at, report_day, first_line, last_line,
                        total) FROM STDIN

-- name: add_to_period
UPDATE settlement_period
   SET last_line = :last_line, total = total + :amount
 WHERE partner_id = :partner_id AND period = :period

-- name: deposit_period
UPDATE settlement_period
   SET deposited_at = :deposited_at, deposit_reference = :reference
 WHERE partner_id = :partner_id AND period = :period
