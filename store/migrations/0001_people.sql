-- +goose Up

-- Times are milliseconds since 1970 in UTC; 0 stands for "never".
-- The *_key columns hold folded text (see Fold), so that order and search
-- need no collation and no function of the database.
CREATE TABLE users (
  id                   INTEGER PRIMARY KEY AUTOINCREMENT,
  name                 TEXT    NOT NULL,
  name_key             TEXT    NOT NULL,
  email                TEXT    NOT NULL,
  email_key            TEXT    NOT NULL,
  phone                TEXT    NOT NULL,
  phone_key            TEXT    NOT NULL,
  role                 TEXT    NOT NULL CHECK (role IN ('admin', 'editor', 'viewer', 'member')),
  status               TEXT    NOT NULL CHECK (status IN ('active', 'invited', 'deactivated')),
  external_id          TEXT    NOT NULL,
  search_key           TEXT    NOT NULL,
  password_hash        TEXT    NOT NULL,
  must_change_password INTEGER NOT NULL DEFAULT 0,
  created_at           INTEGER NOT NULL,
  changed_at           INTEGER NOT NULL,
  last_sign_in_at      INTEGER NOT NULL,
  version              INTEGER NOT NULL,
  deleted_at           INTEGER NOT NULL
);

-- Deleted people keep their row for 30 days without holding on to their address.
CREATE UNIQUE INDEX users_email       ON users (email_key)               WHERE deleted_at = 0;
CREATE UNIQUE INDEX users_external_id ON users (external_id)             WHERE deleted_at = 0 AND external_id <> '';
-- One index per order of the list. The first also carries what a search reads,
-- so that a search in the order of names never touches the table for a miss.
CREATE INDEX users_by_name        ON users (name_key, id, search_key)    WHERE deleted_at = 0;
CREATE INDEX users_by_email       ON users (email_key, id)               WHERE deleted_at = 0;
CREATE INDEX users_by_phone       ON users (phone_key, id)               WHERE deleted_at = 0;
CREATE INDEX users_by_role        ON users (role, id)                    WHERE deleted_at = 0;
CREATE INDEX users_by_status      ON users (status, id)                  WHERE deleted_at = 0;
CREATE INDEX users_by_last_signin ON users (last_sign_in_at, id)         WHERE deleted_at = 0;
CREATE INDEX users_by_created     ON users (created_at, id)              WHERE deleted_at = 0;
CREATE INDEX users_role_by_name   ON users (role, name_key, id)          WHERE deleted_at = 0;
CREATE INDEX users_status_by_name ON users (status, name_key, id)        WHERE deleted_at = 0;
CREATE INDEX users_deleted        ON users (deleted_at)                  WHERE deleted_at <> 0;

-- How many people there are, kept exact by the one place that writes users.
CREATE TABLE user_counts (
  role   TEXT    NOT NULL,
  status TEXT    NOT NULL,
  n      INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (role, status)
);

-- One row per sign-in: what is listed, felt at the next request, and ended.
CREATE TABLE signins (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  started_at   INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  ended_at     INTEGER NOT NULL,
  ended_why    TEXT    NOT NULL,
  address      TEXT    NOT NULL,
  agent        TEXT    NOT NULL
);
CREATE INDEX signins_of_user ON signins (user_id, ended_at, last_seen_at);
CREATE INDEX signins_ended   ON signins (ended_at);

-- Failed sign-ins, by what they are counted for. The key is a digest: what
-- people type into an address field may be a password.
CREATE TABLE throttles (
  kind       TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  failures   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  blocked_to INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
);

-- The table of alexedwards/scs.
CREATE TABLE sessions (
  token  TEXT PRIMARY KEY,
  data   BLOB NOT NULL,
  expiry REAL NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

-- The digest of the one-time link that makes the first admin.
CREATE TABLE setup (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  digest TEXT NOT NULL
);

-- +goose Down
DROP TABLE setup;
DROP TABLE sessions;
DROP TABLE throttles;
DROP TABLE signins;
DROP TABLE user_counts;
DROP TABLE users;
