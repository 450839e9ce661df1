package store

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Factor is what a sign-in was proved by besides the password.
type Factor string

// The factors.
const (
	PasswordOnly Factor = ""
	ByApp        Factor = "totp"
	ByRecovery   Factor = "recovery"
)

// Label says it for people.
func (f Factor) Label() string {
	switch f {
	case ByApp:
		return "authenticator app"
	case ByRecovery:
		return "recovery code"
	}
	return "password only"
}

// Factors are what somebody proves to be themselves by besides the password.
type Factors struct {
	App   time.Time // since when they have an authenticator app; zero: they have none
	Used  time.Time // when a code of it was last taken
	Codes int       // recovery codes that are left
}

// enrolWithin is how long the key of an app that is being set up is good.
const enrolWithin = 30 * time.Minute

// Factors gives the factors of a person: one's own or, with permission, anybody's.
func (s *Store) Factors(ctx context.Context, a Actor, user int64) (Factors, error) {
	if a.ID != user && !Can(a, ActResetFactors, nil) {
		return Factors{}, forbidden("Your role does not allow this.")
	}
	app, err := loadApp(ctx, s.reader, user)
	if err != nil || app == nil || app.confirmed == 0 {
		return Factors{}, err
	}
	left, err := countRecoveryCodes(ctx, s.reader, user)
	return Factors{App: fromMillis(app.confirmed), Used: fromMillis(app.used), Codes: left}, err
}

// BeginApp makes the key of a new authenticator app for the acting person. It
// counts once ConfirmApp has seen a code of it.
func (s *Store) BeginApp(ctx context.Context, a Actor) error {
	return s.write(ctx, a, attempt{ActAddFactor, a.ID}, func(x *tx) error {
		u, err := x.self(ActAddFactor)
		if err != nil {
			return err
		}
		app, err := loadApp(x.ctx, x.Tx, u.ID)
		if err != nil {
			return err
		}
		if app != nil && app.confirmed != 0 {
			return refused("You have an authenticator app already. Remove it first, or make new recovery codes.")
		}
		sealed, err := x.seal(placeSeed, u.ID, newSeed())
		if err != nil {
			return err
		}
		if err := saveApp(x, u.ID, &totpApp{sealed: sealed, begun: toMillis(x.now)}); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActAddFactor, Target: u.ID, Note: "begun"})
		return err
	})
}

// Enrolment gives the app that the acting person is setting up. It fails with
// NotFound when there is none.
func (s *Store) Enrolment(ctx context.Context, a Actor) (Enrolment, error) {
	app, err := loadApp(ctx, s.reader, a.ID)
	if err != nil {
		return Enrolment{}, err
	}
	if !app.pending(s.now()) {
		return Enrolment{}, errNoEnrolment()
	}
	seed, err := s.unseal(placeSeed, a.ID, app.sealed)
	return Enrolment{Key: keyText.EncodeToString(seed), Begun: fromMillis(app.begun)}, err
}

// pending reports whether the app is being set up.
func (app *totpApp) pending(now time.Time) bool {
	return app != nil && app.confirmed == 0 && now.Sub(fromMillis(app.begun)) < enrolWithin
}

func errNoEnrolment() error {
	return &Error{Kind: NotFound, Message: "The set-up was not finished in time. Please begin again."}
}

// ConfirmApp sees the first code of the app that is being set up, which counts
// from then on, and gives recovery codes, to be shown once.
func (s *Store) ConfirmApp(ctx context.Context, a Actor, code string) (codes []string, err error) {
	var wrong error
	err = s.write(ctx, a, attempt{ActAddFactor, a.ID}, func(x *tx) error {
		u, err := x.self(ActAddFactor)
		if err != nil {
			return err
		}
		app, err := loadApp(x.ctx, x.Tx, u.ID)
		if err != nil {
			return err
		}
		if !app.pending(x.now) {
			return errNoEnrolment()
		}
		if wrong, err = x.tryCode(u, app, code, Entry{Act: ActAddFactor, Target: u.ID}); wrong != nil || err != nil {
			return err
		}
		app.confirmed = toMillis(x.now)
		if err := saveApp(x, u.ID, app); err != nil {
			return err
		}
		if codes, err = x.replaceCodes(u.ID); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActAddFactor, Target: u.ID, Note: "authenticator app"})
		return err
	})
	return codes, orElse(err, wrong)
}

// orElse gives the first error, if there is one.
func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// tryCode looks at the code of an app that is being set up. A wrong one is counted
// and on record, which is kept: hence it is no failure of the transaction.
func (x *tx) tryCode(u *User, app *totpApp, code string, e Entry) (wrong, err error) {
	if err := x.takeTry(u.ID); err != nil {
		return nil, err
	}
	ok, err := x.matchApp(u.ID, app, code)
	if err != nil || ok {
		return nil, orElse(err, x.forgetTries(u.ID))
	}
	return x.wrongCode(e)
}

// replaceCodes gives a person new recovery codes; those that were left are dead.
func (x *tx) replaceCodes(user int64) ([]string, error) {
	if err := deleteRecoveryCodes(x, user); err != nil {
		return nil, err
	}
	codes := newRecoveryCodes()
	for _, code := range codes {
		if err := insertRecoveryCode(x, user, recoveryDigest(user, code)); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// NewRecoveryCodes gives the acting person new recovery codes, to be shown once.
func (s *Store) NewRecoveryCodes(ctx context.Context, a Actor) (codes []string, err error) {
	err = s.write(ctx, a, attempt{ActNewCodes, a.ID}, func(x *tx) error {
		u, _, err := x.selfWithApp(ActNewCodes)
		if err != nil {
			return err
		}
		if codes, err = x.replaceCodes(u.ID); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActNewCodes, Target: u.ID})
		return err
	})
	return codes, err
}

// RemoveApp takes the acting person's own authenticator app and recovery codes away.
func (s *Store) RemoveApp(ctx context.Context, a Actor) error {
	return s.write(ctx, a, attempt{ActRemoveFactor, a.ID}, func(x *tx) error {
		u, _, err := x.selfWithApp(ActRemoveFactor)
		if err != nil {
			return err
		}
		if err := x.dropFactors(u.ID); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActRemoveFactor, Target: u.ID, Note: "authenticator app"})
		return err
	})
}

// ResetFactors takes somebody's factors away who has lost them, and ends all their
// sign-ins.
func (s *Store) ResetFactors(ctx context.Context, a Actor, id int64) error {
	return s.write(ctx, a, attempt{ActResetFactors, id}, func(x *tx) error {
		u, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		if err := x.require(ActResetFactors, u); err != nil {
			return err
		}
		if x.actor.Kind == Person && x.actor.ID == id {
			return refused("This is your own account. Remove the factor on your account page.")
		}
		app, err := loadApp(x.ctx, x.Tx, id)
		if err != nil {
			return err
		}
		if app == nil {
			return refused(u.Name + " has no second factor.")
		}
		if err := x.dropFactors(id); err != nil {
			return err
		}
		if _, err := endSignIns(x, id, 0, EndedFactor); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActResetFactors, Target: id, Note: "authenticator app and recovery codes"})
		return err
	})
}

func (x *tx) dropFactors(user int64) error {
	if _, err := deleteApp(x, user); err != nil {
		return err
	}
	return deleteRecoveryCodes(x, user)
}

// self is the acting person, who may do the act to themselves and has proved of
// late that they are.
func (x *tx) self(act Act) (*User, error) {
	if x.actor.Kind != Person {
		return nil, forbidden("This is done by people for themselves.")
	}
	u, err := loadUser(x.ctx, x.Tx, x.actor.ID)
	if err != nil {
		return nil, err
	}
	return u, x.require(act, u)
}

// selfWithApp is self for what makes sense with an app only.
func (x *tx) selfWithApp(act Act) (*User, *totpApp, error) {
	u, err := x.self(act)
	if err != nil {
		return nil, nil, err
	}
	app, err := loadApp(x.ctx, x.Tx, u.ID)
	if err == nil && (app == nil || app.confirmed == 0) {
		err = refused("You have no authenticator app.")
	}
	return u, app, err
}

// WrongCode is what is said of a code that is not taken.
const WrongCode = "That code is not right, or it has been used already. Please try the next one."

// checkCode takes a code of a person's app, or one of their recovery codes, and
// says which it was. A code that is not right gives wrong; that it was tried is
// counted and on record, which is kept. All of it is in the one transaction, so
// that no code is taken twice and no guess goes uncounted, however many are sent
// at once.
func (x *tx) checkCode(u *User, app *totpApp, code string, e Entry) (by Factor, note string, wrong, err error) {
	if err := x.takeTry(u.ID); err != nil {
		return "", "", nil, err
	}
	by, note, err = x.matchCode(u.ID, app, code)
	if err != nil {
		return "", "", nil, err
	}
	if by == "" {
		wrong, err = x.wrongCode(e)
		return "", "", wrong, err
	}
	return by, note, nil, x.forgetTries(u.ID)
}

// matchCode gives "" for a code that is not right.
func (x *tx) matchCode(user int64, app *totpApp, code string) (by Factor, note string, err error) {
	code = strings.Join(strings.Fields(code), "")
	if len(code) <= 6 {
		ok, err := x.matchApp(user, app, code)
		if err != nil || !ok {
			return "", "", err
		}
		return ByApp, "with the authenticator app", saveApp(x, user, app)
	}
	n, err := deleteRecoveryCode(x, user, recoveryDigest(user, code))
	if err != nil || n == 0 {
		return "", "", err
	}
	left, err := countRecoveryCodes(x.ctx, x.Tx, user)
	return ByRecovery, "with a recovery code; " + strconv.Itoa(left) + " left", err
}

// matchApp looks at a code of an app and remembers its step, which its caller saves.
func (x *tx) matchApp(user int64, app *totpApp, code string) (bool, error) {
	seed, err := x.store.unseal(placeSeed, user, app.sealed)
	if err != nil {
		return false, err
	}
	step, ok := totpMatch(seed, strings.Join(strings.Fields(code), ""), x.now, app.step)
	if ok {
		app.step, app.used = step, toMillis(x.now)
	}
	return ok, nil
}

// wrongCode records the failure, and gives what is said of it.
func (x *tx) wrongCode(e Entry) (wrong, err error) {
	e.Outcome, e.Note = Failure, "wrong code"
	if _, err := x.record(e); err != nil {
		return nil, err
	}
	return invalid(map[string]string{"code": WrongCode}), nil
}

// codeThrottle slows down who guesses codes. They know the password, so nobody
// else is kept out by them; from wherever they guess, they share one limit.
var codeThrottle = throttle{"factor", 5, 2 * time.Second, 15 * time.Minute}

func codeKey(user int64) string { return digest("factor", strconv.FormatInt(user, 10)) }

// takeTry counts a try before its code is looked at.
func (x *tx) takeTry(user int64) error {
	n, last, blocked, err := loadThrottle(x, codeThrottle.kind, codeKey(user))
	if err != nil {
		return err
	}
	if wait := blocked.Sub(x.now); wait > 0 {
		return throttled(wait)
	}
	if x.now.Sub(last) > throttleForget {
		n = 0
	}
	return saveThrottle(x, codeThrottle.kind, codeKey(user), n+1, x.now.Add(codeThrottle.delay(n+1)))
}

func (x *tx) forgetTries(user int64) error {
	return saveThrottle(x, codeThrottle.kind, codeKey(user), 0, x.now)
}
