package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"backoffice/store/storetest"
)

// The benchmarks ask the real program over loopback, 16 connections at once, at
// 1,000 and at 100,000 people (BENCH_USERS=5000 or 5000,20000 chooses others),
// and beside it a bare net/http handler:
//
//	x-of-query  our rate as a share of a handler that runs the same main
//	            statement and writes the same bytes
//	            (SQLite only: on PostgreSQL the server does most of that work, for
//	            both, and takes the processors from both)
//	x-of-bytes  our rate as a share of one that only writes the same bytes
//
// Each is measured in turns with its rivals, so that a noisy machine slows all
// of them. Run them by: go test ./cmd/backoffice -run NONE -bench Program

// workload is the program at work on a data file of many people.
type workload struct {
	*daemon
	people int
	db     string
	cookie string // of an admin's session
}

const (
	adminEmail    = "ana@example.com"
	adminPassword = "correct horse battery staple"
)

// newWorkload makes a data file of so many people and serves it by a process of
// its own, whose log is written and thrown away by the system.
func newWorkload(b *testing.B, people int) *workload {
	b.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { null.Close() })
	o := &workload{people: people, db: newPeople(b, connections, people)}
	o.daemon = startDaemon(b, o.db, nil, null)
	o.cookie = signIn(b, o.URL, adminEmail, adminPassword)
	return o
}

func noEnv(string) string { return "" }

// newPeople makes a data file with an admin, then so many accounts with a
// password, then so many people who do not exist.
func newPeople(t testing.TB, accounts, people int) string {
	t.Helper()
	db := storetest.New(t)
	command := func(stdin string, args ...string) {
		if code := run(t.Context(), append(args, "--db", db), noEnv, strings.NewReader(stdin), io.Discard, os.Stderr); code != exitOK {
			t.Fatalf("backoffice %v: exit code %d", args, code)
		}
	}
	command(adminPassword, "user", "create", "--email", adminEmail, "--name", "Ana Admin", "--role", "admin", "--password-stdin", "--no-must-change")
	for i := range accounts {
		command(adminPassword, "user", "create", "--email", accountOf(i), "--name", "Somebody Else", "--password-stdin", "--no-must-change")
	}
	command("", "demo", "--users", strconv.Itoa(people))
	return db
}

// accountOf is one of the accounts with a password. Each sign-in that is under
// way has another: more than a few at once for one account are slowed down.
func accountOf(i int) string { return fmt.Sprintf("somebody.%d@example.com", i%connections) }

// scenario is one thing that people do, and the main statement of its answer.
type scenario struct {
	name   string
	status int
	ask    func(o *workload, i int) call
	work   work
}

var scenarios = []scenario{
	{"list", http.StatusOK, func(o *workload, _ int) call {
		return call{path: "/users", cookie: o.cookie}
	}, func(r *rival, _ string) error {
		return readList(r, `SELECT `+columnsOfList+` FROM users u INDEXED BY users_by_name WHERE u.deleted_at = 0 ORDER BY name_key, id LIMIT +?1`, 26)
	}},
	{"search", http.StatusOK, func(o *workload, _ int) call {
		return call{path: "/users?q=garcia", cookie: o.cookie, target: "results"}
	}, func(r *rival, _ string) error {
		return readList(r, `SELECT `+columnsOfList+` FROM users u WHERE u.deleted_at = 0 AND (u.search_key LIKE +?1 ESCAPE '\')
 ORDER BY u.name_key, u.id LIMIT +?2`, "%garcia%", 26)
	}},
	{"edit", http.StatusOK, func(o *workload, i int) call {
		phone := fmt.Sprintf("+34 91 %07d", i)
		return call{path: "/users/" + strconv.Itoa(2+i%900), cookie: o.cookie, target: "u2-phone",
			form: url.Values{"view": {"cell"}, "field": {"phone"}, "phone": {phone}}}
	}, func(r *rival, i string) error {
		n, err := strconv.Atoi(i)
		if err != nil {
			return err
		}
		_, err = r.write.Exec(`UPDATE users SET phone = ?1, phone_key = ?2, version = version + 1 WHERE id = ?3`, "+34 91 "+i, "3491"+i, 2+n%900)
		return err
	}},
	{"sign-in", http.StatusSeeOther, func(_ *workload, i int) call {
		return call{path: "/login", form: url.Values{"email": {accountOf(i)}, "password": {adminPassword}}}
	}, func(r *rival, _ string) error {
		argon2.IDKey([]byte(adminPassword), []byte("sixteen bytes..."), 2, 19456, 1, 32)
		return readUsers(r, `SELECT `+columnsOfUser+` FROM users u WHERE u.email_key = ?1 AND u.deleted_at = 0`, adminEmail)
	}},
	{"session", http.StatusOK, func(o *workload, _ int) call {
		return call{path: "/session", cookie: o.cookie, target: "idle"}
	}, func(r *rival, _ string) error {
		var u rowOfUser
		return r.read.QueryRow(`SELECT `+columnsOfUser+columnsOfSignIn+` FROM signins s JOIN users u ON u.id = s.user_id
 WHERE s.id = +?1 AND s.user_id = +?2`, 1, 1).Scan(u.columnsOfSignIn()...)
	}},
}

func BenchmarkProgram(b *testing.B) {
	for _, people := range sizes(b) {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			o := newWorkload(b, people)
			for _, s := range scenarios {
				b.Run(s.name, func(b *testing.B) { o.compare(b, s) })
			}
		})
	}
}

// sizes are how many people there are.
func sizes(b *testing.B) []int {
	text := os.Getenv("BENCH_USERS")
	if text == "" {
		return []int{1_000, 100_000}
	}
	var out []int
	for _, s := range strings.Split(text, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1_000 {
			b.Fatalf("BENCH_USERS=%s: want numbers of people, 1000 or more", text)
		}
		out = append(out, n)
	}
	return out
}

// figures are answers a second.
type figures struct{ ours, query, bytes float64 }

// turns is how often the program and its rivals take turns.
const turns = 10

// compare measures a scenario beside its rivals.
func (o *workload) compare(b *testing.B, s scenario) figures {
	b.StopTimer()
	_, body := once(b, o.URL, s.ask(o, 0))
	us, them := gather(b, o.URL), gather(b, startRival(b, o.db, s.name, body).URL)
	var ours, query, bare float64 // seconds
	first := 1
	for turn := range turns {
		n := b.N*(turn+1)/turns - b.N*turn/turns
		at := func(i int) int { return first + i }
		b.StartTimer()
		ours += us.ask(b, n, s.status, func(i int) []byte { return s.ask(o, at(i)).bytes() }).Seconds()
		b.StopTimer()
		if !storetest.OnPostgres() {
			query += them.ask(b, n, s.status, func(i int) []byte { return call{path: fmt.Sprintf("/query?i=%07d", at(i))}.bytes() }).Seconds()
		}
		bare += them.ask(b, n, s.status, func(int) []byte { return call{path: "/bytes"}.bytes() }).Seconds()
		first += n
	}
	f := figures{float64(b.N) / ours, float64(b.N) / query, float64(b.N) / bare}
	b.ReportMetric(f.ours, "answers/s")
	if !storetest.OnPostgres() {
		b.ReportMetric(f.ours/f.query, "x-of-query")
	}
	b.ReportMetric(f.ours/f.bytes, "x-of-bytes")
	b.ReportMetric(float64(len(body))/1024, "KiB/answer")
	return f
}
