package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// spray fails at accounts that nobody has until an address is used up.
func (s *testStore) spray(address string) {
	s.t.Helper()
	for i := range throttles.address.free + 1 {
		s.fail(1, address, fmt.Sprintf("user%d@example.com", i))
	}
}

// TestAddressIsSlowedDown that tries many accounts once each.
func TestAddressIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	s.spray(here)
	if kind, wait := s.try(here, "ana@example.com", password); kind != Throttled || wait != 2*time.Second {
		t.Errorf("whoever is not known there: %q, %v", kind, wait)
	}
	if kind, _ := s.try(there, "ana@example.com", password); kind != "" {
		t.Errorf("another address: %q", kind)
	}
}

// TestGuesserLocksNoColleagueOut: those who have signed in from a network get in there,
// whatever somebody else there has tried; those who have not wait.
func TestGuesserLocksNoColleagueOut(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	s.add("Ben", Member)
	s.signIn(ana)
	s.spray(here)
	for n := range 20 { // the guesser takes whatever becomes free
		s.clock.advance(10 * time.Second)
		for i, kind := 0, Kind(""); kind != Throttled; i++ {
			kind, _ = s.try(here, fmt.Sprintf("another%d.%d@example.com", n, i), wrongPassword)
		}
		for range 3 {
			if kind, wait := s.try(here, "ana@example.com", password); kind != "" {
				t.Fatalf("Ana: %q, %v", kind, wait)
			}
		}
		if kind, _ := s.try(here, "ben@example.com", password); kind != Throttled {
			t.Fatalf("Ben, who was never there: %q", kind)
		}
	}
	s.clock.advance(knownFor)
	s.spray(here)
	if kind, _ := s.try(here, "ana@example.com", password); kind != Throttled {
		t.Errorf("Ana, who was there long ago: %q", kind)
	}
}

// TestAttackOnAllLocksNobodyOut who is where they have signed in: at another address of
// their provider as well, but not elsewhere.
func TestAttackOnAllLocksNobodyOut(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.signIn(s.add("Ana", Admin))
	s.counted("site", "all", throttles.site.free)
	s.fail(1, "203.0.113.9", "somebody@example.com")
	for _, address := range []string{here, "192.0.99.1"} {
		if kind, wait := s.try(address, "ana@example.com", password); kind != "" {
			t.Errorf("%s: %q, %v", address, kind, wait)
		}
	}
	if kind, wait := s.try(there, "ana@example.com", password); kind != Throttled || wait != time.Second {
		t.Errorf("elsewhere: %q, %v", kind, wait)
	}
	s.spray("192.0.77.1")
	if kind, _ := s.try("192.0.77.1", "ana@example.com", password); kind != Throttled {
		t.Errorf("at an address of the provider that somebody guesses from: %q", kind)
	}
}

// TestHeldUpTellsNothing: in a network that is held up, a wrong password has one answer,
// whether there is such an account, whether it signs in from there, and whether it was
// looked at; and afterwards it has left nothing that tells.
func TestHeldUpTellsNothing(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.signIn(s.add("Ana", Admin))
	s.add("Ben", Member)
	for range 5 { // up to five minutes
		s.spray(here)
	}
	all := []string{"ana@example.com", "ben@example.com", "nobody@example.com"}
	entries := s.countEntries()
	for n := range 20 {
		var first *Error
		for _, email := range all {
			_, err := s.SignIn(t.Context(), visitor(here), email, wrongPassword)
			e := wantKind(t, err, Throttled)
			if first == nil {
				first = e
			}
			if e.Message != first.Message || e.RetryAfter != first.RetryAfter || len(e.Fields) != 0 {
				t.Fatalf("%d, %s: %+v, and the first %+v", n, email, e, first)
			}
		}
	}
	if n := s.countEntries() - entries; n != throttles.inside.free+1 {
		t.Errorf("%d tries at Ana's account were looked at", n)
	}
	if kind, _ := s.try(here, "ana@example.com", password); kind != Throttled {
		t.Errorf("the guesser's next one is looked at: %q", kind)
	}
	s.clock.advance(throttles.address.most)
	for _, email := range all {
		s.clock.advance(throttles.address.most)
		if kind, wait := s.try(here, email, wrongPassword); kind != Unauthenticated {
			t.Errorf("%s: afterwards %q, %v", email, kind, wait)
		}
	}
	s.clock.advance(throttles.address.most)
	if kind, _ := s.try(here, "ana@example.com", password); kind != "" {
		t.Errorf("the right one: %q", kind)
	}
}

// TestHeldUpTakesTheSameTime for what is looked at and what is not.
func TestHeldUpTakesTheSameTime(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ben", Admin)
	ana := s.add("Ana", Member)
	s.signIn(ana)
	s.spray(here)
	s.evenly = 300 * time.Millisecond
	for _, email := range []string{"ana@example.com", "nobody@example.com"} {
		begun := time.Now()
		wantKind(t, second(s.SignIn(t.Context(), visitor(here), email, wrongPassword)), Throttled)
		if took := time.Since(begun); took < s.evenly {
			t.Errorf("%s: answered after %v", email, took)
		}
	}
	change(t)(s.Deactivate(t.Context(), console, ana.ID))
	e := wantKind(t, second(s.SignIn(t.Context(), visitor(here), ana.Email, password)), Unauthenticated)
	if !strings.Contains(e.Message, "deactivated") {
		t.Errorf("who knows the password is told %q", e.Message)
	}
}

// TestBeingSignedInSparesNobodyElse: a guesser with an account of their own counts as
// anybody does when they guess at another one.
func TestBeingSignedInSparesNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.spray(here)
	for _, a := range []Actor{c.self, c.remembered(c.ben), visitor(here)} {
		wantKind(t, second(c.SignIn(t.Context(), a, c.eve.Email, password)), Throttled)
	}
	c.fail(6, there, c.ben.Email)
	away := c.self
	away.Address = there
	wantKind(t, c.ChangeOwnPassword(t.Context(), away, wrongPassword, newPassword), Invalid) // their own session
	away.SignIn = 0
	wantKind(t, c.ChangeOwnPassword(t.Context(), away, wrongPassword, newPassword), Throttled)
}

// TestNetworksCountAsOne: a customer of IPv6 has 2^64 addresses, a household 2^8 and a
// company 2^16 times as many, and IPv4 inside IPv6 is IPv4.
func TestNetworksCountAsOne(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "": "", "unix": "unix",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64 2001:db8:1::/56 2001:db8:1::/48",
		"2001:db8:1:3::1":      "2001:db8:1:3::/64 2001:db8:1::/56 2001:db8:1::/48",
		"2001:db8:1:103::1":    "2001:db8:1:103::/64 2001:db8:1:100::/56 2001:db8:1::/48",
		"fe80::1%eth0":         "fe80::/64 fe80::/56 fe80::/48",
	} {
		var got []string
		for _, n := range reaches(address) {
			got = append(got, n.name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q counts under %v, want %q", address, got, want)
		}
		if network(address) != got[0] || widest(address) != got[len(got)-1] {
			t.Errorf("%q: %q to %q", address, network(address), widest(address))
		}
	}
	s := newTestStore(t)
	s.add("Ana", Admin)
	for i := range 6 {
		s.fail(1, fmt.Sprintf("2001:db8:1:2::%d", i), "ana@example.com")
	}
	if s.wait("2001:db8:1:2:ffff::", "ana@example.com") == 0 {
		t.Error("the network is not throttled")
	}
}

// TestWideNetworksAreSlowedDown that try many accounts, each from a network of its own,
// long before they use up what all have together.
func TestWideNetworksAreSlowedDown(t *testing.T) {
	t.Parallel()
	for next, most := range map[string]int{"2001:db8:1:%02x::1": 2 * throttles.address.free, "2001:db8:1:%02x00::1": 4 * throttles.address.free} {
		s := newTestStore(t)
		s.add("Ana", Admin)
		tries := 0
		for kind := Kind(""); kind != Throttled && tries < 1000; tries++ {
			kind, _ = s.try(fmt.Sprintf(next, tries%256), fmt.Sprintf("user%d@example.com", tries), wrongPassword)
			s.clock.advance(100 * time.Millisecond)
		}
		if tries < most || tries > most+5 {
			t.Errorf("%s: %d tries were looked at", next, tries)
		}
		for _, address := range []string{"2001:db8:2::1", there} {
			if kind, wait := s.try(address, "ana@example.com", password); kind != "" {
				t.Errorf("%s: then from %s %q, %v", next, address, kind, wait)
			}
		}
	}
}

// TestCountsAreFew: what is left of an attack is swept, and an attack that is refused
// leaves nothing.
func TestCountsAreFew(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	for i := range 1000 {
		s.try(fmt.Sprintf("2001:db8:1:%x::1", i), fmt.Sprintf("user%d@example.com", i), wrongPassword)
	}
	looked, rows := s.countEntries(), queryInt(t, s.reader, `SELECT count(*) FROM throttles`)
	if looked > 201 || rows > 4*looked {
		t.Errorf("of a thousand tries %d were looked at, and left %d counts", looked, rows)
	}
	s.clock.advance(TidyEvery)
	must(t, s.Sweep(t.Context()))
	hour := queryInt(t, s.reader, `SELECT count(*) FROM throttles`)
	s.clock.advance(14 * time.Hour)
	must(t, s.Sweep(t.Context()))
	if n := queryInt(t, s.reader, `SELECT count(*) FROM throttles`); n != 0 || hour > rows {
		t.Errorf("an hour later %d counts, half a day later %d", hour, n)
	}
}

// TestForgettingIsBounded in all, by one worker with a short line, and leaves one entry
// of those who are not there.
func TestForgettingIsBounded(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	entries, sent := c.countEntries(), 0
	done := make(chan error, 2000)
	var refused *Error
	for i := range 2000 {
		a := visitor(fmt.Sprintf("2001:%x:%x::1", 0xdb8+i%7, i))
		err := c.ForgotPassword(t.Context(), a, fmt.Sprintf("nobody%d@example.com", i), func(err error) { done <- err })
		switch {
		case err == nil:
			sent++
			must(t, <-done)
		case !errors.As(err, &refused) || refused.Kind != Throttled || !strings.Contains(refused.Message, "Many people"):
			t.Fatal(err)
		}
	}
	if want := forgotInAll.free + 1; sent != want {
		t.Errorf("%d were served, want %d", sent, want)
	}
	if n := c.countEntries() - entries; n > sent {
		t.Errorf("%d entries", n)
	}
	if n := queryInt(t, c.reader, `SELECT count(*) FROM throttles`); n > 6*sent {
		t.Errorf("%d counts of %d", n, sent)
	}
	one := newCast(t, mutation{})
	entries = one.countEntries()
	for i := range 5 {
		must(t, one.forget(t.Context(), fmt.Sprintf("nobody%d@example.com", i)))
	}
	if n := one.countEntries() - entries; n != 1 {
		t.Errorf("%d entries of one network", n)
	}
	one.clock.advance(time.Hour)
	must(t, one.forget(t.Context(), "nobody@example.com"))
	if n := one.countEntries() - entries; n != 2 {
		t.Errorf("%d entries an hour later", n)
	}
}

// TestTheLineIsShort: who asks while it is full is asked to come again, whomever they ask
// about, and nothing is counted; what waits is done before the store closes.
func TestTheLineIsShort(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	begun, release := make(chan bool), make(chan bool)
	if !c.background.soon(func(context.Context) { begun <- true; <-release }) {
		t.Fatal("an empty line is full")
	}
	<-begun
	done := make(chan error, maxLine)
	must(t, c.ForgotPassword(t.Context(), c.guest, c.ben.Email, func(err error) { done <- err }))
	for range maxLine - 1 {
		c.background.soon(func(context.Context) { done <- nil })
	}
	before := c.fingerprint() + fmt.Sprint(dump(t, c.reader, "throttles"))
	for _, email := range []string{c.ben.Email, c.eve.Email, "nobody@example.com"} {
		e := wantKind(t, c.ForgotPassword(t.Context(), c.guest, email, func(error) {}), Unavailable)
		if e.RetryAfter != 5*time.Second || e.Message != manyForget("", 0).(*Error).Message {
			t.Errorf("%s: %+v", email, e)
		}
	}
	if c.fingerprint()+fmt.Sprint(dump(t, c.reader, "throttles")) != before {
		t.Error("something is kept of who was not served")
	}
	go func() { c.background.stop(); release <- true }()
	for range maxLine {
		must(t, <-done)
	}
	if n := queryInt(t, c.reader, `SELECT count(*) FROM mails WHERE state = 'waiting' AND kind = 'reset'`); n != 1 {
		t.Errorf("%d mails wait", n)
	}
}
