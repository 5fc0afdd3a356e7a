-- What messages refer to, looked up for a whole batch.

-- name: known_items @sqlite
SELECT item_id, cid
  FROM item
 WHERE item_id IN (SELECT value FROM json_each(:item_ids))

-- name: known_items @postgresql
SELECT item_id, cid
  FROM item
 WHERE item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))

-- name: known_partners @sqlite
SELECT code, partner_id, kind
  FROM partner
 WHERE code IN (SELECT value FROM json_each(:codes))

-- name: known_partners @postgresql
SELECT code, partner_id, kind
  FROM partner
 WHERE code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: owned_by_sku @sqlite
SELECT DISTINCT partner_id, item_id
  FROM sku
 WHERE partner_id IN (SELECT value FROM json_each(:partner_ids))
   AND item_id IN (SELECT value FROM json_each(:item_ids))

-- name: owned_by_sku @postgresql
SELECT DISTINCT partner_id, item_id
  FROM sku
 WHERE partner_id = ANY (ARRAY(SELECT json_array_elements_text(:partner_ids::json)::bigint))
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))

-- name: owned_by_stock @sqlite
SELECT owner_id, item_id
  FROM stock
 WHERE location_id = :location_id AND area = 0 AND state = 0
   AND item_id IN (SELECT value FROM json_each(:item_ids))
   AND owner_id IN (SELECT value FROM json_each(:partner_ids))

-- name: owned_by_stock @postgresql
SELECT owner_id, item_id
  FROM stock
 WHERE location_id = :location_id AND area = 0 AND state = 0
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
   AND owner_id = ANY (ARRAY(SELECT json_array_elements_text(:partner_ids::json)::bigint))
