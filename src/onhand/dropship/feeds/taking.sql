-- Storing a feed as it came.

-- name: insert_feed
INSERT INTO feed (partner_id, feed_id, feed_type, taken_at, received_at, status, rows_received, form, errors,
                  finished_at)
VALUES (:partner_id, :feed_id, :feed_type, :taken_at, :received_at, :status, :rows_received, :form, :errors,
        :finished_at)

-- name: insert_parts @sqlite
INSERT INTO feed_part (partner_id, feed_id, first_index, content)
VALUES (?, ?, ?, ?)

-- name: insert_parts @postgresql
COPY feed_part (partner_id, feed_id, first_index, content) FROM STDIN
