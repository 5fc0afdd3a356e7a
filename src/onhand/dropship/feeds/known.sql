-- Which of many names are items of a partner's at a ship node (DS-19). `names` is a JSON list.

-- name: not_items_of_seller @sqlite
SELECT r.value
  FROM json_each(:names) AS r
 WHERE NOT EXISTS (SELECT 1 FROM sku AS s WHERE s.partner_id = :partner_id AND s.item_id = r.value)

-- name: not_items_of_seller @postgresql
SELECT r.item_id
  FROM (SELECT value::bigint AS item_id FROM json_array_elements_text(:names::json)) AS r
 WHERE NOT EXISTS (SELECT 1 FROM sku AS s WHERE s.partner_id = :partner_id AND s.item_id = r.item_id)

-- name: not_items_of_vendor @sqlite
SELECT r.value
  FROM json_each(:names) AS r
 WHERE NOT EXISTS (SELECT 1 FROM item_supplier AS m
                    WHERE m.item_id = r.value AND m.partner_id = :partner_id AND m.location_id IN (0, :location_id))
   AND NOT EXISTS (SELECT 1 FROM sku AS s WHERE s.partner_id = :partner_id AND s.item_id = r.value)

-- name: not_items_of_vendor @postgresql
SELECT r.item_id
  FROM (SELECT value::bigint AS item_id FROM json_array_elements_text(:names::json)) AS r
 WHERE NOT EXISTS (SELECT 1 FROM item_supplier AS m
                    WHERE m.item_id = r.item_id AND m.partner_id = :partner_id AND m.location_id IN (0, :location_id))
   AND NOT EXISTS (SELECT 1 FROM sku AS s WHERE s.partner_id = :partner_id AND s.item_id = r.item_id)

-- name: items_of_skus @sqlite
SELECT s.sku, s.item_id
  FROM sku AS s
 WHERE s.partner_id = :partner_id AND s.sku IN (SELECT value FROM json_each(:names))

-- name: items_of_skus @postgresql
SELECT s.sku, s.item_id
  FROM sku AS s
 WHERE s.partner_id = :partner_id AND s.sku = ANY (ARRAY(SELECT json_array_elements_text(:names::json)))

-- name: skus_of_items @sqlite
SELECT s.item_id, MIN(s.sku)
  FROM sku AS s
 WHERE s.partner_id = :partner_id AND s.item_id IN (SELECT value FROM json_each(:names))
 GROUP BY s.item_id

-- name: skus_of_items @postgresql
SELECT s.item_id, MIN(s.sku)
  FROM sku AS s
 WHERE s.partner_id = :partner_id AND s.item_id = ANY (ARRAY(SELECT json_array_elements_text(:names::json)::bigint))
 GROUP BY s.item_id
