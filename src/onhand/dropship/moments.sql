-- The newest moment that a partner's declarations were given.

-- name: next_moment @sqlite
INSERT INTO partner_moment (partner_id, moment)
VALUES (:partner_id, :now)
    ON CONFLICT (partner_id) DO UPDATE SET moment = MAX(partner_moment.moment + 1, excluded.moment)
RETURNING moment

-- name: next_moment @postgresql
INSERT INTO partner_moment (partner_id, moment)
VALUES (:partner_id, :now)
    ON CONFLICT (partner_id) DO UPDATE SET moment = GREATEST(partner_moment.moment + 1, excluded.moment)
RETURNING moment

-- name: raise_moment
UPDATE partner_moment
   SET moment = :moment
 WHERE partner_id = :partner_id AND moment < :moment

-- name: newest_moment
SELECT moment
  FROM partner_moment
 WHERE partner_id = :partner_id
