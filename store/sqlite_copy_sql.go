package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// sqliteCopier copies a file, or to one.
type sqliteCopier struct{ *sqlite }

func (e sqliteCopier) connect(ctx context.Context, fill bool) (*sql.DB, error) {
	if !fill {
		return openFile(e.config.DB, url.Values{"mode": {"rw"}, "_busy_timeout": {"10000"}, "_query_only": {"on"}})
	}
	db := sql.OpenDB(e.connector("rwc"))
	db.SetMaxOpenConns(1)
	return db, readyWriter(ctx, db)
}

func (e sqliteCopier) version(ctx context.Context, q querier) (int64, error) {
	return fileVersion(ctx, q)
}

// identity is the file itself, under whatever name it is known.
func (e sqliteCopier) identity(ctx context.Context, q querier) (who string, err error) {
	var info syscall.Stat_t
	err = syscall.Stat(e.config.DB, &info)
	return fmt.Sprint(info.Dev, " ", info.Ino), err
}

// seize has nothing to do: whoever is in a transaction that writes is alone.
func (e sqliteCopier) seize(ctx context.Context, t *sql.Tx) error {
	return setCache(ctx, t, bulkCache, "FILE")
}

// clear takes the index of the search down as well: it is made anew.
func (e sqliteCopier) clear(ctx context.Context, t *sql.Tx, tables []copyTable) error {
	for _, table := range slices.Backward(tables) {
		if _, err := t.ExecContext(ctx, `DELETE FROM `+table.name); err != nil {
			return err
		}
	}
	for _, statement := range []string{`DELETE FROM search_pending`, `DELETE FROM search_grams`} {
		if _, err := t.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (e sqliteCopier) indexes(ctx context.Context, q querier, table string) ([]index, error) {
	return fileIndexes(ctx, q, table)
}

// read turns days since noon of 24 November 4714 BC, in which the sessions are
// kept, into milliseconds.
func (e sqliteCopier) read(column string, kind columnKind) string {
	if kind == moment {
		return `CAST(round((` + column + ` - 2440587.5) * 86400000.0) AS INTEGER)`
	}
	return column
}

func (e sqliteCopier) load(ctx context.Context, s *side, t copyTable, columns []string, next func() ([]any, error)) error {
	var values []string
	for i, c := range columns {
		value := placeholder(i + 1)
		if t.kinds[c] == moment {
			value = `julianday(` + value + ` / 1000.0, 'unixepoch')`
		}
		values = append(values, value)
	}
	stmt, err := s.tx.PrepareContext(ctx, `INSERT INTO `+t.name+` (`+strings.Join(columns, ", ")+`) VALUES (`+strings.Join(values, ", ")+`)`)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for {
		row, err := next()
		if err != nil || row == nil {
			return err
		}
		if _, err := stmt.ExecContext(context.WithoutCancel(ctx), row...); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (e sqliteCopier) lastID(ctx context.Context, q querier, table string) (id int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT seq FROM sqlite_sequence WHERE name = ?1`, table).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

func (e sqliteCopier) goOnAfter(ctx context.Context, t *sql.Tx, table string, id int64) error {
	if _, err := t.ExecContext(ctx, `DELETE FROM sqlite_sequence WHERE name = ?1`, table); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)`, table, id)
	return err
}

func (e sqliteCopier) loaded(context.Context, *sql.Tx) error { return nil }

// settle makes the index of the search, and takes the log of changes away, which
// is as large as the file by then.
func (e sqliteCopier) settle(ctx context.Context, db string) error {
	s, err := Open(ctx, Config{DB: db})
	if err != nil {
		return err
	}
	err = s.IndexSearch(ctx)
	emptyLog(ctx, s.writer)
	return errors.Join(err, s.Close())
}
