-- +goose Up

-- Where the trail begins: the newest of the entries that have left for an
-- archive, its digest, and when they left. It moves forward only, and only to an
-- entry that is there; nothing behind it can be removed.
CREATE TABLE audit_base (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  entry_id INTEGER NOT NULL,
  hash     TEXT    NOT NULL,
  at       INTEGER NOT NULL
);
INSERT INTO audit_base (id, entry_id, hash, at) VALUES (1, 0, '', 0);

-- +goose StatementBegin
CREATE TRIGGER audit_base_only_forward BEFORE UPDATE ON audit_base
WHEN NEW.entry_id <= OLD.entry_id
 OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = NEW.entry_id AND e.hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the audit trail begins later only where an entry ends its archive'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_base_no_delete BEFORE DELETE ON audit_base
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot lose its beginning'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_base_only_one BEFORE INSERT ON audit_base
WHEN EXISTS (SELECT 1 FROM audit_base)
BEGIN SELECT RAISE(ABORT, 'the audit trail has one beginning'); END;
-- +goose StatementEnd

DROP TRIGGER audit_entries_no_delete;
DROP TRIGGER audit_entries_only_append;
DROP TRIGGER audit_values_no_delete;
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
WHEN OLD.id > (SELECT coalesce(max(b.entry_id), 0) FROM audit_base b)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END;
-- +goose StatementEnd
-- INSERT OR REPLACE would delete without asking the trigger above.
-- +goose StatementBegin
CREATE TRIGGER audit_entries_only_append BEFORE INSERT ON audit_entries
WHEN NEW.id IS NOT 1 + max((SELECT coalesce(max(e.id), 0) FROM audit_entries e), (SELECT coalesce(max(b.entry_id), 0) FROM audit_base b))
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows at its end'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_values_no_delete BEFORE DELETE ON audit_values
WHEN OLD.entry_id > (SELECT coalesce(max(b.entry_id), 0) FROM audit_base b)
 AND NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.target_id)
BEGIN SELECT RAISE(ABORT, 'values leave the audit trail only when a person is purged, or for an archive'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER audit_values_no_delete;
DROP TRIGGER audit_entries_only_append;
DROP TRIGGER audit_entries_no_delete;
DROP TABLE audit_base;
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_only_append BEFORE INSERT ON audit_entries
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit_entries)
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows at its end'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_values_no_delete BEFORE DELETE ON audit_values
WHEN NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.target_id)
BEGIN SELECT RAISE(ABORT, 'values leave the audit trail only when a person is purged'); END;
-- +goose StatementEnd
