-- Partners and their associations. All of these are reference tables.

-- name: partner_by_code
SELECT partner_id, kind, code, name
  FROM partner
 WHERE code = :code

-- name: insert_partner
-- `WHERE true` keeps SQLite from taking ON CONFLICT for the condition of a join.
INSERT INTO partner (partner_id, kind, code, name, created_at)
SELECT COALESCE(MAX(partner_id), 0) + 1, :kind, :code, :name, :created_at
  FROM partner
 WHERE true
    ON CONFLICT DO NOTHING

-- name: list_partners
SELECT partner_id, kind, code, name
  FROM partner
 WHERE code > :after AND kind <> 'retailer' AND (:any_kind = 1 OR kind = :kind)
 ORDER BY code
 LIMIT :rows_max

-- name: insert_association
INSERT INTO association (provider_id, supplier_id, created_at)
VALUES (:provider_id, :supplier_id, :created_at)
    ON CONFLICT DO NOTHING

-- name: delete_association
DELETE FROM association
 WHERE provider_id = :provider_id AND supplier_id = :supplier_id

-- name: list_suppliers_of
SELECT s.partner_id, s.kind, s.code, s.name
  FROM association AS a
  JOIN partner AS s ON s.partner_id = a.supplier_id
 WHERE a.provider_id = :provider_id AND s.code > :after
 ORDER BY s.code
 LIMIT :rows_max
