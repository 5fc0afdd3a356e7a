-- Fulfilment centres. All of these are reference tables.

-- name: nodes_and_centres_with_codes @sqlite
SELECT kind, code, name
  FROM location
 WHERE kind IN ('ship_node', 'fulfilment_centre') AND code IN (SELECT value FROM json_each(:codes))

-- name: nodes_and_centres_with_codes @postgresql
SELECT kind, code, name
  FROM location
 WHERE kind IN ('ship_node', 'fulfilment_centre')
   AND code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: list_centres
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE kind = 'fulfilment_centre' AND code > :after
 ORDER BY code
 LIMIT :rows_max

-- name: all_centres
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE kind = 'fulfilment_centre'
 ORDER BY code
