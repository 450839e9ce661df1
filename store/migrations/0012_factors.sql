-- +goose Up

-- By what a sign-in was proved besides the password, and when somebody last proved
-- to be themselves in it; 0: when it began.
ALTER TABLE signins ADD COLUMN factor    TEXT    NOT NULL DEFAULT '';
ALTER TABLE signins ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;

-- Whose authenticator app shows which codes: the seed, sealed for this row; since
-- when it counts (0: its first code has not been seen); and the newest time step
-- whose code was taken, because no code is taken twice.
CREATE TABLE totp_apps (
  user_id      INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  seed         TEXT    NOT NULL,
  begun_at     INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL,
  used_at      INTEGER NOT NULL,
  step         INTEGER NOT NULL
);

-- The digests of the recovery codes that are left.
CREATE TABLE recovery_codes (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest  TEXT    NOT NULL,
  PRIMARY KEY (user_id, digest)
);

-- The roles that need a second factor, and since when.
CREATE TABLE required_factors (
  role     TEXT    PRIMARY KEY,
  since_at INTEGER NOT NULL
);

-- +goose Down
DROP TABLE required_factors;
DROP TABLE recovery_codes;
DROP TABLE totp_apps;
ALTER TABLE signins DROP COLUMN proved_at;
ALTER TABLE signins DROP COLUMN factor;
