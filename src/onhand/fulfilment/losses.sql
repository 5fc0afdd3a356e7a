-- Losses and finds at one centre, by the index `leg_losses`.

-- name: losses_since
SELECT recorded_at, item_id, owner_id, seq, source, event_id, event_type, quantity, occurred_at
  FROM leg
 WHERE location_id = :location_id AND event_type IN (46, 47, 48)
   AND (recorded_at, item_id, owner_id, seq) > (:recorded_at, :item_id, :owner_id, :seq)
 ORDER BY recorded_at, item_id, owner_id, seq
 LIMIT :rows_max
