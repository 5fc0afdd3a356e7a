-- Items, their mapping to suppliers, and partners' SKUs, as the operator reads them. All of these are reference tables.

-- name: item_by_id
SELECT item_id, name, wm_item_nbr, cid, category, product_type, tax_code, published_status
  FROM item
 WHERE item_id = :item_id

-- name: list_items
SELECT item_id, name, wm_item_nbr, cid, category, product_type, tax_code, published_status
  FROM item
 WHERE item_id > :after
 ORDER BY item_id
 LIMIT :rows_max

-- name: list_mappings
-- location_id 0 stands for every store and has no row of its own in location.
SELECT m.item_id, m.partner_id, m.location_id, p.code, l.code
  FROM item_supplier AS m
  JOIN partner AS p ON p.partner_id = m.partner_id
  LEFT JOIN location AS l ON l.location_id = m.location_id
 WHERE (m.item_id, m.partner_id, m.location_id) > (:item_id, :partner_id, :location_id)
   AND m.item_id <= :item_id_max
 ORDER BY m.item_id, m.partner_id, m.location_id
 LIMIT :rows_max

-- name: delete_mapping
DELETE FROM item_supplier
 WHERE item_id = :item_id
   AND partner_id = (SELECT partner_id FROM partner WHERE code = :supplier_code)
   AND location_id = :location_id

-- name: store_by_code
SELECT location_id
  FROM location
 WHERE kind = 'store' AND code = :code

-- name: list_skus
SELECT s.sku, s.item_id
  FROM sku AS s
 WHERE s.partner_id = (SELECT partner_id FROM partner WHERE code = :partner_code) AND s.sku > :after
 ORDER BY s.sku
 LIMIT :rows_max

-- name: delete_sku
DELETE FROM sku
 WHERE partner_id = (SELECT partner_id FROM partner WHERE code = :partner_code) AND sku = :sku
