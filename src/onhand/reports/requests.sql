-- Requests for reports as their partner sees them.

-- name: insert_request
-- No two of a partner's requests are of one moment, whatever the clocks say.
INSERT INTO report_request (partner_id, request_id, report_type, report_version, terms, requested_at, status)
VALUES (:partner_id, :request_id, :report_type, :report_version, :terms, :requested_at, 'RECEIVED')

-- name: newest_request
SELECT requested_at
  FROM report_request
 WHERE partner_id = :partner_id AND requested_at >= :since
 ORDER BY requested_at DESC
 LIMIT 1

-- name: request_by_id
SELECT request_id, report_type, report_version, requested_at, status, attempts, file_name, reason, finished_at
  FROM report_request
 WHERE partner_id = :partner_id AND request_id = :request_id AND requested_at >= :since

-- name: newest_requests @sqlite
SELECT request_id, report_type, report_version, requested_at, status, attempts, file_name, reason, finished_at
  FROM report_request
 WHERE partner_id = :partner_id AND requested_at >= :since AND requested_at < :before
   AND report_type IN (SELECT value FROM json_each(:types)) AND status IN (SELECT value FROM json_each(:statuses))
 ORDER BY requested_at DESC
 LIMIT :rows_max

-- name: newest_requests @postgresql
SELECT request_id, report_type, report_version, requested_at, status, attempts, file_name, reason, finished_at
  FROM report_request
 WHERE partner_id = :partner_id AND requested_at >= :since AND requested_at < :before
   AND report_type = ANY (ARRAY(SELECT json_array_elements_text(:types::json)))
   AND status = ANY (ARRAY(SELECT json_array_elements_text(:statuses::json)))
 ORDER BY requested_at DESC
 LIMIT :rows_max

-- name: count_requests @sqlite
SELECT COUNT(*)
  FROM report_request
 WHERE partner_id = :partner_id AND requested_at >= :since
   AND report_type IN (SELECT value FROM json_each(:types)) AND status IN (SELECT value FROM json_each(:statuses))

-- name: count_requests @postgresql
SELECT COUNT(*)
  FROM report_request
 WHERE partner_id = :partner_id AND requested_at >= :since
   AND report_type = ANY (ARRAY(SELECT json_array_elements_text(:types::json)))
   AND status = ANY (ARRAY(SELECT json_array_elements_text(:statuses::json)))
