-- +goose Up

-- What one program at a time does, of all that share the database: who does it
-- (nobody when the holder is ''), their last sign of life, and when it was last
-- done to its end.
CREATE TABLE leases (
  name    TEXT    PRIMARY KEY,
  holder  TEXT    NOT NULL,
  beat_at INTEGER NOT NULL,
  done_at INTEGER NOT NULL
);
DROP TABLE search_worker;

-- +goose Down
CREATE TABLE search_worker (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  name    TEXT    NOT NULL,
  beat_at INTEGER NOT NULL
);
DROP TABLE leases;
