package store

import (
	"context"
	"database/sql"
	"strconv"
)

// bulkCache is the memory that a bulk works in, in KB: what SQLite sorts at
// once. The writer's own is set again afterwards.
const bulkCache = 24_000

// fileIndexes are the indexes of a table, in the order in which they were made.
func fileIndexes(ctx context.Context, q querier, table string) ([]index, error) {
	rows, err := q.QueryContext(ctx, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY rowid`, table)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanIndex)
}

// setCache sets the memory of the writing connection, in KB, and where it puts
// what does not fit when it sorts: see readyWriter.
func setCache(ctx context.Context, t *sql.Tx, size int, spill string) error {
	_, err := t.ExecContext(ctx, `PRAGMA cache_size = -`+strconv.Itoa(size)+`; PRAGMA temp_store = `+spill)
	return err
}

// emptyLog takes what was written out of the write-ahead log, which else stays as
// large as the file. Where it cannot, because somebody reads, a later change does.
func emptyLog(ctx context.Context, writer *sql.DB) {
	writer.ExecContext(ctx, `PRAGMA busy_timeout = `+inMillis(freePatience)+`; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = `+inMillis(shortly))
}
