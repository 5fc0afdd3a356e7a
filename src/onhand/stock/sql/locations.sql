-- Locations: stores, ship nodes, fulfilment centres.

-- name: location_by_code
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE kind = :kind AND code = :code

-- name: all_locations
SELECT location_id, kind, code, name, partner_id, reporting_zone
  FROM location
 WHERE kind = :kind AND location_id > :after
 ORDER BY location_id
 LIMIT :rows_max

-- name: locations_with_codes @sqlite
SELECT code, name, location_id
  FROM location
 WHERE kind = :kind AND code IN (SELECT value FROM json_each(:codes))

-- name: locations_with_codes @postgresql
SELECT code, name, location_id
  FROM location
 WHERE kind = :kind AND code = ANY (ARRAY(SELECT json_array_elements_text(:codes::json)))

-- name: newest_location
SELECT COALESCE(MAX(location_id), 0) FROM location

-- name: insert_locations @sqlite
INSERT INTO location (location_id, kind, code, name, partner_id, reporting_zone, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING

-- name: insert_locations @postgresql
INSERT INTO location (location_id, kind, code, name, partner_id, reporting_zone, created_at)
SELECT location_id, kind, code, name, partner_id, reporting_zone, created_at
  FROM json_to_recordset(:rows::json) AS r (
       location_id BIGINT, kind TEXT, code TEXT, name TEXT, partner_id BIGINT, reporting_zone TEXT, created_at BIGINT)
    ON CONFLICT DO NOTHING
