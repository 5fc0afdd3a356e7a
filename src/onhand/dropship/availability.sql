-- What a ship node holds of items. State 0 is on hand, state 2 what orders hold of it.

-- name: of_gtin_at_node
-- No row: the item is not the partner's at this node. NULLs: nothing of it was ever declared or moved there.
SELECT named.item_id, named.sku, e.declared_at, h.quantity, h.count_occurred_at, h.last_seq, r.quantity, r.last_seq
  FROM (SELECT CAST(:item_id AS BIGINT) AS item_id,
               (SELECT MIN(sku) FROM sku WHERE partner_id = :partner_id AND item_id = :item_id) AS sku) AS named
  LEFT JOIN endless AS e ON e.location_id = :location_id AND e.item_id = named.item_id
  LEFT JOIN stock AS h
    ON h.location_id = :location_id AND h.item_id = named.item_id AND h.owner_id = :partner_id
   AND h.area = 0 AND h.state = 0
  LEFT JOIN stock AS r
    ON r.location_id = :location_id AND r.item_id = named.item_id AND r.owner_id = :partner_id
   AND r.area = 0 AND r.state = 2
 WHERE named.sku IS NOT NULL
    OR EXISTS (SELECT 1
                 FROM item_supplier
                WHERE item_id = :item_id AND partner_id = :partner_id AND location_id IN (0, :location_id))

-- name: of_sku_at_node
-- item_id is the GTIN that the SKU would be: an item without a SKU is known by it.
SELECT named.item_id, named.sku, e.declared_at, h.quantity, h.count_occurred_at, h.last_seq, r.quantity, r.last_seq
  FROM (SELECT item_id, sku
          FROM sku
         WHERE partner_id = :partner_id AND sku = :sku
         UNION ALL
        SELECT gtin.item_id, NULL
          FROM (SELECT CAST(:item_id AS BIGINT) AS item_id) AS gtin
         WHERE NOT EXISTS (SELECT 1 FROM sku WHERE partner_id = :partner_id AND sku = :sku)
           AND NOT EXISTS (SELECT 1 FROM sku WHERE partner_id = :partner_id AND item_id = :item_id)
           AND EXISTS (SELECT 1
                         FROM item_supplier
                        WHERE item_id = :item_id AND partner_id = :partner_id
                          AND location_id IN (0, :location_id))) AS named
  LEFT JOIN endless AS e ON e.location_id = :location_id AND e.item_id = named.item_id
  LEFT JOIN stock AS h
    ON h.location_id = :location_id AND h.item_id = named.item_id AND h.owner_id = :partner_id
   AND h.area = 0 AND h.state = 0
  LEFT JOIN stock AS r
    ON r.location_id = :location_id AND r.item_id = named.item_id AND r.owner_id = :partner_id
   AND r.area = 0 AND r.state = 2

-- name: stocks_at_node @sqlite
SELECT asked.value, NULL, e.declared_at, h.quantity, h.count_occurred_at, h.last_seq, r.quantity, r.last_seq
  FROM json_each(:item_ids) AS asked
  LEFT JOIN endless AS e ON e.location_id = :location_id AND e.item_id = asked.value
  LEFT JOIN stock AS h
    ON h.location_id = :location_id AND h.item_id = asked.value AND h.owner_id = :partner_id
   AND h.area = 0 AND h.state = 0
  LEFT JOIN stock AS r
    ON r.location_id = :location_id AND r.item_id = asked.value AND r.owner_id = :partner_id
   AND r.area = 0 AND r.state = 2
 WHERE e.declared_at IS NOT NULL OR h.quantity IS NOT NULL OR r.quantity IS NOT NULL

-- name: stocks_at_node @postgresql
SELECT asked.item_id, NULL, e.declared_at, h.quantity, h.count_occurred_at, h.last_seq, r.quantity, r.last_seq
  FROM (SELECT value::bigint AS item_id FROM json_array_elements_text(:item_ids::json)) AS asked
  LEFT JOIN endless AS e ON e.location_id = :location_id AND e.item_id = asked.item_id
  LEFT JOIN stock AS h
    ON h.location_id = :location_id AND h.item_id = asked.item_id AND h.owner_id = :partner_id
   AND h.area = 0 AND h.state = 0
  LEFT JOIN stock AS r
    ON r.location_id = :location_id AND r.item_id = asked.item_id AND r.owner_id = :partner_id
   AND r.area = 0 AND r.state = 2
 WHERE e.declared_at IS NOT NULL OR h.quantity IS NOT NULL OR r.quantity IS NOT NULL

-- name: own_node
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE kind = 'ship_node' AND code = :code AND partner_id = :partner_id
