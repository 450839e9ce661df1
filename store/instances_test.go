package store

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
)

// instances are three programs that work on one database.
func (s *testStore) instances() []*testStore {
	s.t.Helper()
	return []*testStore{s, s.another(), s.another()}
}

// another is another program that works on the same database.
func (s *testStore) another() *testStore {
	s.t.Helper()
	other := &testStore{t: s.t, config: s.config, clock: s.clock}
	other.open()
	s.t.Cleanup(func() { must(s.t, other.Close()) })
	return other
}

// onlyOne are what only one of several may do who try at once: whatever is used up by
// it, or is there once.
var onlyOne = []string{"AcceptByPasskey", "BeginImport", "ChangeOwnPassword", "ConfirmAddress", "CreateUser", "Delete", "DiscardImport", "EndByLink", "Erase",
	"ForgetKeys", "Impersonate", "InviteUser", "Prove by a code", "ProveByPasskey", "RedeemLink of a reset", "RedeemLink of an invitation", "RemovePasskey",
	"ResetFactors", "RevokeInvite", "SetUp", "SignInByCode", "SignInByPasskey", "SignInBySecondPasskey", "TakeAddressBack",
	"Undo a deactivation", "Undo a deletion", "Undo a new password that is required", "Undo a role", "Undo an edit"}

// TestMutationsAtOnce has each mutation done by three programs at once: nobody is told of
// a trouble, what was done is on record once for each who did it, and what is used up
// by it is done once. That the trail stays whole is looked at when the test ends.
func TestMutationsAtOnce(t *testing.T) {
	t.Parallel()
	missing := maps.Collect(func(yield func(string, bool) bool) {
		for _, name := range onlyOne {
			yield(name, true)
		}
	})
	for _, m := range mutations() {
		delete(missing, m.name)
		if m.file {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, m)
			before := c.countEntries()
			var all []func() error
			for _, s := range c.instances() {
				one := *c
				one.testStore = s
				if c.key != nil {
					key := *c.key
					one.key = &key
				}
				all = append(all, func() error { return m.do(t.Context(), &one) })
			}
			done := 0
			for _, err := range atOnce(all...) {
				if KindOf(err) == Internal {
					t.Errorf("a program says %v", err)
				}
				if KindOf(err) == m.kind {
					done++
				}
			}
			recorded := 0
			for _, e := range c.newest(max(1, c.countEntries()-before)) {
				if e.Outcome == Done && c.countEntries() > before {
					recorded++
				}
			}
			if done == 0 || recorded > done {
				t.Errorf("%d did it, %d are on record", done, recorded)
			}
			if slices.Contains(onlyOne, m.name) && done != 1 {
				t.Errorf("%d did it", done)
			}
		})
	}
	for name := range missing {
		t.Errorf("there is no mutation %s", name)
	}
}

// TestMailIsPostedOnce has three programs send what waits.
func TestMailIsPostedOnce(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	const waiting = 12
	for range waiting {
		c.tell(c.ben)
	}
	var mu sync.Mutex
	posted := map[int64]int{}
	var all []func() error
	for _, s := range c.instances() {
		all = append(all, func() error {
			for range waiting { // each looks as often as there is something for one
				if err := s.PostMail(t.Context(), func(_ context.Context, p Posting) error {
					mu.Lock()
					defer mu.Unlock()
					posted[p.ID]++
					return nil
				}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, err := range atOnce(all...) {
		must(t, err)
	}
	for id, n := range posted {
		if n != 1 {
			t.Errorf("mail %d went %d times", id, n)
		}
	}
	if len(posted) != waiting {
		t.Errorf("%d of %d mails went", len(posted), waiting)
	}
}

// TestTriesAreCountedTogether: whoever guesses at three programs at once may guess no
// more often than at one.
func TestTriesAreCountedTogether(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	allowed := 0
	for throttles.pair.delay(allowed) == 0 {
		allowed++
	}
	var all []func() error
	for _, one := range s.instances() {
		for range 2 * allowed {
			all = append(all, func() error { return second(one.SignIn(t.Context(), visitor(here), ana.Email, wrongPassword)) })
		}
	}
	looked := 0
	for _, err := range atOnce(all...) {
		switch KindOf(err) {
		case Unauthenticated:
			looked++
		case Throttled:
		default:
			t.Errorf("a try ends with %v", err)
		}
	}
	if looked != allowed {
		t.Errorf("%d passwords were looked at, %d may be", looked, allowed)
	}
	for _, one := range s.instances() {
		if one.wait(here, ana.Email) == 0 {
			t.Error("a program that was asked nothing knows of nothing")
		}
	}
}
