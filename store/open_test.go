package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	program "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"

	"github.com/pressly/goose/v3"
)

// TestOpenAgain keeps what there is, however often the file is opened.
func TestOpenAgain(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	before := s.fingerprint()
	for range 3 {
		s.reopen()
	}
	if s.fingerprint() != before {
		t.Error("opening changed something")
	}
	if s.endOf(s.self) != "" {
		t.Error("a restart ends sign-ins")
	}
	second, err := Open(t.Context(), s.config)
	must(t, err)
	defer second.Close()
	change(t)(second.UpdateUser(t.Context(), console, s.ben.ID, edit(FieldName, "Bo")))
	if got := s.load(s.ben.ID).Name; got != "Bo" {
		t.Errorf("what another program writes is read as %q", got)
	}
	change(t)(s.UpdateUser(t.Context(), console, s.ben.ID, edit(FieldName, "Bob")))
}

// TestOpenOlder opens a database made by an earlier version.
func TestOpenOlder(t *testing.T) {
	t.Parallel()
	newest, err := newestMigration()
	must(t, err)
	for n := int64(0); n <= newest; n += int64(storetest.Every(3)) {
		s := newTestStore(t)
		want := schema(t, s.writer)
		c := s.config
		c.DB = storetest.Blank(t)
		makeOlder(t, c, n)
		older, err := Open(t.Context(), c)
		must(t, err)
		if got := schema(t, older.writer); got != want {
			t.Errorf("from version %d on the schema is\n%s\nwant\n%s", n, got, want)
		}
		change(t)(older.CreateUser(t.Context(), console, newPerson("Ana", Admin)))
		checkInvariants(t, older)
		must(t, older.Close())
	}
}

// makeOlder makes a database as the first n migrations leave it.
func makeOlder(t *testing.T, c Config, n int64) {
	t.Helper()
	dialect := goose.DialectSQLite3
	if storetest.OnPostgres() {
		dialect = goose.DialectPostgres
	}
	db := storetest.Raw(t, c.DB)
	if !storetest.OnPostgres() {
		mustExec(t, db, `PRAGMA journal_mode = WAL`)
	}
	p, err := newMigrator(dialect, db)
	must(t, err)
	if n > 0 {
		must(t, second(p.UpTo(t.Context(), n)))
	}
	must(t, db.Close())
}

func schema(t *testing.T, db *sql.DB) string {
	t.Helper()
	query := `SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY name`
	if storetest.OnPostgres() {
		query = `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'
 UNION ALL SELECT concat(table_name, ' ', column_name, ' ', data_type, ' ', collation_name, ' ', is_nullable, ' ', column_default)
  FROM information_schema.columns WHERE table_schema = 'public'
 UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
 UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint ORDER BY line`
	}
	return strings.Join(queryLines(t, db, query), "\n")
}

// opening is the variable that makes the test's program a second process that
// opens the file it names.
const opening = "BACKOFFICE_TEST_OPEN"

// runOnce has the test's program start no PostgreSQL of its own, on which it would
// do everything once more.
const runOnce = "BACKOFFICE_TEST_ENGINE=sqlite"

// TestOpenInAnotherProcess is no test of its own: it is what the other
// processes of TestOpenAtOnce do.
func TestOpenInAnotherProcess(t *testing.T) {
	path := os.Getenv(opening)
	if path == "" {
		return
	}
	var line [1]byte
	os.Stdin.Read(line[:]) // all begin when their standard input ends
	s, err := Open(t.Context(), Config{DB: path, Hash: HashParams{MemoryKiB: 64, Time: 1, Threads: 1}})
	must(t, err)
	must(t, second(s.CreateUser(t.Context(), console, newPerson(fmt.Sprint("Process ", os.Getpid()), Member))))
	must(t, s.Close())
}

// TestOpenAtOnce lets several processes open the same new file at the same
// moment, and then write to it.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	const processes = 4
	for round := range 2 {
		s := newTestStoreLater(t)
		var all sync.WaitGroup
		start, begin, err := os.Pipe()
		must(t, err)
		for range processes {
			cmd := program.Command(os.Args[0], "-test.run=^TestOpenInAnotherProcess$")
			cmd.Env = append(os.Environ(), opening+"="+s.config.DB, runOnce)
			cmd.Stdin = start
			all.Go(func() {
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("round %d: %v\n%s", round, err, out)
				}
			})
		}
		must(t, begin.Close())
		all.Wait()
		must(t, start.Close())
		s.open()
		if n := queryInt(t, s.reader, `SELECT count(*) FROM users`); n != processes {
			t.Errorf("round %d: %d people", round, n)
		}
		checkInvariants(t, s.Store)
		must(t, s.Close())
	}
}

// newTestStoreLater is a store that is not open yet.
func newTestStoreLater(t *testing.T) *testStore {
	c := &clock{t: morning}
	return &testStore{t: t, clock: c, config: Config{DB: storetest.Blank(t), Clock: c.now}}
}

// TestOpenAtOnceInOneProcess is the same with connections of one process.
func TestOpenAtOnceInOneProcess(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		s := newTestStoreLater(t)
		var all []func() error
		for range 4 {
			all = append(all, func() error {
				one, err := Open(context.Background(), s.config)
				if err != nil {
					return err
				}
				return one.Close()
			})
		}
		for _, err := range atOnce(all...) {
			if err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		}
	}
}

// TestOpenWhatIsNone says so and leaves it as it is.
func TestOpenWhatIsNone(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "letter.txt")
	must(t, os.WriteFile(text, []byte(strings.Repeat("Dear Sirs, ", 1000)), 0o600))
	for _, path := range []string{"", folder, filepath.Join(folder, "no", "such", "folder.db"), text} {
		s, err := Open(t.Context(), Config{DB: path})
		if err == nil {
			s.Close()
			t.Errorf("%q is opened", path)
		}
	}
	if content, err := os.ReadFile(text); err != nil || !strings.HasPrefix(string(content), "Dear Sirs") {
		t.Errorf("the letter is %.20q, %v", content, err)
	}
}

// TestOpenOddPaths are names that a URL would read otherwise.
func TestOpenOddPaths(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	for _, name := range []string{"with space.db", "what?mode=memory.db", "50%25.db", "a#b.db", "ünï.db", "a&b=c.db"} {
		folder := t.TempDir()
		s, err := Open(t.Context(), Config{DB: filepath.Join(folder, name)})
		must(t, err)
		must(t, s.Close())
		files, err := os.ReadDir(folder)
		must(t, err)
		if len(files) != 1 || files[0].Name() != name {
			t.Errorf("%q makes %v", name, files)
		}
	}
}

// TestDefaults are what a Config without settings stands for.
func TestDefaults(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{DB: storetest.New(t)})
	must(t, err)
	defer s.Close()
	if s.IdleTimeout() != 30*time.Minute || s.AbsoluteTimeout() != 12*time.Hour || s.hasher.params != DefaultHashParams {
		t.Errorf("%v, %v, %v", s.IdleTimeout(), s.AbsoluteTimeout(), s.hasher.params)
	}
	if s.Now().IsZero() || s.Ready(t.Context()) != nil {
		t.Error("there is no clock, or no answer")
	}
}

// TestConnectionsAreSet reads each setting back on every connection: one that
// only the first of them had would be missed elsewhere.
func TestConnectionsAreSet(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	for name, c := range map[string]struct {
		db    *sql.DB
		n     int
		write string
		waits string
	}{"writer": {s.writer, 1, "0", "5"}, "reader": {s.reader, readers, "1", "10000"}} {
		var open []*sql.Conn
		for range c.n {
			conn, err := c.db.Conn(t.Context())
			must(t, err)
			open = append(open, conn)
		}
		for _, conn := range open {
			for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1",
				"busy_timeout": c.waits, "secure_delete": "1", "query_only": c.write} {
				var got string
				must(t, conn.QueryRowContext(t.Context(), `PRAGMA `+pragma).Scan(&got))
				if got != want {
					t.Errorf("%s: %s is %s, want %s", name, pragma, got, want)
				}
			}
			must(t, conn.Close())
		}
	}
	if _, err := s.reader.Exec(`UPDATE users SET name = ''`); err == nil {
		t.Error("a reader writes")
	}
}
