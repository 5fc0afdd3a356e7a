-- name: legs_between
SELECT seq
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND occurred_at >= :since AND occurred_at < :until
   AND event_type <> :replayed_type
 ORDER BY occurred_at, rank, source, event_id, position
 LIMIT :rows_max
