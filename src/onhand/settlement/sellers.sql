-- Sellers, and those of them that have a settlement.

-- name: partner_with_code
SELECT partner_id, kind
  FROM partner
 WHERE code = :code
