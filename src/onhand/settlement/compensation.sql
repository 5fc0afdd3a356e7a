-- What a seller's units are worth: the price that the item was last sold at.

-- name: last_price
SELECT unit_price, posted_at
  FROM sold_line
 WHERE partner_id = :partner_id AND gtin = :gtin AND posted_at <= :occurred_at
 ORDER BY posted_at DESC, posting_no DESC
 LIMIT 1

-- name: account_of
SELECT 1
  FROM seller_account
 WHERE partner_id = :partner_id

-- name: position_of
SELECT reached
  FROM loss_position
 WHERE location_id = :location_id

-- name: keep_position
INSERT INTO loss_position (location_id, reached)
VALUES (:location_id, :reached)
    ON CONFLICT (location_id) DO UPDATE
   SET reached = excluded.reached
