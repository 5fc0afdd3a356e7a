-- What is on hand now, for the supplier that asks.

-- name: available
-- No row: the item is not mapped to the supplier at this store. A row of NULLs: mapped, but never any stock.
SELECT stock.area, stock.state, stock.quantity, stock.newest_occurred_at
  FROM (SELECT CAST(:item_id AS BIGINT) AS item_id
         WHERE EXISTS (SELECT 1
                         FROM item_supplier
                        WHERE item_id = :item_id AND partner_id = :supplier_id
                          AND location_id IN (0, :location_id))) AS mapped
  LEFT JOIN stock
    ON stock.location_id = :location_id AND stock.item_id = mapped.item_id AND stock.owner_id = :owner_id
 ORDER BY stock.area, stock.state

-- name: mapped_items @sqlite
SELECT DISTINCT item.item_id, item.wm_item_nbr, item.cid
  FROM json_each(:item_ids) AS asked
  JOIN item_supplier AS mapping
    ON mapping.item_id = asked.value AND mapping.partner_id = :supplier_id AND mapping.location_id IN (0, :location_id)
  JOIN item ON item.item_id = mapping.item_id

-- name: mapped_items @postgresql
SELECT DISTINCT item.item_id, item.wm_item_nbr, item.cid
  FROM item_supplier AS mapping
  JOIN item ON item.item_id = mapping.item_id
 WHERE mapping.item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
   AND mapping.partner_id = :supplier_id AND mapping.location_id IN (0, :location_id)

-- name: mapped_items_by_number @sqlite
SELECT DISTINCT item.wm_item_nbr, item.item_id
  FROM json_each(:wm_item_nbrs) AS asked
  JOIN item ON item.wm_item_nbr = asked.value
  JOIN item_supplier AS mapping
    ON mapping.item_id = item.item_id AND mapping.partner_id = :supplier_id
   AND mapping.location_id IN (0, :location_id)

-- name: mapped_items_by_number @postgresql
SELECT DISTINCT item.wm_item_nbr, item.item_id
  FROM item
  JOIN item_supplier AS mapping
    ON mapping.item_id = item.item_id AND mapping.partner_id = :supplier_id
   AND mapping.location_id IN (0, :location_id)
 WHERE item.wm_item_nbr = ANY (ARRAY(SELECT json_array_elements_text(:wm_item_nbrs::json)))

-- name: mapped_items_of_cids @sqlite
SELECT DISTINCT item.cid, item.item_id
  FROM json_each(:cids) AS asked
  JOIN item ON item.cid = asked.value
  JOIN item_supplier AS mapping
    ON mapping.item_id = item.item_id AND mapping.partner_id = :supplier_id
   AND mapping.location_id IN (0, :location_id)

-- name: mapped_items_of_cids @postgresql
SELECT DISTINCT item.cid, item.item_id
  FROM item
  JOIN item_supplier AS mapping
    ON mapping.item_id = item.item_id AND mapping.partner_id = :supplier_id
   AND mapping.location_id IN (0, :location_id)
 WHERE item.cid = ANY (ARRAY(SELECT json_array_elements_text(:cids::json)))

-- name: stock_of_items @sqlite
SELECT item_id, area, state, quantity, newest_occurred_at
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id
   AND item_id IN (SELECT value FROM json_each(:item_ids))
 ORDER BY item_id, area, state

-- name: stock_of_items @postgresql
SELECT item_id, area, state, quantity, newest_occurred_at
  FROM stock
 WHERE location_id = :location_id AND owner_id = :owner_id
   AND item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
 ORDER BY item_id, area, state

-- name: streams_of_item
SELECT area, state
  FROM stock
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id
 ORDER BY area, state
