-- What stands beside the ledger at a ship node. What was declared later wins, in whatever order it is written.

-- name: declare_endless @sqlite
INSERT INTO endless (location_id, item_id, declared_at)
SELECT :location_id, r.value, :declared_at
  FROM json_each(:item_ids) AS r
 WHERE true
    ON CONFLICT (location_id, item_id) DO UPDATE SET declared_at = MAX(endless.declared_at, excluded.declared_at)

-- name: declare_endless @postgresql
INSERT INTO endless (location_id, item_id, declared_at)
SELECT :location_id, r.value::bigint, :declared_at
  FROM json_array_elements_text(:item_ids::json) AS r (value)
    ON CONFLICT (location_id, item_id) DO UPDATE SET declared_at = GREATEST(endless.declared_at, excluded.declared_at)

-- name: declare_in_transit @sqlite
INSERT INTO in_transit (location_id, item_id, declared_at, content)
SELECT :location_id, CAST(r.key AS INTEGER), :declared_at, r.value
  FROM json_each(:contents) AS r
 WHERE true
    ON CONFLICT (location_id, item_id) DO UPDATE
   SET declared_at = excluded.declared_at, content = excluded.content
 WHERE in_transit.declared_at <= excluded.declared_at

-- name: declare_in_transit @postgresql
INSERT INTO in_transit (location_id, item_id, declared_at, content)
SELECT :location_id, r.key::bigint, :declared_at, r.value
  FROM json_each_text(:contents::json) AS r
    ON CONFLICT (location_id, item_id) DO UPDATE
   SET declared_at = excluded.declared_at, content = excluded.content
 WHERE in_transit.declared_at <= excluded.declared_at
