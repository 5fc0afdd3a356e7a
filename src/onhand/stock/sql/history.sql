-- Pages of a stream's history, newest first.

-- name: is_mapped
SELECT 1
  FROM item_supplier
 WHERE item_id = :item_id AND partner_id = :supplier_id AND location_id IN (0, :location_id)
 LIMIT 1

-- name: legs_page
SELECT occurred_at, rank, source, event_id, position, event_type, quantity, recorded_at, cause, 0 AS passed
  FROM leg
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = :area AND state = :state
   AND (occurred_at, rank, source, event_id, position)
    < (:occurred_at, :rank, :source, :event_id, :position)
   AND occurred_at >= :since
   AND seq <= :known_seq
 ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
 LIMIT :rows_max

-- name: legs_page_of_types @sqlite
-- The running sum passes over every leg, so that a filter does not change what a row's balance is.
SELECT occurred_at, rank, source, event_id, position, event_type, quantity, recorded_at, cause, passed
  FROM (SELECT occurred_at, rank, source, event_id, position, event_type, quantity, recorded_at, cause,
               SUM(quantity) OVER (ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
                                   ROWS UNBOUNDED PRECEDING) AS passed
          FROM leg
         WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id
           AND area = :area AND state = :state
           AND (occurred_at, rank, source, event_id, position)
            < (:occurred_at, :rank, :source, :event_id, :position)
           AND occurred_at >= :since
           AND seq <= :known_seq) AS walked
 WHERE event_type IN (SELECT value FROM json_each(:event_types))
 ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
 LIMIT :rows_max

-- name: legs_page_of_types @postgresql
SELECT occurred_at, rank, source, event_id, position, event_type, quantity, recorded_at, cause, CAST(passed AS BIGINT)
  FROM (SELECT occurred_at, rank, source, event_id, position, event_type, quantity, recorded_at, cause,
               SUM(quantity) OVER (ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
                                   ROWS UNBOUNDED PRECEDING) AS passed
          FROM leg
         WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id
           AND area = :area AND state = :state
           AND (occurred_at, rank, source, event_id, position)
            < (:occurred_at, :rank, :source, :event_id, :position)
           AND occurred_at >= :since
           AND seq <= :known_seq) AS walked
 WHERE event_type = ANY (ARRAY(SELECT json_array_elements_text(:event_types::json)::smallint))
 ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
 LIMIT :rows_max
