package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"backoffice/store"
	"backoffice/store/storetest"

	"github.com/alecthomas/kong"
)

// outcome is what a command answered.
type outcome struct {
	code     int
	out, err string
}

// shell runs commands on one data file.
type shell struct {
	t      testing.TB
	db     string
	env    map[string]string
	secret string // must never be seen in what a command writes
}

func newShell(t testing.TB) *shell {
	t.Helper()
	return &shell{t: t, db: storetest.New(t), env: map[string]string{"BACKOFFICE_KEY_FILE": filepath.Join(t.TempDir(), "keys")}, secret: adminPassword}
}

// open opens the data as a command does.
func (s *shell) open() (*store.Store, error) {
	c := cli{DB: s.db, KeyFile: s.env["BACKOFFICE_KEY_FILE"]}
	return c.openWith(&environment{ctx: s.t.Context(), getenv: func(name string) string { return s.env[name] }}, store.Config{})
}

// run runs a command with something on its standard input.
func (s *shell) run(stdin string, args ...string) outcome {
	s.t.Helper()
	var out, err bytes.Buffer
	env := func(name string) string { return s.env[name] }
	if s.db != "" {
		args = append(args, "--db", s.db)
	}
	code := run(s.t.Context(), args, env, strings.NewReader(stdin), &out, &err)
	o := outcome{code, out.String(), err.String()}
	if strings.Contains(o.out+o.err, s.secret) {
		s.t.Errorf("backoffice %v shows the password:\n%s%s", args, o.out, o.err)
	}
	return o
}

// must runs a command that has to succeed and gives its output.
func (s *shell) must(stdin string, args ...string) string {
	s.t.Helper()
	o := s.run(stdin, args...)
	if o.code != exitOK || progress.ReplaceAllString(o.err, "") != "" {
		s.t.Fatalf("backoffice %v: exit code %d\n%s", args, o.code, o.err)
	}
	return o.out
}

// progress is what whatever takes more than some seconds says of how far it is.
var progress = regexp.MustCompile(`(?m)^[a-z]+: \d+ of \d+\n`)

// create adds somebody and gives their number.
func (s *shell) create(email, name, role string) string {
	s.t.Helper()
	return strings.TrimSpace(s.must(s.secret+"\n", "user", "create", "--email", email, "--name", name, "--role", role, "--password-stdin", "--no-must-change"))
}

// listed is a line of `user list --json`.
type listed struct {
	ID                                        int64
	Name, Email, Phone, Role, Status, Created string
	ExternalID                                string `json:"external_id"`
	LastSignIn                                string `json:"last_sign_in"`
}

func (s *shell) list(args ...string) []listed {
	s.t.Helper()
	var people []listed
	lines := json.NewDecoder(strings.NewReader(s.must("", append([]string{"user", "list", "--json"}, args...)...)))
	for lines.More() {
		var l listed
		if err := lines.Decode(&l); err != nil {
			s.t.Fatal(err)
		}
		people = append(people, l)
	}
	return people
}

// one is the only person whom the arguments of `user list` leave.
func (s *shell) one(args ...string) listed {
	s.t.Helper()
	people := s.list(args...)
	if len(people) != 1 {
		s.t.Fatalf("user list %v: %d people, want one", args, len(people))
	}
	return people[0]
}

// TestCommandsOnPeople tells the story of one person through all commands.
func TestCommandsOnPeople(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	ana := s.create("ana@example.com", "Ana Pérez", "admin")
	bob := strings.TrimSpace(s.must(s.secret, "user", "create", "--email", "Bob@Example.com", "--name", "Bob O'Brien", "--phone", "+34 600 123 456",
		"--external-id", "E-7", "--password-stdin"))
	if ana != "1" || bob != "2" {
		t.Fatalf("numbers %s and %s, want 1 and 2", ana, bob)
	}
	if got, want := s.one("o'b"), (listed{ID: 2, Name: "Bob O'Brien", Email: "Bob@Example.com", Phone: "+34 600 123 456", Role: "member",
		Status: "active", ExternalID: "E-7", Created: s.one("o'b").Created}); got != want {
		t.Errorf("listed %+v, want %+v", got, want)
	}
	for _, step := range []struct {
		args []string
		says string
	}{
		{[]string{"user", "set-role", "bob@example.com", "editor"}, `Bob O'Brien: Role changed from "member" to "editor"`},
		{[]string{"user", "set-role", "#2", "editor"}, "nothing to change"},
		{[]string{"user", "set-email", "bob@example.com", "rob@example.com"}, `E-mail changed from "Bob@Example.com" to "rob@example.com"`},
		{[]string{"user", "set-email", "2", "Bob@Example.com"}, `E-mail changed from "rob@example.com"`},
		{[]string{"user", "deactivate", "2"}, `Status changed from "active" to "deactivated"`},
		{[]string{"user", "deactivate", "2"}, "nothing to change"},
		{[]string{"user", "reactivate", "BOB@example.com"}, `Status changed from "deactivated" to "active"`},
		{[]string{"user", "end-sessions", "2"}, "0 sessions ended"},
		{[]string{"user", "end-sessions", "--all"}, "0 sessions ended"},
		{[]string{"user", "list", "--role", "editor"}, "Bob O'Brien"},
		{[]string{"user", "list"}, "LAST SIGN-IN"},
		{[]string{"audit", "verify"}, "The audit trail is whole: "},
	} {
		if out := s.must("", step.args...); !strings.Contains(out, step.says) {
			t.Errorf("backoffice %v says %q, want %q in it", step.args, out, step.says)
		}
	}
	if out := s.must("another fine password", "user", "reset-password", "2", "--password-stdin"); !strings.Contains(out, "password set") || strings.Contains(out, "another") {
		t.Errorf("reset-password says %q", out)
	}
	if got := s.one("o'b"); got.Role != "editor" || got.Status != "active" {
		t.Errorf("in the end: %+v", got)
	}
}

// TestListCommand looks at the order, the filters and the limit of the list.
func TestListCommand(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("", "demo", "--users", "1200") // more than it reads at a time
	people := s.list("--sort=-email")
	if len(people) != 1200 {
		t.Fatalf("%d people, want 1200", len(people))
	}
	for i := 1; i < len(people); i++ {
		if strings.ToLower(people[i-1].Email) <= strings.ToLower(people[i].Email) {
			t.Fatalf("%s stands before %s", people[i-1].Email, people[i].Email)
		}
	}
	if got := s.list("--limit", "501"); len(got) != 501 {
		t.Errorf("--limit 501 gives %d", len(got))
	}
	for _, p := range s.list("--role", "viewer", "--status", "invited") {
		if p.Role != "viewer" || p.Status != "invited" {
			t.Errorf("not asked for: %+v", p)
		}
	}
	if table := s.must("", "user", "list", "--limit", "3"); strings.Count(table, "\n") != 4 {
		t.Errorf("a table of three is:\n%s", table)
	}
}

// TestExitCodes has a case for each code and each way to get there.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.create("ana@example.com", "Ana Pérez", "admin")
	create := func(more ...string) []string { return append([]string{"user", "create", "--password-stdin"}, more...) }
	for _, c := range []struct {
		name  string
		stdin string
		args  []string
		code  int
		says  string
	}{
		{"unknown command", "", []string{"frobnicate"}, exitUsage, "backoffice --help"},
		{"unknown flag", "", []string{"user", "list", "--colour"}, exitUsage, "--colour"},
		{"flag missing", "", create("--email", "x@example.com"), exitUsage, "--name"},
		{"password on the command line", "", []string{"user", "create", "--email", "x@example.com", "--name", "X", "--password", "hunter2hunter2"}, exitUsage, "--password"},
		{"no way to the password", "", []string{"user", "create", "--email", "x@example.com", "--name", "X"}, exitUsage, "--password-stdin"},
		{"unknown role", "", []string{"user", "set-role", "1", "king"}, exitUsage, `"admin","editor","viewer","member"`},
		{"unknown order", "", []string{"user", "list", "--sort", "age"}, exitUsage, "--sort"},
		{"unknown status", "", []string{"user", "list", "--status", "asleep"}, exitUsage, "--status"},
		{"short password", "short", create("--email", "x@example.com", "--name", "X"), exitUsage, "password: "},
		{"empty password", "", create("--email", "x@example.com", "--name", "X"), exitUsage, "password: "},
		{"bad address", adminPassword, create("--email", "no address", "--name", "X"), exitUsage, "email: "},
		{"address taken", adminPassword, create("--email", "ANA@example.com", "--name", "X"), exitUsage, "Ana Pérez already has this"},
		{"bad address to find", "", []string{"user", "deactivate", "no address"}, exitUsage, "email: "},
		{"short new password", "short", []string{"user", "reset-password", "1", "--password-stdin"}, exitUsage, "password: "},
		{"nobody named", "", []string{"user", "end-sessions"}, exitUsage, "--all"},
		{"both named", "", []string{"user", "end-sessions", "1", "--all"}, exitUsage, "--all"},
		{"no number of people", "", []string{"demo", "--users", "0"}, exitUsage, "--users"},
		{"unknown address", "", []string{"user", "deactivate", "nobody@example.com"}, exitNotFound, "nobody"},
		{"unknown number", "", []string{"user", "set-role", "4711", "admin"}, exitNotFound, "nobody"},
		{"unknown person's password", adminPassword, []string{"user", "reset-password", "4711", "--password-stdin"}, exitNotFound, "nobody"},
		{"last admin deactivated", "", []string{"user", "deactivate", "1"}, exitRefused, "the last active admin"},
		{"last admin demoted", "", []string{"user", "set-role", "1", "editor"}, exitRefused, "the last active admin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := s.run(c.stdin, c.args...)
			if o.code != c.code || !strings.Contains(o.err, c.says) || o.out != "" {
				t.Errorf("exit code %d, want %d; wrote %q, and as an error %q, want %q in it", o.code, c.code, o.out, o.err, c.says)
			}
		})
	}
	if got := s.list(); len(got) != 1 || got[0].Role != "admin" || got[0].Status != "active" {
		t.Errorf("something was changed: %+v", got)
	}
	t.Run("no such folder", func(t *testing.T) {
		s := &shell{t: t, db: filepath.Join(t.TempDir(), "nowhere", "backoffice.db"), secret: adminPassword}
		if o := s.run("", "user", "list"); o.code != exitNotFound || !strings.Contains(o.err, "nowhere") {
			t.Errorf("exit code %d: %s", o.code, o.err)
		}
	})
	t.Run("no server", func(t *testing.T) {
		s := &shell{t: t, db: "postgres://ana:otter-42@127.0.0.1:1/people", secret: "otter-42"}
		if o := s.run("", "user", "list"); o.code != exitFailed || !strings.Contains(o.err, "127.0.0.1:1") {
			t.Errorf("exit code %d: %s", o.code, o.err)
		}
	})
	t.Run("no database", func(t *testing.T) {
		s := newShell(t)
		s.db = filepath.Join(t.TempDir(), "letter.txt")
		if err := os.WriteFile(s.db, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := s.run("", "user", "list"); o.code != exitFailed || o.err == "" {
			t.Errorf("exit code %d: %s", o.code, o.err)
		}
	})
}

// TestSecondAdminFreesTheFirst says that the guard looks at whether there is
// another admin who can sign in, not merely at names.
func TestSecondAdminFreesTheFirst(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.create("ana@example.com", "Ana Pérez", "admin")
	s.create("zed@example.com", "Zed", "admin")
	s.must("", "user", "deactivate", "zed@example.com")
	if o := s.run("", "user", "set-role", "1", "viewer"); o.code != exitRefused {
		t.Errorf("demoting the last active admin: exit code %d", o.code)
	}
	s.must("", "user", "reactivate", "zed@example.com")
	s.must("", "user", "set-role", "1", "viewer")
	if o := s.run("", "user", "deactivate", "2"); o.code != exitRefused {
		t.Errorf("deactivating the last active admin: exit code %d", o.code)
	}
}

func dropTriggers(t testing.TB, db *sql.DB) {
	t.Helper()
	query := `SELECT name, '' FROM sqlite_master WHERE type = 'trigger'`
	if storetest.OnPostgres() {
		query = `SELECT tgname, ' ON ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal`
	}
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var drop string
	for rows.Next() {
		var name, on string
		if err := rows.Scan(&name, &on); err != nil {
			t.Fatal(err)
		}
		drop += "DROP TRIGGER " + name + on + ";"
	}
	if _, err := db.Exec(drop); err != nil || drop == "" {
		t.Fatalf("%q: %v", drop, err)
	}
}

// TestDemoIsDeterministic makes the same people twice, and more of them: the
// first of those are the same again.
func TestDemoIsDeterministic(t *testing.T) {
	t.Parallel()
	demo := func(n int) []listed {
		s := newShell(t)
		if out := s.must("", "demo", "--users", fmt.Sprint(n)); !strings.HasPrefix(out, fmt.Sprintf("%d people added", n)) {
			t.Errorf("demo says %q", out)
		}
		people := s.list("--sort", "created")
		byID := make([]listed, len(people))
		for _, p := range people {
			p.Created, p.LastSignIn = p.Created[:4], "" // counted back from today
			byID[p.ID-1] = p
		}
		return byID
	}
	a, b, more := demo(3000), demo(3000), demo(3500)
	for i := range a {
		if a[i] != b[i] || a[i] != more[i] {
			t.Fatalf("person %d: %+v, %+v, %+v", i+1, a[i], b[i], more[i])
		}
	}
	s := newShell(t)
	s.must("", "demo", "--users", "100")
	if out := s.must("", "demo", "--users", "150"); !strings.HasPrefix(out, "50 people added") {
		t.Errorf("adding those who are there already: %q", out)
	}
}

// everyNode walks the commands and their flags.
func everyNode(t *testing.T, see func(path string, n *kong.Node)) {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("backoffice"), kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		see(n.FullPath(), n)
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(parser.Model.Node)
}

// TestHelpIsWorthReading asks each command for its help.
func TestHelpIsWorthReading(t *testing.T) {
	t.Parallel()
	everyNode(t, func(path string, n *kong.Node) {
		s := &shell{t: t, secret: adminPassword}
		o := s.run("", append(strings.Fields(path)[1:], "--help")...)
		if o.code != exitOK || o.err != "" || !strings.HasPrefix(o.out, "Usage: "+path) {
			t.Errorf("%s --help: exit code %d\n%s%s", path, o.code, o.out, o.err)
		}
		if n.Type == kong.CommandNode && n.Help == "" {
			t.Errorf("%s does not say what it is for", path)
		}
		for _, f := range n.Flags {
			if shown := strings.ReplaceAll(o.out, "--[no-]", "--"); f.Help == "" || !strings.Contains(shown, "--"+f.Name) {
				t.Errorf("%s --%s is not explained", path, f.Name)
			}
		}
		for _, p := range n.Positional {
			if p.Help == "" {
				t.Errorf("%s: <%s> is not explained", path, p.Name)
			}
		}
	})
	top := (&shell{t: t, secret: adminPassword}).run("", "--help").out
	for _, says := range []string{"127.0.0.1:8080", "one-time link", "BACKOFFICE_ADMIN_EMAIL", "BACKOFFICE_ADMIN_PASSWORD", "Exit codes: 0 ", "$BACKOFFICE_DB"} {
		if !strings.Contains(top, says) {
			t.Errorf("--help does not speak of %s", says)
		}
	}
}

// TestCommandsWhileTheServerRuns works on the file of a running server, which
// feels each act at the next request.
func TestCommandsWhileTheServerRuns(t *testing.T) {
	t.Parallel()
	p := startProgram(t, map[string]string{"BACKOFFICE_ADMIN_EMAIL": adminEmail, "BACKOFFICE_ADMIN_PASSWORD": adminPassword})
	s := &shell{t: t, db: p.DB, secret: adminPassword}
	s.create("bob@example.com", "Bob", "viewer")
	sees := func(cookie, path string) int {
		t.Helper()
		r, _ := once(t, p.URL, call{path: path, cookie: cookie})
		return r.StatusCode
	}
	expect := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	bob := signIn(t, p.URL, "bob@example.com", adminPassword)
	expect("a viewer's list", sees(bob, "/users"), http.StatusOK)
	expect("a viewer's form", sees(bob, "/users/new"), http.StatusForbidden)
	s.must("", "user", "set-role", "bob@example.com", "editor")
	expect("an editor's form", sees(bob, "/users/new"), http.StatusOK)
	if out := s.must("", "user", "end-sessions", "bob@example.com"); out != "1 session ended\n" {
		t.Errorf("end-sessions says %q", out)
	}
	expect("an ended session", sees(bob, "/users"), http.StatusSeeOther)
	bob = signIn(t, p.URL, "bob@example.com", adminPassword)
	s.must("", "user", "deactivate", "bob@example.com")
	expect("a deactivated person", sees(bob, "/users"), http.StatusSeeOther)
	s.must("", "user", "reactivate", "bob@example.com")
	expect("the old session of somebody reactivated", sees(bob, "/users"), http.StatusSeeOther)
	s.must("quite another password", "user", "reset-password", "bob@example.com", "--password-stdin", "--keep")
	ana, bob := signIn(t, p.URL, adminEmail, adminPassword), signIn(t, p.URL, "bob@example.com", "quite another password")
	s.must("", "demo", "--users", "50")
	expect("the list with more people", sees(bob, "/users"), http.StatusOK)
	s.must("", "user", "end-sessions", "--all")
	expect("everybody's sessions ended", sees(bob, "/users"), http.StatusSeeOther)
	expect("an admin's too", sees(ana, "/users"), http.StatusSeeOther)
	s.must("", "audit", "verify")
}
