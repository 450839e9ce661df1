package store

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
)

// What only PostgreSQL is told.

// channel is what changes are announced on.
const channel = "backoffice"

// takeTurn waits until nobody else makes a change. If there is anybody to tell,
// they are told when this one is committed, and by whom.
func takeTurn(ctx context.Context, t *sql.Tx, name string, soon bool) error {
	query, args := `SELECT entry_id FROM audit_head WHERE id = 1 FOR UPDATE`, []any(nil)
	if name != "" {
		query, args = `SELECT entry_id, pg_notify('`+channel+`', ?1) FROM audit_head WHERE id = 1 FOR UPDATE`, []any{name}
	}
	if _, err := t.ExecContext(ctx, query, args...); err != nil || !soon {
		return err
	}
	_, err := t.ExecContext(ctx, `SET LOCAL synchronous_commit = off`)
	return err
}

func subscribe(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `LISTEN `+channel)
	return err
}

// hasEntry reports whether an entry is in the trail.
func hasEntry(ctx context.Context, q querier, end head) (there bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM audit_entries WHERE id = ?1 AND hash = ?2)`, end.id, end.hash).Scan(&there)
	return there, err
}

// versionIfAny is schemaVersion, and 0 for a database that is empty.
func versionIfAny(ctx context.Context, q querier) (version int64, err error) {
	var there bool
	err = q.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	return schemaVersion(ctx, q)
}

func dropSharedSessions(x *tx) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM sessions WHERE expiry < to_timestamp(?1 / 1000.0)`, float64(toMillis(x.now)))
	return err
}

func loadDatabaseSize(ctx context.Context, q querier, bytes *int64) error {
	return q.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(bytes)
}

// serverIndexes are the indexes of a table that no constraint rests on.
func serverIndexes(ctx context.Context, q querier, table string) ([]index, error) {
	rows, err := q.QueryContext(ctx, `SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
 WHERE i.indrelid = to_regclass(?1) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY i.indexrelid`, table)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanIndex)
}

// setSortMemory gives a bulk room to sort in, until its transaction ends.
func setSortMemory(x *tx) error {
	_, err := x.ExecContext(x.ctx, `SET LOCAL maintenance_work_mem = '256MB'`)
	return err
}

func analyzeUsers(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `ANALYZE users`)
	return err
}
