package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// morning is when each test begins.
var morning = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// testStore is a real database in a folder of its own. When its test ends,
// the invariants are checked that hold whatever a test did.
type testStore struct {
	*Store
	t      testing.TB
	config Config
	clock  *clock
}

// newTestStore opens an empty store with a clock that stands still.
func newTestStore(t testing.TB, settings ...func(*Config)) *testStore {
	t.Helper()
	s := closedStore(t)
	for _, set := range settings {
		set(&s.config)
	}
	if s.config.DB == "" {
		s.config.DB = storetest.New(t)
	}
	s.open()
	t.Cleanup(func() {
		checkInvariants(t, s.Store)
		must(t, s.Close())
	})
	return s
}

// closedStore is a store that is still to be opened, and to be told of what.
func closedStore(t testing.TB) *testStore {
	t.Helper()
	c := &clock{t: morning}
	return &testStore{t: t, clock: c, config: Config{
		Clock: c.now,
		Hash:  HashParams{MemoryKiB: 64, Time: 1, Threads: 1},

		KeyFile: filepath.Join(t.TempDir(), "keys"),
	}}
}

func (s *testStore) open() {
	s.t.Helper()
	opened, err := Open(context.Background(), s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Store = opened
	s.evenly = 0 // tests wait for nothing that they do not look at
	if e, ok := s.engine.(*postgres); ok {
		e.patience.decide = 50 * time.Millisecond // a fault of a test lasts
	}
}

// reopen is what a restart of the program does to the store.
func (s *testStore) reopen() {
	s.t.Helper()
	must(s.t, s.Close())
	s.open()
}

// console is the command line of the server.
var console = Actor{Kind: Command, Request: "command"}

// password is everybody's, until a test changes it.
const password = "seven grey herons fishing"

// add makes a person with that name, role and password.
func (s *testStore) add(name string, role Role) *User {
	s.t.Helper()
	c, err := s.CreateUser(s.t.Context(), console, newPerson(name, role))
	if err != nil {
		s.t.Fatalf("add %s: %v", name, err)
	}
	return &c.User
}

func newPerson(name string, role Role) NewUser {
	return NewUser{Name: name, Email: emailOf(name), Role: role, Password: password}
}

func emailOf(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.com"
}

// as is the person acting from a browser, without a sign-in of their own: they
// are not asked for a proof.
func as(u *User) Actor {
	return Actor{Kind: Person, ID: u.ID, Role: u.Role, Address: "192.0.2.7", Agent: "Firefox", Request: "request-1", proven: true}
}

// visitor is somebody at the sign-in page.
func visitor(address string) Actor {
	return Actor{Kind: Nobody, Address: address, Agent: "Firefox", Request: "request-1"}
}

// signIn signs the person in and gives them as the actor they are from then on.
func (s *testStore) signIn(u *User) Actor {
	s.t.Helper()
	w, err := s.SignIn(s.t.Context(), visitor("192.0.2.7"), u.Email, password)
	if err != nil {
		s.t.Fatalf("sign in %s: %v", u.Name, err)
	}
	a := as(&w.User)
	a.SignIn, a.proven = w.SignIn.ID, false
	return a
}

// load gives the person as they are now.
func (s *testStore) load(id int64) *User {
	s.t.Helper()
	u, err := s.User(s.t.Context(), console, id)
	if err != nil {
		s.t.Fatalf("load %d: %v", id, err)
	}
	return &u
}

// newest gives the newest n entries of the trail, the newest first.
func (s *testStore) newest(n int) []Entry {
	s.t.Helper()
	trail, err := s.Trail(s.t.Context(), console, TrailQuery{Limit: n})
	if err != nil {
		s.t.Fatal(err)
	}
	return trail.Entries
}

func (s *testStore) countEntries() int {
	return queryInt(s.t, s.reader, `SELECT count(*) FROM audit_entries`)
}

// edit is a change of one field, whatever it is now.
func edit(f Field, to string) map[Field]Edit { return map[Field]Edit{f: {To: to}} }

// editFrom is a change of one field by a form that was drawn from was.
func editFrom(f Field, was, to string) map[Field]Edit { return map[Field]Edit{f: {To: to, Was: &was}} }

// change is a mutation that must succeed.
func change(t testing.TB) func(Change, error) Change {
	return func(c Change, err error) Change {
		t.Helper()
		must(t, err)
		return c
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantKind fails unless err is of the kind; "" stands for success.
func wantKind(t testing.TB, err error, want Kind) *Error {
	t.Helper()
	if got := KindOf(err); got != want {
		t.Errorf("error is %q (%v), want %q", got, err, want)
	}
	e, _ := err.(*Error)
	if e == nil {
		e = &Error{}
	}
	return e
}

// mustExec runs SQL behind the store's back.
func mustExec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func queryInt(t testing.TB, db *sql.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// queryLines gives each row of a result as one line of text.
func queryLines(t testing.TB, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	var lines []string
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		must(t, rows.Scan(into...))
		lines = append(lines, fmt.Sprintf("%v", values))
	}
	must(t, rows.Err())
	return lines
}

// tables of which a mutation writes all rows or none. What throttles sign-ins
// is not among them: it is counted before anything else happens.
var tables = []string{"users", "user_counts", "signins", "browsers", "setup", "links", "mails", "audit_entries", "audit_values", "audit_origins", "audit_head", "audit_base", "purged_users",
	"totp_apps", "recovery_codes", "required_factors", "seal_keys", "passkeys", "spent_challenges"}

// dump is the content of tables, each row a line that begins with its table.
func dump(t testing.TB, db *sql.DB, of ...string) []string {
	t.Helper()
	var all []string
	for _, table := range of {
		for _, line := range queryLines(t, db, `SELECT * FROM `+table+` ORDER BY 1, 2`) {
			all = append(all, table+" "+line)
		}
	}
	return all
}

// fingerprint is the digest of a dump of everything but throttles.
func (s *testStore) fingerprint() string {
	s.t.Helper()
	sum := sha256.Sum256([]byte(strings.Join(dump(s.t, s.reader, tables...), "\n")))
	return hex.EncodeToString(sum[:])
}

// checkInvariants fails the test when the database is not as it must be after
// whatever was done to it.
func checkInvariants(t testing.TB, s *Store) {
	t.Helper()
	if !storetest.OnPostgres() {
		checkFile(t, s)
	}
	for _, column := range []string{"email_key", "external_id"} {
		twice := queryLines(t, s.reader, `SELECT `+column+`, count(*) FROM users WHERE deleted_at = 0 AND `+column+` <> '' GROUP BY 1 HAVING count(*) > 1`)
		if len(twice) != 0 {
			t.Errorf("more than one person has the %s %v", column, twice)
		}
	}
	checkCounts(t, s)
	checkKeys(t, s)
	checkImports(t, s)
	checkStanding(t, s)
	report, err := s.VerifyAudit(context.Background())
	must(t, err)
	if report.Bad != 0 {
		t.Errorf("the audit trail is broken at entry %d: %s", report.Bad, report.Why)
	}
	if everHadAdmin(t, s) && queryInt(t, s.reader, `SELECT count(*) FROM users WHERE role = 'admin' AND status = 'active' AND deleted_at = 0`) == 0 {
		t.Error("there was an admin, and there is no active one any more")
	}
}

func checkFile(t testing.TB, s *Store) {
	t.Helper()
	if got := queryLines(t, s.reader, `PRAGMA integrity_check`); !slices.Equal(got, []string{"[ok]"}) {
		t.Errorf("integrity_check: %v", got)
	}
	if got := queryLines(t, s.reader, `PRAGMA foreign_key_check`); len(got) != 0 {
		t.Errorf("foreign_key_check: %v", got)
	}
	checkSearchIndex(t, s)
}

// checkCounts compares the kept counts with the people.
func checkCounts(t testing.TB, s *Store) {
	t.Helper()
	kept := queryLines(t, s.reader, `SELECT role, status, n FROM user_counts WHERE n <> 0 ORDER BY 1, 2`)
	counted := queryLines(t, s.reader, `SELECT role, status, count(*) FROM users WHERE deleted_at = 0 GROUP BY 1, 2 ORDER BY 1, 2`)
	if !slices.Equal(kept, counted) {
		t.Errorf("user_counts has %v, there are %v", kept, counted)
	}
}

// checkKeys compares each key with the one that its value gives.
func checkKeys(t testing.TB, s *Store) {
	t.Helper()
	rows, err := s.reader.Query(`SELECT name, email, phone, external_id, name_key, email_key, phone_key, search_key FROM users`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var u User
		var name, email, phone, search string
		must(t, rows.Scan(&u.Name, &u.Email, &u.Phone, &u.ExternalID, &name, &email, &phone, &search))
		_, u.emailKey, err = ParseEmail(u.Email)
		must(t, err)
		_, u.phoneKey, err = ParsePhone(u.Phone)
		must(t, err)
		got := []string{name, email, phone, search}
		if want := []string{Fold(u.Name), u.emailKey, u.phoneKey, searchKey(&u)}; !slices.Equal(got, want) {
			t.Errorf("%s has the keys %q, want %q", u.Name, got, want)
		}
	}
	must(t, rows.Err())
}

// everHadAdmin reads in the trail whether anybody was ever made an admin.
func everHadAdmin(t testing.TB, s *Store) bool {
	t.Helper()
	for _, body := range queryLines(t, s.reader, `SELECT body FROM audit_values WHERE body LIKE '%"role"%'`) {
		var b entryBody
		must(t, json.Unmarshal([]byte(strings.Trim(body, "[]")), &b))
		for _, c := range b.Changes {
			if c.Field == FieldRole && c.After == string(Admin) {
				return true
			}
		}
	}
	return false
}

// differences says which lines only one of two dumps has.
func differences(before, after []string) string {
	var out []string
	for _, line := range before {
		if !slices.Contains(after, line) {
			out = append(out, "- "+line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			out = append(out, "+ "+line)
		}
	}
	return strings.Join(out, "\n")
}

// TestInvariantsAreChecked breaks each invariant behind the store's back and
// sees the check that all other tests end with complain.
func TestInvariantsAreChecked(t *testing.T) {
	t.Parallel()
	breaks := map[string]string{
		"a count":             `UPDATE user_counts SET n = n + 1 WHERE role = 'admin'`,
		"the last admin":      `UPDATE users SET role = 'member'; UPDATE user_counts SET role = 'member'`,
		"a key":               `UPDATE users SET name_key = 'zoe'`,
		"what a search reads": `UPDATE users SET search_key = ''`,
		"an address":          `DROP INDEX ` + uniqueAddress() + `; INSERT INTO users SELECT 2, name, name_key, email, email_key, phone, phone_key, role, status, external_id, search_key, password_hash, false, 1, 1, 0, 1, 0, 0, 0 FROM users; UPDATE user_counts SET n = 2`,
		"an invitation":       `UPDATE users SET invite_until = 1`,
		"a second factor":     `UPDATE users SET has_factor = 1`,
		"an entry":            `DROP TRIGGER audit_entries_no_update; UPDATE audit_entries SET act = 'user.edit'`,
	}
	if !storetest.OnPostgres() {
		breaks["the index of the search"] = `DELETE FROM search_pending; INSERT INTO search_grams VALUES (97, x'0100')`
		breaks["who waits for the index"] = `DELETE FROM search_pending`
		breaks["a foreign key"] = `INSERT INTO signins (user_id, started_at, last_seen_at, ended_at, ended_why, address, agent) VALUES (99, 1, 1, 0, '', '', '')`
		breaks["the integrity of the file"] = `PRAGMA ignore_check_constraints = on; INSERT INTO audit_head VALUES (2, 0, ''); PRAGMA ignore_check_constraints = off`
	}
	for name, breaking := range breaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStore(t)
			s.add("Ana", Admin)
			broken := s.copyWith(breaking)
			complaints := &complaining{TB: t}
			checkInvariants(complaints, broken)
			if complaints.n == 0 {
				t.Error("nobody complains")
			}
		})
	}
}

// uniqueAddress is the index that keeps an address one person's own.
func uniqueAddress() string {
	if storetest.OnPostgres() {
		return "users_email"
	}
	return "users_by_email"
}

// complaining counts complaints instead of failing.
type complaining struct {
	testing.TB
	n int
}

func (c *complaining) Errorf(string, ...any) { c.n++ }
func (c *complaining) Error(...any)          { c.n++ }

// triggerName finds the name of a trigger that is dropped.
var triggerName = regexp.MustCompile(`DROP TRIGGER (audit_entries|audit_values|audit_base)(\w+)`)

// wording says a statement as the database has it.
func wording(statement string) string {
	if storetest.OnPostgres() {
		return triggerName.ReplaceAllString(statement, "DROP TRIGGER $1$2 ON $1")
	}
	return statement
}

// copyWith is the store's database copied, changed by SQL as somebody would who
// has the file, and opened again.
func (s *testStore) copyWith(statements ...string) *Store {
	s.t.Helper()
	must(s.t, s.Close())
	path := storetest.Copy(s.t, s.config.DB)
	s.open()
	raw := storetest.Raw(s.t, path)
	raw.SetMaxOpenConns(1)
	for _, statement := range statements {
		mustExec(s.t, raw, wording(statement))
	}
	if e, ok := s.engine.(*postgres); ok {
		c, err := newPostgres(Config{DB: path}).connector(nil, endless)
		must(s.t, err)
		raw = e.config.pool(c, 1)
		s.t.Cleanup(func() { raw.Close() })
	}
	return &Store{engine: s.engine, reader: raw, searcher: raw, writer: raw, now: s.now, idle: s.idle, absolute: s.absolute, hasher: s.hasher}
}
