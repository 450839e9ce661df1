-- +goose Up

-- Where acts came from: the network address and the browser's name for itself, of
-- a person. An entry that has '#' for its address has the digest of such a row for
-- its agent, so that these go with their person, and the chain of digests stays
-- whole. owner_id is who acted, or, where nobody was signed in, whom it was about.
CREATE TABLE audit_origins (
  entry_id BIGINT PRIMARY KEY, -- the first that came from there
  digest   TEXT   COLLATE "C" NOT NULL UNIQUE,
  owner_id BIGINT NOT NULL,
  salt     TEXT   COLLATE "C" NOT NULL,
  address  TEXT   COLLATE "C" NOT NULL,
  agent    TEXT   COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX audit_origin_of ON audit_origins (owner_id, address, agent);

-- +goose StatementBegin
CREATE FUNCTION audit_origins_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.owner_id) THEN
    RAISE EXCEPTION 'where an act came from leaves the audit trail only when a person is purged';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_origins_no_update BEFORE UPDATE ON audit_origins
  FOR EACH ROW EXECUTE FUNCTION audit_refuse('the audit trail cannot be changed');
CREATE TRIGGER audit_origins_no_delete BEFORE DELETE ON audit_origins
  FOR EACH ROW EXECUTE FUNCTION audit_origins_leave();
CREATE TRIGGER audit_origins_no_truncate BEFORE TRUNCATE ON audit_origins
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('the audit trail cannot be shortened');

-- +goose Down
DROP TABLE audit_origins;
DROP FUNCTION audit_origins_leave();
