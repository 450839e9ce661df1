-- +goose Up

-- By what a sign-in was proved besides the password, and when somebody last proved
-- to be themselves in it; 0: when it began.
ALTER TABLE signins ADD COLUMN factor    TEXT   COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE signins ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;

-- Whose authenticator app shows which codes: the seed, sealed for this row; since
-- when it counts (0: its first code has not been seen); and the newest time step
-- whose code was taken, because no code is taken twice.
CREATE TABLE totp_apps (
  user_id      BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  seed         TEXT   COLLATE "C" NOT NULL,
  begun_at     BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  used_at      BIGINT NOT NULL,
  step         BIGINT NOT NULL
);

-- The digests of the recovery codes that are left.
CREATE TABLE recovery_codes (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest  TEXT   COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, digest)
);

-- The roles that need a second factor, and since when.
CREATE TABLE required_factors (
  role     TEXT   COLLATE "C" PRIMARY KEY,
  since_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE required_factors;
DROP TABLE recovery_codes;
DROP TABLE totp_apps;
ALTER TABLE signins DROP COLUMN proved_at;
ALTER TABLE signins DROP COLUMN factor;
