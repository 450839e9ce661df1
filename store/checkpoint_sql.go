package store

import (
	"context"
	"database/sql"
)

// logState tells how many pages are in the log, and how many of them have been
// carried out into the file.
func logState(ctx context.Context, db *sql.DB) (frames, done int, err error) {
	return checkpoint(ctx, db, `PRAGMA wal_checkpoint(NOOP)`)
}

// carryLogOut carries out what nobody needs in the log any more. It waits for
// nobody, and nobody waits for it.
func carryLogOut(ctx context.Context, db *sql.DB) (frames, done int, err error) {
	return checkpoint(ctx, db, `PRAGMA wal_checkpoint(PASSIVE)`)
}

// beginLogAnew carries the rest out and lets the next change write the log from
// its beginning. For readers who are on their way it waits for a moment only,
// which is the busy time-out of db.
func beginLogAnew(ctx context.Context, db *sql.DB) (frames, done int, err error) {
	return checkpoint(ctx, db, `PRAGMA wal_checkpoint(RESTART)`)
}

func checkpoint(ctx context.Context, db *sql.DB, pragma string) (frames, done int, err error) {
	var busy int
	err = db.QueryRowContext(ctx, pragma).Scan(&busy, &frames, &done)
	return frames, done, err
}
