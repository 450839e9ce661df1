-- +goose Up

-- The audit trail. Each entry carries the digest of the one before it, so that
-- altering, removing or moving an entry shows. Field values live beside it in
-- audit_values, bound by values_hash: that a purged person's data is gone does
-- not break the chain.
CREATE TABLE audit_entries (
  id          BIGINT PRIMARY KEY,
  at          BIGINT NOT NULL,
  actor_kind  TEXT   COLLATE "C" NOT NULL,
  actor_id    BIGINT NOT NULL,
  act         TEXT   COLLATE "C" NOT NULL,
  outcome     TEXT   COLLATE "C" NOT NULL,
  target_id   BIGINT NOT NULL,
  address     TEXT   COLLATE "C" NOT NULL,
  agent       TEXT   COLLATE "C" NOT NULL,
  request_id  TEXT   COLLATE "C" NOT NULL,
  undo_of     BIGINT NOT NULL,
  values_hash TEXT   COLLATE "C" NOT NULL,
  prev_hash   TEXT   COLLATE "C" NOT NULL,
  hash        TEXT   COLLATE "C" NOT NULL
);
CREATE INDEX audit_of_target ON audit_entries (target_id, id) WHERE target_id <> 0;
CREATE INDEX audit_of_actor  ON audit_entries (actor_id, id)  WHERE actor_id <> 0;
CREATE INDEX audit_of_act    ON audit_entries (act, id);
CREATE INDEX audit_outcome   ON audit_entries (outcome, id);
CREATE INDEX audit_at        ON audit_entries (at, id);
CREATE INDEX audit_undo      ON audit_entries (undo_of)       WHERE undo_of <> 0;

CREATE TABLE audit_values (
  entry_id  BIGINT PRIMARY KEY REFERENCES audit_entries (id),
  target_id BIGINT NOT NULL,
  salt      TEXT   COLLATE "C" NOT NULL,
  body      TEXT   COLLATE "C" NOT NULL
);
CREATE INDEX audit_values_of_target ON audit_values (target_id) WHERE target_id <> 0;

-- The newest entry, noted apart, so that cutting off the end shows as well.
-- Whoever makes a change locks it until the change is made.
CREATE TABLE audit_head (
  id       BIGINT PRIMARY KEY CHECK (id = 1),
  entry_id BIGINT NOT NULL,
  hash     TEXT   COLLATE "C" NOT NULL
);
INSERT INTO audit_head (id, entry_id, hash) VALUES (1, 0, '');

-- People whose data has been removed for good.
CREATE TABLE purged_users (
  user_id BIGINT PRIMARY KEY,
  at      BIGINT NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_only_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id IS DISTINCT FROM (SELECT coalesce(max(id), 0) + 1 FROM audit_entries) THEN
    RAISE EXCEPTION 'the audit trail only grows at its end';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_values_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.target_id) THEN
    RAISE EXCEPTION 'values leave the audit trail only when a person is purged';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_refuse('the audit trail cannot be changed');
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_refuse('the audit trail cannot be shortened');
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('the audit trail cannot be shortened');
CREATE TRIGGER audit_entries_only_append BEFORE INSERT ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_only_append();
CREATE TRIGGER audit_values_no_update BEFORE UPDATE ON audit_values
  FOR EACH ROW EXECUTE FUNCTION audit_refuse('the audit trail cannot be changed');
CREATE TRIGGER audit_values_no_delete BEFORE DELETE ON audit_values
  FOR EACH ROW EXECUTE FUNCTION audit_values_leave();
CREATE TRIGGER audit_values_no_truncate BEFORE TRUNCATE ON audit_values
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('the audit trail cannot be shortened');

-- +goose Down
DROP TABLE purged_users;
DROP TABLE audit_head;
DROP TABLE audit_values;
DROP TABLE audit_entries;
DROP FUNCTION audit_values_leave();
DROP FUNCTION audit_only_append();
DROP FUNCTION audit_refuse();
