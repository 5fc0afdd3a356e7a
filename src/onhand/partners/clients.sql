-- Clients of the gateway, a reference table.

-- name: client_partner
SELECT partner_id, kind
  FROM partner
 WHERE code = :code

-- name: client_by_id
SELECT c.client_id, p.code, p.kind, c.inventory_scope, c.feeds_scope, c.reports_scope, c.channel_type, c.created_at,
       c.revoked_at, c.secret_hash
  FROM gateway_client AS c
  JOIN partner AS p ON p.partner_id = c.partner_id
 WHERE c.client_id = :client_id

-- name: live_client
SELECT c.partner_id, p.kind, c.secret_hash
  FROM gateway_client AS c
  JOIN partner AS p ON p.partner_id = c.partner_id
 WHERE c.client_id = :client_id AND c.revoked_at IS NULL

-- name: insert_client
INSERT INTO gateway_client
    (client_id, partner_id, secret_hash, inventory_scope, feeds_scope, reports_scope, channel_type, created_at)
VALUES
    (:client_id, :partner_id, :secret_hash, :inventory_scope, :feeds_scope, :reports_scope, :channel_type, :created_at)
    ON CONFLICT DO NOTHING

-- name: set_secret
UPDATE gateway_client
   SET secret_hash = :secret_hash
 WHERE client_id = :client_id AND revoked_at IS NULL

-- name: revoke_client
UPDATE gateway_client
   SET revoked_at = :revoked_at
 WHERE client_id = :client_id AND revoked_at IS NULL

-- name: list_clients
SELECT c.client_id, p.code, p.kind, c.inventory_scope, c.feeds_scope, c.reports_scope, c.channel_type, c.created_at,
       c.revoked_at
  FROM gateway_client AS c
  JOIN partner AS p ON p.partner_id = c.partner_id
 WHERE c.client_id > :after AND (:any_partner = 1 OR p.code = :partner_code)
 ORDER BY c.client_id
 LIMIT :rows_max
