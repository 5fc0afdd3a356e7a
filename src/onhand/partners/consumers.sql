-- Consumers and the versions of their keys. All of these are reference tables.

-- name: signing_partner
SELECT partner_id, kind
  FROM partner
 WHERE code = :code

-- name: consumer_by_id
SELECT c.consumer_id, p.partner_id, p.code
  FROM consumer AS c
  JOIN partner AS p ON p.partner_id = c.partner_id
 WHERE c.consumer_id = :consumer_id

-- name: insert_consumer
INSERT INTO consumer (consumer_id, partner_id, created_at)
VALUES (:consumer_id, :partner_id, :created_at)
    ON CONFLICT DO NOTHING

-- name: list_consumers
SELECT c.consumer_id, p.partner_id, p.code
  FROM consumer AS c
  JOIN partner AS p ON p.partner_id = c.partner_id
 WHERE c.consumer_id > :after AND (:any_partner = 1 OR p.code = :partner_code)
 ORDER BY c.consumer_id
 LIMIT :rows_max

-- name: key_by_version
SELECT consumer_id, key_version, public_key, created_at, revoked_at
  FROM consumer_key
 WHERE consumer_id = :consumer_id AND key_version = :key_version

-- name: insert_key
INSERT INTO consumer_key (consumer_id, key_version, public_key, created_at)
VALUES (:consumer_id, :key_version, :public_key, :created_at)
    ON CONFLICT DO NOTHING

-- name: revoke_key
UPDATE consumer_key
   SET revoked_at = :revoked_at
 WHERE consumer_id = :consumer_id AND key_version = :key_version AND revoked_at IS NULL

-- name: list_keys
SELECT consumer_id, key_version, public_key, created_at, revoked_at
  FROM consumer_key
 WHERE consumer_id = :consumer_id AND key_version > :after
 ORDER BY key_version
 LIMIT :rows_max
