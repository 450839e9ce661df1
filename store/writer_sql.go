package store

import (
	"context"
	"database/sql"
	"strconv"
)

// readyWriter sets what no name of a connection can say, once the migrations are
// through. The log is left alone in commits, up to a length. What is kept for
// the savepoints of a group is kept in memory: it is little, and would be a
// file that is made and removed for each group. Who sorts many people sends
// them to the disk again, see setCache.
func readyWriter(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `PRAGMA wal_autocheckpoint = `+strconv.Itoa(endlessLog)+`; PRAGMA temp_store = MEMORY`)
	return err
}

func beginChange(t *sql.Tx) error { return execute(t, `SAVEPOINT change`) }
func endChange(t *sql.Tx) error   { return execute(t, `RELEASE change`) }

func takeBackChange(t *sql.Tx) error {
	if err := execute(t, `ROLLBACK TO change`); err != nil {
		return err
	}
	return endChange(t)
}

func execute(t *sql.Tx, statement string) error {
	_, err := t.Exec(statement)
	return err
}
