-- What a report tells of items beside their names. All of these are reference tables.

-- name: details_of_items @sqlite
-- mapped is 1 where the item is mapped to the partner everywhere.
SELECT i.item_id, i.wm_item_nbr, i.name, i.published_status,
       (SELECT 1
          FROM item_supplier AS m
         WHERE m.item_id = i.item_id AND m.partner_id = :partner_id AND m.location_id = 0) AS mapped
  FROM json_each(:item_ids) AS asked
  JOIN item AS i ON i.item_id = asked.value

-- name: details_of_items @postgresql
SELECT i.item_id, i.wm_item_nbr, i.name, i.published_status,
       (SELECT 1
          FROM item_supplier AS m
         WHERE m.item_id = i.item_id AND m.partner_id = :partner_id AND m.location_id = 0) AS mapped
  FROM (SELECT value::bigint AS item_id FROM json_array_elements_text(:item_ids::json)) AS asked
  JOIN item AS i ON i.item_id = asked.item_id

-- name: mapped_places @sqlite
-- CROSS JOIN keeps the order: the other way round every mapping of the partner's would be looked for in the list.
SELECT m.item_id, m.location_id
  FROM json_each(:item_ids) AS asked
 CROSS JOIN item_supplier AS m ON m.item_id = asked.value AND m.partner_id = :partner_id

-- name: mapped_places @postgresql
SELECT m.item_id, m.location_id
  FROM (SELECT value::bigint AS item_id FROM json_array_elements_text(:item_ids::json)) AS asked
  JOIN item_supplier AS m ON m.item_id = asked.item_id AND m.partner_id = :partner_id
