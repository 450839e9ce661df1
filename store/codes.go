package store

import (
	"strconv"
	"strings"
)

// WrongCode is what is said of a code that is not taken.
const WrongCode = "That code is not right, or it has been used already. Please try the next one."

// checkCode takes a code of a person's app, or one of their recovery codes, and
// says which it was. A code that is not right gives wrong; that it was tried is
// counted and on record, which is kept. All of it is in the one transaction, so
// that no code is taken twice and no guess goes uncounted, however many are sent
// at once.
func (x *tx) checkCode(u *User, app *totpApp, code string, e Entry) (by Factor, note string, wrong, err error) {
	if err := x.takeTry(u); err != nil {
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
	return by, note, nil, x.forgetTries(u)
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

// matchApp looks at a code of an app, if there is one, and remembers its step, which its
// caller saves.
func (x *tx) matchApp(user int64, app *totpApp, code string) (bool, error) {
	if app == nil {
		return false, nil
	}
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

// codeTally is what tries at somebody's codes count for: those in their own browser or
// session alone, so that who knows their password does not keep them out; all others
// together, from wherever they come.
func (x *tx) codeTally(u *User) (tally, error) {
	place, err := x.ownPlace(x.actor, u.emailKey, u.ID)
	if err != nil {
		return tally{}, err
	}
	t := tally{throttle: throttles.factor, key: digest("factor", strconv.FormatInt(u.ID, 10)), about: digest("account", u.emailKey), user: u.ID}
	if place != "" {
		t.throttle, t.key = throttles.ownFactor, digest("factor", place)
	}
	return t, loadThrottle(x, &t)
}

// takeTry counts a try before its code is looked at.
func (x *tx) takeTry(u *User) error {
	t, err := x.codeTally(u)
	if err != nil {
		return err
	}
	return x.try(t)
}

// forgetTries is for who was right. What all others have failed at stays counted: else
// each sign-in of the owner would let a guesser begin anew.
func (x *tx) forgetTries(u *User) error {
	t, err := x.codeTally(u)
	if err != nil {
		return err
	}
	t.n, t.blocked = max(t.n-1, 0), x.now
	if t.kind == throttles.ownFactor.kind {
		t.n = 0
	}
	return saveThrottle(x, t)
}

// tryCode looks at the code of an app that is being set up. A wrong one is counted
// and on record, which is kept: hence it is no failure of the transaction.
func (x *tx) tryCode(u *User, app *totpApp, code string, e Entry) (wrong, err error) {
	if err := x.takeTry(u); err != nil {
		return nil, err
	}
	ok, err := x.matchApp(u.ID, app, code)
	if err != nil || ok {
		return nil, orElse(err, x.forgetTries(u))
	}
	return x.wrongCode(e)
}
