package main

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"

	"backoffice/store/storetest"
)

// storm is several clients that edit people without a pause while the program
// is killed under them, again and again, on the same data file.
type storm struct {
	t      *testing.T
	db     string
	cookie string
	log    *os.File
}

// edit is one edit as the client knows it.
type edit struct {
	person       int64
	field, value string
	request      string // its id, when it was answered with success
}

// stormPeople are edited by stormClients at once, each of them by one client
// only, so that it is known what was asked for last.
const stormPeople, stormClients = 40, 4

// TestKilledInAStorm kills the program fifty times at a moment that nobody
// chose. Every edit that was answered with success is there, with its entry in
// the trail; of the others each is there whole or not at all. It looks into the
// file of SQLite; cmd/drill does the same on PostgreSQL.
func TestKilledInAStorm(t *testing.T) {
	if storetest.OnPostgres() {
		return
	}
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	s := newStorm(t)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	answered := 0
	for round := range rounds {
		kept, open := s.blow(random.IntN(60) + 1)
		answered += len(kept)
		s.inspect(kept, open)
		if t.Failed() {
			t.Fatalf("in round %d (seed %d), after %d edits in it", round, seed, len(kept))
		}
	}
	t.Logf("%d edits answered in %d rounds", answered, rounds)
	d := startDaemon(t, s.db, nil, s.log)
	signIn(t, d.URL, adminEmail, adminPassword)
}

func newStorm(t *testing.T) *storm {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	s := &storm{t: t, db: newPeople(t, 0, stormPeople), log: log}
	d := startDaemon(t, s.db, nil, log)
	s.cookie = signIn(t, d.URL, adminEmail, adminPassword)
	d.kill()
	t.Cleanup(func() {
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("the program wrote:\n%s", text[max(0, len(text)-4000):])
		}
		log.Close()
	})
	return s
}

// blow starts the program, lets all clients edit, and kills it when so many
// edits have been answered. It gives those, in the order of their answers, and
// those that were on their way.
func (s *storm) blow(enough int) (kept, open []edit) {
	s.t.Helper()
	d := startDaemon(s.t, s.db, nil, s.log)
	answers, lost := make(chan edit), make(chan edit, stormClients)
	var clients sync.WaitGroup
	for c := range stormClients {
		w := dial(s.t, d.URL)
		clients.Go(func() {
			lost <- s.client(w, int64(c), answers)
		})
	}
	go func() {
		clients.Wait()
		close(answers)
	}()
	for e := range answers {
		if kept = append(kept, e); len(kept) == enough {
			d.kill()
		}
	}
	d.kill()
	close(lost)
	for e := range lost {
		open = append(open, e)
	}
	return kept, open
}

// client edits the people who are its own until the program is gone, and gives
// the edit that got no answer.
func (s *storm) client(w *wire, number int64, answers chan<- edit) edit {
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for {
		e, ask := randomEdit(random, 2+number+stormClients*random.Int64N(stormPeople/stormClients))
		ask.cookie = s.cookie
		r, err := w.send(ask.bytes(), io.Discard)
		if err != nil {
			return e
		}
		if r.StatusCode != http.StatusOK {
			s.t.Errorf("%+v: %s", e, r.Status)
			return e
		}
		e.request = r.Header.Get("X-Request-Id")
		answers <- e
	}
}

// randomEdit fills a cell: a phone number or a name that was never there, or
// one of three roles, which moves the counts.
func randomEdit(random *rand.Rand, person int64) (edit, call) {
	unique := fmt.Sprintf("%012d", random.Int64N(1e12))
	e := []edit{
		{person: person, field: "role", value: []string{"editor", "viewer", "member"}[random.IntN(3)]},
		{person: person, field: "phone", value: "+" + unique},
		{person: person, field: "name", value: "Storm " + unique},
	}[random.IntN(3)]
	return e, call{path: "/users/" + strconv.FormatInt(person, 10), target: "cell",
		form: url.Values{"view": {"cell"}, "field": {e.field}, e.field: {e.value}}}
}

// inspect looks at what the killed program left.
func (s *storm) inspect(kept, open []edit) {
	s.t.Helper()
	raw := storetest.Raw(s.t, s.db)
	defer raw.Close()
	s.isClean(raw)
	for _, e := range kept {
		s.isOnRecord(raw, e)
	}
	s.valuesAreTheLast(raw, kept, open)
	s.trailEndsWithTheValues(raw)
	if o := (&shell{t: s.t, db: s.db, secret: adminPassword}).run("", "audit", "verify"); o.code != exitOK {
		s.t.Errorf("audit verify: exit code %d: %s", o.code, o.err)
	}
}

// isClean asks the database itself, and counts what is kept counted.
func (s *storm) isClean(raw *sql.DB) {
	s.t.Helper()
	for query, want := range map[string]string{
		`PRAGMA integrity_check`:                        "ok",
		`SELECT count(*) FROM pragma_foreign_key_check`: "0",
		`SELECT count(*) FROM (SELECT role, status, count(*) AS n FROM users WHERE deleted_at = 0 GROUP BY role, status) c
 JOIN user_counts k ON k.role = c.role AND k.status = c.status WHERE k.n <> c.n`: "0",
		`SELECT (SELECT sum(n) FROM user_counts) - (SELECT count(*) FROM users WHERE deleted_at = 0)`: "0",
	} {
		var got string
		if err := raw.QueryRow(query).Scan(&got); err != nil || got != want {
			s.t.Errorf("%s: %q, %v, want %q", query, got, err, want)
		}
	}
}

// isOnRecord finds the entry of an edit that was answered, unless there was
// nothing to change: a viewer became a viewer.
func (s *storm) isOnRecord(raw *sql.DB, e edit) {
	s.t.Helper()
	var body string
	err := raw.QueryRow(`SELECT v.body FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id
 WHERE e.request_id = ?1 AND e.target_id = ?2 AND e.outcome = 'done'`, e.request, e.person).Scan(&body)
	if err == sql.ErrNoRows && e.field == "role" {
		return
	}
	if err != nil || afterOf(s.t, body)[e.field] != e.value {
		s.t.Errorf("%+v was answered with success; its entry says %q (%v)", e, body, err)
	}
}

// afterOf is what an entry says of the fields as they were after it.
func afterOf(t *testing.T, body string) map[string]string {
	t.Helper()
	var b struct {
		Changes []struct{ Field, After string }
	}
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	after := map[string]string{}
	for _, c := range b.Changes {
		after[c.Field] = c.After
	}
	return after
}

// valuesAreTheLast says that each field has the value that was answered last,
// or the one that was on its way.
func (s *storm) valuesAreTheLast(raw *sql.DB, kept, open []edit) {
	s.t.Helper()
	type cell struct {
		person int64
		field  string
	}
	last, way := map[cell]string{}, map[cell]string{}
	for _, e := range kept {
		last[cell{e.person, e.field}] = e.value
	}
	for _, e := range open {
		way[cell{e.person, e.field}] = e.value
	}
	for c, want := range last {
		got := s.value(raw, c.person, c.field)
		if got != want && got != cmp.Or(way[c], want) {
			s.t.Errorf("%s of %d is %q; answered last was %q, on its way %q", c.field, c.person, got, want, way[c])
		}
	}
}

func (s *storm) value(raw *sql.DB, person int64, field string) string {
	s.t.Helper()
	var name, phone, role string
	if err := raw.QueryRow(`SELECT name, phone, role FROM users WHERE id = ?1`, person).Scan(&name, &phone, &role); err != nil {
		s.t.Fatal(err)
	}
	return map[string]string{"name": name, "phone": phone, "role": role}[field]
}

// trailEndsWithTheValues says that nothing was changed without an entry: what
// the trail says last of a field is its value.
func (s *storm) trailEndsWithTheValues(raw *sql.DB) {
	s.t.Helper()
	rows, err := raw.Query(`SELECT e.target_id, v.body FROM audit_entries e JOIN audit_values v ON v.entry_id = e.id
 WHERE e.outcome = 'done' AND e.act LIKE 'user.%' AND e.target_id > 1 ORDER BY e.id`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	said := map[int64]map[string]string{}
	for rows.Next() {
		var person int64
		var body string
		if err := rows.Scan(&person, &body); err != nil {
			s.t.Fatal(err)
		}
		if said[person] == nil {
			said[person] = map[string]string{}
		}
		for field, value := range afterOf(s.t, body) {
			said[person][field] = value
		}
	}
	for person, fields := range said {
		for field, want := range fields {
			if got := s.value(raw, person, field); got != want {
				s.t.Errorf("%s of %d is %q, the trail says %q", field, person, got, want)
			}
		}
	}
}
