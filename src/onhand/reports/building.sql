-- A partner's requests as they are worked on.

-- name: first_waiting
SELECT r.request_id, r.report_type, r.terms, r.requested_at, r.attempts, r.files, p.code
  FROM report_request AS r
  JOIN partner AS p ON p.partner_id = r.partner_id
 WHERE r.partner_id = :partner_id AND r.finished_at IS NULL
 ORDER BY r.requested_at
 LIMIT 1

-- name: begin_attempt
-- Whoever comes second finds that the attempt has been begun.
UPDATE report_request
   SET status = 'INPROGRESS', attempts = attempts + 1, files = files + 1
 WHERE partner_id = :partner_id AND request_id = :request_id AND files = :files AND finished_at IS NULL

-- name: take_back_attempt
-- Its file stays counted: the storage may still be about to complete it, so that no other may have its name.
UPDATE report_request
   SET attempts = attempts - 1
 WHERE partner_id = :partner_id AND request_id = :request_id AND files = :files AND finished_at IS NULL

-- name: finish
-- The first file that is whole is the request's, whoever was overtaken meanwhile.
UPDATE report_request
   SET status = 'READY', file_name = :file_name, file_bytes = :file_bytes, finished_at = :finished_at
 WHERE partner_id = :partner_id AND request_id = :request_id AND finished_at IS NULL

-- name: give_up
-- Not where another attempt has been begun.
UPDATE report_request
   SET status = 'ERROR', reason = :reason, finished_at = :finished_at
 WHERE partner_id = :partner_id AND request_id = :request_id AND files = :files AND finished_at IS NULL
