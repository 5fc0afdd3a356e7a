-- Storing files of the catalogue: what a batch of rows refers to, and the rows that are written.

-- name: lock_catalogue @sqlite
-- SQLite has one writer.
SELECT 1

-- name: lock_catalogue @postgresql
-- One import at a time, by the retailer's row; rows that refer to it are not held up.
SELECT 1 FROM partner WHERE partner_id = 1 FOR NO KEY UPDATE

-- name: items_with_ids @sqlite
SELECT item_id, name, wm_item_nbr, cid, category, product_type, tax_code, published_status
  FROM item
 WHERE item_id IN (SELECT value FROM json_each(:item_ids))

-- name: items_with_ids @postgresql
SELECT item_id, name, wm_item_nbr, cid, category, product_type, tax_code, published_status
  FROM item
 WHERE item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))

-- name: holders_of_wm_item_nbrs @sqlite
SELECT wm_item_nbr, item_id
  FROM item
 WHERE wm_item_nbr IN (SELECT value FROM json_each(:wm_item_nbrs))

-- name: holders_of_wm_item_nbrs @postgresql
SELECT wm_item_nbr, item_id
  FROM item
 WHERE wm_item_nbr = ANY (ARRAY(SELECT json_array_elements_text(:wm_item_nbrs::json)))

-- name: put_items @sqlite
INSERT INTO item (item_id, name, wm_item_nbr, cid, category, product_type, tax_code, published_status,
                  created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (item_id) DO UPDATE
   SET name = excluded.name, wm_item_nbr = excluded.wm_item_nbr, cid = excluded.cid, category = excluded.category,
       product_type = excluded.product_type, tax_code = excluded.tax_code,
       published_status = excluded.published_status, updated_at = excluded.updated_at

-- name: put_items @postgresql
INSERT INTO item (item_id, name, wm_item_nbr, cid, category, product_type, tax_code, published_status,
                  created_at, updated_at)
SELECT item_id, name, wm_item_nbr, cid, category, product_type, tax_code, published_status, created_at, updated_at
  FROM json_to_recordset(:rows::json) AS r (
       item_id BIGINT, name TEXT, wm_item_nbr TEXT, cid TEXT, category TEXT, product_type TEXT, tax_code TEXT,
       published_status TEXT, created_at BIGINT, updated_at BIGINT)
    ON CONFLICT (item_id) DO UPDATE
   SET name = excluded.name, wm_item_nbr = excluded.wm_item_nbr, cid = excluded.cid, category = excluded.category,
       product_type = excluded.product_type, tax_code = excluded.tax_code,
       published_status = excluded.published_status, updated_at = excluded.updated_at

-- name: insert_cid_changes @sqlite
-- Two changes within one tick of the clock keep their order.
INSERT INTO cid_change (item_id, changed_at, from_cid, to_cid)
SELECT ?1, MAX(?2, COALESCE(MAX(changed_at) + 1, ?2)), ?3, ?4
  FROM cid_change
 WHERE item_id = ?1

-- name: insert_cid_changes @postgresql
INSERT INTO cid_change (item_id, changed_at, from_cid, to_cid)
SELECT r.item_id, GREATEST(r.changed_at, MAX(c.changed_at) + 1), r.from_cid, r.to_cid
  FROM json_to_recordset(:rows::json) AS r (item_id BIGINT, changed_at BIGINT, from_cid TEXT, to_cid TEXT)
  LEFT JOIN cid_change AS c ON c.item_id = r.item_id
 GROUP BY r.item_id, r.changed_at, r.from_cid, r.to_cid

-- name: partners_with_codes @sqlite
SELECT code, partner_id
  FROM partner
 WHERE kind = :kind AND code IN (SELECT value FROM json_each(:codes))

-- name: partners_with_codes @postgresql
SELECT code, partner_id
  FROM partner
 WHERE kind = :kind AND code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: stores_with_codes @sqlite
SELECT code, location_id
  FROM location
 WHERE kind = 'store' AND code IN (SELECT value FROM json_each(:codes))

-- name: stores_with_codes @postgresql
SELECT code, location_id
  FROM location
 WHERE kind = 'store' AND code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: insert_mappings @sqlite
INSERT INTO item_supplier (item_id, partner_id, location_id, created_at)
VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING

-- name: insert_mappings @postgresql
INSERT INTO item_supplier (item_id, partner_id, location_id, created_at)
SELECT item_id, partner_id, location_id, created_at
  FROM json_to_recordset(:rows::json) AS r (item_id BIGINT, partner_id BIGINT, location_id BIGINT, created_at BIGINT)
    ON CONFLICT DO NOTHING

-- name: skus_known @sqlite
SELECT partner_id, sku, item_id
  FROM sku
 WHERE partner_id IN (SELECT value FROM json_each(:partner_ids))
   AND sku IN (SELECT value FROM json_each(:skus))

-- name: skus_known @postgresql
SELECT partner_id, sku, item_id
  FROM sku
 WHERE partner_id = ANY (ARRAY(SELECT json_array_elements_text(:partner_ids::json)::bigint))
   AND sku = ANY (ARRAY(SELECT json_array_elements_text(:skus::json)))

-- name: put_skus @sqlite
INSERT INTO sku (partner_id, sku, item_id, created_at)
VALUES (?, ?, ?, ?)
    ON CONFLICT (partner_id, sku) DO UPDATE SET item_id = excluded.item_id

-- name: put_skus @postgresql
INSERT INTO sku (partner_id, sku, item_id, created_at)
SELECT partner_id, sku, item_id, created_at
  FROM json_to_recordset(:rows::json) AS r (partner_id BIGINT, sku TEXT, item_id BIGINT, created_at BIGINT)
    ON CONFLICT (partner_id, sku) DO UPDATE SET item_id = excluded.item_id
