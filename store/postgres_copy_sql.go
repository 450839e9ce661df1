package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresCopier copies a database of PostgreSQL, or to one.
type postgresCopier struct{ *postgres }

// connect does without the time-outs of a server that answers people, and of its
// answers.
func (e postgresCopier) connect(_ context.Context, fill bool) (*sql.DB, error) {
	settings := map[string]string{"idle_in_transaction_session_timeout": "0"}
	if fill {
		settings["lock_timeout"] = lockTimeout
	}
	c, err := e.connector(settings, endless)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	return db, nil
}

func (e postgresCopier) version(ctx context.Context, q querier) (int64, error) {
	return versionIfAny(ctx, q)
}

// identity is when the server was started, and the database in it.
func (e postgresCopier) identity(ctx context.Context, q querier) (who string, err error) {
	err = q.QueryRowContext(ctx, `SELECT concat(pg_postmaster_start_time(), ' ', current_database(), ' ', to_regclass('audit_head')::oid)`).Scan(&who)
	return who, err
}

// seize takes the turn of those who make changes first, as they do, and then
// keeps out those who write without one: sessions, and when somebody was seen.
func (e postgresCopier) seize(ctx context.Context, t *sql.Tx) error {
	if err := takeTurn(ctx, t, "", false); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, `LOCK TABLE `+strings.Join(tableNames(copyTables), ", ")+` IN SHARE ROW EXCLUSIVE MODE`)
	return err
}

func tableNames(tables []copyTable) []string {
	var all []string
	for _, t := range tables {
		all = append(all, t.name)
	}
	return all
}

func (e postgresCopier) clear(ctx context.Context, t *sql.Tx, tables []copyTable) error {
	_, err := t.ExecContext(ctx, `TRUNCATE `+strings.Join(tableNames(tables), ", "))
	return err
}

func (e postgresCopier) indexes(ctx context.Context, q querier, table string) ([]index, error) {
	return serverIndexes(ctx, q, table)
}

func (e postgresCopier) read(column string, kind columnKind) string {
	if kind == moment {
		return `CAST(round(extract(epoch FROM ` + column + `) * 1000) AS BIGINT)`
	}
	return column
}

func (e postgresCopier) load(ctx context.Context, s *side, t copyTable, columns []string, next func() ([]any, error)) error {
	return s.conn.Raw(func(c any) error {
		_, err := c.(numberedConn).Conn.Conn().CopyFrom(ctx, pgx.Identifier{t.name}, columns, pgx.CopyFromFunc(func() ([]any, error) {
			row, err := next()
			for i := range row {
				if ms, ok := row[i].(int64); ok && t.kinds[columns[i]] == moment {
					row[i] = time.UnixMilli(ms)
				}
			}
			return row, err
		}))
		return err
	})
}

func (e postgresCopier) lastID(ctx context.Context, q querier, table string) (id int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM `+table+`_id_seq`).Scan(&id)
	return id, err
}

// goOnAfter is taken back with the transaction, which setval would not be.
func (e postgresCopier) goOnAfter(ctx context.Context, t *sql.Tx, table string, id int64) error {
	_, err := t.ExecContext(ctx, `ALTER TABLE `+table+` ALTER COLUMN id RESTART WITH `+strconv.FormatInt(id+1, 10))
	return err
}

// loaded has the planner know what is in the tables, from the first query on.
func (e postgresCopier) loaded(ctx context.Context, t *sql.Tx) error {
	_, err := t.ExecContext(ctx, `ANALYZE `+strings.Join(tableNames(copyTables), ", "))
	return err
}

func (e postgresCopier) settle(context.Context, string) error { return nil }
