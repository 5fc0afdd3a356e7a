-- What a stream held at a moment: sums of legs and of month flows, and the counts to start from.

-- name: stock_of_stream
SELECT location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at, last_recorded_at,
       count_occurred_at, count_source, count_event_id
  FROM stock
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state

-- name: sum_of_legs
SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT)
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND (occurred_at, rank, source, event_id, position)
    >= (:from_occurred_at, :from_rank, :from_source, :from_event_id, :from_position)
   AND (occurred_at, rank, source, event_id, position)
    < (:to_occurred_at, :to_rank, :to_source, :to_event_id, :to_position)
   AND seq <= :known_seq

-- name: sum_learned_since
-- What was recorded after a moment of the ledger, but happened before a moment of the world.
SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT)
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND seq > :known_seq
   AND (occurred_at, rank, source, event_id, position)
    < (:to_occurred_at, :to_rank, :to_source, :to_event_id, :to_position)

-- name: sum_of_flows
SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT)
  FROM month_flow
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND month >= :from_month AND month < :to_month

-- name: count_before
SELECT occurred_at, source, event_id, counted
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND counted IS NOT NULL
   AND (occurred_at, source, event_id) < (:occurred_at, :source, :event_id)
   AND seq <= :known_seq
 ORDER BY occurred_at DESC, source DESC, event_id DESC
 LIMIT 1

-- name: count_from
-- The next anchor at or after a place.
SELECT occurred_at, source, event_id
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND counted IS NOT NULL
   AND (occurred_at, source, event_id) > (:occurred_at, :source, :event_id)
 ORDER BY occurred_at, source, event_id
 LIMIT 1

-- name: seq_known_at
SELECT seq
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND recorded_at <= :known_at
 ORDER BY seq DESC
 LIMIT 1

-- name: newest_leg_before
SELECT occurred_at
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND occurred_at < :before AND seq <= :known_seq
 ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
 LIMIT 1
