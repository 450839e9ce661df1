-- +goose Up

-- Passkeys: what their owner's authenticator is known by, and the public key that its
-- signatures are checked with. What comes in bytes is written in base64url. handle is
-- what the authenticator calls the person; site is the host that the passkey works at;
-- model is the kind of authenticator; counter grows with each signature of those that
-- count; used_at is 0 for never.
CREATE TABLE passkeys (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  credential TEXT    NOT NULL UNIQUE,
  public_key TEXT    NOT NULL,
  handle     TEXT    NOT NULL,
  site       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  model      TEXT    NOT NULL,
  transports TEXT    NOT NULL,
  flags      INTEGER NOT NULL,
  counter    INTEGER NOT NULL,
  made_at    INTEGER NOT NULL,
  used_at    INTEGER NOT NULL
);
CREATE INDEX passkeys_of_user ON passkeys (user_id);

-- The digests of challenges that were answered, until nobody could answer them any
-- more: none is answered twice.
CREATE TABLE spent_challenges (
  digest   TEXT    PRIMARY KEY,
  spent_at INTEGER NOT NULL
);
CREATE INDEX spent_challenges_spent ON spent_challenges (spent_at);

-- +goose Down
DROP TABLE spent_challenges;
DROP TABLE passkeys;
