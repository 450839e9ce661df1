package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mattn/go-sqlite3"

	"backoffice/store/storetest"
)

// wantTrouble says what a person is told while the machine does not let the
// database work.
func wantTrouble(t testing.TB, err error, says string) {
	t.Helper()
	if e := Explain(err); e.Kind != Unavailable || !strings.Contains(e.Message, says) || strings.Contains(e.Message, "sql") {
		t.Errorf("%v is explained by %q, want %q", err, e.Message, says)
	}
}

// TestFullDisk fills the disk with people, several at once. Whoever was
// acknowledged is there, nobody else, and nothing by half. Meanwhile one can
// read, and with more room one can write, without a restart.
func TestFullDisk(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	signedIn := s.signIn(ana)
	mustExec(t, s.writer, fmt.Sprint(`PRAGMA max_page_count = `, queryInt(t, s.reader, `PRAGMA page_count`)+10))
	var made atomic.Int64
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				_, err := s.CreateUser(t.Context(), console, newPerson(fmt.Sprint("Person ", n, " of ", i), Member))
				if err != nil {
					wantTrouble(t, err, "disk of the server is full")
					return
				}
				made.Add(1)
			}
		})
	}
	all.Wait()
	if n := queryInt(t, s.reader, `SELECT count(*) FROM users`); made.Load() == 0 || int64(n) != made.Load()+1 {
		t.Errorf("%d people, %d were acknowledged", n, made.Load()+1)
	}
	checkInvariants(t, s.Store)
	s.clock.advance(touchEvery)
	must(t, second(s.Resume(t.Context(), signedIn.SignIn, ana.ID, false)))
	must(t, second(s.ListUsers(t.Context(), console, Query{})))
	mustExec(t, s.writer, `PRAGMA max_page_count = 1000000`)
	s.add("Later", Member)
}

// TestFullDiskTakesAGroupBack fails a change as a disk does that is full at the
// worst moment: the whole transaction is gone, and with it a change that was
// through already. Both people are told why.
func TestFullDiskTakesAGroupBack(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	full := sqlite3.Error{Code: sqlite3.ErrFull}
	group := []*pending{
		{do: func(x *tx) error { return setLastSignIn(x, ana.ID) }},
		{do: func(x *tx) error { return errors.Join(full, execute(x.Tx, `ROLLBACK`)) }},
	}
	for _, c := range group {
		c.ctx, c.done = t.Context(), make(chan struct{})
	}
	s.commit(group)
	for _, c := range group {
		wantTrouble(t, c.err, "disk of the server is full")
	}
	if !s.load(ana.ID).LastSignIn.IsZero() {
		t.Error("half of the group is there")
	}
	s.add("Later", Member)
}

// TestReadOnlyFile is about a file that may not be written for a while.
func TestReadOnlyFile(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	signedIn := s.signIn(ana)
	before := s.fingerprint()
	mustExec(t, s.writer, `PRAGMA query_only = on`)
	wantTrouble(t, second(s.CreateUser(t.Context(), console, newPerson("Bo", Member))), "cannot be written")
	s.clock.advance(touchEvery)
	must(t, second(s.Resume(t.Context(), signedIn.SignIn, ana.ID, false)))
	if s.fingerprint() != before {
		t.Error("something was written")
	}
	mustExec(t, s.writer, `PRAGMA query_only = off`)
	s.add("Bo", Member)
}

// TestFileGoesAway moves the file away while it is open: SQLite would go on
// writing into it, wherever it is. When it is back, all goes on.
func TestFileGoesAway(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	path, away := s.config.DB, s.config.DB+".away"
	before := s.fingerprint()
	must(t, os.Rename(path, away))
	wantTrouble(t, second(s.CreateUser(t.Context(), console, newPerson("Bo", Member))), "not where it was")
	if s.Ready(t.Context()) == nil {
		t.Error("it says that it is ready")
	}
	must(t, os.WriteFile(path, nil, 0o600))
	wantTrouble(t, second(s.CreateUser(t.Context(), console, newPerson("Bo", Member))), "not where it was")
	must(t, os.Rename(away, path))
	if s.fingerprint() != before {
		t.Error("something was written")
	}
	s.add("Bo", Member)
	must(t, s.Ready(t.Context()))
	checkInvariants(t, s.Store)
}
