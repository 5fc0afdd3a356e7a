-- Requests that are kept no longer.

-- name: oldest_requests
SELECT r.request_id, r.report_type, r.requested_at, r.files, p.code
  FROM report_request AS r
  JOIN partner AS p ON p.partner_id = r.partner_id
 WHERE r.partner_id = :partner_id AND r.requested_at < :before
 ORDER BY r.requested_at
 LIMIT :rows_max

-- name: forget_requests
DELETE FROM report_request
 WHERE partner_id = :partner_id AND requested_at <= :newest
