package store

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestInstancesTakeTurns lets two stores on one database write at the same time:
// nothing of either is lost, and the trail has one order.
func TestInstancesTakeTurns(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	other, err := Open(t.Context(), s.config)
	must(t, err)
	defer other.Close()
	ana, ben := s.add("Ana", Admin), s.add("Ben", Admin)
	people := []*User{s.add("Cleo", Member), s.add("Dora", Member)}
	const each = 15
	var all []func() error
	for i, db := range []*Store{s.Store, other} {
		for n := range each {
			all = append(all, func() error {
				return second(db.UpdateUser(t.Context(), console, people[i].ID, edit(FieldPhone, fmt.Sprintf("030 %d%03d", i, n))))
			}, func() error {
				return second(db.CreateUser(t.Context(), console, newPerson(fmt.Sprintf("New %d %d", i, n), Member)))
			})
		}
	}
	before := s.countEntries()
	for _, err := range atOnce(all...) {
		must(t, err)
	}
	if n := s.countEntries() - before; n != 4*each {
		t.Errorf("%d entries of %d changes", n, 4*each)
	}
	// Each takes the other's rights away; the last admin stays.
	errs := atOnce(
		func() error { return second(s.Deactivate(t.Context(), as(ana), ben.ID)) },
		func() error { return second(other.Deactivate(t.Context(), as(ben), ana.ID)) })
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("both succeed, or neither: %v", errs)
	}
}

// TestChangesOfAnotherInstanceAreHeard waits for a notice of the database; the
// clock stands still, so that nothing is looked up by itself.
func TestChangesOfAnotherInstanceAreHeard(t *testing.T) {
	if !storetest.OnPostgres() {
		return // SQLite tells nobody
	}
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	other, err := Open(t.Context(), s.config)
	must(t, err)
	defer other.Close()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	late := time.After(30 * time.Second)
	heard := func(phone string) {
		t.Helper()
		since := newestOf(t, s.Store)
		change(t)(other.UpdateUser(t.Context(), console, ben.ID, edit(FieldPhone, phone)))
		for len(told(t, s.Store, console, since).Notices) == 0 {
			select {
			case <-look.C:
			case <-late:
				t.Fatalf("nobody tells of %s", phone)
			}
		}
	}
	heard("030 1111") // perhaps because the listener has just come
	heard("030 2222")
}

// TestPrimaryThatBecameAStandby makes the database refuse changes, as a primary
// does that has become a standby, and take them again, as the one that was
// promoted does: connections that lead to the first are not kept.
func TestPrimaryThatBecameAStandby(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	name := strings.TrimPrefix(must2(url.Parse(s.config.DB))(t).Path, "/")
	raw := storetest.Raw(t, s.config.DB)
	mustExec(t, raw, `ALTER DATABASE `+name+` SET default_transaction_read_only = on`)
	mustExec(t, raw, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	rename := func(to string) error {
		return second(s.UpdateUser(t.Context(), console, ana.ID, edit(FieldName, to)))
	}
	for rename("Anna") == nil || trouble(rename("Anna")) != "The database cannot be written at the moment." {
		if t.Context().Err() != nil {
			t.Fatal("it is written, or never says why not")
		}
	}
	mustExec(t, raw, `ALTER DATABASE `+name+` RESET default_transaction_read_only`)
	must(t, rename("Anouk"))
	if got := s.load(ana.ID).Name; got != "Anouk" {
		t.Errorf("the name is %q", got)
	}
}

func must2[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// TestNobodyKnows says so of a change that leaves no entry to look for and whose
// commit is not answered.
func TestNobodyKnows(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	f := &faults{}
	c := newCast(t, mutation{}, failing(f))
	f.arm(lost, 1)
	err := c.transact(context.Background(), console, func(x *tx) error { return saveSetup(x, "digest") })
	f.disarm()
	if e := Explain(err); e.Kind != Unavailable || !strings.Contains(e.Message, "may have been or not") {
		t.Errorf("%+v", e)
	}
	if trouble(err) != "" && strings.Contains(Explain(err).Message, "Nothing was changed") {
		t.Errorf("it claims to know: %v", err)
	}
}

// TestEndedConnections ends the connection of a question that is being answered,
// as a server does that is started again: it is asked once more, on another.
func TestEndedConnections(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	s := newTestStore(t)
	raw := storetest.Raw(t, s.config.DB)
	answer := make(chan error, 1)
	go func() {
		var n int
		answer <- s.reader.QueryRow(`SELECT 1 FROM pg_sleep(0.5)`).Scan(&n)
	}()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for ended := false; !ended; {
		<-look.C
		must(t, raw.QueryRow(`SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_stat_activity
 WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT 1 FROM pg_sleep%'`).Scan(&ended))
	}
	must(t, <-answer)
}
