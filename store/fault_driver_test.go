package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// errFault is how the database fails in these tests.
var errFault = errors.New("disk I/O error, made by the test")

// mode is how a fault behaves.
type mode string

const (
	once    mode = "once"        // one statement fails
	forever mode = "for ever"    // it and all that come after fail
	lost    mode = "lost answer" // a commit succeeds, and nobody is told
)

// faults decides which statement of a database fails. Opening a transaction,
// executing, querying, reading a line and committing each count as one.
type faults struct {
	mu    sync.Mutex
	mode  mode
	left  int // statements until the fault; 0: none to come
	fired bool
}

func (f *faults) arm(m mode, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mode, f.left, f.fired = m, n, false
}

// disarm ends the fault and tells whether it came.
func (f *faults) disarm() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left = 0
	return f.fired
}

// next is asked before each statement.
func (f *faults) next(commit bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fired && f.mode == forever && f.left > 0 {
		return errFault
	}
	if f.fired || f.left == 0 || f.mode == lost && !commit {
		return nil
	}
	if f.left > 1 {
		f.left--
		return nil
	}
	f.fired = true
	return errFault
}

// failing makes a store use a driver that fails as f says.
func failing(f *faults) func(*Config) {
	return func(c *Config) {
		c.Driver = fmt.Sprintf("failing %p", f)
		sql.Register(c.Driver, &failingDriver{faults: f})
	}
}

type failingDriver struct {
	sqlite3.SQLiteDriver
	*faults
}

func (d *failingDriver) Open(name string) (driver.Conn, error) {
	c, err := d.SQLiteDriver.Open(name)
	if err != nil {
		return nil, err
	}
	return &failingConn{c.(*sqlite3.SQLiteConn), d.faults}, nil
}

type failingConn struct {
	*sqlite3.SQLiteConn
	*faults
}

func (c *failingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	t, err := c.SQLiteConn.BeginTx(ctx, o)
	return &failingTx{t, c.faults}, err
}

func (c *failingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	return c.SQLiteConn.ExecContext(ctx, query, args)
}

func (c *failingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	rows, err := c.SQLiteConn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &failingRows{rows, c.faults}, nil
}

func (c *failingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	s, err := c.SQLiteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &failingStmt{s.(*sqlite3.SQLiteStmt), c.faults}, nil
}

type failingStmt struct {
	*sqlite3.SQLiteStmt
	*faults
}

func (s *failingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.next(false); err != nil {
		return nil, err
	}
	return s.SQLiteStmt.ExecContext(ctx, args)
}

func (s *failingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.next(false); err != nil {
		return nil, err
	}
	rows, err := s.SQLiteStmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	return &failingRows{rows, s.faults}, nil
}

type failingRows struct {
	driver.Rows
	*faults
}

func (r *failingRows) Next(dest []driver.Value) error {
	if err := r.next(false); err != nil {
		return err
	}
	return r.Rows.Next(dest)
}

type failingTx struct {
	driver.Tx
	*faults
}

// Commit fails as SQLite does when the disk is full: with nothing written. As
// a lost answer it fails with everything written.
func (t *failingTx) Commit() error {
	fault := t.next(true)
	if fault == nil {
		return t.Tx.Commit()
	}
	if t.mode == lost {
		return errors.Join(fault, t.Tx.Commit())
	}
	return errors.Join(fault, t.Tx.Rollback())
}
