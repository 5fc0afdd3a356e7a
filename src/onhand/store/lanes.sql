-- Lanes of durable work: who does what is due, and until when.

-- name: make_due @sqlite
INSERT INTO work_lane (kind, partner_id, due_at, asked)
VALUES (:kind, :partner_id, :due_at, 1)
    ON CONFLICT (kind, partner_id) DO UPDATE
   SET due_at = MIN(COALESCE(work_lane.due_at, excluded.due_at), excluded.due_at), asked = work_lane.asked + 1

-- name: make_due @postgresql
INSERT INTO work_lane (kind, partner_id, due_at, asked)
VALUES (:kind, :partner_id, :due_at, 1)
    ON CONFLICT (kind, partner_id) DO UPDATE
   SET due_at = LEAST(work_lane.due_at, excluded.due_at), asked = work_lane.asked + 1

-- name: next_due @sqlite
SELECT MIN(MAX(due_at, COALESCE(leased_until, due_at)))
  FROM work_lane
 WHERE due_at IS NOT NULL AND kind IN (SELECT value FROM json_each(:kinds))

-- name: next_due @postgresql
SELECT MIN(GREATEST(due_at, leased_until))
  FROM work_lane
 WHERE due_at IS NOT NULL AND kind IN (SELECT value FROM json_array_elements_text(:kinds::json))

-- name: claim @sqlite
UPDATE work_lane
   SET holder = :holder, leased_until = :leased_until
 WHERE (kind, partner_id) = (
       SELECT kind, partner_id
         FROM work_lane
        WHERE due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
          AND kind IN (SELECT value FROM json_each(:kinds))
        ORDER BY due_at, kind, partner_id
        LIMIT 1)
RETURNING kind, partner_id, asked, failures

-- name: claim @postgresql
-- A lane that another worker is just claiming is passed over.
UPDATE work_lane
   SET holder = :holder, leased_until = :leased_until
 WHERE (kind, partner_id) = (
       SELECT kind, partner_id
         FROM work_lane
        WHERE due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
          AND kind IN (SELECT value FROM json_array_elements_text(:kinds::json))
        ORDER BY due_at, kind, partner_id
        LIMIT 1
          FOR UPDATE SKIP LOCKED)
RETURNING kind, partner_id, asked, failures

-- name: keep
UPDATE work_lane
   SET leased_until = :leased_until
 WHERE kind = :kind AND partner_id = :partner_id AND holder = :holder

-- name: release
UPDATE work_lane
   SET due_at = CASE WHEN asked = :asked THEN CAST(:due_at AS BIGINT) ELSE due_at END,
       failures = :failures, holder = NULL, leased_until = CAST(:rests_until AS BIGINT)
 WHERE kind = :kind AND partner_id = :partner_id AND holder = :holder
