package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations run while people work. Whoever waits for a table has all others wait
// behind them, who would only read it. So a migration waits for a moment only, lets
// them pass, and comes again later. What is built CONCURRENTLY keeps nobody out,
// however long it waits, and would begin from nothing if it were cut off.

// migrate takes the steps that are not done yet, one program at a time.
func (e *postgres) migrate(ctx context.Context) error {
	version, err := versionIfAny(ctx, e.reader)
	if err := errors.Join(err, notNewer(version, NameOf(e.config.DB))); err != nil {
		return err
	}
	if err := e.config.admits(version); err != nil {
		return err
	}
	newest, err := newestMigration()
	if err != nil || version == newest {
		return err
	}
	if err := mayMigrate(ctx, e.reader, version); err != nil {
		return err
	}
	c, err := e.connector(map[string]string{"lock_timeout": e.patience.lock}, endless)
	if err != nil {
		return err
	}
	m := &migration{engine: e}
	db := e.config.pool(migrating{c, m}, 1)
	defer db.Close()
	const look, times = 1, 3600 // seconds: an index of many people takes a while
	turns, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(look, times))
	if err != nil {
		return err
	}
	p, err := newMigrator(goose.DialectPostgres, db, goose.WithSessionLocker(turns))
	if err != nil {
		return err
	}
	e.config.Log.Info("the database is brought up to date", "from", version, "to", newest)
	return m.watched(ctx, func() error {
		return m.again(ctx, func() error {
			_, err := p.Up(ctx)
			return err
		})
	})
}

// migration is one that runs, and may wait.
type migration struct {
	engine *postgres
	pid    atomic.Uint32 // of the server's process that does it

	mu    sync.Mutex
	who   string // holds what it waited for last
	told  string // to the log
	since time.Time
}

// watched looks while do runs whom it waits for.
func (m *migration) watched(ctx context.Context, do func() error) error {
	ctx, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		for rest(ctx, lookForHolders) {
			if h, err := selectHolder(ctx, m.engine.reader, m.pid.Load()); err == nil && h.pid != 0 {
				m.held(h)
			}
		}
	})
	defer watch.Wait()
	defer stop()
	return do()
}

// How often it is looked who holds what a migration waits for, and told.
const (
	lookForHolders = 200 * time.Millisecond
	tellOfHolders  = time.Minute
)

// holder is somebody at work with what a migration waits for.
type holder struct {
	table         string // ""; it waits for all who began before it
	pid           int64
	program, user string
	busy          time.Duration
}

// String says it for whoever runs the program.
func (h holder) String() string {
	table, program := "the table "+h.table, h.program
	if h.table == "" {
		table = "what was there before"
	}
	if program == "" {
		program = "a program"
	}
	return fmt.Sprintf("%s is in use by %s (user %s, process %d)", table, program, h.user, h.pid)
}

// held notes it, and tells the log now and then.
func (m *migration) held(h holder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.who = h.String()
	if m.told == m.who && wall().Sub(m.since) < tellOfHolders {
		return
	}
	m.told, m.since = m.who, wall()
	m.engine.config.Log.Warn("a migration waits", "because", m.who, "for", h.busy.Round(time.Second).String())
}

// again does something until no lock is in its way, and rests in between.
func (m *migration) again(ctx context.Context, do func() error) error {
	patience := m.engine.patience
	for began := wall(); ; {
		err := do()
		if !isLocked(err) {
			return err
		}
		if wall().Sub(began) > patience.migrate {
			return m.givenUp(patience.migrate, err)
		}
		m.engine.config.Log.Info("a migration lets others pass, and tries again", "after", patience.rest.String())
		if !rest(ctx, patience.rest) {
			return errors.Join(ctx.Err(), err)
		}
	}
}

// errLocked says that a migration was given up.
var errLocked = errors.New("store: a table was in use all the time")

func (m *migration) givenUp(after time.Duration, cause error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := m.who
	if who == "" {
		who = "a table is in use by another program"
	}
	return &Error{Kind: Unavailable, Message: fmt.Sprintf("The database could not be brought up to date for %v: %s. Let that finish, or end it, and start this program again.", after, who),
		Cause: fmt.Errorf("%w: %w", errLocked, cause)}
}

// isLocked reports whether a lock was in the way, and may not be a moment later.
func isLocked(err error) bool {
	var p *pgconn.PgError
	return !errors.Is(err, errLocked) && errors.As(err, &p) && (p.Code == lockUnavailable || p.Code == deadlock)
}

// migrating makes the connections of a migration.
type migrating struct {
	driver.Connector
	migration *migration
}

func (c migrating) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	n := conn.(numberedConn)
	c.migration.pid.Store(n.Conn.Conn().PgConn().PID())
	return migratingConn{n, c.migration}, nil
}

type migratingConn struct {
	numberedConn
	migration *migration
}

// concurrent are the statements that keep nobody out.
var concurrent = regexp.MustCompile(`(?i)^\s*(CREATE\s+(UNIQUE\s+)?|DROP\s+)INDEX\s+CONCURRENTLY\b`)

// ExecContext repeats a statement that stands alone until it gets its lock: what was
// done before it is not done anew. One in a transaction takes that with it.
func (c migratingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Result, err error) {
	do := func() error {
		r, err = c.numberedConn.ExecContext(ctx, query, args)
		return err
	}
	switch {
	case concurrent.MatchString(comment.ReplaceAllString(query, "")):
		return r, c.unhurried(ctx, do)
	case c.Conn.Conn().PgConn().TxStatus() == 'I':
		return r, c.migration.again(ctx, do)
	}
	return r, do()
}

// comment is no part of a statement.
var comment = regexp.MustCompile(`--[^\n]*`)

// unhurried does something that waits without end.
func (c migratingConn) unhurried(ctx context.Context, do func() error) error {
	if err := setLockTimeout(ctx, c.Conn.Conn(), "0"); err != nil {
		return err
	}
	err := do()
	return errors.Join(err, setLockTimeout(context.WithoutCancel(ctx), c.Conn.Conn(), c.migration.engine.patience.lock))
}
