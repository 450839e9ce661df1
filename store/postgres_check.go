package store

import (
	"context"
	"database/sql"
	"fmt"
)

// extensionAt is the migration that needs the extension pg_trgm.
const extensionAt = 5

// permission is what a role may do in a database, as far as migrations need it.
type permission struct {
	user, database, schema   string
	encoding                 string
	tables                   bool // it may make tables
	hasTrgm, trgmKnown, trgm bool // the extension is there; the server has it; the role may add it
}

// mayMigrate says in words what is lacking, before something is made by half.
func mayMigrate(ctx context.Context, db *sql.DB, version int64) error {
	p, err := selectPermission(ctx, db)
	if err != nil {
		return err
	}
	lacks := func(format string, args ...any) error {
		return &Error{Kind: Refused, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case p.encoding != "UTF8":
		return lacks("The database %s keeps text as %s, and not every name can be written in that. Make one with: createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME", p.database, p.encoding)
	case p.schema == "":
		return lacks("The user %s has no schema to make tables in: none of those in its search_path is there.", p.user)
	case !p.tables:
		return lacks("The user %s may not make tables in the database %s. Its owner or an administrator allows it there: GRANT CREATE ON SCHEMA %s TO %s", p.user, p.database, p.schema, p.user)
	case version >= extensionAt || p.hasTrgm || p.trgm:
		return nil
	case !p.trgmKnown:
		return lacks("The server lacks the extension pg_trgm, which comes with PostgreSQL (some systems have it in a package named postgresql-contrib).")
	}
	return lacks("The user %s may not add the extension pg_trgm to the database %s. Its owner or an administrator does it there: CREATE EXTENSION pg_trgm", p.user, p.database)
}

// checkWords warns of a database that takes the letters of most of the world for
// none: there, searches look at everybody.
func (e *postgres) checkWords(ctx context.Context) error {
	known, err := knowsLetters(ctx, e.reader)
	if err == nil && !known {
		e.config.Log.Warn("the database knows no letters but those of English (LC_CTYPE), which makes some searches slow: make one with --locale=C.UTF-8, or another of UTF-8, and copy this one there")
	}
	return err
}
