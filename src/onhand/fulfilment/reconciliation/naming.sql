-- What sellers call their items, as of a refresh. An item without a SKU is known by its GTIN; of several the smallest.
-- 9223372036854775807 stands for no refresh yet.

-- name: name_found @sqlite
-- Items that have no name yet.
INSERT INTO reconciliation_name (partner_id, item_id, refresh_id, replaced_by, gtin, item_number, sku, name)
SELECT :partner_id, wanted.value, :refresh_id, 9223372036854775807, printf('%014d', wanted.value),
       COALESCE(item.wm_item_nbr, ''),
       COALESCE((SELECT MIN(sku) FROM sku WHERE partner_id = :partner_id AND item_id = wanted.value),
                printf('%014d', wanted.value)),
       COALESCE(item.name, '')
  FROM json_each(:item_ids) AS wanted
  LEFT JOIN item ON item.item_id = wanted.value
 WHERE NOT EXISTS (SELECT 1
                     FROM reconciliation_name AS known
                    WHERE known.partner_id = :partner_id AND known.item_id = wanted.value)
    ON CONFLICT (partner_id, item_id, refresh_id) DO NOTHING

-- name: name_found @postgresql
INSERT INTO reconciliation_name (partner_id, item_id, refresh_id, replaced_by, gtin, item_number, sku, name)
SELECT :partner_id, wanted.item_id, :refresh_id, 9223372036854775807, wanted.gtin, COALESCE(item.wm_item_nbr, ''),
       COALESCE((SELECT MIN(sku) FROM sku WHERE partner_id = :partner_id AND item_id = wanted.item_id), wanted.gtin),
       COALESCE(item.name, '')
  FROM (SELECT value::bigint AS item_id, lpad(value, 14, '0') COLLATE "C" AS gtin
          FROM json_array_elements_text(:item_ids::json)) AS wanted
  LEFT JOIN item ON item.item_id = wanted.item_id
 WHERE NOT EXISTS (SELECT 1
                     FROM reconciliation_name AS known
                    WHERE known.partner_id = :partner_id AND known.item_id = wanted.item_id)
    ON CONFLICT (partner_id, item_id, refresh_id) DO NOTHING

-- name: next_named
-- Where some of a seller's items end.
SELECT COUNT(*), MAX(item_id)
  FROM (SELECT item_id
          FROM reconciliation_name
         WHERE partner_id = :partner_id AND item_id > :after
         ORDER BY item_id
         LIMIT :rows_max) AS next_items

-- name: end_changed
-- Names that the catalogue has others for by now end with this refresh.
UPDATE reconciliation_name
   SET replaced_by = :refresh_id
 WHERE partner_id = :partner_id AND item_id > :after AND item_id <= :last AND replaced_by = 9223372036854775807
   AND refresh_id < :refresh_id
   AND EXISTS (SELECT 1
                 FROM item
                WHERE item.item_id = reconciliation_name.item_id
                  AND (item.name <> reconciliation_name.name
                       OR COALESCE(item.wm_item_nbr, '') <> reconciliation_name.item_number
                       OR COALESCE((SELECT MIN(sku.sku)
                                      FROM sku
                                     WHERE sku.partner_id = :partner_id AND sku.item_id = item.item_id),
                                   reconciliation_name.gtin) <> reconciliation_name.sku))

-- name: name_changed
INSERT INTO reconciliation_name (partner_id, item_id, refresh_id, replaced_by, gtin, item_number, sku, name)
SELECT :partner_id, ended.item_id, :refresh_id, 9223372036854775807, ended.gtin, COALESCE(item.wm_item_nbr, ''),
       COALESCE((SELECT MIN(sku) FROM sku WHERE partner_id = :partner_id AND item_id = ended.item_id), ended.gtin),
       item.name
  FROM reconciliation_name AS ended
  JOIN item ON item.item_id = ended.item_id
 WHERE ended.partner_id = :partner_id AND ended.item_id > :after AND ended.item_id <= :last
   AND ended.replaced_by = :refresh_id
    ON CONFLICT (partner_id, item_id, refresh_id) DO NOTHING

-- name: names_page
-- A seller's items as they were called at a refresh, in the order of their SKUs.
SELECT item_id, gtin, item_number, sku, name
  FROM reconciliation_name
 WHERE partner_id = :partner_id AND refresh_id <= :refresh_id AND replaced_by > :refresh_id
   AND (sku, item_id) > (:sku, :item_id)
 ORDER BY sku, item_id
 LIMIT :rows_max

-- name: name_of_item
SELECT item_id, gtin, item_number, sku, name
  FROM reconciliation_name
 WHERE partner_id = :partner_id AND item_id = :item_id AND refresh_id <= :refresh_id AND replaced_by > :refresh_id
