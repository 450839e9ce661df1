package store

import (
	"context"
	"math"
	"slices"
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
// so little that its owner hardly waits. A count that lasts until an admin takes it
// back would let everybody lock everybody out.
//
// The halves make what is left to a patient guesser small. Who tries whenever they
// may has about a hundred tries a day at one account from one address; one address
// has about nine hundred at all accounts, the /56 of a household twice and the /48
// of a company four times as many; and all addresses together have about four a
// second, which is far above what ten thousand people get wrong on a Monday morning
// (50 a minute). TestADayOfTries holds these numbers.
//
// What others have used up, their address or all of them together, does not hold an
// account up that has signed in from there within knownFor. Such tries are looked at,
// and counted by themselves (inside), so that one guesser behind a company's proxy
// locks none of the colleagues out. What the guesser gains by it: another hundred tries
// a day at each account that signs in from there, which is no nearer to being guessed
// by that; in a company of two hundred people some 20,000 at all of them together, where
// it was nine hundred. Nobody is told which accounts these are: until the wait is over
// a wrong password there has the same answer as a try that was not looked at, in the
// same time (evenly), and leaves nothing behind in what is counted of others.
//
// A browser that the person of the account wishes to be remembered in, and the session
// of who proves once more to be themselves, is counted alone, and by none of the others.
//
// Who guesses codes knows the password already. From wherever they guess, they share one
// limit of 24 tries a day; three of a million codes are good at a time, so that a
// year of it comes to one chance in forty. The owner's browser and session have limits
// of their own: about a hundred a day, for somebody who sits there.
//
// Nobody guesses links and passkeys, which have 128 bits and more: what is right gets
// through whatever was tried before, and what is wrong is counted only to be refused
// without a trace from then on.
var throttles = struct{ pair, inside, address, account, site, browser, factor, ownFactor, passkey, link throttle }{
	pair:      throttle{"account_and_address", 5, 2 * time.Second, 15 * time.Minute, 6 * time.Hour},
	inside:    throttle{"inside", 5, 2 * time.Second, 15 * time.Minute, 6 * time.Hour},
	address:   throttle{"address", 50, 2 * time.Second, 5 * time.Minute, time.Hour},
	account:   throttle{"account", 100, time.Second, 10 * time.Second, time.Hour},
	site:      throttle{"site", 300, time.Second, 5 * time.Second, time.Minute},
	browser:   throttle{"browser", 5, 2 * time.Second, 15 * time.Minute, 6 * time.Hour},
	factor:    throttle{"factor", 5, 2 * time.Second, time.Hour, 24 * time.Hour},
	ownFactor: throttle{"own_factor", 5, 2 * time.Second, 15 * time.Minute, 6 * time.Hour},
	passkey:   throttle{"passkey", 20, 2 * time.Second, 15 * time.Minute, time.Hour},
	link:      throttle{"link_address", 20, 2 * time.Second, 15 * time.Minute, time.Hour},
}

// knownFor is how long an account counts as one that signs in from a network.
const knownFor = 30 * 24 * time.Hour

// throttleOf gives the throttle of a kind that is about an account, as it is stored.
func throttleOf(kind string) throttle {
	t := throttles
	for _, t := range []throttle{t.pair, t.inside, t.account, t.browser, t.factor, t.ownFactor} {
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
