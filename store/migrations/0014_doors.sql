-- +goose Up

-- Browsers that people wish to be remembered in. It is no sign-in: who shows the
-- secret of one is counted alone when sign-ins are slowed down.
CREATE TABLE browsers (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest  TEXT    NOT NULL UNIQUE,
  made_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  address TEXT    NOT NULL,
  agent   TEXT    NOT NULL
);
CREATE INDEX browsers_of_user ON browsers (user_id);
CREATE INDEX browsers_made    ON browsers (made_at);

-- Whether the person had not been seen with this device before.
ALTER TABLE signins ADD COLUMN new_device INTEGER NOT NULL DEFAULT 0;

-- Failures fade: what is stored is how many they were, in thousandths, at the time
-- of the last one, and when nothing is left of them. about is the digest of the
-- account, or empty. What was counted until now is counted anew.
DROP TABLE throttles;
CREATE TABLE throttles (
  kind       TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  about      TEXT    NOT NULL,
  failures   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  blocked_to INTEGER NOT NULL,
  fades_at   INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX throttles_about ON throttles (about);
CREATE INDEX throttles_faded ON throttles (fades_at);

-- +goose Down
DROP TABLE throttles;
CREATE TABLE throttles (
  kind       TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  failures   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  blocked_to INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
);
ALTER TABLE signins DROP COLUMN new_device;
DROP TABLE browsers;
