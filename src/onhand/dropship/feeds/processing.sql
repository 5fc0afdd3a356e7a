-- A partner's feeds as they are worked on.

-- name: first_waiting
SELECT feed_id, taken_at, rows_received, rows_done, failures, form
  FROM feed
 WHERE partner_id = :partner_id AND finished_at IS NULL
 ORDER BY taken_at
 LIMIT 1

-- name: partner_kind
SELECT kind
  FROM partner
 WHERE partner_id = :partner_id

-- name: begin_rows
-- Whoever comes second waits here, and then finds that the rows have been done.
UPDATE feed
   SET status = 'INPROGRESS'
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND rows_done = :expected AND finished_at IS NULL

-- name: parts_from
SELECT content
  FROM feed_part
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND first_index >= :first_index
 ORDER BY first_index
 LIMIT :parts_max

-- name: end_rows
UPDATE feed
   SET status = :status, rows_done = :rows_done, rows_succeeded = rows_succeeded + :succeeded,
       rows_failed = rows_failed + :failed, finished_at = :finished_at
 WHERE partner_id = :partner_id AND feed_id = :feed_id

-- name: count_failure
-- By number, so that counting again what was counted changes nothing.
UPDATE feed
   SET failures = :failures
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND failures < :failures AND finished_at IS NULL

-- name: give_up
UPDATE feed
   SET status = 'ERROR', rows_failed = rows_failed + rows_received - rows_done, errors = :errors,
       finished_at = :finished_at
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND finished_at IS NULL

-- name: set_outcomes @sqlite
UPDATE feed_part
   SET outcomes = json_extract(r.value, '$[1]'), failed_count = json_extract(r.value, '$[2]')
  FROM json_each(:outcomes) AS r
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND first_index = json_extract(r.value, '$[0]')

-- name: set_outcomes @postgresql
UPDATE feed_part
   SET outcomes = r.value ->> 1, failed_count = (r.value ->> 2)::integer
  FROM json_array_elements(:outcomes::json) AS r
 WHERE partner_id = :partner_id AND feed_id = :feed_id AND first_index = (r.value ->> 0)::integer
