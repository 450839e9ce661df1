-- +goose Up

-- Links are of more kinds: to confirm a new address, to take the old one back, and
-- to end a sign-in. What one is about besides its person stands in about: the
-- address, or the number of the sign-in. Of the last two kinds somebody may have
-- several, so that the digest is what tells them apart; of the others, a newer one
-- takes the older one's place.
CREATE TABLE links_of_all_kinds (
  digest     TEXT    PRIMARY KEY NOT NULL,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT    NOT NULL CHECK (kind IN ('invite', 'reset', 'address', 'address_back', 'device')),
  about      TEXT    NOT NULL,
  email_key  TEXT    NOT NULL,
  made_at    INTEGER NOT NULL,
  made_by    INTEGER NOT NULL, -- 0: nobody who is signed in
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO links_of_all_kinds (digest, user_id, kind, about, email_key, made_at, made_by, expires_at)
 SELECT digest, user_id, kind, '', email_key, made_at, made_by, expires_at FROM links;
DROP TABLE links;
ALTER TABLE links_of_all_kinds RENAME TO links;
CREATE INDEX links_of_user ON links (user_id, kind);
CREATE INDEX links_expires ON links (expires_at);

-- The sign-in that a mail tells of; 0: it tells of something else.
ALTER TABLE mails ADD COLUMN signin_id INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE mails DROP COLUMN signin_id;
CREATE TABLE links_of_two_kinds (
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT    NOT NULL CHECK (kind IN ('invite', 'reset')),
  digest     TEXT    NOT NULL,
  email_key  TEXT    NOT NULL,
  made_at    INTEGER NOT NULL,
  made_by    INTEGER NOT NULL, -- 0: nobody who is signed in
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind)
) WITHOUT ROWID;
INSERT INTO links_of_two_kinds (user_id, kind, digest, email_key, made_at, made_by, expires_at)
 SELECT user_id, kind, digest, email_key, made_at, made_by, expires_at FROM links WHERE kind IN ('invite', 'reset');
DROP TABLE links;
ALTER TABLE links_of_two_kinds RENAME TO links;
CREATE UNIQUE INDEX links_digest  ON links (digest);
CREATE INDEX        links_expires ON links (expires_at);
