-- Answers under idempotency keys.

-- name: answer_by_key
SELECT fingerprint, status, headers, answer
  FROM idempotency_key
 WHERE partner_id = :partner_id AND client_id = :client_id AND idempotency_key = :idempotency_key

-- name: key_is_used
SELECT 1
  FROM idempotency_key
 WHERE partner_id = :partner_id AND client_id = :client_id AND idempotency_key = :idempotency_key

-- name: insert_answer
INSERT INTO idempotency_key (partner_id, client_id, idempotency_key, fingerprint, status, headers, answer, created_at)
VALUES (:partner_id, :client_id, :idempotency_key, :fingerprint, :status, :headers, :answer, :created_at)
    ON CONFLICT DO NOTHING

-- name: forget_answers
DELETE FROM idempotency_key
 WHERE partner_id = :partner_id AND created_at < :before

-- name: partners_with_clients
SELECT DISTINCT partner_id
  FROM gateway_client
 UNION
SELECT DISTINCT partner_id
  FROM delegation
 ORDER BY partner_id
