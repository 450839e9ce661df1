-- +goose Up

-- A copy of a database whose trail begins later does so too. The beginning may be
-- set also while there is no trail at all: nothing is lost with it.
DROP TRIGGER audit_base_only_forward;
-- +goose StatementBegin
CREATE TRIGGER audit_base_only_forward BEFORE UPDATE ON audit_base
WHEN NEW.entry_id <= OLD.entry_id
 OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = NEW.entry_id AND e.hash = NEW.hash)
  AND (OLD.entry_id <> 0 OR EXISTS (SELECT 1 FROM audit_entries))
BEGIN SELECT RAISE(ABORT, 'the audit trail begins later only where an entry ends its archive'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER audit_base_only_forward;
-- +goose StatementBegin
CREATE TRIGGER audit_base_only_forward BEFORE UPDATE ON audit_base
WHEN NEW.entry_id <= OLD.entry_id
 OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = NEW.entry_id AND e.hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the audit trail begins later only where an entry ends its archive'); END;
-- +goose StatementEnd
