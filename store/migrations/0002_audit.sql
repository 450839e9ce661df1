-- +goose Up

-- The audit trail. Each entry carries the digest of the one before it, so that
-- altering, removing or moving an entry shows. Field values live beside it in
-- audit_values, bound by values_hash: that a purged person's data is gone does
-- not break the chain.
CREATE TABLE audit_entries (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  actor_kind  TEXT    NOT NULL,
  actor_id    INTEGER NOT NULL,
  act         TEXT    NOT NULL,
  outcome     TEXT    NOT NULL,
  target_id   INTEGER NOT NULL,
  address     TEXT    NOT NULL,
  agent       TEXT    NOT NULL,
  request_id  TEXT    NOT NULL,
  undo_of     INTEGER NOT NULL,
  values_hash TEXT    NOT NULL,
  prev_hash   TEXT    NOT NULL,
  hash        TEXT    NOT NULL
);
CREATE INDEX audit_of_target ON audit_entries (target_id, id) WHERE target_id <> 0;
CREATE INDEX audit_of_actor  ON audit_entries (actor_id, id)  WHERE actor_id <> 0;
CREATE INDEX audit_of_act    ON audit_entries (act, id);
CREATE INDEX audit_outcome   ON audit_entries (outcome, id);
CREATE INDEX audit_at        ON audit_entries (at, id);
CREATE INDEX audit_undo      ON audit_entries (undo_of)       WHERE undo_of <> 0;

CREATE TABLE audit_values (
  entry_id  INTEGER PRIMARY KEY REFERENCES audit_entries (id),
  target_id INTEGER NOT NULL,
  salt      TEXT    NOT NULL,
  body      TEXT    NOT NULL
);
CREATE INDEX audit_values_of_target ON audit_values (target_id) WHERE target_id <> 0;

-- The newest entry, noted apart, so that cutting off the end shows as well.
CREATE TABLE audit_head (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  entry_id INTEGER NOT NULL,
  hash     TEXT    NOT NULL
);
INSERT INTO audit_head (id, entry_id, hash) VALUES (1, 0, '');

-- People whose data has been removed for good.
CREATE TABLE purged_users (
  user_id INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END;
-- +goose StatementEnd
-- INSERT OR REPLACE would delete without asking the trigger above.
-- +goose StatementBegin
CREATE TRIGGER audit_entries_only_append BEFORE INSERT ON audit_entries
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit_entries)
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows at its end'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_values_no_update BEFORE UPDATE ON audit_values
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_values_no_delete BEFORE DELETE ON audit_values
WHEN NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.target_id)
BEGIN SELECT RAISE(ABORT, 'values leave the audit trail only when a person is purged'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_values_no_replace BEFORE INSERT ON audit_values
WHEN EXISTS (SELECT 1 FROM audit_values v WHERE v.entry_id = NEW.entry_id)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE purged_users;
DROP TABLE audit_head;
DROP TABLE audit_values;
DROP TABLE audit_entries;
