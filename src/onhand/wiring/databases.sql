-- name: has_schema @sqlite
SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'alembic_version')

-- name: has_schema @postgresql
SELECT to_regclass('alembic_version') IS NOT NULL

-- name: schema_revision
SELECT version_num FROM alembic_version

-- Several processes may begin at once: the first one's secret stands, the others read it.
-- name: insert_secret
INSERT INTO secret (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING

-- name: secret_by_name
SELECT value FROM secret WHERE name = :name
