-- Feeds and their rows as their sender sees them.

-- name: feed_by_id
SELECT feed_id, feed_type, received_at, status, rows_received, rows_done, rows_succeeded, rows_failed, form, errors,
       finished_at
  FROM feed
 WHERE partner_id = :partner_id AND feed_id = :feed_id

-- name: newest_feeds
SELECT feed_id, feed_type, received_at, status, rows_received, rows_done, rows_succeeded, rows_failed, form, errors,
       finished_at
  FROM feed
 WHERE partner_id = :partner_id
 ORDER BY taken_at DESC
 LIMIT :rows_max OFFSET :first

-- name: count_feeds
SELECT COUNT(*)
  FROM feed
 WHERE partner_id = :partner_id

-- name: parts_between
SELECT first_index, content, outcomes
  FROM feed_part
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND first_index < :end_index
   AND first_index >= (SELECT MAX(first_index)
                         FROM feed_part
                        WHERE partner_id = :partner_id AND feed_id = :feed_id AND first_index <= :first_index)
 ORDER BY first_index

-- name: next_failed_part
-- The rows from undone_from on failed because the feed was given up.
SELECT first_index, content, outcomes
  FROM feed_part
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND first_index > :after
   AND (failed_count > 0 OR first_index >= :undone_from)
 ORDER BY first_index
 LIMIT 1
