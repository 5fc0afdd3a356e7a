-- What suppliers send about the stores.

-- name: answered_action
SELECT content_hash, answer
  FROM inventory_action
 WHERE location_id = :location_id AND partner_id = :partner_id AND message_id = :message_id

-- name: insert_action
INSERT INTO inventory_action (location_id, partner_id, message_id, content_hash, answer, recorded_at)
VALUES (:location_id, :partner_id, :message_id, :content_hash, :answer, :recorded_at)
    ON CONFLICT DO NOTHING
