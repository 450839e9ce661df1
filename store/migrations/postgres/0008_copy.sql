-- +goose Up

-- A copy of a database whose trail begins later does so too. The beginning may be
-- set also while there is no trail at all: nothing is lost with it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_base_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.entry_id <= OLD.entry_id
   OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = NEW.entry_id AND e.hash = NEW.hash)
    AND (OLD.entry_id <> 0 OR EXISTS (SELECT 1 FROM audit_entries)) THEN
    RAISE EXCEPTION 'the audit trail begins later only where an entry ends its archive';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_base_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.entry_id <= OLD.entry_id OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = NEW.entry_id AND e.hash = NEW.hash) THEN
    RAISE EXCEPTION 'the audit trail begins later only where an entry ends its archive';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
