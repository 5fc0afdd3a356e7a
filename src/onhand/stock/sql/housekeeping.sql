-- What a housekeeping pass looks for at one location.

-- name: overdue_in_backroom
-- What lies in the backroom less what came in within the last hours is what came in before and has not left (FIFO).
SELECT stock.item_id, stock.owner_id,
       CAST(stock.quantity - COALESCE(SUM(leg.quantity), 0) AS BIGINT) AS overdue
  FROM stock
  LEFT JOIN leg
    ON leg.location_id = :location_id AND leg.item_id = stock.item_id AND leg.owner_id = stock.owner_id
   AND leg.area = 1 AND leg.state = 0 AND leg.occurred_at > :received_after
   AND leg.quantity > 0 AND leg.event_type <> :tsbr
 WHERE stock.location_id = :location_id AND stock.area = 1 AND stock.state = 0 AND stock.quantity > 0
 GROUP BY stock.item_id, stock.owner_id, stock.quantity
HAVING stock.quantity - COALESCE(SUM(leg.quantity), 0) > 0
 ORDER BY stock.item_id, stock.owner_id
 LIMIT :rows_max

-- name: cids_with_a_negative
SELECT DISTINCT item.cid, stock.owner_id, stock.area
  FROM stock
  JOIN item ON item.item_id = stock.item_id
 WHERE stock.location_id = :location_id AND stock.quantity < 0 AND stock.state = 0 AND item.cid IS NOT NULL
 ORDER BY item.cid, stock.owner_id, stock.area

-- name: streams_of_cid
SELECT stock.item_id
  FROM stock
  JOIN item ON item.item_id = stock.item_id
 WHERE stock.location_id = :location_id AND stock.owner_id = :owner_id AND stock.area = :area AND stock.state = 0
   AND item.cid = :cid
 ORDER BY stock.item_id

-- name: cid_changes
SELECT item_id, changed_at
  FROM cid_change
 WHERE raised_at IS NULL
 ORDER BY changed_at, item_id
 LIMIT :rows_max

-- name: mark_cid_change
UPDATE cid_change
   SET raised_at = :raised_at
 WHERE item_id = :item_id AND changed_at = :changed_at

-- name: available_streams_of_item
SELECT owner_id, area, newest_occurred_at
  FROM stock
 WHERE location_id = :location_id AND item_id = :item_id AND state = 0
 ORDER BY owner_id, area
