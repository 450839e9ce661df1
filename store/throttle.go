package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// throttle is how failures of one kind are slowed down: so many are free, and
// then the wait doubles from base up to most. A count halves in each half, so
// that neither a bad morning nor an attack is felt for ever.
type throttle struct {
	kind       string
	free       int
	base, most time.Duration
	half       time.Duration
}

// A guesser from one address is slowed for that account at once; for all
// accounts together only after more failures than a classroom behind one
// router makes by mistake; and an account attacked from everywhere is slowed
// so little that its owner hardly waits. So nobody locks anybody else out, which
// a count that lasts until an admin takes it back would let everybody do.
//
// The halves make what is left to a patient guesser small: who tries one account
// from one address whenever they may has about a hundred tries a day, and one
// address has about eight hundred at all accounts. The limit in all is what keeps
// an attack from thousands of addresses, each of them within its own limits, to
// about four failures a second; it is far above what ten thousand people get wrong
// on a Monday morning (50 a minute), and what it makes them wait is seconds.
//
// A browser that the person of the account wishes to be remembered in is counted
// alone, and by none of the others.
//
// Who guesses codes knows the password already, so nobody else is kept out by
// them: from wherever they guess, they share one limit.
var throttles = struct{ pair, address, account, site, browser, factor throttle }{
	pair:    throttle{"account_and_address", 5, 2 * time.Second, 15 * time.Minute, 6 * time.Hour},
	address: throttle{"address", 50, 2 * time.Second, 5 * time.Minute, time.Hour},
	account: throttle{"account", 100, time.Second, 10 * time.Second, time.Hour},
	site:    throttle{"site", 300, time.Second, 5 * time.Second, time.Minute},
	browser: throttle{"browser", 5, 2 * time.Second, 15 * time.Minute, 6 * time.Hour},
	factor:  throttle{"factor", 5, 2 * time.Second, 15 * time.Minute, 6 * time.Hour},
}

// throttleOf gives the throttle of a kind as it is stored.
func throttleOf(kind string) throttle {
	for _, t := range []throttle{throttles.pair, throttles.address, throttles.account, throttles.site, throttles.browser, throttles.factor} {
		if t.kind == kind {
			return t
		}
	}
	return throttle{kind: kind, half: time.Hour}
}

// delay is the wait after the n-th failure.
func (t throttle) delay(n int) time.Duration {
	if n <= t.free {
		return 0
	}
	return min(t.most, time.Duration(float64(t.base)*math.Pow(2, float64(min(n-t.free-1, 30)))))
}

// faded is what is left of n failures after some time.
func (t throttle) faded(n float64, after time.Duration) float64 {
	return n * math.Exp2(-float64(max(after, 0))/float64(t.half))
}

// lasts is how long it takes until less than half a failure is left of n, which
// counts as none.
func (t throttle) lasts(n float64) time.Duration {
	if n < 0.5 {
		return 0
	}
	return time.Duration(math.Log2(n/0.5) * float64(t.half))
}

// tally is how many failures there are of one kind and key.
type tally struct {
	throttle
	key     string
	about   string  // the digest of the account; "" when it is about none
	user    int64   // whose account that is; 0: nobody's
	n       float64 // at the time of the transaction
	last    time.Time
	blocked time.Time // the next try is looked at from then on
}

// whole is the count as a number of failures.
func (t tally) whole() int { return int(math.Round(t.n)) }

// tallies are what a try of the actor at an account counts for. Who is signed in
// and proves it once more is not one of the unknown who are limited in all.
func (x *tx) tallies(a Actor, account string) ([]tally, error) {
	browser, err := x.recognised(account, a.Browser)
	if err != nil {
		return nil, err
	}
	user, err := idByEmail(x, account)
	if err != nil {
		return nil, err
	}
	about := digest("account", account)
	all := []tally{{throttle: throttles.browser, key: digest("browser", strconv.FormatInt(browser, 10)), about: about, user: user}}
	if browser == 0 {
		all = []tally{
			{throttle: throttles.pair, key: digest("pair", account, network(a.Address)), about: about, user: user},
			{throttle: throttles.address, key: digest("address", network(a.Address))},
			{throttle: throttles.account, key: about, about: about, user: user},
		}
		if a.Kind == Nobody {
			all = append(all, tally{throttle: throttles.site, key: "all"})
		}
	}
	for i := range all {
		if err := loadThrottle(x, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// takeAttempt counts a failure before the password is looked at and takes it
// back after a success: so a hundred guesses sent at once count as a hundred. Who sees
// the back office as somebody does guesses nothing about them.
func (s *Store) takeAttempt(ctx context.Context, a Actor, account string) error {
	if a.By != 0 {
		return onlyLooking()
	}
	return s.transact(ctx, Actor{Kind: Nobody, Address: a.Address}, func(x *tx) error {
		all, err := x.tallies(a, account)
		if err != nil {
			return err
		}
		return x.try(all...)
	})
}

// try counts one more try under each tally, and fails with Throttled while there is
// something to wait for.
func (x *tx) try(all ...tally) error {
	wait := time.Duration(0)
	for _, t := range all {
		wait = max(wait, t.blocked.Sub(x.now))
	}
	if wait > 0 {
		return throttled(wait)
	}
	for _, t := range all {
		t.n++
		t.blocked = x.now.Add(t.delay(t.whole()))
		if err := saveThrottle(x, t); err != nil {
			return err
		}
	}
	return nil
}

func throttled(wait time.Duration) error {
	wait = max(time.Second, wait.Round(time.Second))
	return &Error{Kind: Throttled, RetryAfter: wait,
		Message: fmt.Sprintf("Too many failed attempts. Please wait %s and try again.", inWords(wait))}
}

func inWords(d time.Duration) string {
	if d < 2*time.Minute {
		return plural(int(d/time.Second), "second", "seconds")
	}
	return plural(int(math.Ceil(d.Minutes())), "minute", "minutes")
}

// clearAttempts forgets the failures of somebody who got in. The address, the
// account and all together only get this one attempt back: else a guesser could
// clear them with an own account.
func (x *tx) clearAttempts(a Actor, account string) error { return x.giveBack(a, account, true) }

// giveBack gives an attempt back that was counted before anything was looked at.
func (x *tx) giveBack(a Actor, account string, gotIn bool) error {
	all, err := x.tallies(a, account)
	if err != nil {
		return err
	}
	for _, t := range all {
		t.n, t.blocked = max(t.n-1, 0), x.now
		if gotIn && (t.kind == throttles.pair.kind || t.kind == throttles.browser.kind) {
			t.n = 0
		}
		if err := saveThrottle(x, t); err != nil {
			return err
		}
	}
	return nil
}

// Slowdown is how far tries to sign in to an account are slowed down.
type Slowdown struct {
	Failures int       // that still count, where they are most; 0: it is not slowed down
	Last     time.Time // the last of them
	Next     time.Time // when the next try is possible for whoever waits longest; past: now
}

// Slowdown tells how far tries to sign in as a person are slowed down.
func (s *Store) Slowdown(ctx context.Context, a Actor, u *User) (Slowdown, error) {
	if !Can(a, ActLook, nil) {
		return Slowdown{}, forbidden("Your role does not allow this.")
	}
	all, err := selectThrottles(brief(ctx), s.reader, digest("account", u.emailKey), s.now())
	return slowdownOf(all, s.now()), err
}

func slowdownOf(all []tally, now time.Time) (out Slowdown) {
	slow := false
	for _, t := range all {
		slow = slow || t.whole() > t.free || t.blocked.After(now)
		out.Failures = max(out.Failures, t.whole())
		if t.last.After(out.Last) {
			out.Last = t.last
		}
		if t.blocked.After(out.Next) {
			out.Next = t.blocked
		}
	}
	if !slow {
		return Slowdown{}
	}
	return out
}

// maxSlowed bounds of how many accounts it is found out that they are slowed down.
const maxSlowed = 1000

// slowedPeople gives as whom tries to sign in are slowed down at the moment: those
// of whom Slowdown says so.
func (s *Store) slowedPeople(ctx context.Context) ([]int64, error) {
	now := s.now()
	all, err := selectSlow(ctx, s.reader, now, maxSlowed)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, t := range all {
		if slow := slowdownOf([]tally{t}, now); slow.Failures > 0 && !slices.Contains(ids, t.user) {
			ids = append(ids, t.user)
		}
	}
	return ids, nil
}

// Lift forgets the failed tries to sign in as a person, so that the next one is
// looked at at once. It gives how many they were. Those of an address that tries
// many accounts stay counted: they are not about this person.
func (s *Store) Lift(ctx context.Context, a Actor, id int64) (failures int, err error) {
	err = s.write(ctx, a, attempt{ActLift, id}, func(x *tx) error {
		u, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		if err := x.require(ActLift, u); err != nil {
			return err
		}
		about := digest("account", u.emailKey)
		all, err := selectThrottles(x.ctx, x.Tx, about, x.now)
		if err != nil {
			return err
		}
		if failures = slowdownOf(all, x.now).Failures; failures == 0 {
			return nil
		}
		if err := dropThrottles(x, about); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActLift, Target: id, Note: plural(failures, "failure", "failures") + " forgotten"})
		return err
	})
	return failures, err
}
