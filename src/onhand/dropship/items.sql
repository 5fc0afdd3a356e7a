-- Which items are a partner's (DS-19): those that it has a SKU for, and a vendor's those that are mapped to it everywhere
-- or at one of its ship nodes. All of these are reference tables.

-- name: item_by_gtin
SELECT named.item_id, named.sku
  FROM (SELECT CAST(:item_id AS BIGINT) AS item_id,
               (SELECT MIN(sku) FROM sku WHERE partner_id = :partner_id AND item_id = :item_id) AS sku) AS named
 WHERE named.sku IS NOT NULL
    OR EXISTS (SELECT 1
                 FROM item_supplier AS m
                 LEFT JOIN location AS l ON l.location_id = m.location_id
                WHERE m.item_id = :item_id AND m.partner_id = :partner_id
                  AND (m.location_id = 0 OR l.partner_id = :partner_id))

-- name: item_by_sku
-- item_id is the GTIN that the SKU would be: an item without a SKU is known by it.
SELECT s.item_id, s.sku
  FROM sku AS s
 WHERE s.partner_id = :partner_id AND s.sku = :sku
UNION ALL
SELECT named.item_id, NULL
  FROM (SELECT CAST(:item_id AS BIGINT) AS item_id) AS named
 WHERE NOT EXISTS (SELECT 1 FROM sku WHERE partner_id = :partner_id AND sku = :sku)
   AND NOT EXISTS (SELECT 1 FROM sku WHERE partner_id = :partner_id AND item_id = :item_id)
   AND EXISTS (SELECT 1
                 FROM item_supplier AS m
                 LEFT JOIN location AS l ON l.location_id = m.location_id
                WHERE m.item_id = :item_id AND m.partner_id = :partner_id
                  AND (m.location_id = 0 OR l.partner_id = :partner_id))

-- name: list_items
-- Each half gives no more than the page, so that a page costs the same wherever it begins.
SELECT owned.item_id, (SELECT MIN(sku) FROM sku WHERE partner_id = :partner_id AND sku.item_id = owned.item_id)
  FROM (SELECT item_id
          FROM (SELECT DISTINCT item_id
                  FROM sku
                 WHERE partner_id = :partner_id AND item_id > :after
                 ORDER BY item_id
                 LIMIT :rows_max) AS by_sku
         UNION
        SELECT item_id
          FROM (SELECT DISTINCT m.item_id
                  FROM item_supplier AS m
                  LEFT JOIN location AS l ON l.location_id = m.location_id
                 WHERE m.partner_id = :partner_id AND m.item_id > :after
                   AND (m.location_id = 0 OR l.partner_id = :partner_id)
                 ORDER BY m.item_id
                 LIMIT :rows_max) AS by_mapping) AS owned
 ORDER BY owned.item_id
 LIMIT :rows_max

-- name: count_items
SELECT COUNT(*)
  FROM (SELECT item_id
          FROM sku
         WHERE partner_id = :partner_id
         UNION
        SELECT m.item_id
          FROM item_supplier AS m
          LEFT JOIN location AS l ON l.location_id = m.location_id
         WHERE m.partner_id = :partner_id AND (m.location_id = 0 OR l.partner_id = :partner_id)) AS owned
