-- +goose Up

-- PostgreSQL gets an index for short words here. SQLite has them in search_grams.
SELECT 1;

-- +goose Down
SELECT 1;
