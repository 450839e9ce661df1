package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// pool keeps databases that a test is through with for the next one: to make one takes
// several times as long as to put one back to what it was.
type pool struct {
	mu   sync.Mutex
	idle map[string][]string // by what they are copies of
	kept map[string]*pristine
}

// take gives a database that is like a fresh copy, if one is there.
func (p *pool) take(from string) (name string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.idle[from]
	if len(idle) == 0 {
		return "", false
	}
	p.idle[from] = idle[1:]
	return idle[0], true
}

func (p *pool) add(from, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle == nil {
		p.idle = map[string][]string{}
	}
	p.idle[from] = append(p.idle[from], name)
}

// pristine is what a copy is to be put back to.
type pristine struct {
	catalog string
	size    int64
	rows    map[string]string // of each table that has any, as JSON
	numbers []sequence
}

type sequence struct {
	name   string
	last   int64
	called bool
}

// catalogNow changes with every change to tables, indexes, triggers, functions, rights
// and statistics: the number of a transaction only grows.
const catalogNow = `SELECT concat_ws(' ', ` +
	`(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_class WHERE oid >= 16384), (SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_attribute WHERE attrelid >= 16384), ` +
	`(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_proc WHERE oid >= 16384), (SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_trigger WHERE oid >= 16384), ` +
	`(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_constraint WHERE oid >= 16384), (SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_index WHERE indexrelid >= 16384), ` +
	`(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_namespace), (SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_extension), ` +
	`(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_statistic WHERE starelid >= 16384), (SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM pg_type WHERE oid >= 16384), ` +
	`(SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())))`

// sizeNow is of all that a store has made, in bytes.
const sizeNow = `SELECT coalesce(sum(pg_relation_size(oid)), 0)::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`

// mayGrow is how much of what was deleted is left in a database for the next test.
const mayGrow = 1 << 20

// stateOf reads what copies of a database are put back to.
func (c *cluster) stateOf(from string) (*pristine, error) {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	if s := c.pool.kept[from]; s != nil {
		return s, nil
	}
	s := &pristine{rows: map[string]string{}}
	err := c.within(from, func(ctx context.Context, db *sql.Conn) error { return s.read(ctx, db) })
	if c.pool.kept == nil {
		c.pool.kept = map[string]*pristine{}
	}
	if err == nil {
		c.pool.kept[from] = s
	}
	return s, err
}

func (s *pristine) read(ctx context.Context, db *sql.Conn) error {
	if err := errors.Join(db.QueryRowContext(ctx, catalogNow).Scan(&s.catalog), db.QueryRowContext(ctx, sizeNow).Scan(&s.size)); err != nil {
		return err
	}
	tables, err := textOf(ctx, db, `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		var rows sql.NullString
		if err := db.QueryRowContext(ctx, `SELECT json_agg(t)::text FROM `+table+` t`).Scan(&rows); err != nil {
			return err
		}
		s.rows[table] = rows.String
	}
	names, err := textOf(ctx, db, `SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`)
	for _, name := range names {
		one := sequence{name: name}
		err = errors.Join(err, db.QueryRowContext(ctx, `SELECT last_value, is_called FROM `+name).Scan(&one.last, &one.called))
		s.numbers = append(s.numbers, one)
	}
	return err
}

// errChanged says that a database is not what it was but for its rows.
var errChanged = errors.New("storetest: more than rows has changed")

// reset puts a database back.
func (s *pristine) reset(ctx context.Context, db *sql.Conn) error {
	var catalog string
	var size int64
	var others int
	if err := errors.Join(db.QueryRowContext(ctx, catalogNow).Scan(&catalog), db.QueryRowContext(ctx, sizeNow).Scan(&size),
		db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE NOT pg_terminate_backend(pid, 2000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&others)); err != nil {
		return err
	}
	if catalog != s.catalog || size > s.size+mayGrow || others > 0 {
		return errChanged
	}
	var all strings.Builder
	all.WriteString("BEGIN; SET LOCAL session_replication_role = replica;\n") // the trail lets nobody delete it otherwise
	for table, rows := range s.rows {
		fmt.Fprintf(&all, "DELETE FROM %s;\n", table)
		if rows != "" {
			fmt.Fprintf(&all, "INSERT INTO %s OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::%s, %s);\n", table, table, literal(rows))
		}
	}
	for _, one := range s.numbers {
		fmt.Fprintf(&all, "SELECT setval('%s', %d, %t);\n", one.name, one.last, one.called)
	}
	all.WriteString("COMMIT")
	_, err := db.ExecContext(ctx, all.String())
	return err
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func textOf(ctx context.Context, db *sql.Conn, query string) (out []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// within does something in a database by a connection of its own.
func (c *cluster) within(name string, do func(context.Context, *sql.Conn) error) error {
	db, err := sql.Open("pgx", c.address(name)+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		return err
	}
	defer db.Close()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return do(ctx, conn)
}

// pooled reports whether copies of a database are put back: of one that stays as it is.
func pooled(from string) bool { return from == template || strings.HasPrefix(from, "kept_") }

// giveBack keeps a database for the next test, or removes it where it cannot be put back.
func (c *cluster) giveBack(t testing.TB, from, name string) {
	t.Helper()
	if pooled(from) {
		s, err := c.stateOf(from)
		if err == nil {
			err = c.within(name, s.reset)
		}
		if err == nil {
			c.pool.add(from, name)
			return
		}
	}
	if err := c.do(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
		t.Error(err)
	}
}
