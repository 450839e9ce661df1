package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

// group commits the changes together, as the writer does with what waits for
// it, and gives their errors.
func (s *testStore) group(changes ...func(*tx) error) []error {
	s.t.Helper()
	var all []*pending
	for _, do := range changes {
		all = append(all, &pending{ctx: s.t.Context(), actor: console, fresh: true, do: do, done: make(chan struct{})})
	}
	s.commit(all)
	var errs []error
	for _, c := range all {
		select {
		case <-c.done:
		default:
			s.t.Error("a change of the group was not answered")
		}
		errs = append(errs, c.err)
	}
	return errs
}

// renaming is a change within a group: that of a name, as UpdateUser makes it.
func renaming(id int64, to string) func(*tx) error {
	return func(x *tx) error {
		before, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		after := *before
		after.Name = to
		_, err = x.apply(ActEdit, before, &after, Entry{})
		return err
	}
}

// breaking writes and then fails.
func breaking(id int64, failure error) func(*tx) error {
	return func(x *tx) error {
		if err := renaming(id, "Broken")(x); err != nil {
			return err
		}
		return failure
	}
}

// TestGroupsKeepApart commits three changes together of which one fails by
// itself, in each place: the others are done, and nothing is left of it.
func TestGroupsKeepApart(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	people := []*User{s.ana, s.eve, s.ben}
	failure := refused("no")
	for bad := range 4 {
		var changes []func(*tx) error
		entries := s.countEntries()
		for i, u := range people {
			if i == bad {
				changes = append(changes, breaking(u.ID, failure))
				continue
			}
			changes = append(changes, renaming(u.ID, fmt.Sprintf("%s %d", u.Name, bad)))
		}
		done := 0
		for i, err := range s.group(changes...) {
			name, want := s.load(people[i].ID).Name, fmt.Sprintf("%s %d", people[i].Name, bad)
			if i == bad {
				if !errors.Is(err, failure) || name == "Broken" || name == want {
					t.Errorf("%d fails: %v, %q", i, err, name)
				}
				continue
			}
			if done++; err != nil || name != want {
				t.Errorf("%d fails, and %d: %v, %q", bad, i, err, name)
			}
		}
		if n := s.countEntries() - entries; n != done {
			t.Errorf("%d changes left %d entries", done, n)
		}
	}
}

// TestGroupsOfFailures leave nothing, not even of those in between.
func TestGroupsOfFailures(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	before := s.fingerprint()
	gone, leave := context.WithCancel(t.Context())
	leave()
	errs := s.group(
		breaking(s.ana.ID, refused("no")),
		func(x *tx) error { return second(x.ExecContext(x.ctx, `DELETE FROM audit_entries`)) },
		func(x *tx) error { return second(x.ExecContext(x.ctx, `UPDATE users SET role = 'owner'`)) },
		func(x *tx) error {
			if err := renaming(s.ben.ID, "Broken")(x); err != nil {
				return err
			}
			var none *User
			none.Name = "" // a fault of the program
			return nil
		})
	for i, err := range errs {
		if err == nil {
			t.Errorf("%d succeeded", i)
		}
	}
	late := &pending{ctx: gone, actor: console, do: renaming(s.ben.ID, "Broken"), done: make(chan struct{})}
	s.commit([]*pending{late})
	if !errors.Is(late.err, context.Canceled) {
		t.Errorf("somebody who has gone is answered %v", late.err)
	}
	if s.fingerprint() != before {
		t.Error("something was written")
	}
	checkWorks(t, s)
}

// TestFaultsInGroups fails each statement of a group in turn: whoever is
// answered with success is done, and nobody else.
func TestFaultsInGroups(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := newCast(t, mutation{}, failing(f))
	people := []*User{s.ana, s.eve, s.ben}
	for _, mode := range []mode{once, forever} {
		for n := 1; ; n++ {
			var changes []func(*tx) error
			want := make([]string, len(people))
			for i, u := range people {
				want[i] = fmt.Sprintf("%s %s %d", u.Name, mode, n)
				changes = append(changes, renaming(u.ID, want[i]))
			}
			entries := s.countEntries()
			f.arm(mode, n)
			errs := s.group(changes...)
			came := f.disarm()
			done := 0
			for i, err := range errs {
				if (err == nil) != (s.load(people[i].ID).Name == want[i]) {
					t.Errorf("statement %d failed %s: %d was answered with %v and is %q", n, mode, i, err, s.load(people[i].ID).Name)
				}
				if err == nil {
					done++
				} else if !errors.Is(err, errFault) {
					t.Errorf("statement %d failed %s: %d was answered with %v", n, mode, i, err)
				}
			}
			if left := s.countEntries() - entries; left != done {
				t.Errorf("statement %d failed %s: %d changes left %d entries", n, mode, done, left)
			}
			if came && mode == forever && done != 0 {
				t.Errorf("statement %d and all after it failed, and %d changes are done", n, done)
			}
			checkWorks(t, s)
			if !came {
				if done != len(people) {
					t.Errorf("nothing failed, and %d changes are done", done)
				}
				break
			}
		}
	}
}

// TestManyAtOnce lets many change different people at the same moment: all are
// done, each with its entry, and a reader sees them at once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := as(s.add("Ana", Admin))
	var people []*User
	for i := range 24 {
		people = append(people, s.add(fmt.Sprint("Ben ", i), Member))
	}
	entries := s.countEntries()
	var all []func() error
	for _, u := range people {
		all = append(all, func() error {
			for round := range 5 {
				c, err := s.UpdateUser(t.Context(), ana, u.ID, edit(FieldName, fmt.Sprint("New ", round)))
				if err != nil {
					return err
				}
				now, err := s.User(t.Context(), ana, u.ID)
				if err != nil || now.Name != c.User.Name || now.Version != c.User.Version {
					return fmt.Errorf("%q is read after %q was written, %w", now.Name, c.User.Name, err)
				}
			}
			return nil
		})
	}
	for _, err := range atOnce(all...) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := s.countEntries() - entries; n != 5*len(people) {
		t.Errorf("%d entries were left", n)
	}
}

// TestClose finishes what runs and refuses what comes after.
func TestClose(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	var answered sync.WaitGroup
	done := make([]error, 8)
	for i := range done {
		answered.Go(func() {
			done[i] = second(s.CreateUser(context.Background(), console, newPerson(fmt.Sprint("Nell ", i), Member)))
		})
	}
	must(t, s.Close())
	answered.Wait()
	late := second(s.Deactivate(context.Background(), console, s.ben.ID))
	if late == nil {
		t.Error("a change after the end is answered with success")
	}
	must(t, s.Close())
	s.open()
	for i, err := range done {
		_, found := s.UserByEmail(t.Context(), console, emailOf(fmt.Sprint("Nell ", i)))
		if (err == nil) != (found == nil) {
			t.Errorf("%d was answered with %v, and is there: %v", i, err, found)
		}
	}
	if s.load(s.ben.ID).Status != Active {
		t.Error("a change after the end was made")
	}
}
