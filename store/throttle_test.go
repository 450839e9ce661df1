package store

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// try signs in and gives the kind of the error, and how long to wait.
func (s *testStore) try(address, email, password string) (Kind, time.Duration) {
	s.t.Helper()
	_, err := s.SignIn(s.t.Context(), visitor(address), email, password)
	if err == nil {
		return "", 0
	}
	return KindOf(err), wantKind(s.t, err, KindOf(err)).RetryAfter
}

// fail fails to sign in n times and waits each time until the next try.
func (s *testStore) fail(n int, address, email string) {
	s.t.Helper()
	for range n {
		kind, wait := s.try(address, email, wrongPassword)
		if kind == Throttled {
			s.clock.advance(wait)
			kind, _ = s.try(address, email, wrongPassword)
		}
		if kind != Unauthenticated {
			s.t.Fatalf("a failure is %q", kind)
		}
	}
}

// wait gives how long the next try has to wait; it costs no attempt when
// there is something to wait for.
func (s *testStore) wait(address, email string) time.Duration {
	s.t.Helper()
	kind, wait := s.try(address, email, wrongPassword)
	if (kind == Throttled) != (wait > 0) {
		s.t.Errorf("%s with a wait of %v", kind, wait)
	}
	return wait
}

const (
	here  = "192.0.2.7"
	there = "198.51.100.4"
)

func TestDelayGrows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		throttle
		want map[int]time.Duration
	}{
		{throttles.pair, map[int]time.Duration{1: 0, 5: 0, 6: 2 * time.Second, 7: 4 * time.Second, 10: 32 * time.Second,
			14: 512 * time.Second, 15: 15 * time.Minute, 1000: 15 * time.Minute}},
		{throttles.inside, map[int]time.Duration{5: 0, 6: 2 * time.Second, 15: 15 * time.Minute}},
		{throttles.address, map[int]time.Duration{50: 0, 51: 2 * time.Second, 52: 4 * time.Second, 90: 5 * time.Minute}},
		{throttles.address.within(reaches("2001:db8::1")[1]), map[int]time.Duration{100: 0, 101: 2 * time.Second, 140: 5 * time.Minute}},
		{throttles.address.within(reaches("2001:db8::1")[2]), map[int]time.Duration{200: 0, 201: 2 * time.Second, 240: 5 * time.Minute}},
		{throttles.account, map[int]time.Duration{100: 0, 101: time.Second, 104: 8 * time.Second, 105: 10 * time.Second, 9999: 10 * time.Second}},
		{throttles.site, map[int]time.Duration{300: 0, 301: time.Second, 303: 4 * time.Second, 304: 5 * time.Second, 1 << 40: 5 * time.Second}},
		{throttles.browser, map[int]time.Duration{5: 0, 6: 2 * time.Second, 15: 15 * time.Minute}},
		{throttles.ownFactor, map[int]time.Duration{5: 0, 6: 2 * time.Second, 15: 15 * time.Minute}},
		{throttles.factor, map[int]time.Duration{5: 0, 6: 2 * time.Second, 15: 1024 * time.Second, 17: time.Hour}},
	} {
		for n, want := range c.want {
			if got := c.delay(n); got != want {
				t.Errorf("%s: after %d failures %v, want %v", c.kind, n, got, want)
			}
		}
	}
}

// everyThrottle are all that the store has.
func everyThrottle() []throttle {
	t := throttles
	return []throttle{t.pair, t.inside, t.address, t.account, t.site, t.browser, t.factor, t.ownFactor, t.passkey, t.link,
		forgotByAddress, forgotByAccount, forgotInAll, forgotUnknown, addressByPerson, addressByMailbox, deviceMails}
}

// triesADay are how many tries of a day are looked at of somebody who tries whenever
// they may, a week after they began.
func (t throttle) triesADay() (tries int) {
	const day = 24 * time.Hour
	n, wait := 0.0, time.Duration(0)
	for at := time.Duration(0); at < 8*day; at += wait {
		n = t.faded(n, wait) + 1
		if at >= 7*day {
			tries++
		}
		wait = max(t.delay(int(math.Round(n))), 100*time.Millisecond)
	}
	return tries
}

// TestADayOfTries holds the numbers that the throttles are explained by.
func TestADayOfTries(t *testing.T) {
	t.Parallel()
	wide := reaches("2001:db8::1")
	for _, c := range []struct {
		throttle
		least, most int
	}{
		{throttles.pair, 90, 110}, {throttles.inside, 90, 110}, {throttles.browser, 90, 110}, {throttles.ownFactor, 90, 110},
		{throttles.factor, 24, 25},
		{throttles.address, 850, 950}, {throttles.address.within(wide[1]), 1600, 1750}, {throttles.address.within(wide[2]), 3200, 3500},
		{throttles.account, 8000, 9000},
		{throttles.site, 4 * 24 * 3600 * 8 / 10, 4 * 24 * 3600 * 11 / 10},
		{forgotByAddress, 200, 250}, {forgotInAll, 10_000, 17_500}, {forgotUnknown, 24, 25},
	} {
		if got := c.triesADay(); got < c.least || got > c.most {
			t.Errorf("%s: %d tries a day, want %d to %d", c.kind, got, c.least, c.most)
		}
	}
}

// TestFailuresFade: a count halves with time, and is gone when nothing counts of it.
func TestFailuresFade(t *testing.T) {
	t.Parallel()
	for _, one := range everyThrottle() {
		for n := range 200 { // nothing is swept that somebody waits for still
			if one.delay(n) > one.lasts(float64(n)) {
				t.Errorf("%s: %d failures last %v, and one waits %v", one.kind, n, one.lasts(float64(n)), one.delay(n))
			}
		}
		for halves, want := range map[float64]float64{0: 8, 1: 4, 2: 2, 4: 0.5, -3: 8} {
			if got := one.faded(8, time.Duration(halves*float64(one.half))); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: of 8 failures %v halves later are left %v, want %v", one.kind, halves, got, want)
			}
		}
		for n, want := range map[float64]time.Duration{0: 0, 0.4: 0, 1: one.half, 8: 4 * one.half} {
			if got := one.lasts(n); got != want {
				t.Errorf("%s: %v failures last %v, want %v", one.kind, n, got, want)
			}
		}
	}
	s := newTestStore(t)
	s.add("Ana", Admin)
	s.fail(8, here, "ana@example.com")
	s.clock.advance(12 * time.Hour)
	s.fail(4, here, "ana@example.com") // of eight, two are left
	if got := s.wait(here, "ana@example.com"); got != 2*time.Second {
		t.Errorf("after half a day and the sixth failure the wait is %v", got)
	}
	s.clock.advance(2 * 24 * time.Hour)
	must(t, s.Sweep(t.Context()))
	if n := queryInt(t, s.reader, `SELECT count(*) FROM throttles`); n != 0 {
		t.Errorf("%d counts are kept of which nothing is left", n)
	}
}

// counted puts a number of failures of one kind in place.
func (s *testStore) counted(kind, key string, n int) {
	s.t.Helper()
	mustExec(s.t, s.writer, fmt.Sprintf(`INSERT INTO throttles (kind, key, about, failures, last_at, blocked_to, fades_at) VALUES ('%s', '%s', '', %d, %d, 0, %d)`,
		kind, key, n*1000, toMillis(s.Now()), toMillis(s.Now().Add(time.Hour))))
}

// TestLimitInAll slows those whom nothing is known of when failures come from
// everywhere, for seconds, and nobody else.
func TestLimitInAll(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	ana := s.remembered(s.ana)
	s.counted("site", "all", 300)
	s.fail(1, "203.0.113.9", "somebody@example.com")
	if got := s.wait(there, "ben@example.com"); got != time.Second {
		t.Errorf("who nothing is known of waits %v", got)
	}
	must(t, second(s.SignIn(t.Context(), ana, s.ana.Email, password)))
	wantKind(t, s.ChangeOwnPassword(t.Context(), s.self, wrongPassword, newPassword), Invalid)
	s.clock.advance(time.Second)
	if kind, wait := s.try(there, "ben@example.com", password); kind != "" {
		t.Errorf("a second later: %q, %v", kind, wait)
	}
	s.clock.advance(5 * time.Minute)
	for i := range 20 {
		s.fail(1, fmt.Sprintf("203.0.113.%d", i), fmt.Sprintf("user%d@example.com", i))
	}
	if got := s.wait(there, "ben@example.com"); got != 0 {
		t.Errorf("five minutes after the attack one waits %v", got)
	}
}

// TestSlowdown is what staff see of it, and lift.
func TestSlowdown(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	seen := func() Slowdown {
		t.Helper()
		got, err := s.Slowdown(t.Context(), as(s.eve), s.ben)
		must(t, err)
		return got
	}
	s.fail(5, here, s.ben.Email)
	if got := seen(); got != (Slowdown{}) {
		t.Errorf("free failures are shown: %+v", got)
	}
	s.fail(3, there, s.eve.Email)
	s.fail(2, here, s.ben.Email)
	if got, want := seen(), (Slowdown{Failures: 7, Last: s.Now(), Next: s.Now().Add(4 * time.Second)}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	s.clock.advance(time.Minute)
	if got := seen(); got.Failures != 7 || got.Next.After(s.Now()) {
		t.Errorf("a minute later: %+v", got)
	}
	_, err := s.Slowdown(t.Context(), s.self, s.ben)
	wantKind(t, err, Forbidden)
	if n, err := s.Lift(t.Context(), as(s.eve), s.ben.ID); n != 7 || err != nil {
		t.Errorf("%d were lifted, %v", n, err)
	}
	if got := seen(); got != (Slowdown{}) {
		t.Errorf("lifted, and still %+v", got)
	}
	entries := s.countEntries()
	if n, err := s.Lift(t.Context(), as(s.eve), s.ben.ID); n != 0 || err != nil || s.countEntries() != entries {
		t.Errorf("lifting nothing: %d, %v, and it is on record", n, err)
	}
	s.fail(5, here, s.ben.Email) // all free again
	if got := s.wait(here, s.ben.Email); got != 0 {
		t.Errorf("after lifting one waits %v", got)
	}
	if n := queryInt(t, s.reader, `SELECT count(*) FROM throttles WHERE about = '`+digest("account", "eve@example.com")+`'`); n != 2 {
		t.Error("what was about somebody else is gone as well")
	}
}

// TestGuesserIsSlowedDown as the table of delays says, also over a restart, and
// whether or not there is such an account.
func TestGuesserIsSlowedDown(t *testing.T) {
	t.Parallel()
	for _, email := range []string{"ana@example.com", "nobody@example.com", "no address at all"} {
		s := newTestStore(t)
		s.add("Ana", Admin)
		s.fail(6, here, email)
		entries := s.countEntries()
		if got := s.wait(here, email); got != 2*time.Second {
			t.Fatalf("%s: the wait is %v", email, got)
		}
		if kind, _ := s.try(here, email, password); kind != Throttled {
			t.Errorf("%s: the right password is looked at while throttled: %q", email, kind)
		}
		if s.countEntries() != entries {
			t.Errorf("%s: what was not even looked at fills the trail", email)
		}
		s.reopen()
		s.clock.advance(time.Second)
		if got := s.wait(here, email); got != time.Second {
			t.Errorf("%s: after a restart the wait is %v", email, got)
		}
		s.clock.advance(time.Second)
		s.fail(1, here, email)
		if got := s.wait(here, email); got != 4*time.Second {
			t.Errorf("%s: the next wait is %v", email, got)
		}
		s.clock.advance(25 * time.Hour)
		s.fail(5, here, email)
		if kind, wait := s.try(here, email, wrongPassword); kind != Unauthenticated {
			t.Errorf("%s: a day later: %q, %v", email, kind, wait)
		}
	}
}

// TestGuesserLocksNobodyElseOut lets somebody in from elsewhere while they are
// being attacked, and others in from the attacker's address.
func TestGuesserLocksNobodyElseOut(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	s.add("Ben", Member)
	s.fail(12, here, "ana@example.com")
	if s.wait(here, "ana@example.com") == 0 {
		t.Error("the guesser is not throttled")
	}
	for _, try := range [][2]string{{there, "ana@example.com"}, {here, "ben@example.com"}} {
		if kind, wait := s.try(try[0], try[1], password); kind != "" {
			t.Errorf("%v: %q, %v", try, kind, wait)
		}
	}
	if s.wait(here, "ana@example.com") == 0 {
		t.Error("that Ana got in elsewhere lets the guesser go on")
	}
}

// TestAttackFromEverywhere slows an account attacked from many addresses so
// little that its owner hardly waits.
func TestAttackFromEverywhere(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	for i := range 120 {
		s.fail(1, fmt.Sprintf("203.0.113.%d", i), "ana@example.com")
	}
	if got := s.wait(there, "ana@example.com"); got == 0 || got > 10*time.Second {
		t.Errorf("the owner waits %v", got)
	}
}

// TestSuccessClearsThePair but gives the address only its own attempt back,
// so that nobody clears it with an account of their own.
func TestSuccessClearsThePair(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	s.add("Ben", Member)
	for range 3 {
		s.fail(5, here, "ana@example.com")
		if kind, wait := s.try(here, "ANA@example.com ", password); kind != "" {
			t.Fatalf("the right password: %q, %v", kind, wait)
		}
	}
	for i := range 35 { // 15 failures stand already
		s.fail(1, here, fmt.Sprintf("user%d@example.com", i))
		if kind, wait := s.try(here, "ben@example.com", password); kind != "" {
			t.Fatalf("Ben: %q, %v", kind, wait)
		}
	}
	s.fail(1, here, "user@example.com")
	if s.wait(here, "other@example.com") == 0 {
		t.Error("signing in in between cleared the address")
	}
}

// TestParallelGuessesAreCounted sends many at once: no more of them are looked
// at than one after the other.
func TestParallelGuessesAreCounted(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	var all []func() error
	for range 24 {
		all = append(all, func() error {
			return second(s.SignIn(t.Context(), visitor(here), "ana@example.com", wrongPassword))
		})
	}
	counts := map[Kind]int{}
	for _, err := range atOnce(all...) {
		counts[KindOf(err)]++
	}
	if counts[Unauthenticated] != 6 || counts[Throttled] != 18 {
		t.Errorf("%v, want 6 looked at and 18 throttled", counts)
	}
}

// TestOwnPasswordIsThrottled keeps somebody at an open browser from guessing.
func TestOwnPasswordIsThrottled(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	for range 7 { // what is wrong with the new one costs nothing
		wantKind(t, s.ChangeOwnPassword(t.Context(), s.self, password, "short"), Invalid)
	}
	for range 6 {
		wantKind(t, s.ChangeOwnPassword(t.Context(), s.self, wrongPassword, newPassword), Invalid)
	}
	err := wantKind(t, s.ChangeOwnPassword(t.Context(), s.self, password, newPassword), Throttled)
	if err.RetryAfter != 2*time.Second || err.Message != "Too many failed attempts. Please wait 2 seconds and try again." {
		t.Errorf("%+v", err)
	}
	s.clock.advance(2 * time.Second)
	must(t, s.ChangeOwnPassword(t.Context(), s.self, password, newPassword))
	wantKind(t, s.ChangeOwnPassword(t.Context(), s.self, wrongPassword, password), Invalid)
}

// TestWrongAddressAndWrongPassword are answered alike: the same words after
// the same work, one hash of the same costs.
func TestWrongAddressAndWrongPassword(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	deleted, invited := s.add("Dora", Member), s.add("Ida", Member)
	change(t)(s.Delete(t.Context(), console, deleted.ID))
	mustExec(t, s.writer, `UPDATE users SET password_hash = '', status = 'invited' WHERE id = ?1`, invited.ID)
	mustExec(t, s.writer, `UPDATE user_counts SET n = n - 1 WHERE role = 'member' AND status = 'active'`)
	mustExec(t, s.writer, `INSERT INTO user_counts VALUES ('member', 'invited', 1)`)
	type work struct {
		passes, memory, bytes uint32
		threads               uint8
	}
	var done []work
	derive := s.hasher.derive
	s.hasher.derive = func(p, salt []byte, passes, memory uint32, threads uint8, n uint32) []byte {
		done = append(done, work{passes, memory, n, threads})
		return derive(p, salt, passes, memory, threads, n)
	}
	for i, email := range []string{"ana@example.com", "nobody@example.com", "dora@example.com", "ida@example.com", "no address", ""} {
		done = nil
		_, err := s.SignIn(t.Context(), visitor(fmt.Sprintf("192.0.2.%d", i)), email, wrongPassword)
		if e := wantKind(t, err, Unauthenticated); e.Message != WrongCredentials || len(e.Fields) != 0 {
			t.Errorf("%s: %+v", email, e)
		}
		if want := []work{{1, 64, 32, 1}}; !slices.Equal(done, want) {
			t.Errorf("%s: the work is %v, want %v", email, done, want)
		}
	}
	// Only who knows the password is told that the account is closed.
	change(t)(s.Deactivate(t.Context(), console, invited.ID))
	ben := s.add("Ben", Member)
	change(t)(s.Deactivate(t.Context(), console, ben.ID))
	for secret, want := range map[string]string{wrongPassword: WrongCredentials, password: "This account is deactivated. Ask an admin to activate it."} {
		_, err := s.SignIn(t.Context(), visitor(there), ben.Email, secret)
		if e := wantKind(t, err, Unauthenticated); e.Message != want {
			t.Errorf("%+v", e)
		}
	}
}
