package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// What PostgreSQL is asked and told around migrations.

func setLockTimeout(ctx context.Context, c *pgx.Conn, milliseconds string) error {
	_, err := c.Exec(ctx, `SET lock_timeout = `+milliseconds)
	return err
}

// selectHolder gives who has kept a process of the server waiting for longest; pid
// is 0 when nobody does.
func selectHolder(ctx context.Context, q querier, pid uint32) (h holder, err error) {
	var busy float64
	err = q.QueryRowContext(ctx, `SELECT coalesce((SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE l.pid = ?1 AND NOT l.granted LIMIT 1), ''),
 a.pid, coalesce(a.application_name, ''), coalesce(a.usename, ''), coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)
 FROM unnest(pg_blocking_pids(CAST(?1 AS integer))) AS b (pid) JOIN pg_stat_activity a ON a.pid = b.pid ORDER BY a.xact_start LIMIT 1`, int64(pid)).
		Scan(&h.table, &h.pid, &h.program, &h.user, &busy)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	h.busy = time.Duration(busy * float64(time.Second))
	return h, err
}

// selectPermission is asked by whoever is about to make tables.
func selectPermission(ctx context.Context, q querier) (p permission, err error) {
	err = q.QueryRowContext(ctx, `SELECT quote_ident(current_user), quote_ident(current_database()), coalesce(quote_ident(current_schema()), ''), current_setting('server_encoding'),
 coalesce(has_schema_privilege(current_schema(), 'CREATE'), FALSE),
 EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'),
 EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'),
 EXISTS (SELECT 1 FROM pg_available_extension_versions WHERE name = 'pg_trgm' AND trusted) AND has_database_privilege(current_database(), 'CREATE')
  OR EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm') AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`).
		Scan(&p.user, &p.database, &p.schema, &p.encoding, &p.tables, &p.hasTrgm, &p.trgmKnown, &p.trgm)
	return p, err
}

// knowsLetters reports whether letters that English has not are taken for letters.
func knowsLetters(ctx context.Context, q querier) (known bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT cardinality(show_trgm('яя')) > 0`).Scan(&known)
	return known, err
}
