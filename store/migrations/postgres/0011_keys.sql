-- +goose Up

-- The names of the keys that secrets have been sealed by. The keys themselves lie
-- in a file that is no part of the database.
CREATE TABLE seal_keys (
  id       TEXT   COLLATE "C" PRIMARY KEY,
  noted_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE seal_keys;
