-- The inventory log of one item at one centre. Area and state 0 are STORE and AVAILABLE.

-- name: legs_of_item @sqlite
SELECT page.occurred_at, page.source, page.event_id, page.event_type, page.quantity, page.cause, event.reference
  FROM (SELECT location_id, occurred_at, rank, source, event_id, position, event_type, quantity, cause
          FROM leg
         WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = 0 AND state = 0
           AND occurred_at >= :since AND occurred_at < :until
           AND event_type IN (SELECT value FROM json_each(:event_types))
         ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
         LIMIT :rows_max) AS page
  LEFT JOIN event
    ON event.location_id = :location_id AND event.source = page.source AND event.event_id = page.event_id
 ORDER BY page.occurred_at DESC, page.rank DESC, page.source DESC, page.event_id DESC, page.position DESC

-- name: legs_of_item @postgresql
SELECT page.occurred_at, page.source, page.event_id, page.event_type, page.quantity, page.cause, event.reference
  FROM (SELECT location_id, occurred_at, rank, source, event_id, position, event_type, quantity, cause
          FROM leg
         WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = 0 AND state = 0
           AND occurred_at >= :since AND occurred_at < :until
           AND event_type = ANY (ARRAY(SELECT json_array_elements_text(:event_types::json)::smallint))
         ORDER BY occurred_at DESC, rank DESC, source DESC, event_id DESC, position DESC
         LIMIT :rows_max) AS page
  LEFT JOIN event
    ON event.location_id = :location_id AND event.source = page.source AND event.event_id = page.event_id
 ORDER BY page.occurred_at DESC, page.rank DESC, page.source DESC, page.event_id DESC, page.position DESC

-- name: had_units
SELECT 1
  FROM stock
 WHERE location_id = :location_id AND item_id = :item_id AND owner_id = :owner_id AND area = 0 AND state = 0
