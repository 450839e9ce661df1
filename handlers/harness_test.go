package handlers

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store"
	"backoffice/store/storetest"
)

// The people of every test, by their ids.
const (
	ana    = 1 + iota // admin
	bjorn             // editor
	vera              // viewer
	milo              // member
	nora              // member, with a phone and an external id; who is worked on
	zed               // second admin
	otto              // member, deactivated
	ida               // member, deleted
	fay               // viewer who has to choose a new password
	nobody = 0
)

const password = "correct horse battery staple"

var people = []store.NewUser{
	{Name: "Ana Pérez", Email: "ana@example.com", Role: store.Admin},
	{Name: "Björn Lindqvist", Email: "bjorn@example.com", Role: store.Editor},
	{Name: "Vera Okafor", Email: "vera@example.com", Role: store.Viewer},
	{Name: "Milo Novák", Email: "milo@example.com", Role: store.Member},
	{Name: "Nora García", Email: "nora@example.com", Role: store.Member, Phone: "+34 600 123 456", ExternalID: "E-005"},
	{Name: "Zed Ruiz", Email: "zed@example.com", Role: store.Admin},
	{Name: "Otto Weiß", Email: "otto@example.com", Role: store.Member},
	{Name: "Ida Berg", Email: "ida@example.com", Role: store.Member},
	{Name: "Fay Sloan", Email: "fay@example.com", Role: store.Viewer, MustChangePassword: true},
}

func email(id int) string { return people[id-1].Email }
func name(id int) string  { return people[id-1].Name }

// noon is when every test begins: a Monday.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// cheap makes password hashes cost next to nothing.
var cheap = store.HashParams{MemoryKiB: 64, Time: 1, Threads: 1}

// clock only moves when a test says so.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// seed is a database with the people, made once for each engine and copied for
// each test. Those who may sign in have done so: cookies holds their sessions.
type seed struct {
	db      string
	cookies map[int]string
	edited  int64 // the entry of a change of Nora's phone, which can be undone
}

var seeds = map[bool]func() (seed, error){false: sync.OnceValues(makeSeed), true: sync.OnceValues(makeSeed)}

func makeSeed() (seed, error) {
	name, err := storetest.Keep()
	if err != nil {
		return seed{}, err
	}
	now := &clock{now: noon}
	db, err := store.Open(context.Background(), store.Config{DB: name, Clock: now.Now, Hash: cheap})
	if err != nil {
		return seed{}, err
	}
	sd, err := populate(db)
	if err != nil {
		db.Close()
		return seed{}, err
	}
	sd.db = name
	return sd, db.Close()
}

func TestMain(m *testing.M) { os.Exit(storetest.Main(m, makeTables)) }

func makeTables(db string) error {
	s, err := store.Open(context.Background(), store.Config{DB: db})
	if err != nil {
		return err
	}
	return s.Close()
}

var commandLine = store.Actor{Kind: store.Command}

func populate(db *store.Store) (seed, error) {
	ctx := context.Background()
	for _, p := range people {
		p.Password = password
		if _, err := db.CreateUser(ctx, commandLine, p); err != nil {
			return seed{}, fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	c, err := db.UpdateUser(ctx, commandLine, nora, map[store.Field]store.Edit{store.FieldPhone: {To: "+34 600 999 999"}})
	if err != nil {
		return seed{}, err
	}
	if _, err := db.Deactivate(ctx, commandLine, otto); err != nil {
		return seed{}, err
	}
	if _, err := db.Delete(ctx, commandLine, ida); err != nil {
		return seed{}, err
	}
	if err := bring(db, "people.csv", broughtFile); err != nil {
		return seed{}, err
	}
	h, err := New(Config{Store: db, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return seed{}, err
	}
	sd := seed{edited: c.Entry, cookies: map[int]string{}}
	for _, id := range []int{ana, bjorn, vera, milo, nora, zed, fay} {
		r := httptest.NewRequest("POST", "/login", strings.NewReader(url.Values{"email": {email(id)}, "password": {password}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if len(w.Result().Cookies()) != 1 {
			return seed{}, fmt.Errorf("no session for %s: %d", email(id), w.Code)
		}
		sd.cookies[id] = w.Result().Cookies()[0].Value
	}
	return sd, nil
}

// broughtFile is the import that every test begins with: it is checked, would create
// somebody and change Nora, and has a row that is refused.
const broughtFile = "name,email,phone,role\nNell Ruiz,nell@example.com,,viewer\nNora García,nora@example.com,+34 600 777 777,\nBad Row,bad,1,king\n"

// bring takes a file in and checks it.
func bring(db *store.Store, name, file string) error {
	ctx := context.Background()
	i, err := db.NewImport(ctx, commandLine, name, strings.NewReader(file))
	if err != nil {
		return err
	}
	job, err := db.BeginImport(ctx, commandLine, i.ID, store.ImportChecking)
	if err != nil {
		return err
	}
	return job.Work(ctx, func(store.Import) {})
}

// site is a running back office with the real store behind it.
type site struct {
	t       testing.TB
	config  Config
	server  *server
	handler http.Handler
	db      *store.Store
	path    string
	clock   *clock
	seed    seed
	log     *logText

	beside *sql.DB // that dump looks through; nil until it does
}

// newSite runs a back office of its own for one test, with the people in it.
func newSite(t testing.TB, set ...func(*Config)) *site {
	t.Helper()
	sd, err := seeds[storetest.OnPostgres()]()
	if err != nil {
		t.Fatal(err)
	}
	return openSite(t, storetest.Copy(t, sd.db), sd, set...)
}

// emptySite runs a back office that nobody has set up yet.
func emptySite(t testing.TB, set ...func(*Config)) *site {
	t.Helper()
	return openSite(t, storetest.New(t), seed{}, set...)
}

func openSite(t testing.TB, path string, sd seed, set ...func(*Config)) *site {
	t.Helper()
	s := &site{t: t, path: path, clock: &clock{now: noon}, seed: sd, log: &logText{}}
	db, err := store.Open(t.Context(), store.Config{DB: path, Clock: s.clock.Now, Hash: cheap, KeyFile: filepath.Join(t.TempDir(), "keys")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s.db = db
	s.config = Config{Store: db, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, f := range set {
		f(&s.config)
	}
	s.restart()
	return s
}

// restart is what a new process would begin with: the same data, and nothing
// else remembered. Routes that no product has may be added.
func (s *site) restart(more ...route) {
	s.t.Helper()
	var err error
	if s.server, err = newServer(s.config); err != nil {
		s.t.Fatal(err)
	}
	for _, r := range more {
		s.server.routes.Handle(r.pattern, s.server.serve(r))
	}
	if s.handler, err = s.server.chain(); err != nil {
		s.t.Fatal(err)
	}
}

// raw opens the database beside the store, to look at what is really there.
func (s *site) raw() *sql.DB {
	s.t.Helper()
	return storetest.Raw(s.t, s.path)
}

// dump is every row of the tables, as text that can be compared. What a mere
// request may touch, the time a session was last seen, is left out.
func (s *site) dump(tables ...string) string {
	s.t.Helper()
	if s.beside == nil {
		s.beside = s.raw()
		s.beside.SetMaxOpenConns(1)
	}
	if len(tables) == 0 {
		tables = []string{"users", "user_counts", "audit_entries", "audit_values", "audit_head", "throttles", "browsers", "setup", "purged_users", "links", "mails", "passkeys",
			"(SELECT id, user_id, started_at, ended_at, ended_why, address, agent FROM signins) s"}
	}
	var b strings.Builder
	for _, table := range tables {
		fmt.Fprintln(&b, table, rowsOf(s.t, s.beside, "SELECT * FROM "+table+" ORDER BY 1, 2"))
	}
	return b.String()
}

func rowsOf(t testing.TB, db *sql.DB, query string, args ...any) string {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var b strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			fmt.Fprintf(&b, "%v|", *v.(*any))
		}
		b.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// user is a person as they stand in the store.
func (s *site) user(id int64) store.User {
	s.t.Helper()
	u, err := s.db.User(context.Background(), commandLine, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// trail is the newest entries of the audit trail.
func (s *site) trail(limit int) []store.Entry {
	s.t.Helper()
	trail, err := s.db.Trail(context.Background(), commandLine, store.TrailQuery{Limit: limit})
	if err != nil {
		s.t.Fatal(err)
	}
	return trail.Entries
}

// entries is how many entries the audit trail has.
func (s *site) entries() int64 {
	newest := s.trail(1)
	if len(newest) == 0 {
		return 0
	}
	return newest[0].ID
}

// edit changes a field from elsewhere.
func (s *site) edit(id int64, f store.Field, to string) store.Change {
	s.t.Helper()
	c, err := s.db.UpdateUser(context.Background(), commandLine, id, map[store.Field]store.Edit{f: {To: to}})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// logText is a log that can be read while it is written.
type logText struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
