-- What a stream held at a moment: sums of legs and of month flows, and the counts to start from.
--
-- What feeds declare in order (event type 38) stands in the order of the legs alone. Where a stream has such legs, the
-- statements with `declared` in their name walk along it; the others look into the indexes, where the rest stands.

-- name: stock_of_stream
SELECT location_id, item_id, owner_id, area, state, quantity, last_seq, newest_occurred_at, last_recorded_at,
       count_occurred_at, count_source, count_event_id, declared_month
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
   AND (event_type <> 38 OR late = 1)
   AND seq > :known_seq
   AND (occurred_at, rank, source, event_id, position)
    < (:to_occurred_at, :to_rank, :to_source, :to_event_id, :to_position)

-- name: sum_declared_since
-- Declarations in order follow one another in both orders, so that the last that was known ends the walk.
SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT)
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND event_type = 38 AND late = 0 AND seq > :known_seq
   AND (occurred_at, rank, source, event_id, position)
    < (:to_occurred_at, :to_rank, :to_source, :to_event_id, :to_position)
   AND occurred_at >= COALESCE((
       SELECT occurred_at
         FROM leg
        WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area
          AND state = :state AND event_type = 38 AND late = 0 AND seq <= :known_seq
          AND (occurred_at, rank, source, event_id, position)
           < (:to_occurred_at, :to_rank, :to_source, :to_event_id, :to_position)
        ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
        LIMIT 1), :first_moment)

-- name: sum_of_flows
SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT)
  FROM month_flow
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND month >= :from_month AND month < :to_month

-- name: count_before
SELECT occurred_at, source, event_id, counted
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND counted IS NOT NULL AND (event_type <> 38 OR late = 1)
   AND (occurred_at, source, event_id) < (:occurred_at, :source, :event_id)
   AND occurred_at >= :since
   AND seq <= :known_seq
 ORDER BY occurred_at DESC, source DESC, event_id DESC
 LIMIT 1

-- name: count_before_declared
SELECT occurred_at, source, event_id, counted
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND counted IS NOT NULL
   AND (occurred_at, rank, source, event_id) < (:occurred_at, 1, :source, :event_id)
   AND occurred_at >= :since
   AND seq <= :known_seq
 ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
 LIMIT 1

-- name: count_from
-- The next anchor at or after a place.
SELECT occurred_at, source, event_id
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND counted IS NOT NULL AND (event_type <> 38 OR late = 1)
   AND (occurred_at, source, event_id) > (:occurred_at, :source, :event_id)
 ORDER BY occurred_at, source, event_id
 LIMIT 1

-- name: count_from_declared
SELECT occurred_at, source, event_id
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND counted IS NOT NULL
   AND (occurred_at, rank, source, event_id) > (:occurred_at, 1, :source, :event_id)
 ORDER BY occurred_at, rank, source, event_id, position
 LIMIT 1

-- name: seq_known_at
SELECT seq
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND (event_type <> 38 OR late = 1)
   AND recorded_at <= :known_at
 ORDER BY seq DESC
 LIMIT 1

-- name: declared_seq_known_at
SELECT seq
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND event_type = 38 AND late = 0 AND recorded_at <= :known_at
 ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
 LIMIT 1

-- name: newest_leg_before
SELECT occurred_at
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND occurred_at < :before AND seq <= :known_seq
 ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
 LIMIT 1
