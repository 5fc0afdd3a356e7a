-- Tables of commission rates as they were loaded; a reference table.

-- name: newest_table
SELECT table_no, content, loaded_at
  FROM commission_table
 ORDER BY table_no DESC
 LIMIT 1

-- name: newest_number
SELECT MAX(table_no)
  FROM commission_table

-- name: insert_table
INSERT INTO commission_table (table_no, content, loaded_at)
SELECT COALESCE(MAX(table_no), 0) + 1, :content, :loaded_at
  FROM commission_table
