package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// exported is everybody whom an export gives.
func (s *testStore) exported(q Query) []User {
	s.t.Helper()
	var all []User
	must(s.t, s.ExportUsers(s.t.Context(), console, q, "csv", func(u *User) error {
		all = append(all, shown(u))
		return nil
	}))
	return all
}

// shown is what an export shows of a person.
func shown(u *User) User {
	return User{ID: u.ID, Name: u.Name, Email: u.Email, Phone: u.Phone, Role: u.Role, Status: u.Status,
		ExternalID: u.ExternalID, Created: u.Created, LastSignIn: u.LastSignIn}
}

// listed is everybody on all pages of the list, with what an export shows.
func (s *testStore) listed(q Query) []User {
	s.t.Helper()
	q.Limit = 400
	var all []User
	for {
		p, err := s.ListUsers(s.t.Context(), console, q)
		must(s.t, err)
		for _, u := range p.Users {
			all = append(all, shown(&u))
		}
		if q.After = p.Next; p.Next == nil {
			return all
		}
	}
}

// TestExportIsTheWholeList holds an export against all pages of the list, for
// every order and some filters; 1,200 people are several pages of both.
func TestExportIsTheWholeList(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddExamples(t.Context(), console, 1200)))
	must(t, second(s.Delete(t.Context(), console, 700)))
	for _, by := range SortKeys() {
		for _, q := range []Query{{}, {Role: Member}, {Status: Active}, {Search: "example", Role: Viewer}, {Search: "nobody at all"}} {
			q.Sort = Sort{by, by == ByName || by == ByLastSignIn}
			got, want := s.exported(q), s.listed(q)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d people, the list has %d: %v, want %v", q.words(), len(got), len(want), ids(got), ids(want))
			}
			if q.Search == "" && len(got) < 600 {
				t.Errorf("%s: only %d people: nothing is proved", q.words(), len(got))
			}
		}
	}
}

// TestExportStartsAtTheBeginning lets the place of a page not shorten it.
func TestExportStartsAtTheBeginning(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddExamples(t.Context(), console, 30)))
	p, err := s.ListUsers(t.Context(), console, Query{Limit: 10})
	must(t, err)
	for _, q := range []Query{{After: p.Next, Limit: 5}, {Before: p.Next, Limit: 5}} {
		if n := len(s.exported(q)); n != 30 {
			t.Errorf("%d of 30 people from a place on", n)
		}
	}
}

// TestExportWhilePeopleMove changes people while an export runs: from what was
// given already to what is still to come, and the other way.
func TestExportWhilePeopleMove(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddExamples(t.Context(), console, 1200)))
	before := s.listed(Query{})
	early, late, gone := before[10].ID, before[1100].ID, before[1101].ID
	var added int64
	var got []User
	err := s.ExportUsers(t.Context(), console, Query{}, "csv", func(u *User) error {
		if got = append(got, *u); len(got) == 600 {
			must(t, second(s.UpdateUser(t.Context(), console, early, edit(FieldName, "Žzz Later"))))
			must(t, second(s.UpdateUser(t.Context(), console, late, edit(FieldName, "Aaa Earlier"))))
			must(t, second(s.Delete(t.Context(), console, gone)))
			added = s.add("Aab New", Member).ID
		}
		return nil
	})
	must(t, err)
	want := slices.DeleteFunc(append(ids(before), added), func(id int64) bool { return id == gone })
	order := ids(got)
	slices.Sort(want)
	slices.Sort(order)
	if !slices.Equal(order, want) {
		t.Errorf("%d people, want each of %d once: %v", len(order), len(want), order)
	}
	if end := ids(got[len(got)-2:]); !slices.Equal(end, []int64{late, added}) {
		t.Errorf("the last two are %v, want those who were passed over: %d and %d", end, late, added)
	}
}

// TestExportHoldsNothing looks, while people are given, for a connection that is
// in use: a slow reader must not hold one.
func TestExportHoldsNothing(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddExamples(t.Context(), console, exportPage+1)))
	must(t, s.ExportUsers(t.Context(), console, Query{}, "csv", func(u *User) error {
		if n := s.reader.Stats().InUse + s.writer.Stats().InUse; n != 0 {
			t.Errorf("%d connections are in use at %d", n, u.ID)
		}
		return nil
	}))
}

// TestExportStops at the first person whom nobody takes, and when whoever asked
// has left.
func TestExportStops(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddExamples(t.Context(), console, 3*exportPage)))
	full, n := errors.New("the disk is full"), 0
	err := s.ExportUsers(t.Context(), console, Query{}, "csv", func(*User) error {
		if n++; n == 7 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || n != 7 {
		t.Errorf("after %d people: %v", n, err)
	}
	ctx, leave := context.WithCancel(t.Context())
	n = 0
	err = s.ExportUsers(ctx, console, Query{}, "csv", func(*User) error {
		n++
		leave()
		return nil
	})
	if !errors.Is(err, context.Canceled) || n > exportPage {
		t.Errorf("after %d people: %v", n, err)
	}
}

// TestExportIsOnRecordFirst sees the entry before the first person, and none
// given to whom may not.
func TestExportIsOnRecordFirst(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Root", Admin)
	vera := s.add("Vera", Viewer)
	must(t, s.ExportUsers(t.Context(), console, Query{}, "xlsx", func(*User) error {
		if e := s.newest(1)[0]; e.Act != ActExport || e.Note != "everybody, sorted by name, as xlsx" {
			t.Errorf("on record is %+v", e)
		}
		return nil
	}))
	err := s.ExportUsers(t.Context(), as(vera), Query{}, "csv", func(u *User) error {
		t.Errorf("%s was given", u.Name)
		return nil
	})
	wantKind(t, err, Forbidden)
}

func TestWordsOfAQuery(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]Query{
		"everybody, sorted by name":    {Search: " "},
		"search “o'b”, sorted by name": {Search: " o'b "},
		"deleted, created from 2026-01-02 00:00 before 2026-02-01 12:30, never signed in, sorted by name": {Deleted: true, Never: true,
			Created: Times{From: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 12, 30, 0, 0, time.UTC)}},
		"last sign-in before 2026-02-01 00:00, without a password, sorted by name": {Password: No, SignedIn: Times{To: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}},
		"invited, without an invitation that is open, sorted by name":              {Uninvited: true, Invite: Times{To: morning}},
		"role admin, status invited, sorted by -created":                           {Role: Admin, Status: Invited, Sort: ParseSort("-created")},
		"search “" + strings.Repeat("é", 150) + "”, sorted by name":                {Search: strings.Repeat("é", 200)},
		"search “ab”, role viewer, status deactivated, sorted by -last_sign_in":    {Search: "a\xffb", Role: Viewer, Status: Deactivated, Sort: ParseSort("-last_sign_in")},
	} {
		if got := q.words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
