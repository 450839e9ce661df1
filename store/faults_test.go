package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

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

// state is everything that must be written whole or not at all, without what
// is random: a hash is given as the password that it is of.
func (c *cast) state() []string {
	c.t.Helper()
	all := dump(c.t, c.writer, "user_counts", "signins", "audit_head", "purged_users")
	for i, line := range all {
		if strings.HasPrefix(line, "audit_head") {
			all[i] = line[:strings.LastIndex(line, " ")] // without the digest
		}
	}
	all = append(all, queryLines(c.t, c.writer, `SELECT id, at, actor_kind, actor_id, act, outcome, target_id, address, agent, request_id, undo_of FROM audit_entries ORDER BY id`)...)
	all = append(all, queryLines(c.t, c.writer, `SELECT entry_id, target_id, body FROM audit_values ORDER BY entry_id`)...)
	all = append(all, queryLines(c.t, c.writer, `SELECT count(*) FROM setup`)...)
	all = append(all, queryLines(c.t, c.writer, `SELECT id, name, name_key, email, email_key, phone, phone_key, role, status, external_id,
 search_key, must_change_password, created_at, changed_at, last_sign_in_at, version, deleted_at FROM users ORDER BY id`)...)
	rows, err := c.writer.Query(`SELECT id, password_hash FROM users ORDER BY id`)
	must(c.t, err)
	defer rows.Close()
	for rows.Next() {
		var id int64
		var hash string
		must(c.t, rows.Scan(&id, &hash))
		all = append(all, fmt.Sprint("password of ", id, ": ", c.passwordOf(hash)))
	}
	return append(all, fmt.Sprint(rows.Err()))
}

// passwordOf finds the password that a hash is of, and its costs.
func (c *cast) passwordOf(hash string) string {
	for _, p := range []string{password, newPassword} {
		if p, err := parsePHC(hash); err != nil || p.MemoryKiB > 128 {
			break // an example's, or nobody's
		}
		if ok, stale, _ := c.hasher.Verify(c.t.Context(), hash, p); ok {
			return fmt.Sprint(p, stale)
		}
	}
	return hash
}

// TestFaults fails every statement of every mutation in turn: what was not
// answered with success is not there, and what is there is there whole, with
// its entry. Afterwards the database works again.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, m := range mutations() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			before, after, statements := whenAllIsWell(t, m)
			f := &faults{}
			c := newCast(t, m, failing(f))
			if diff := differences(before, c.state()); diff != "" {
				t.Fatalf("two casts begin differently:\n%s", diff)
			}
			for _, mode := range []mode{forever, once} {
				for n := 1; n <= statements; n++ {
					if !failStatement(t, m, c, f, mode, n) {
						checkState(t, c, after)
						return
					}
				}
			}
			loseAnswers(t, m, c, f, after)
		})
	}
}

// whenAllIsWell gives the state before and after a mutation, and how many
// statements it takes.
func whenAllIsWell(t *testing.T, m mutation) (before, after []string, statements int) {
	t.Helper()
	f := &faults{}
	c := newCast(t, m, failing(f))
	before = c.state()
	const many = 1 << 20
	f.arm(once, many)
	wantKind(t, m.do(t.Context(), c), m.kind)
	statements = many - f.left
	f.disarm()
	return before, c.state(), statements
}

// failStatement fails one statement, and perhaps those after it. It gives false
// when the mutation was done all the same, which only one may that answers bit
// by bit after it has left its entry.
func failStatement(t *testing.T, m mutation, c *cast, f *faults, mode mode, n int) (undone bool) {
	t.Helper()
	before := c.fingerprint()
	f.arm(mode, n)
	err := m.do(t.Context(), c)
	if !f.disarm() {
		t.Fatalf("there was no statement %d", n)
	}
	if KindOf(err) != Internal || !errors.Is(err, errFault) {
		t.Fatalf("statement %d failed %s, and the answer is %v", n, mode, err)
	}
	if c.fingerprint() != before {
		if !m.streams {
			t.Fatalf("statement %d failed %s (%v), and something was written:\n%s", n, mode, err, strings.Join(c.state(), "\n"))
		}
		return false
	}
	checkWorks(t, c)
	mustExec(t, c.writer, `DELETE FROM throttles`)
	return true
}

// loseAnswers lets each commit in turn succeed and report a failure, until the
// mutation is done. Those before are of attempts being counted.
func loseAnswers(t *testing.T, m mutation, c *cast, f *faults, after []string) {
	t.Helper()
	before := c.fingerprint()
	for n := 1; c.fingerprint() == before; n++ {
		f.arm(lost, n)
		err := m.do(t.Context(), c)
		if !f.disarm() {
			t.Fatalf("there was no commit %d, and nothing is done", n)
		}
		wantKind(t, err, Internal)
		mustExec(t, c.writer, `DELETE FROM throttles`)
	}
	checkState(t, c, after)
	checkWorks(t, c)
}

func checkState(t *testing.T, c *cast, want []string) {
	t.Helper()
	if diff := differences(want, c.state()); diff != "" {
		t.Errorf("this is not what the mutation does:\n%s", diff)
	}
}

// checkWorks reads and writes.
func checkWorks(t *testing.T, c *cast) {
	t.Helper()
	must(t, c.Ping(t.Context()))
	must(t, second(c.ListUsers(t.Context(), console, Query{})))
	must(t, c.Sweep(t.Context()))
}

// TestFaultsWhileReading fails every statement of what only reads: no answer is
// made of half of what there is.
func TestFaultsWhileReading(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(context.Context, *cast) (any, error){
		"User":        func(ctx context.Context, c *cast) (any, error) { return c.User(ctx, console, 1) },
		"UserByEmail": func(ctx context.Context, c *cast) (any, error) { return c.UserByEmail(ctx, console, "ben@example.com") },
		"ListUsers": func(ctx context.Context, c *cast) (any, error) {
			return c.ListUsers(ctx, console, Query{Search: "e", Limit: 2})
		},
		"Neighbours": func(ctx context.Context, c *cast) (any, error) {
			prev, next, err := c.Neighbours(ctx, console, Query{}, c.ben)
			if err != nil {
				return nil, err
			}
			return []User{*prev, *next}, nil
		},
		"Counts":          func(ctx context.Context, c *cast) (any, error) { return c.Counts(ctx, console) },
		"Trail":           func(ctx context.Context, c *cast) (any, error) { return c.Trail(ctx, console, TrailQuery{Limit: 2}) },
		"VerifyAudit":     func(ctx context.Context, c *cast) (any, error) { return c.VerifyAudit(ctx) },
		"SignIns":         func(ctx context.Context, c *cast) (any, error) { return c.SignIns(ctx, console, 1) },
		"HasAdmin":        func(ctx context.Context, c *cast) (any, error) { return c.HasAdmin(ctx) },
		"CheckSetupToken": func(ctx context.Context, c *cast) (any, error) { return c.CheckSetupToken(ctx, "x") },
		"Resume": func(ctx context.Context, c *cast) (any, error) {
			w, err := c.Resume(ctx, c.self.SignIn, c.ben.ID, true)
			return w.User, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			c := newCast(t, mutation{}, failing(f))
			want, err := read(t.Context(), c)
			must(t, err)
			for n := 1; n < 100; n++ {
				f.arm(once, n)
				got, err := read(t.Context(), c)
				if came := f.disarm(); came && !errors.Is(err, errFault) {
					t.Errorf("statement %d failed, and the answer is %v, %v", n, got, err)
				} else if !came {
					if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || err != nil {
						t.Errorf("in the end: %+v, %v; want %+v", got, err, want)
					}
					return
				}
			}
			t.Error("this never ends")
		})
	}
}

// TestHousekeepingFails is about what is written without an entry.
func TestHousekeepingFails(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context, *cast) error{
		"Sweep":         func(ctx context.Context, c *cast) error { return c.Sweep(ctx) },
		"NewSetupToken": func(ctx context.Context, c *cast) error { return second(c.NewSetupToken(ctx)) },
		"Resume":        func(ctx context.Context, c *cast) error { return second(c.Resume(ctx, c.self.SignIn, c.ben.ID, false)) },
		"Commit":        func(_ context.Context, c *cast) error { return c.Sessions().Commit("t", []byte("{}"), c.Now()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			c := newCast(t, mutation{}, failing(f))
			c.clock.advance(touchEvery)
			before := c.fingerprint()
			for n := 1; ; n++ {
				f.arm(once, n)
				err := do(t.Context(), c)
				if !f.disarm() {
					must(t, err)
					return
				}
				if !errors.Is(err, errFault) || c.fingerprint() != before {
					t.Errorf("statement %d failed, and the answer is %v", n, err)
				}
			}
		})
	}
}

// TestPeopleWhoGoAway ends the context of a request at each statement: that is
// one more way for it to fail.
func TestPeopleWhoGoAway(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	before := c.fingerprint()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, m := range mutations() {
		if m.empty || m.arrange != nil {
			continue
		}
		if err := m.do(ctx, c); err == nil {
			t.Errorf("%s succeeds for nobody", m.name)
		}
	}
	if c.fingerprint() != before {
		t.Error("something was written")
	}
	checkWorks(t, c)
}
