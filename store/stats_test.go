package store

import (
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestStats tells figures after each thing that moves them.
func TestStats(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	stats := func() Stats {
		t.Helper()
		st, err := s.Stats(t.Context())
		must(t, err)
		return st
	}
	at := stats()
	inFile := !storetest.OnPostgres()
	if at.FileBytes == 0 || (at.Pages*at.PageBytes != 0) != inFile || at.Sessions+at.Blocked+at.Imports+at.Waiting != 0 || at.SignIns != (SignInCounts{}) {
		t.Errorf("of an empty store: %+v", at)
	}
	ana := s.add("Ana", Admin)
	if now := stats(); now.Commits != at.Commits+1 || now.Changes != at.Changes+1 || (now.LogBytes != 0) != inFile {
		t.Errorf("after one change: %+v, before %+v", now, at)
	}
	must(t, second(s.SignIn(t.Context(), visitor(here), ana.Email, password)))
	last, err := s.SignIn(t.Context(), visitor(here), ana.Email, password)
	must(t, err)
	s.fail(6, there, ana.Email)
	if kind, _ := s.try(there, ana.Email, password); kind != Throttled {
		t.Fatalf("%q", kind)
	}
	now := stats()
	if now.SignIns != (SignInCounts{Done: 2, Failed: 6, Throttled: 1}) || now.Sessions != 2 || now.Blocked != 1 {
		t.Errorf("after sign-ins: %+v", now)
	}
	must(t, second(s.EndSignIn(t.Context(), console, ana.ID, last.SignIn.ID)))
	if now := stats(); now.Sessions != 1 {
		t.Errorf("after one was ended: %+v", now)
	}
	s.clock.advance(s.idle)
	if now := stats(); now.Sessions != 0 || now.Blocked != 0 {
		t.Errorf("after a while: %+v", now)
	}
	s.clock.advance(s.absolute)
	w, err := s.SignIn(t.Context(), visitor(here), ana.Email, password)
	must(t, err)
	for range s.absolute/(s.idle/2) - 1 {
		s.clock.advance(s.idle / 2)
		must(t, second(s.Resume(t.Context(), w.SignIn.ID, ana.ID, false)))
	}
	s.clock.advance(s.idle / 2)
	if now := stats(); now.Sessions != 0 {
		t.Errorf("of somebody who was busy for too long: %+v", now)
	}
	must(t, second(s.SignIn(t.Context(), visitor(here), ana.Email, password)))
	if now := stats(); now.Sessions != 1 {
		t.Errorf("with old ones before it: %+v", now)
	}
}

// TestStatsOfAnImport counts it while it is worked on, and no longer when it
// shows no sign of life.
func TestStatsOfAnImport(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	i, err := s.NewImport(t.Context(), console, "people.csv", strings.NewReader("name,email\nBo,bo@example.com\n"))
	must(t, err)
	for _, step := range []struct {
		what string
		do   func() error
		want int64
	}{
		{"none", func() error { return nil }, 0},
		{"begun", func() error { return second(s.BeginImport(t.Context(), console, i.ID, ImportChecking)) }, 1},
		{"lost", func() error { s.clock.advance(beatLost + time.Second); return nil }, 0},
	} {
		must(t, step.do())
		if st, err := s.Stats(t.Context()); err != nil || st.Imports != step.want {
			t.Errorf("%s: %d imports, want %d (%v)", step.what, st.Imports, step.want, err)
		}
	}
}
