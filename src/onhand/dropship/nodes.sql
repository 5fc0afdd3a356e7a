-- Ship nodes, their owners, and the node that is meant where a seller's call names none. All of these are reference tables.

-- name: owners_with_codes @sqlite
SELECT code, kind, partner_id
  FROM partner
 WHERE code IN (SELECT value FROM json_each(:codes))

-- name: owners_with_codes @postgresql
SELECT code, kind, partner_id
  FROM partner
 WHERE code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: nodes_with_codes @sqlite
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE kind = 'ship_node' AND code IN (SELECT value FROM json_each(:codes))

-- name: nodes_with_codes @postgresql
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE kind = 'ship_node' AND code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: centres_with_codes @sqlite
SELECT code
  FROM location
 WHERE kind = 'fulfilment_centre' AND code IN (SELECT value FROM json_each(:codes))

-- name: centres_with_codes @postgresql
SELECT code
  FROM location
 WHERE kind = 'fulfilment_centre' AND code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: nodes_of
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE partner_id = :partner_id AND kind = 'ship_node'
 ORDER BY code

-- name: default_node
SELECT l.location_id, l.kind, l.code, l.name, l.partner_id, l.reporting_zone
  FROM default_node AS d
  JOIN location AS l ON l.location_id = d.location_id
 WHERE d.partner_id = :partner_id

-- name: first_default_node @sqlite
INSERT INTO default_node (partner_id, location_id)
VALUES (?, ?)
    ON CONFLICT DO NOTHING

-- name: first_default_node @postgresql
INSERT INTO default_node (partner_id, location_id)
SELECT partner_id, location_id
  FROM json_to_recordset(:rows::json) AS r (partner_id BIGINT, location_id BIGINT)
    ON CONFLICT DO NOTHING

-- name: forget_default_node
DELETE FROM default_node
 WHERE partner_id = :partner_id

-- name: set_default_node
INSERT INTO default_node (partner_id, location_id)
VALUES (:partner_id, :location_id)
    ON CONFLICT DO NOTHING

-- name: list_ship_nodes
SELECT l.code, l.name, p.code, d.location_id
  FROM location AS l
  JOIN partner AS p ON p.partner_id = l.partner_id
  LEFT JOIN default_node AS d ON d.partner_id = l.partner_id AND d.location_id = l.location_id
 WHERE l.kind = 'ship_node' AND l.code > :after
 ORDER BY l.code
 LIMIT :rows_max

-- name: list_ship_nodes_of
SELECT l.code, l.name, p.code, d.location_id
  FROM partner AS p
  JOIN location AS l ON l.partner_id = p.partner_id
  LEFT JOIN default_node AS d ON d.partner_id = l.partner_id AND d.location_id = l.location_id
 WHERE p.code = :partner_code AND l.kind = 'ship_node' AND l.code > :after
 ORDER BY l.code
 LIMIT :rows_max
