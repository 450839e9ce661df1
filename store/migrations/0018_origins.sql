-- +goose Up

-- Where acts came from: the network address and the browser's name for itself, of
-- a person. An entry that has '#' for its address has the digest of such a row for
-- its agent, so that these go with their person, and the chain of digests stays
-- whole. owner_id is who acted, or, where nobody was signed in, whom it was about.
CREATE TABLE audit_origins (
  entry_id INTEGER PRIMARY KEY, -- the first that came from there
  digest   TEXT    NOT NULL UNIQUE,
  owner_id INTEGER NOT NULL,
  salt     TEXT    NOT NULL,
  address  TEXT    NOT NULL,
  agent    TEXT    NOT NULL
);
CREATE UNIQUE INDEX audit_origin_of ON audit_origins (owner_id, address, agent);

-- +goose StatementBegin
CREATE TRIGGER audit_origins_no_update BEFORE UPDATE ON audit_origins
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_origins_no_delete BEFORE DELETE ON audit_origins
WHEN NOT EXISTS (SELECT 1 FROM purged_users p WHERE p.user_id = OLD.owner_id)
BEGIN SELECT RAISE(ABORT, 'where an act came from leaves the audit trail only when a person is purged'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_origins_no_replace BEFORE INSERT ON audit_origins
WHEN EXISTS (SELECT 1 FROM audit_origins o WHERE o.entry_id = NEW.entry_id OR o.digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE audit_origins;
