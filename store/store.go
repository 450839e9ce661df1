// Package store keeps the people, who signed in, and the trail of what was
// done, in one SQLite file or in PostgreSQL, and holds every rule about them. The browser, the
// command line and whatever comes later all change people through the
// operations here, so that they meet the same rules.
//
// An operation takes the acting person right after the context. It checks
// permission against freshly loaded rows, makes the change and writes its audit
// entry in one transaction. Rules stand in users.go, policy.go, auth.go,
// signins.go, audit.go and undo.go; SQL stands in the *_sql.go files only. What the
// two databases do differently is an engine: sqlite.go and postgres.go.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// Config says where the data is and which limits hold. The zero value of each
// field but DB stands for its default.
type Config struct {
	// DB is the SQLite file, which is made when missing, or the address of a
	// PostgreSQL database, such as postgres://user:password@host/database.
	DB string

	// Clock tells the time. Default: time.Now. Tests pass their own.
	Clock func() time.Time

	// IdleTimeout ends a sign-in that has not been used for so long.
	// Default 30 minutes.
	IdleTimeout time.Duration

	// AbsoluteTimeout ends a sign-in so long after it began, however much it
	// is used. Default 12 hours.
	AbsoluteTimeout time.Duration

	// Hash are the costs of new password hashes. Default: DefaultHashParams.
	// Make them cheap in tests only.
	Hash HashParams

	// Brand is the organisation's name, of which no password may be made. Default:
	// none.
	Brand string

	// BreachedPasswords is a file with the SHA-1 digests of passwords that have come
	// out elsewhere, as "Have I Been Pwned" publishes it: no new password may be one
	// of them. Default: none. It stays open and must not change.
	BreachedPasswords string

	// KeyFile holds the keys that seal what must be read again, such as the seed of
	// an authenticator app. It is made when it is needed and missing. Default: the
	// SQLite file with ".key" behind its name; for PostgreSQL "backoffice.key". All
	// who share a database need the same file.
	KeyFile string

	// Keys are the keys themselves, as text: one or several, newest first, each as a
	// line of a key file has it, with spaces, commas or lines between them. Then no
	// file is made or read. Default: those of the file.
	Keys string

	// MustExist refuses to make the database when it is missing: a mistyped name is
	// not an empty back office. Default: it is made.
	MustExist bool

	// NoUpgrade refuses a database with an older schema instead of bringing it up to
	// date: an older program may be at work there, and would be at a loss. Default: it
	// is brought up to date.
	NoUpgrade bool

	// Log hears what whoever runs the program has to know of the database, such as
	// whom a migration waits for. Default: nobody.
	Log *slog.Logger

	// Connect is put in front of each pool of connections. Default: nothing.
	// Tests put something in that fails.
	Connect func(driver.Connector) driver.Connector

	patience patience                               // with PostgreSQL; zero: the usual
	listen   func(context.Context, *pgx.Conn) error // nil: LISTEN of PostgreSQL
}

// Store is the open database. It is safe for use by many goroutines.
type Store struct {
	engine   engine
	writer   *sql.DB // changes, one after the other; see writeLoop
	reader   *sql.DB
	searcher *sql.DB // those for searches, which take longer than a page may wait
	now      func() time.Time
	idle     time.Duration
	absolute time.Duration
	hasher   *Hasher
	evenly   time.Duration // see evenly
	brand    string
	breached *breached // nil: there is no list
	keys     keyring
	many     int // from so many on, examples are added at once; see AddManyExamples

	changes chan *pending // what waits for the writer
	bulk    chan *pending // the same of what is written alone; see transactSoon
	changed chan struct{} // holds one when something was written; see KeepSearch
	mailbox chan struct{} // holds one when a mail was written; see KeepMail
	mailed  atomic.Bool   // a mail is written in the group of changes at hand
	close   sync.Once
	closing chan struct{} // closed by Close
	stopped chan struct{} // closed when the writer has stopped

	counts     counts
	between    chan func()  // what the writer is to do between two groups of changes
	bulkGate   sync.RWMutex // held for reading by bulk work; who holds it for writing keeps it off
	background *background
	notices    follower
}

// Open opens the database, making or migrating it as needed.
func Open(ctx context.Context, c Config) (*Store, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	s := &Store{engine: newEngine(c), now: c.Clock, idle: c.IdleTimeout, absolute: c.AbsoluteTimeout, hasher: NewHasher(c.Hash, 0), evenly: evenly, brand: c.Brand,
		keys: keyring{path: c.KeyFile, given: c.Keys != ""}, many: bulkExamples, changes: make(chan *pending), bulk: make(chan *pending), changed: make(chan struct{}, 1), mailbox: make(chan struct{}, 1),
		closing: make(chan struct{}), stopped: make(chan struct{}), between: make(chan func()), background: newBackground()}
	if c.Keys != "" {
		keys, err := parseKeys(c.Keys)
		if err != nil {
			return nil, err
		}
		s.keys.keys = keys
	}
	if c.BreachedPasswords != "" {
		list, err := openBreached(c.BreachedPasswords)
		if err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		s.breached = list
	}
	err := s.engine.open(ctx, s)
	if err == nil {
		err = s.Ready(ctx)
	}
	if err != nil {
		close(s.closing)
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", NameOf(c.DB), err), s.disconnect())
	}
	go s.writeLoop()
	s.background.work.Go(s.background.serve)
	return s, nil
}

// complete gives each field that says nothing its default.
func (c *Config) complete() (err error) {
	if c.DB == "" {
		return errors.New("store: no database is named")
	}
	if c.DB, err = Locate(c.DB); err != nil {
		return err
	}
	c.IdleTimeout, c.AbsoluteTimeout = cmp.Or(c.IdleTimeout, 30*time.Minute), cmp.Or(c.AbsoluteTimeout, 12*time.Hour)
	c.Hash, c.KeyFile = cmp.Or(c.Hash, DefaultHashParams), cmp.Or(c.KeyFile, keyFileOf(c.DB))
	c.Log, c.patience = cmp.Or(c.Log, slog.New(slog.DiscardHandler)), cmp.Or(c.patience, usualPatience())
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.listen == nil {
		c.listen = subscribe
	}
	return nil
}

// wall is the machine's clock, the one that connections know: nothing that people see is
// decided by it.
func wall() time.Time { return time.Now() }

// brief is a context for a read that is over in an instant. To watch for people
// who hang up meanwhile would cost as much as the read. A database that hangs ends it;
// see line.
func brief(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// Close ends what runs in the background and closes the database. Changes that
// run are finished first.
func (s *Store) Close() error {
	s.background.end()
	s.close.Do(func() { close(s.closing) })
	<-s.stopped
	return s.disconnect()
}

func (s *Store) disconnect() error {
	errs := []error{s.engine.close(), s.breached.close()}
	for _, db := range []*sql.DB{s.searcher, s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// IdleTimeout is how long a sign-in lives without being used.
func (s *Store) IdleTimeout() time.Duration { return s.idle }

// AbsoluteTimeout is how long a sign-in lives at most.
func (s *Store) AbsoluteTimeout() time.Duration { return s.absolute }

// Now is the time as the store sees it.
func (s *Store) Now() time.Time { return s.now() }

// write runs fn in one transaction on behalf of the actor. What fn did is
// undone when it fails. When it fails because the act is not allowed, that
// refusal is put on record in a transaction of its own.
func (s *Store) write(ctx context.Context, a Actor, about attempt, fn func(*tx) error) error {
	err := s.transact(ctx, a, fn)
	if k := KindOf(err); k == Forbidden || k == Refused {
		if rerr := s.recordRefusal(ctx, a, about, err); rerr != nil {
			return rerr
		}
	}
	return err
}

// attempt names what is being tried, for the record of a refusal.
type attempt struct {
	act    Act
	target int64
}
