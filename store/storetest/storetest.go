// Package storetest gives tests empty databases of both kinds that a store can be
// kept in: SQLite, and PostgreSQL where its programs are found. It starts a server
// of its own for the tests of one package, and ends it with them.
package storetest

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // for Raw
	_ "github.com/mattn/go-sqlite3"    // for Raw
)

// server is the PostgreSQL that the tests run on; nil while they run on SQLite.
var server *cluster

// Main runs all tests on SQLite and then all of them on PostgreSQL, and gives the
// exit code. Where there is no PostgreSQL it says so; with CI in the environment
// it fails. BACKOFFICE_TEST_ENGINE, sqlite or postgres, leaves one of them out,
// and BACKOFFICE_TEST_POSTGRES names a server that is there already, by an
// address whose user may make databases. Benchmarks run on both in the same way, on
// a server that flushes as in earnest. prepare makes the tables of an empty
// database, once: each test on PostgreSQL begins with a copy of that.
func Main(m *testing.M, prepare func(db string) error) int {
	runtime.LockOSThread() // the server ends with this thread
	defer func() {
		if folder, err := keptFolder(); err == nil {
			os.RemoveAll(folder)
		}
	}()
	flag.Parse()
	only := os.Getenv("BACKOFFICE_TEST_ENGINE")
	code := 0
	emptyFile = sync.OnceValues(func() ([]byte, error) { return makeFile(prepare) })
	if only != "postgres" {
		code = m.Run()
	}
	if only == "sqlite" || code != 0 || runsOnce() {
		return code
	}
	c, err := start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "the tests did not run on PostgreSQL:", err)
		if os.Getenv("CI") != "" || only == "postgres" {
			return 1
		}
		return code
	}
	defer c.stop()
	if err := c.prepare(prepare); err != nil {
		fmt.Fprintln(os.Stderr, "PostgreSQL:", err)
		return 1
	}
	server = c
	fmt.Println("=== on PostgreSQL")
	return m.Run()
}

// runsOnce reports whether something else is asked for than to run tests or
// benchmarks.
func runsOnce() bool {
	for _, name := range []string{"test.fuzz", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return false
}

// OnPostgres reports which of the two the tests run on.
func OnPostgres() bool { return server != nil }

// Blank gives the name of a database without tables, which is removed with its
// test.
func Blank(t testing.TB) string {
	t.Helper()
	if server == nil {
		return filepath.Join(t.TempDir(), "people.db")
	}
	return server.create(t, "template0")
}

// New gives the name of an empty database, which is removed with its test.
func New(t testing.TB) string {
	t.Helper()
	os.Getenv("BACKOFFICE_TEST_ENGINE") // read during a test, it keeps go test from answering for one engine with the result of another
	if server == nil {
		return write(t, emptyFile)
	}
	return server.create(t, template)
}

// Copy gives the name of a copy of a database that nobody uses, made by New or
// Keep.
func Copy(t testing.TB, db string) string {
	t.Helper()
	if server != nil {
		return server.create(t, baseName(db))
	}
	return write(t, func() ([]byte, error) { return os.ReadFile(db) })
}

// write makes a file of what is read, for one test.
func write(t testing.TB, read func() ([]byte, error)) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "people.db")
	content, err := read()
	if err == nil {
		err = os.WriteFile(name, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// emptyFile is a file with nothing in it but tables. It is made when it is first
// asked for.
var emptyFile func() ([]byte, error)

func makeFile(prepare func(db string) error) ([]byte, error) {
	folder, err := os.MkdirTemp("", "backoffice-empty-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, "people.db")
	if err := prepare(name); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// Keep gives the name of an empty database that stays for all tests, to be copied.
func Keep() (db string, err error) {
	if server == nil {
		folder, err := keptFolder()
		return filepath.Join(folder, fmt.Sprintf("kept%d.db", numbers.Add(1))), err
	}
	name := fmt.Sprintf("kept_%d_%d", os.Getpid(), numbers.Add(1))
	return server.address(name), server.do(`CREATE DATABASE ` + name + ` TEMPLATE ` + template)
}

// keptFolder is where Keep has its files, until Main ends.
var keptFolder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "backoffice-kept-") })

// numbers tells databases apart.
var numbers atomic.Int64

// TakeAway makes a database unreachable, for those who have it open as well, until
// it is brought back.
func TakeAway(t testing.TB, db string) (bringBack func()) {
	t.Helper()
	away, back := func() error { return os.Rename(db, db+".away") }, func() error { return os.Rename(db+".away", db) }
	if server != nil {
		away, back = server.lockOut(baseName(db)), server.letIn(baseName(db))
	}
	do := func(what func() error) {
		t.Helper()
		if err := what(); err != nil {
			t.Fatal(err)
		}
	}
	do(away)
	return func() { do(back) }
}

// Raw opens a database beside its store, to look at what is really there.
func Raw(t testing.TB, db string) *sql.DB {
	t.Helper()
	driver, name := "sqlite3", "file:"+db+"?_busy_timeout=20000"
	if strings.HasPrefix(db, "postgres://") {
		driver, name = "pgx", db
	}
	raw, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return raw
}
