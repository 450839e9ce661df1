package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/alexedwards/scs/sqlite3store"
	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"
)

// sqlite keeps a store in one file, within the program. One connection writes:
// writers wait in Go, never on a lock. The others read.
type sqlite struct {
	config                   Config
	writer, reader, searcher *sql.DB // the store's
	flushes                  bool    // whether the writer's commits wait for the disk; see transactSoon
	place                    place
	log                      *checkpointer
}

const (
	readers   = 4 // how many connections read at once
	searchers = 2 // how many search
)

func (e *sqlite) open(ctx context.Context, s *Store) (err error) {
	if err = e.findOrMake(); err != nil {
		return err
	}
	s.writer = e.config.pool(e.connector("rwc"), 1)
	e.writer, e.flushes = s.writer, true
	if err = e.migrate(ctx); err != nil {
		return err
	}
	if err = readyWriter(ctx, s.writer); err != nil {
		return err
	}
	s.reader, s.searcher = e.config.pool(e.connector("ro"), readers), e.config.pool(e.connector("ro"), searchers)
	e.reader, e.searcher = s.reader, s.searcher
	if e.place, err = findPlace(e.config.DB); err != nil {
		return err
	}
	e.log = newCheckpointer(sql.OpenDB(e.connector("rw")), &s.bulkGate, s.between)
	go e.log.loop(s.closing)
	return nil
}

// findOrMake makes the file, for its owner alone, unless it is there. What SQLite puts
// beside it has the same mode.
func (e *sqlite) findOrMake() error {
	if e.config.MustExist {
		_, err := os.Stat(e.config.DB)
		if errors.Is(err, fs.ErrNotExist) {
			return e.config.admits(0)
		}
		return err
	}
	f, err := os.OpenFile(e.config.DB, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// migrate takes the steps that are not done yet. Mostly there are none, and then
// none is read.
func (e *sqlite) migrate(ctx context.Context) error {
	newest, err := newestMigration()
	if err != nil {
		return err
	}
	version, err := fileVersion(ctx, e.writer)
	if err == nil {
		if err := e.config.admits(version); err != nil {
			return err
		}
	}
	if err != nil || version < newest { // a file that another program makes just now cannot be read
		if err := migrateUp(ctx, goose.DialectSQLite3, e.writer); err != nil {
			return err
		}
		version, err = fileVersion(ctx, e.writer)
	}
	return errors.Join(err, notNewer(version, e.config.DB))
}

// connector makes connections to the file.
func (e *sqlite) connector(mode string) driver.Connector {
	return fileConnector{&sqlite3.SQLiteDriver{}, dsn(e.config.DB, mode)}
}

type fileConnector struct {
	driver driver.Driver
	name   string
}

func (c fileConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.name) }
func (c fileConnector) Driver() driver.Driver                        { return c.driver }

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
		v.Set("_busy_timeout", inMillis(shortly))
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

func (e *sqlite) check() error { return e.place.check() }

func (e *sqlite) begin(ctx context.Context, soon bool) (*sql.Tx, error) {
	if err := e.flush(ctx, !soon); err != nil {
		return nil, err
	}
	var t *sql.Tx
	err := whenFree(ctx, func() (err error) { t, err = e.writer.BeginTx(ctx, nil); return err })
	return t, err
}

const (
	// shortly is how long SQLite itself waits for another program that writes.
	shortly = 5 * time.Millisecond
	// freePatience is how long we wait, looking again and again.
	freePatience = 10 * time.Second
)

func inMillis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// whenFree does something that needs the file for itself, when no other program
// writes. SQLite, left to itself, looks less and less often until it looks ten times a
// second: it then hardly ever meets the moment between two changes of a program that
// is hard at work, and gives up.
func whenFree(ctx context.Context, do func() error) error {
	late := time.After(freePatience)
	for {
		err := do()
		if err == nil || !inUse(err) {
			return err
		}
		select {
		case <-late:
			return err
		default:
			if !rest(ctx, 200*time.Microsecond+rand.N(800*time.Microsecond)) {
				return ctx.Err()
			}
		}
	}
}

// flush has the commits to come wait for the disk, or not.
func (e *sqlite) flush(ctx context.Context, wait bool) error {
	if e.flushes == wait {
		return nil
	}
	if err := setFlush(ctx, e.writer, wait); err != nil {
		return err
	}
	e.flushes = wait
	return nil
}

func (e *sqlite) committed() { e.log.committed() }

// decide believes the error: what SQLite does not commit is not there.
func (e *sqlite) decide(err error, _ head) error { return err }

// fileSessions reads through the readers and writes through the writer.
type fileSessions struct{ read, write *sqlite3store.SQLite3Store }

func (e *sqlite) sessions() Sessions {
	return fileSessions{sqlite3store.NewWithCleanupInterval(e.reader, 0), sqlite3store.NewWithCleanupInterval(e.writer, 0)}
}

func (s fileSessions) Find(token string) ([]byte, bool, error) { return s.read.Find(token) }
func (s fileSessions) Delete(token string) error {
	return whenFree(context.Background(), func() error { return s.write.Delete(token) })
}
func (s fileSessions) Commit(token string, data []byte, expiry time.Time) error {
	return whenFree(context.Background(), func() error { return s.write.Commit(token, data, expiry) })
}

func (e *sqlite) search(ctx context.Context, s *Store, q Query) (Query, Count, error) {
	return s.find(ctx, q)
}

func (e *sqlite) index(ctx context.Context, s *Store) error { return s.indexAll(ctx) }

// grown has nothing to do: that the indexes are named makes every plan.
func (e *sqlite) grown(context.Context) error { return nil }

func (e *sqlite) unindex(x *tx, ids []int64) error { return x.leaveIndex(ids) }

// inFile is a bulk with room to sort in.
func inFile() bulk {
	return bulk{fileIndexes, bulkChunk,
		func(x *tx) error { return setCache(x.ctx, x.Tx, bulkCache, "FILE") },
		func(x *tx) error { return setCache(x.ctx, x.Tx, writerCache, "MEMORY") }}
}

func (e *sqlite) insertInBulk(ctx context.Context, s *Store, a Actor, n int, tell func(int)) (int, bool, error) {
	added, done, err := s.addInBulk(ctx, a, n, inFile(), tell)
	if done || err != nil {
		emptyLog(ctx, e.writer)
	}
	return added, done, err
}

func (e *sqlite) stats(ctx context.Context, st *Stats) (err error) {
	if st.FileBytes, err = size(e.place.path); err != nil {
		return err
	}
	if st.LogBytes, err = size(e.place.path + "-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return loadPages(ctx, e.reader, st)
}

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (e *sqlite) backup(ctx context.Context, to string) (Contents, error) {
	return Backup(ctx, e.place.path, to)
}

func sqliteTrouble(err error) string {
	if errors.Is(err, errMoved) {
		return "The database is not where it was."
	}
	var s sqlite3.Error
	if !errors.As(err, &s) {
		return ""
	}
	switch s.Code {
	case sqlite3.ErrFull:
		return "The disk of the server is full."
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return "The database cannot be written at the moment."
	case sqlite3.ErrIoErr:
		return "The disk of the server does not answer as it should."
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "Another program keeps the database to itself."
	}
	return ""
}

func (e *sqlite) sweepSessions(x *tx) error { return dropFileSessions(x) }

// inUse reports whether another program keeps the file to itself.
func inUse(err error) bool {
	var s sqlite3.Error
	return errors.As(err, &s) && (s.Code == sqlite3.ErrBusy || s.Code == sqlite3.ErrLocked)
}

func (e *sqlite) dialect() dialect { return forSQLite }

func (e *sqlite) close() error {
	if e.log == nil {
		return nil
	}
	<-e.log.stopped
	return e.log.db.Close()
}

// place remembers which file was opened. SQLite goes on with an open file when
// somebody moves it away, deletes it or puts another in its place: what is
// written then is lost with it.
type place struct {
	path string
	file fs.FileInfo
}

func findPlace(path string) (place, error) {
	info, err := os.Stat(path)
	if err != nil {
		return place{}, fmt.Errorf("look for the database: %w", err)
	}
	return place{path, info}, nil
}

// errMoved is the error of a database whose file is not where it was opened.
var errMoved = errors.New("store: the database file was moved away or replaced while it was open")

// check fails while another file, or none, is where the database was opened.
func (p place) check() error {
	now, err := os.Stat(p.path)
	if err == nil && os.SameFile(p.file, now) {
		return nil
	}
	return errors.Join(errMoved, err)
}
