-- Sellers' names of items. All of these are reference tables.

-- name: item_of_sku
SELECT item_id
  FROM sku
 WHERE partner_id = :partner_id AND sku = :sku

-- name: has_sku
SELECT 1
  FROM sku
 WHERE partner_id = :partner_id AND item_id = :item_id
 LIMIT 1

-- name: skus_of_items @sqlite
SELECT item_id, MIN(sku)
  FROM sku
 WHERE partner_id = :partner_id AND item_id IN (SELECT value FROM json_each(:item_ids))
 GROUP BY item_id

-- name: skus_of_items @postgresql
SELECT item_id, MIN(sku)
  FROM sku
 WHERE partner_id = :partner_id
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
 GROUP BY item_id
