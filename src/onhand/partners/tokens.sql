-- Whether what a token says still holds, and what its client may do. All of these are reference tables.

-- name: caller
SELECT p.code, p.kind, c.inventory_scope, c.feeds_scope, c.reports_scope, c.channel_type
  FROM gateway_client AS c
  JOIN partner AS p ON p.partner_id = :partner_id
 WHERE c.client_id = :client_id
   AND c.revoked_at IS NULL
   AND (c.partner_id = :partner_id OR EXISTS (
           SELECT 1
             FROM delegation AS d
            WHERE d.client_id = :client_id AND d.partner_id = :partner_id
              AND d.revoked_at IS NULL AND d.renewals = :renewals))
