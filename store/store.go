// Package store keeps the people, who signed in, and the trail of what was
// done, in one SQLite file, and holds every rule about them. The browser, the
// command line and whatever comes later all change people through the
// operations here, so that they meet the same rules.
//
// An operation takes the acting person right after the context. It checks
// permission against freshly loaded rows, makes the change and writes its audit
// entry in one transaction. Rules stand in users.go, policy.go, auth.go,
// signins.go, audit.go and undo.go; SQL stands in the *_sql.go files only.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strconv"
	"sync"
	"time"

	_ "github.com/mattn/go-sqlite3" // the embedded database
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config says where the data is and which limits hold. The zero value of each
// field but Path stands for its default.
type Config struct {
	Path string // of the SQLite file; it is made when missing

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

	// Driver names the database/sql driver. Default "sqlite3". Tests put one
	// in that fails.
	Driver string
}

// Store is the open database. It is safe for use by many goroutines.
type Store struct {
	writer   *sql.DB // one connection: writers wait in Go, never on a lock
	reader   *sql.DB // read-only connections
	searcher *sql.DB // those for searches, which take longer than a page may wait
	now      func() time.Time
	idle     time.Duration
	absolute time.Duration
	hasher   *Hasher
	many     int // from so many on, examples are added at once; see AddManyExamples

	changes chan *pending // what waits for the writer
	bulk    chan *pending // the same of what is written alone; see transactSoon
	changed chan struct{} // holds one when something was written; see KeepSearch
	close   sync.Once
	closing chan struct{} // closed by Close
	stopped chan struct{} // closed when the writer has stopped

	place      place // where the file is
	counts     counts
	flushes    bool // whether the writer's commits wait for the disk; see transactSoon
	log        *checkpointer
	background *background
	notices    follower
}

const (
	readers   = 4 // how many connections read at once
	searchers = 2 // how many search
)

// Open opens the database, making or migrating it as needed.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Path == "" {
		return nil, errors.New("store: no path of a database")
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 30 * time.Minute
	}
	if c.AbsoluteTimeout == 0 {
		c.AbsoluteTimeout = 12 * time.Hour
	}
	if c.Hash == (HashParams{}) {
		c.Hash = DefaultHashParams
	}
	if c.Driver == "" {
		c.Driver = "sqlite3"
	}
	s := &Store{now: c.Clock, idle: c.IdleTimeout, absolute: c.AbsoluteTimeout, hasher: NewHasher(c.Hash, 0), many: bulkExamples,
		changes: make(chan *pending), bulk: make(chan *pending), changed: make(chan struct{}, 1), closing: make(chan struct{}),
		stopped: make(chan struct{}), flushes: true, log: newCheckpointer(), background: newBackground()}
	if err := s.connect(ctx, c); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", c.Path, err), s.closeFiles())
	}
	go s.writeLoop()
	go s.log.loop(s.closing)
	return s, nil
}

func (s *Store) connect(ctx context.Context, c Config) (err error) {
	if s.writer, err = sql.Open(c.Driver, dsn(c.Path, "rwc")); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err = migrate(ctx, s.writer); err != nil {
		return err
	}
	version, err := schemaVersion(ctx, s.writer)
	if err = errors.Join(err, notNewer(version, c.Path)); err != nil {
		return err
	}
	if err = readyWriter(ctx, s.writer); err != nil {
		return err
	}
	if s.log.db, err = sql.Open("sqlite3", dsn(c.Path, "rw")); err != nil {
		return err
	}
	s.log.db.SetMaxOpenConns(1)
	if s.reader, err = openReaders(c, readers); err != nil {
		return err
	}
	if s.searcher, err = openReaders(c, searchers); err != nil {
		return err
	}
	s.place, err = findPlace(c.Path)
	return errors.Join(err, s.Ready(ctx))
}

func openReaders(c Config, n int) (*sql.DB, error) {
	db, err := sql.Open(c.Driver, dsn(c.Path, "ro"))
	if err == nil {
		db.SetMaxOpenConns(n)
		db.SetMaxIdleConns(n)
	}
	return db, err
}

// writerCache is the memory of the writing connection, in KB: what a large
// import changes before it is written.
const writerCache = 8000

// dsn puts every setting of a connection into its name: a PRAGMA by Exec would
// reach one connection of the pool only. FULL, because in WAL mode the driver's
// default could lose the last changes, and their audit entries, at a power cut.
func dsn(path, mode string) string {
	cache := writerCache
	if mode == "ro" {
		cache = 1000 // there are four of them, and the system keeps the file in memory anyway
	}
	v := url.Values{}
	v.Set("mode", mode)
	v.Set("_journal_mode", "WAL")
	v.Set("_synchronous", "FULL")
	v.Set("_mutex", "no") // database/sql gives a connection to one goroutine at a time
	v.Set("_foreign_keys", "on")
	v.Set("_secure_delete", "on") // what is removed for good is overwritten
	v.Set("_busy_timeout", "10000")
	v.Set("_stmt_cache_size", "64")
	v.Set("_cache_size", strconv.Itoa(-cache))
	switch mode {
	case "ro":
		v.Set("_query_only", "on")
		v.Del("_journal_mode")
	case "rw": // for the log: what it cannot do at once it tries again later
		v.Set("_busy_timeout", "5")
	default:
		v.Set("_txlock", "immediate")
	}
	return sqliteName(path, v)
}

// sqliteName is how SQLite is told of a file, whatever its name holds, and of the
// settings of a connection to it.
func sqliteName(path string, settings url.Values) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: settings.Encode()}
	return u.String()
}

func migrate(ctx context.Context, db *sql.DB) error {
	p, err := newMigrator(db)
	if err != nil {
		return err
	}
	// Another program that opens the same new file may take a step before us.
	// Ours then fails whole, and what is left to do is looked up anew.
	for range len(p.ListSources()) + 2 {
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
	}
	return err
}

func newMigrator(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files)
}

// brief is a context for a read that is over in an instant. To watch for people
// who hang up meanwhile would cost as much as the read.
func brief(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// Close ends what runs in the background and closes the database. Changes that
// run are finished first.
func (s *Store) Close() error {
	s.background.end()
	s.close.Do(func() { close(s.closing) })
	<-s.stopped
	<-s.log.stopped
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var errs []error
	for _, db := range []*sql.DB{s.searcher, s.reader, s.log.db, s.writer} {
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
