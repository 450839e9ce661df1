-- +goose Up

-- Where the trail begins: the newest of the entries that have left for an
-- archive, its digest, and when they left. It moves forward only, and only to an
-- entry that is there; nothing behind it can be removed.
CREATE TABLE audit_base (
  id       BIGINT PRIMARY KEY CHECK (id = 1),
  entry_id BIGINT NOT NULL,
  hash     TEXT   COLLATE "C" NOT NULL,
  at       BIGINT NOT NULL
);
INSERT INTO audit_base (id, entry_id, hash, at) VALUES (1, 0, '', 0);

-- +goose StatementBegin
CREATE FUNCTION audit_base_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.entry_id <= OLD.entry_id OR NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = NEW.entry_id AND e.hash = NEW.hash) THEN
    RAISE EXCEPTION 'the audit trail begins later only where an entry ends its archive';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_base_only_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM audit_base) THEN
    RAISE EXCEPTION 'the audit trail has one beginning';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_entries_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.id > (SELECT coalesce(max(b.entry_id), 0) FROM audit_base b) THEN
    RAISE EXCEPTION 'the audit trail cannot be shortened';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_only_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id IS DISTINCT FROM 1 + greatest((SELECT coalesce(max(e.id), 0) FROM audit_entries e), (SELECT coalesce(max(b.entry_id), 0) FROM audit_base b)) THEN
    RAISE EXCEPTION 'the audit trail only grows at its end';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_values_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.entry_id > (SELECT coalesce(max(b.entry_id), 0) FROM audit_base b)
   AND NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.target_id) THEN
    RAISE EXCEPTION 'values leave the audit trail only when a person is purged, or for an archive';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_base_only_forward BEFORE UPDATE ON audit_base
  FOR EACH ROW EXECUTE FUNCTION audit_base_moves();
CREATE TRIGGER audit_base_no_delete BEFORE DELETE ON audit_base
  FOR EACH ROW EXECUTE FUNCTION audit_refuse('the audit trail cannot lose its beginning');
CREATE TRIGGER audit_base_no_truncate BEFORE TRUNCATE ON audit_base
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('the audit trail cannot lose its beginning');
CREATE TRIGGER audit_base_only_one BEFORE INSERT ON audit_base
  FOR EACH ROW EXECUTE FUNCTION audit_base_only_one();
DROP TRIGGER audit_entries_no_delete ON audit_entries;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_entries_leave();

-- +goose Down
DROP TABLE audit_base;
DROP TRIGGER audit_entries_no_delete ON audit_entries;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_refuse('the audit trail cannot be shortened');
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_only_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id IS DISTINCT FROM (SELECT coalesce(max(id), 0) + 1 FROM audit_entries) THEN
    RAISE EXCEPTION 'the audit trail only grows at its end';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_values_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.target_id) THEN
    RAISE EXCEPTION 'values leave the audit trail only when a person is purged';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
DROP FUNCTION audit_entries_leave();
DROP FUNCTION audit_base_only_one();
DROP FUNCTION audit_base_moves();
