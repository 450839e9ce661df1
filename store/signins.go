package store

import (
	"context"
	"time"
)

// SignIn is one sign-in of a person on one device, until it is ended.
type SignIn struct {
	ID       int64
	User     int64
	Started  time.Time
	LastSeen time.Time
	Ended    time.Time // zero: not ended by anybody; it may have timed out
	Why      EndReason
	Address  string
	Agent    string
	Factor   Factor    // by what it was proved besides the password
	Proved   time.Time // when the person last proved to be themselves

	NewDevice bool // the person had not been seen with this device before

	As       int64     // as whom the person sees the back office; 0: as themselves
	AsUntil  time.Time // until when
	asReason string
}

// EndReason says why a sign-in is no longer good.
type EndReason string

// The reasons.
const (
	EndedBySelf      EndReason = "signed_out"
	EndedByOwner     EndReason = "own_other" // by the person, from another device
	EndedByAdmin     EndReason = "admin"
	EndedDeactivated EndReason = "deactivated"
	EndedDeleted     EndReason = "deleted"
	EndedPassword    EndReason = "password" // the password was changed
	EndedFactor      EndReason = "factor"   // the second factor was taken away
	EndedIdle        EndReason = "idle"
	EndedAbsolute    EndReason = "absolute"
	EndedUnknown     EndReason = "unknown" // there is no such sign-in
)

// Ended is the error of a request whose sign-in is no longer good. It says
// why, because each reason deserves its own words.
type Ended struct {
	Why  EndReason
	User int64 // whose it was; 0 when unknown
}

// Error gives the reason. It is for logs.
func (e *Ended) Error() string { return "sign-in ended: " + string(e.Why) }

// touchEvery is how exact "last seen" is: a request writes at most once in
// this time, and never more rarely than a tenth of the idle time-out.
const touchEvery = time.Minute

// Whoever is the person behind a sign-in, as the guard needs it for each request.
type Whoever struct {
	User     User
	SignIn   SignIn
	HasApp   bool    // they have an authenticator app
	Passkeys int     // how many they have
	Seeing   *Seeing // who really acts, if they see the back office as this person does; otherwise nil
	Lapsed   string  // why they do so no longer, if that has just ended by itself

	required time.Time // since when their role needs a second factor; zero: it does not
}

// HasFactor reports whether they have a second factor.
func (w *Whoever) HasFactor() bool { return w.HasApp || w.Passkeys > 0 }

// Resume gives the person behind a sign-in, by one query. It fails with
// *Ended when the sign-in is no longer good. An active request moves "last
// seen"; a passive one, such as a timer's, does not.
func (s *Store) Resume(ctx context.Context, signIn, user int64, passive bool) (Whoever, error) {
	w, err := loadSignIn(brief(ctx), s.reader, signIn, user)
	if err != nil {
		if KindOf(err) == NotFound {
			return w, &Ended{Why: EndedUnknown, User: user}
		}
		return w, err
	}
	if why := s.endOf(w); why != "" {
		return w, &Ended{Why: why, User: user}
	}
	now := s.now()
	if !passive && now.Sub(w.SignIn.LastSeen) >= min(touchEvery, s.idle/10) {
		w.SignIn.LastSeen = now
		err = touchSignIn(ctx, s.writer, signIn, now)
	}
	if err != nil && trouble(err) == "" { // on a full disk one can still read
		return w, err
	}
	return s.asSeen(ctx, w)
}

// endOf says why the sign-in is no longer good, or "".
func (s *Store) endOf(w Whoever) EndReason {
	now := s.now()
	switch {
	case !w.User.Deleted.IsZero():
		return EndedDeleted
	case w.User.Status != Active:
		return EndedDeactivated
	case !w.SignIn.Ended.IsZero():
		return w.SignIn.Why
	case now.Sub(w.SignIn.Started) >= s.absolute:
		return EndedAbsolute
	case now.Sub(w.SignIn.LastSeen) >= s.idle:
		return EndedIdle
	}
	return ""
}

// SignIns lists the sign-ins of a person that are still good, newest use first.
func (s *Store) SignIns(ctx context.Context, a Actor, user int64) ([]SignIn, error) {
	if !Can(a, ActSeeSessions, &Target{ID: user}) {
		return nil, forbidden("Your role does not allow this.")
	}
	now := s.now()
	return selectSignIns(ctx, s.reader, user, now.Add(-s.absolute), now.Add(-s.idle))
}

// SignOut ends the sign-in that the actor acts with.
func (s *Store) SignOut(ctx context.Context, a Actor) error {
	return s.transact(ctx, a, func(x *tx) error {
		if _, err := x.endSeeing(""); err != nil {
			return err
		}
		n, err := endSignIn(x, a.SignIn, a.ID, EndedBySelf)
		if err != nil || n == 0 {
			return err
		}
		_, err = x.record(Entry{Act: ActSignOut, Target: a.ID})
		return err
	})
}

// EndSignIn ends one sign-in, one's own or, with permission, anybody's.
func (s *Store) EndSignIn(ctx context.Context, a Actor, user, signIn int64) (int, error) {
	return s.endSessions(ctx, a, user, func(x *tx, why EndReason) (n, forgotten int, err error) {
		n, err = endSignIn(x, signIn, user, why)
		return n, 0, err
	})
}

// EndSignIns ends all sign-ins of a person but the one given by its id; 0
// spares none. The person is forgotten by all browsers, but by the one that they
// do this with. It gives how many sign-ins they were.
func (s *Store) EndSignIns(ctx context.Context, a Actor, user, except int64) (int, error) {
	return s.endSessions(ctx, a, user, func(x *tx, why EndReason) (n, forgotten int, err error) {
		shown := ""
		if x.actor.ID == user {
			shown = x.actor.Browser
		}
		if forgotten, err = x.forgetBrowsers(user, shown); err != nil {
			return 0, 0, err
		}
		n, err = endSignIns(x, user, except, why)
		return n, forgotten, err
	})
}

func (s *Store) endSessions(ctx context.Context, a Actor, user int64, end func(*tx, EndReason) (n, forgotten int, err error)) (int, error) {
	n := 0
	err := s.write(ctx, a, attempt{ActEndSessions, user}, func(x *tx) error {
		u, err := loadUser(x.ctx, x.Tx, user)
		if err != nil {
			return err
		}
		if err := x.require(ActEndSessions, u); err != nil {
			return err
		}
		why := EndedByAdmin
		if x.isOwn(user) {
			why = EndedByOwner
			if err := x.prove(ActEndOwn); err != nil {
				return err
			}
		}
		var forgotten int
		if n, forgotten, err = end(x, why); err != nil || n+forgotten == 0 {
			return err
		}
		note := plural(n, "session", "sessions") + " ended"
		if forgotten > 0 {
			note += ", " + plural(forgotten, "remembered browser", "remembered browsers") + " forgotten"
		}
		_, err = x.record(Entry{Act: ActEndSessions, Target: user, Note: note})
		return err
	})
	return n, err
}

// EndEverybody ends all sign-ins of everybody but the actor's own, and forgets
// all browsers.
func (s *Store) EndEverybody(ctx context.Context, a Actor) (int, error) {
	n := 0
	err := s.write(within(ctx, endless), a, attempt{ActEndEverybody, 0}, func(x *tx) (err error) {
		if err := x.require(ActEndEverybody, nil); err != nil {
			return err
		}
		n, err = x.endEverybody("")
		return err
	})
	return n, err
}

// endEverybody ends all sign-ins but that of the actor, and forgets all browsers.
func (x *tx) endEverybody(why string) (n int, err error) {
	if n, err = endEverySignIn(x, x.actor.SignIn, EndedByAdmin); err != nil {
		return n, err
	}
	if err := deleteEveryBrowser(x); err != nil {
		return n, err
	}
	_, err = x.record(Entry{Act: ActEndEverybody, Note: plural(n, "session", "sessions") + " ended" + why})
	return n, err
}
