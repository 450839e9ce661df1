-- +goose Up

-- The names of the keys that secrets have been sealed by. The keys themselves lie
-- in a file that is no part of the database.
CREATE TABLE seal_keys (
  id       TEXT    PRIMARY KEY,
  noted_at INTEGER NOT NULL
);

-- +goose Down
DROP TABLE seal_keys;
