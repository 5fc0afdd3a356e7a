-- The operator's clients, a reference table.

-- name: operator_client_by_id
SELECT client_id, source, created_at, revoked_at, token_hash
  FROM operator_client
 WHERE client_id = :client_id

-- name: operator_client_by_token
SELECT client_id, source, created_at, revoked_at
  FROM operator_client
 WHERE token_hash = :token_hash AND revoked_at IS NULL

-- name: operator_clients_by_tokens @sqlite
SELECT token_hash, client_id, source, created_at, revoked_at
  FROM operator_client
 WHERE token_hash IN (SELECT value FROM json_each(:token_hashes)) AND revoked_at IS NULL

-- name: operator_clients_by_tokens @postgresql
SELECT token_hash, client_id, source, created_at, revoked_at
  FROM operator_client
 WHERE token_hash = ANY (ARRAY(SELECT json_array_elements_text(:token_hashes::json))) AND revoked_at IS NULL

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
