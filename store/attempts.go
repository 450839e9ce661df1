package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tally is how many failures there are of one kind and key.
type tally struct {
	throttle
	key     string
	about   string  // the digest of the account; "" when it is about none
	user    int64   // whose account that is; 0: nobody's
	n       float64 // at the time of the transaction
	last    time.Time
	blocked time.Time // the next try is looked at from then on

	near func(address string) string // the part of the net that an account is known in; see spared
}

// whole is the count as a number of failures.
func (t tally) whole() int { return int(math.Round(t.n)) }

// tallies are what a try of the actor at an account counts for: own are those about
// the account, around those about where the try comes from. Who is signed in and
// proves it once more is not one of the unknown who are limited by those.
func (x *tx) tallies(a Actor, account string) (own, around []tally, err error) {
	user, err := idByEmail(x, account)
	if err != nil {
		return nil, nil, err
	}
	place, err := x.ownPlace(a, account, user)
	if err != nil {
		return nil, nil, err
	}
	about := digest("account", account)
	own = []tally{{throttle: throttles.browser, key: place, about: about, user: user}}
	if place == "" {
		own = []tally{
			{throttle: throttles.pair, key: pairKey(a, account), about: about, user: user},
			{throttle: throttles.account, key: about, about: about, user: user},
		}
		if !a.is(user) {
			around = aroundOf(a.Address)
		}
	}
	return own, around, x.load(own, around)
}

// aroundOf are the tallies of where a try comes from.
func aroundOf(address string) (all []tally) {
	for _, n := range reaches(address) {
		all = append(all, tally{throttle: throttles.address.within(n), key: digest("address", n.name), near: network})
	}
	return append(all, tally{throttle: throttles.site, key: "all", near: neighbourhood})
}

func pairKey(a Actor, account string) string { return digest("pair", account, network(a.Address)) }

// is reports whether the actor is this person, signed in.
func (a Actor) is(user int64) bool { return a.Kind == Person && a.ID == user }

// ownPlace is the key of what nobody has but the person of an account: the browser
// that they are remembered in, or the sign-in that they act with. It is "" for anybody
// else, who may be signed in as another person.
func (x *tx) ownPlace(a Actor, account string, user int64) (string, error) {
	browser, err := x.recognised(account, a.Browser)
	switch {
	case err != nil:
		return "", err
	case browser != 0:
		return digest("browser", strconv.FormatInt(browser, 10)), nil
	case a.is(user) && a.SignIn != 0:
		return digest("sign-in", strconv.FormatInt(a.SignIn, 10)), nil
	}
	return "", nil
}

// load gives tallies what they count by now.
func (x *tx) load(lists ...[]tally) error {
	for _, all := range lists {
		for i := range all {
			if err := loadThrottle(x, &all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// count loads tallies and counts one more try under each, if there is nothing to wait
// for.
func (x *tx) count(all []tally) error {
	if err := x.load(all); err != nil {
		return err
	}
	return x.try(all...)
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// taken is a try that was counted before anything was looked at.
type taken struct {
	tallies []tally
	held    error            // what a wrong one is told, because others have used up what is free there; nil: that it is wrong
	due     <-chan time.Time // when it is told that
}

// evenly is how long the answer takes to a try that others hold up, whether the
// password was looked at or not: longer than a hash on a busy machine.
const evenly = 250 * time.Millisecond

// takeAttempt counts a failure before the password is looked at, to be taken
// back after a success: so a hundred guesses sent at once count as a hundred. Who sees
// the back office as somebody does guesses nothing about them.
func (s *Store) takeAttempt(ctx context.Context, a Actor, account string) (taken, error) {
	if a.By != 0 {
		return taken{}, onlyLooking()
	}
	t := taken{due: time.After(s.evenly)}
	err := s.transact(ctx, Actor{Kind: Nobody, Address: a.Address}, func(x *tx) (err error) {
		t.tallies, t.held, err = x.take(a, account)
		return err
	})
	return t, t.told(ctx, err)
}

// take counts a try for the account and for where it comes from. If others hold up
// who comes from there, it counts the try of an account that is known there for
// itself.
func (x *tx) take(a Actor, account string) (counted []tally, held, err error) {
	own, around, err := x.tallies(a, account)
	if err != nil {
		return nil, nil, err
	}
	wait := x.waitFor(around)
	if wait == 0 {
		counted = slices.Concat(own, around)
		return counted, nil, x.try(counted...)
	}
	held = heldUp(wait)
	spared, err := x.spared(own[0].user, a.Address, around)
	if err != nil {
		return nil, nil, err
	}
	if !spared || x.waitFor(own) > 0 {
		return nil, held, held
	}
	counted = []tally{{throttle: throttles.inside, key: pairKey(a, account), about: own[0].about, user: own[0].user}}
	return counted, held, x.count(counted)
}

// spared reports whether somebody has signed in of late from where each of the tallies
// counts that there is something to wait for: from the same network where it is its
// address that is used up, and from its part of the net where it is what all have
// together.
func (x *tx) spared(user int64, address string, around []tally) (bool, error) {
	places, err := signedInFrom(x, user, x.now.Add(-knownFor))
	if err != nil {
		return false, err
	}
	for _, t := range around {
		near := func(place string) bool { return t.near(place) == t.near(address) }
		if t.blocked.After(x.now) && !slices.ContainsFunc(places, near) {
			return false, nil
		}
	}
	return true, nil
}

// told is what somebody is told whose try ended by an error. As long as others hold
// them up, it is the same at the same time whether the try was looked at or not. Who
// knew the password is told more.
func (t taken) told(ctx context.Context, err error) error {
	var e *Error
	if t.held == nil || !errors.As(err, &e) || e.Kind != Throttled && e.Message != WrongCredentials {
		return err
	}
	select {
	case <-t.due:
	case <-ctx.Done():
	}
	return t.held
}

// waitFor is how long there is something to wait for.
func (x *tx) waitFor(all []tally) (wait time.Duration) {
	for _, t := range all {
		wait = max(wait, t.blocked.Sub(x.now))
	}
	return wait
}

// try counts one more try under each tally, and fails with Throttled while there is
// something to wait for.
func (x *tx) try(all ...tally) error {
	if wait := x.waitFor(all); wait > 0 {
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

// slow counts one more try of what is to be slowed down, and fails with Throttled
// while there is something to wait for.
func (x *tx) slow(t throttle, key string) error {
	return x.count([]tally{{throttle: t, key: key}})
}

// slowFrom is slow for what comes from an address.
func (x *tx) slowFrom(t throttle, what, address string) error {
	var all []tally
	for _, n := range reaches(address) {
		all = append(all, tally{throttle: t.within(n), key: digest(what, n.name)})
	}
	return x.count(all)
}

func throttled(wait time.Duration) error {
	wait = max(time.Second, wait.Round(time.Second))
	return &Error{Kind: Throttled, RetryAfter: wait,
		Message: fmt.Sprintf("Too many failed attempts. Please wait %s and try again.", inWords(wait))}
}

// heldUp is what somebody is told whom others hold up.
func heldUp(wait time.Duration) error {
	wait = max(time.Second, wait.Round(time.Second))
	return &Error{Kind: Throttled, RetryAfter: wait,
		Message: fmt.Sprintf("There have been too many failed attempts. If you have signed in from here before, check your password and try again; otherwise, please wait %s.", inWords(wait))}
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
func (x *tx) clearAttempts(t taken) error { return x.giveBack(t, true) }

// giveBack gives an attempt back that was counted before anything was looked at.
func (x *tx) giveBack(t taken, gotIn bool) error {
	if err := x.load(t.tallies); err != nil {
		return err
	}
	for _, one := range t.tallies {
		one.n, one.blocked = max(one.n-1, 0), x.now
		if gotIn && slices.Contains([]string{throttles.pair.kind, throttles.inside.kind, throttles.browser.kind}, one.kind) {
			one.n = 0
		}
		if err := saveThrottle(x, one); err != nil {
			return err
		}
	}
	return nil
}
