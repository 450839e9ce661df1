package store

import (
	"context"
	"database/sql"
	"strconv"
)

// What only SQLite is told.

// readyWriter sets what no name of a connection can say, once the migrations are
// through. The log is left alone in commits, up to a length. What is kept for
// the savepoints of a group is kept in memory: it is little, and would be a
// file that is made and removed for each group. Who sorts many people sends
// them to the disk again, see setCache. For another program that writes, whenFree
// waits.
func readyWriter(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `PRAGMA wal_autocheckpoint = `+strconv.Itoa(endlessLog)+`; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = `+inMillis(shortly))
	return err
}

// setFlush says whether a commit waits until the disk has it. Otherwise what is
// committed is whole, in its order, and durable with the next commit that waits.
func setFlush(ctx context.Context, db *sql.DB, wait bool) error {
	level := "NORMAL"
	if wait {
		level = "FULL"
	}
	_, err := db.ExecContext(ctx, `PRAGMA synchronous = `+level)
	return err
}

func dropFileSessions(x *tx) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM sessions WHERE expiry < julianday(?1 / 1000.0, 'unixepoch')`, toMillis(x.now))
	return err
}

func loadPages(ctx context.Context, q querier, st *Stats) error {
	return q.QueryRowContext(ctx, `SELECT (SELECT page_size FROM pragma_page_size), (SELECT page_count FROM pragma_page_count),
 (SELECT freelist_count FROM pragma_freelist_count)`).Scan(&st.PageBytes, &st.Pages, &st.FreePages)
}
