-- +goose NO TRANSACTION
-- +goose Up

-- Who has which two letters in a row, for words that have no three: "xk", "山".
-- Those letters that are rare by themselves stand alone as well. It is built while
-- people work: first away with what an attempt that was broken off may have left.
-- To make the pairs takes longer than to compare a text, and its cost says so.
DROP INDEX CONCURRENTLY IF EXISTS users_search_pairs;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION search_pairs(key text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
  SELECT array_agg(c || next) || coalesce(array_agg(c) FILTER (WHERE strpos(E'abcdefghijklmnopqrstuvwxyz0123456789 .@-\n', c) = 0), '{}')
  FROM (SELECT c, lead(c, 1, '') OVER () AS next FROM unnest(string_to_array(key, NULL)) AS c) AS letters
$$;
-- +goose StatementEnd
CREATE INDEX CONCURRENTLY users_search_pairs ON users USING gin (search_pairs(search_key)) WITH (fastupdate = off) WHERE deleted_at = 0;

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS users_search_pairs;
DROP FUNCTION IF EXISTS search_pairs(text);
