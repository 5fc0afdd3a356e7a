-- What messages refer to, looked up for a whole batch.

-- name: known_items @sqlite
SELECT item_id, cid
  FROM item
 WHERE item_id IN (SELECT value FROM json_each(:item_ids))

-- name: known_items @postgresql
SELECT item_id, cid
  FROM item
 WHERE item_id = ANY (ARRAY(SELECT json_array_elements_text(:item_ids::json)::bigint))
