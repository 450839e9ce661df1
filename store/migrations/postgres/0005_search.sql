-- +goose NO TRANSACTION
-- +goose Up

-- Who has which three letters in a row. PostgreSQL keeps it up by itself, so there
-- is nobody who waits. It is built while people work: first away with what an
-- attempt that was broken off may have left.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DROP INDEX CONCURRENTLY IF EXISTS users_search;
CREATE INDEX CONCURRENTLY users_search ON users USING gin (search_key gin_trgm_ops) WITH (fastupdate = off) WHERE deleted_at = 0;

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS users_search;
