package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"
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

// failing makes a store use connections that fail as f says.
func failing(f *faults) func(*Config) {
	return func(c *Config) {
		c.Connect = func(to driver.Connector) driver.Connector { return failingConnector{to, f} }
	}
}

type failingConnector struct {
	driver.Connector
	*faults
}

func (c failingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &failingConn{conn.(bareConn), c.faults}, nil
}

// bareConn is what the connections of both drivers can do.
type bareConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

type failingConn struct {
	bareConn
	*faults
}

func (c *failingConn) CheckNamedValue(v *driver.NamedValue) error {
	if checks, ok := c.bareConn.(driver.NamedValueChecker); ok {
		return checks.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *failingConn) ResetSession(ctx context.Context) error {
	if resets, ok := c.bareConn.(driver.SessionResetter); ok {
		return resets.ResetSession(ctx)
	}
	return nil
}

func (c *failingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	t, err := c.bareConn.BeginTx(ctx, o)
	return &failingTx{t, c.faults}, err
}

func (c *failingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	return c.bareConn.ExecContext(ctx, query, args)
}

func (c *failingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	rows, err := c.bareConn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &failingRows{rows, c.faults}, nil
}

func (c *failingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.next(false); err != nil {
		return nil, err
	}
	s, err := c.bareConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &failingStmt{s.(bareStmt), c.faults}, nil
}

// bareStmt is what the statements of both drivers can do.
type bareStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type failingStmt struct {
	bareStmt
	*faults
}

func (s *failingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.next(false); err != nil {
		return nil, err
	}
	return s.bareStmt.ExecContext(ctx, args)
}

func (s *failingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.next(false); err != nil {
		return nil, err
	}
	rows, err := s.bareStmt.QueryContext(ctx, args)
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
