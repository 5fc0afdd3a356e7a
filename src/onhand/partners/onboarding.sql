-- Partners, their associations, consumers and keys, and the operator's clients. All of these are reference tables.

-- name: partner_by_code
SELECT partner_id, kind, code, name
  FROM partner
 WHERE code = :code

-- name: insert_partner
-- `WHERE true` keeps SQLite from taking ON CONFLICT for the condition of a join.
INSERT INTO partner (partner_id, kind, code, name, created_at)
SELECT COALESCE(MAX(partner_id), 0) + 1, :kind, :code, :name, :created_at
  FROM partner
 WHERE true
    ON CONFLICT DO NOTHING

-- name: list_partners
SELECT partner_id, kind, code, name
  FROM partner
 WHERE code > :after AND kind <> 'retailer' AND (:any_kind = 1 OR kind = :kind)
 ORDER BY code
 LIMIT :rows_max

-- name: insert_association
INSERT INTO association (provider_id, supplier_id, created_at)
VALUES (:provider_id, :supplier_id, :created_at)
    ON CONFLICT DO NOTHING

-- name: delete_association
DELETE FROM association
 WHERE provider_id = :provider_id AND supplier_id = :supplier_id

-- name: list_suppliers_of
SELECT s.partner_id, s.kind, s.code, s.name
  FROM association AS a
  JOIN partner AS s ON s.partner_id = a.supplier_id
 WHERE a.provider_id = :provider_id AND s.code > :after
 ORDER BY s.code
 LIMIT :rows_max

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

-- name: operator_client_by_id
SELECT client_id, source, created_at, revoked_at, token_hash
  FROM operator_client
 WHERE client_id = :client_id

-- name: operator_client_by_token
SELECT client_id, source, created_at, revoked_at
  FROM operator_client
 WHERE token_hash = :token_hash AND revoked_at IS NULL

-- name: holder_of_token
SELECT client_id
  FROM operator_client
 WHERE token_hash = :token_hash

-- name: insert_operator_client
INSERT INTO operator_client (client_id, token_hash, source, created_at)
VALUES (:client_id, :token_hash, :source, :created_at)
    ON CONFLICT DO NOTHING

-- name: revoke_operator_client
UPDATE operator_client
   SET revoked_at = :revoked_at
 WHERE client_id = :client_id AND revoked_at IS NULL

-- name: list_operator_clients
SELECT client_id, source, created_at, revoked_at
  FROM operator_client
 WHERE client_id > :after
 ORDER BY client_id
 LIMIT :rows_max
