-- name: partner
INSERT INTO partner (partner_id, kind, code, name, created_at) VALUES (:partner_id, :kind, :code, :name, 0)

-- name: association
INSERT INTO association (provider_id, supplier_id, created_at) VALUES (:provider_id, :supplier_id, 0)

-- name: consumer
INSERT INTO consumer (consumer_id, partner_id, created_at) VALUES (:consumer_id, :partner_id, 0)

-- name: key
INSERT INTO consumer_key (consumer_id, key_version, public_key, created_at)
VALUES (:consumer_id, :key_version, :public_key, 0)

-- name: revoke
UPDATE consumer_key SET revoked_at = 1 WHERE consumer_id = :consumer_id

-- name: item
INSERT INTO item (item_id, wm_item_nbr, cid, name, created_at, updated_at)
VALUES (:item_id, :wm_item_nbr, :cid, 'An item', 0, 0)

-- name: mapping
INSERT INTO item_supplier (item_id, partner_id, location_id, created_at)
VALUES (:item_id, :partner_id, :location_id, 0)
