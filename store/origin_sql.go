package store

import (
	"context"
	"database/sql"
	"errors"
)

// findOrigin gives the digest of an origin that is there; "": it is not.
func findOrigin(x *tx, o origin) (digest string, err error) {
	err = x.queryRow(`SELECT digest FROM audit_origins WHERE owner_id = ?1 AND address = ?2 AND agent = ?3`, o.Owner, o.Address, o.Agent).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return digest, err
}

func insertOrigin(x *tx, entry int64, o origin, digest string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO audit_origins (entry_id, digest, owner_id, salt, address, agent) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
		entry, digest, o.Owner, o.Salt, o.Address, o.Agent)
	return err
}

// dropOrigins removes where people came from who were removed for good.
func dropOrigins(ctx context.Context, t *sql.Tx) error {
	_, err := t.ExecContext(ctx, `DELETE FROM audit_origins WHERE owner_id IN (SELECT user_id FROM purged_users)`)
	return err
}

// originsSince is the step of the schema that puts origins aside.
const originsSince = 18

// originsIn is the table of origins, or an empty one for a trail that an earlier
// version has left: it is verified as it is.
func originsIn(ctx context.Context, q querier) (table string, err error) {
	version, err := schemaVersion(ctx, q)
	if version >= originsSince {
		return "audit_origins", err
	}
	return "(SELECT 0 AS owner_id, '' AS salt, '' AS address, '' AS agent, '' AS digest WHERE 1 = 0)", err
}
