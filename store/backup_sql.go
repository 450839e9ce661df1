package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// vacuumInto writes one state of the whole database to an empty file, without
// what was deleted.
func vacuumInto(ctx context.Context, db *sql.DB, path string) error {
	_, err := db.ExecContext(ctx, `VACUUM INTO ?1`, path)
	return err
}

// findDamage reads every page and every index, and gives the first thing that is
// wrong, or "".
func findDamage(ctx context.Context, q querier) (damage string, err error) {
	if err := q.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&damage); err != nil || damage != "ok" {
		return damage, err
	}
	var table string
	err = q.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	if err == nil {
		return "a row of " + table + " belongs to one that is not there", nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	if wrong, err := countsAreWrong(ctx, q); err != nil || !wrong {
		return "", err
	}
	return wrongCounts, nil
}

// wrongCounts is what is wrong with a database of which countsAreWrong.
const wrongCounts = "the counts of people are not those of the people"

// countsAreWrong compares the kept counts of people with the people.
func countsAreWrong(ctx context.Context, q querier) (bool, error) {
	var wrong int64
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM
 (SELECT role, status, count(*) AS n FROM users WHERE deleted_at = 0 GROUP BY role, status) u
 FULL JOIN (SELECT role, status, n FROM user_counts WHERE n <> 0) c ON c.role = u.role AND c.status = u.status
 WHERE u.n IS DISTINCT FROM c.n`).Scan(&wrong)
	return wrong != 0, err
}

func countPeople(ctx context.Context, q querier) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM users WHERE deleted_at = 0`).Scan(&n)
	return n, err
}

func newestEntry(ctx context.Context, q querier) (id int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM audit_entries`).Scan(&id)
	return id, err
}

// seize keeps everybody else away from a database until the connection that it
// gives is closed, and leaves nothing of it in files beside. It gives nil for a
// file that is no sound database.
func seize(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, soundOnly(err)
	}
	// The order counts: a database with a log is seized when the log is ended.
	for _, statement := range []string{`PRAGMA locking_mode = EXCLUSIVE`, `PRAGMA journal_mode = DELETE`, `BEGIN EXCLUSIVE`} {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(soundOnly(err), c.Close())
		}
	}
	return c, nil
}

// errInUse is the error of a database that another program has open.
var errInUse = errors.New("store: the database is in use")

// soundOnly turns the error of a file that is no sound database into none.
func soundOnly(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fmt.Errorf("%w: %w", errInUse, err)
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		return nil
	}
	return err
}
