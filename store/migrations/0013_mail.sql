-- +goose Up

-- One-time links by which somebody chooses a password: one of each kind at most,
-- so that a newer one replaces the older. The token itself is known to nobody but
-- who has the link. It is for the address that the person had when it was made,
-- and goes when it is used, or when the person changes in a way that ends it.
CREATE TABLE links (
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT    NOT NULL CHECK (kind IN ('invite', 'reset')),
  digest     TEXT    NOT NULL,
  email_key  TEXT    NOT NULL,
  made_at    INTEGER NOT NULL,
  made_by    INTEGER NOT NULL, -- 0: nobody who is signed in
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind)
) WITHOUT ROWID;
CREATE UNIQUE INDEX links_digest  ON links (digest);
CREATE INDEX        links_expires ON links (expires_at);

-- The outbox. A mail is put into words when it is posted; of its link, the token
-- lies here sealed until then. next_at is 0 when nothing is to be done any more.
CREATE TABLE mails (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  recipient  TEXT    NOT NULL,
  by_id      INTEGER NOT NULL, -- who caused it; 0: nobody but the person
  secret     TEXT    NOT NULL,
  until_at   INTEGER NOT NULL, -- when its link runs out; 0: it has none
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
  attempts   INTEGER NOT NULL,
  made_at    INTEGER NOT NULL,
  tried_from INTEGER NOT NULL, -- since when it is tried
  next_at    INTEGER NOT NULL,
  sent_at    INTEGER NOT NULL,
  problem    TEXT    NOT NULL
);
CREATE INDEX mails_due      ON mails (next_at) WHERE next_at > 0;
CREATE INDEX mails_by_state ON mails (state);
CREATE INDEX mails_of_user  ON mails (user_id);

-- +goose Down
DROP TABLE mails;
DROP TABLE links;
