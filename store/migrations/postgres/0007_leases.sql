-- +goose Up

-- What one program at a time does, of all that share the database: who does it
-- (nobody when the holder is ''), their last sign of life, and when it was last
-- done to its end.
CREATE TABLE leases (
  name    TEXT   COLLATE "C" PRIMARY KEY,
  holder  TEXT   COLLATE "C" NOT NULL,
  beat_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE leases;
