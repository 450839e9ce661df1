package store

import (
	"context"
	"errors"
	"testing"
	"time"
)

// twoPrograms are two stores on one file, by one clock.
func twoPrograms(t *testing.T, settings ...func(*Config)) (s *testStore, other *Store) {
	t.Helper()
	s = newTestStore(t, settings...)
	other, err := Open(t.Context(), s.config)
	must(t, err)
	t.Cleanup(func() { must(t, other.Close()) })
	return s, other
}

// atNine is work that is due when it was not done since nine o'clock.
func atNine(done time.Time) bool { return done.Before(morning) }

// TestOneProgramAtATime lets a second program ask while a first one works, when
// it has done so, and when it is due again.
func TestOneProgramAtATime(t *testing.T) {
	t.Parallel()
	s, other := twoPrograms(t)
	n := 0
	asks := func(by *Store, due func(time.Time) bool, want bool) {
		t.Helper()
		did, err := by.Alone(t.Context(), "work", due, func(context.Context) error { n++; return nil })
		if err != nil || did != want {
			t.Errorf("it did it: %v, %v; want %v", did, err, want)
		}
	}
	did, err := s.Alone(t.Context(), "work", atNine, func(context.Context) error {
		n++
		s.clock.advance(leaseTerm - time.Millisecond)
		asks(other, atNine, false)
		asks(s.Store, atNine, false) // nor again by the same one
		d, err := other.Alone(t.Context(), "other work", atNine, func(context.Context) error { return nil })
		if err != nil || !d {
			t.Errorf("something else waits for it: %v", err)
		}
		return nil
	})
	if err != nil || !did {
		t.Fatalf("%v, %v", did, err)
	}
	asks(other, atNine, false)
	asks(s.Store, atNine, false)
	asks(other, func(done time.Time) bool { return !done.After(s.Now()) }, true) // the lease was given back
	if n != 2 {
		t.Errorf("it was done %d times", n)
	}
}

// TestDueIsAskedAgain within the lease: another may have done it meanwhile.
func TestDueIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	asked := 0
	did, err := s.Alone(t.Context(), "work", func(time.Time) bool { asked++; return asked == 1 }, func(context.Context) error {
		t.Error("it is done twice")
		return nil
	})
	if did || err != nil || asked != 2 || held(s) != 0 {
		t.Errorf("%v, %v, asked %d times, %d leases are held", did, err, asked, held(s))
	}
}

func held(s *testStore) int {
	s.t.Helper()
	return queryInt(s.t, s.reader, `SELECT count(*) FROM leases WHERE holder <> ''`)
}

// TestTakenOver has somebody paused in the midst of tidying for so long that
// another takes over. When they come back they stop: nothing is done twice.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	s, other := twoPrograms(t)
	s.add("Ana", Admin)
	change(t)(s.Delete(t.Context(), console, s.add("Ben", Member).ID))
	s.clock.advance(2 * leaseTerm)
	change(t)(s.Delete(t.Context(), console, s.add("Cy", Member).ID))
	s.clock.advance(KeepDeleted - 2*leaseTerm + time.Millisecond) // Ben is due
	l := newLease(leaseTidy)
	did, err := s.alone(t.Context(), l, s.tidyDue, func(ctx context.Context) error {
		if _, did, err := other.Tidy(t.Context()); did || err != nil {
			t.Errorf("both are at it: %v", err)
		}
		s.clock.advance(leaseTerm)
		if n, did, err := other.Tidy(t.Context()); n != 1 || !did || err != nil {
			t.Errorf("nobody takes over: %d, %v, %v", n, did, err)
		}
		entries := s.countEntries()
		s.clock.advance(leaseTerm)                                        // Cy is due as well
		must(t, other.holding(t.Context(), newLease(leaseTidy), nothing)) // and is at it again
		n, err := s.tidy(ctx, l)
		if n != 0 || !errors.Is(err, errTaken) || s.countEntries() != entries {
			t.Errorf("it goes on: %d, %v", n, err)
		}
		if err := s.sweep(ctx, l.beat); !errors.Is(err, errTaken) {
			t.Errorf("it sweeps: %v", err)
		}
		return err
	})
	if did || !errors.Is(err, errTaken) || held(s) != 1 {
		t.Errorf("%v, %v, %d leases are held", did, err, held(s))
	}
	s.clock.advance(TidyEvery - leaseTerm - time.Millisecond)
	if _, did, err := s.Tidy(t.Context()); did || err != nil {
		t.Errorf("it is done twice within the hour, %v", err)
	}
	s.clock.advance(time.Millisecond)
	if _, did, err := s.Tidy(t.Context()); !did || err != nil {
		t.Errorf("it is no longer done, %v", err)
	}
}

// TestLostLeaseEndsTheWork by its context.
func TestLostLeaseEndsTheWork(t *testing.T) {
	t.Parallel()
	s, other := twoPrograms(t)
	l := newLease("work")
	err := s.beating(t.Context(), l, time.Millisecond, func(ctx context.Context) error {
		must(t, s.holding(t.Context(), l, nothing))
		for taken := false; !taken; { // it beats meanwhile
			s.clock.advance(leaseTerm)
			taken = other.holding(t.Context(), newLease("work"), nothing) == nil
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, errTaken) {
		t.Errorf("%v", err)
	}
}

// TestLeaseIsGivenBack by who stops or fails, at once.
func TestLeaseIsGivenBack(t *testing.T) {
	t.Parallel()
	s, other := twoPrograms(t)
	ctx, cancel := context.WithCancel(t.Context())
	for name, work := range map[string]func(context.Context) error{
		"fails": func(context.Context) error { return errFault },
		"stops": func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() },
	} {
		of := t.Context()
		if name == "stops" {
			of = ctx
		}
		if did, err := s.Alone(of, "work", atNine, work); did || err == nil {
			t.Errorf("who %s has done it: %v", name, err)
		}
		if n := held(s); n != 0 {
			t.Errorf("who %s holds %d leases", name, n)
		}
	}
	if did, err := other.Alone(t.Context(), "work", atNine, func(context.Context) error { return nil }); !did || err != nil {
		t.Errorf("another does not do it: %v", err)
	}
}

// TestLeaseOfAWrongClock is worth nothing once the clock is right.
func TestLeaseOfAWrongClock(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.clock.advance(time.Hour)
	must(t, s.holding(t.Context(), newLease("work"), nothing))
	must(t, second(s.tidied()))
	s.clock.advance(-time.Hour)
	must(t, s.holding(t.Context(), newLease("work"), nothing))
	if did, err := s.tidied(); !did || err != nil {
		t.Errorf("it waits until the clock is where it was: %v", err)
	}
}

func (s *testStore) tidied() (bool, error) {
	_, did, err := s.Tidy(s.t.Context())
	return did, err
}

// TestTidyFails fails each statement in turn; the next try does it.
func TestTidyFails(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := newTestStore(t, failing(f))
	s.add("Ana", Admin)
	change(t)(s.Delete(t.Context(), console, s.add("Ben", Member).ID))
	s.clock.advance(KeepDeleted + time.Hour)
	for n := 1; ; n++ {
		f.arm(once, n)
		did, err := s.tidied()
		if !f.disarm() {
			if !did || err != nil {
				t.Errorf("%v, %v", did, err)
			}
			break
		}
		if did || !errors.Is(err, errFault) {
			t.Fatalf("statement %d failed, and the answer is %v, %v", n, did, err)
		}
		s.clock.advance(leaseTerm) // the lease may not have been given back
	}
	st, err := s.Stats(t.Context())
	if err != nil || !st.Tidied.Equal(s.Now()) || st.Tidying {
		t.Errorf("%+v, %v", st, err)
	}
	if n := queryInt(t, s.reader, `SELECT count(*) FROM users`); n != 1 {
		t.Errorf("%d people are left", n)
	}
}

// TestPurgeGoesOn until nobody is left, in portions.
func TestPurgeGoesOn(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	must(t, second(s.AddExamples(t.Context(), console, 2*purgeAtOnce)))
	mustExec(t, s.writer, `UPDATE users SET deleted_at = ?1 WHERE id > 1`, s.Now().UnixMilli())
	mustExec(t, s.writer, `DELETE FROM user_counts`)
	mustExec(t, s.writer, `INSERT INTO user_counts SELECT role, status, count(*) FROM users WHERE deleted_at = 0 GROUP BY 1, 2`)
	s.clock.advance(KeepDeleted + time.Hour)
	if n, did, err := s.Tidy(t.Context()); n != 2*purgeAtOnce || !did || err != nil {
		t.Errorf("%d were removed, %v, %v", n, did, err)
	}
}
