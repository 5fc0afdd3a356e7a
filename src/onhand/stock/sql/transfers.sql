-- Moves between two locations, until both halves stand.

-- name: insert_transfer
INSERT INTO transfer (location_id, source, event_id, role, other_location_id, content_hash, event, created_at)
VALUES (:location_id, :source, :event_id, :role, :other_location_id, :content_hash, :event, :created_at)

-- name: delete_transfer
DELETE FROM transfer
 WHERE location_id = :location_id AND source = :source AND event_id = :event_id AND role = :role
   AND created_at <= :created_before

-- name: renew_claim
UPDATE transfer
   SET created_at = :created_at
 WHERE location_id = :location_id AND source = :source AND event_id = :event_id AND role = 'claim'

-- name: unfinished_transfers
SELECT role, event
  FROM transfer
 WHERE location_id = :location_id AND created_at <= :created_before
 ORDER BY source, event_id
