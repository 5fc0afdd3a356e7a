-- Who asks, with which key, and for which supplier. Both statements give the same columns; the first is for the calls
-- that name no supplier, which are nearly all of them.

-- name: identity
SELECT c.partner_id, p.kind, p.code, p.name, k.public_key, NULL, NULL, NULL, NULL
FROM consumer AS c
JOIN partner AS p ON p.partner_id = c.partner_id
LEFT JOIN consumer_key AS k
    ON k.consumer_id = c.consumer_id AND k.key_version = :key_version AND k.revoked_at IS NULL
WHERE c.consumer_id = :consumer_id

-- name: identity_in_context
SELECT c.partner_id, p.kind, p.code, p.name, k.public_key, s.partner_id, s.code, s.name, a.provider_id
FROM consumer AS c
JOIN partner AS p ON p.partner_id = c.partner_id
LEFT JOIN consumer_key AS k
    ON k.consumer_id = c.consumer_id AND k.key_version = :key_version AND k.revoked_at IS NULL
LEFT JOIN partner AS s ON s.code = :context AND s.kind = 'supplier'
LEFT JOIN association AS a ON a.provider_id = c.partner_id AND a.supplier_id = s.partner_id
WHERE c.consumer_id = :consumer_id
