-- Codes, which are a partner's, and that clients act for partners, a reference table.

-- name: client_kind
SELECT p.kind, c.revoked_at
  FROM gateway_client AS c
  JOIN partner AS p ON p.partner_id = c.partner_id
 WHERE c.client_id = :client_id

-- name: acted_for
SELECT partner_id, kind
  FROM partner
 WHERE code = :code

-- name: insert_code
INSERT INTO authorization_code (partner_id, code_hash, client_id, expires_at)
VALUES (:partner_id, :code_hash, :client_id, :expires_at)
    ON CONFLICT DO NOTHING

-- name: code_by_hash
SELECT client_id, expires_at, spent_at, spent_by
  FROM authorization_code
 WHERE partner_id = :partner_id AND code_hash = :code_hash

-- name: spend_code
UPDATE authorization_code
   SET spent_at = :now, spent_by = :redemption
 WHERE partner_id = :partner_id AND code_hash = :code_hash AND client_id = :client_id
   AND spent_at IS NULL AND expires_at > :now

-- name: forget_codes
DELETE FROM authorization_code
 WHERE partner_id = :partner_id AND expires_at < :before

-- name: withdraw_codes
DELETE FROM authorization_code
 WHERE partner_id = :partner_id AND client_id = :client_id AND spent_at IS NULL

-- name: begin_delegation
-- One that is live stays as it is; one that had ended begins anew.
INSERT INTO delegation (client_id, partner_id, created_at)
VALUES (:client_id, :partner_id, :created_at)
    ON CONFLICT (client_id, partner_id) DO UPDATE
   SET created_at = excluded.created_at, revoked_at = NULL, renewals = delegation.renewals + 1
 WHERE delegation.revoked_at IS NOT NULL

-- name: delegation
SELECT renewals
  FROM delegation
 WHERE client_id = :client_id AND partner_id = :partner_id

-- name: end_delegation
UPDATE delegation
   SET revoked_at = :revoked_at
 WHERE client_id = :client_id AND partner_id = :partner_id AND revoked_at IS NULL
