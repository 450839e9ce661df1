package store

import (
	"context"
	"errors"
	"time"
)

// Halfway is the error of a sign-in whose password was right and that needs a second
// factor as well. It says who it is, and nothing that lets anybody in.
type Halfway struct {
	User int64
	Mark string    // of the password that was right: another one makes it useless
	At   time.Time // when the password was right

	App, Passkey bool // what they have besides recovery codes
}

// Error says it for logs.
func (h *Halfway) Error() string { return "a second factor is needed" }

// HalfwayWithin is how long the code may be waited for.
const HalfwayWithin = 5 * time.Minute

// ErrStartOver is the error of a code that comes too late, or of whom nobody knows.
var ErrStartOver = &Error{Kind: Unauthenticated, Message: "That took too long, or the account has changed meanwhile. Please sign in again."}

// passwordMark tells a password hash from another without saying what it is.
func passwordMark(hash string) string { return digest("halfway", hash) }

// SignInByCode ends a sign-in that is halfway, by a code of the person's
// authenticator app or by one of their recovery codes. A wrong code fails with
// Invalid in the field code; Unauthenticated means to begin with the password again.
func (s *Store) SignInByCode(ctx context.Context, a Actor, h Halfway, code string) (Whoever, error) {
	var w Whoever
	var wrong error
	err := s.transact(ctx, a, func(x *tx) error {
		u, f, err := x.halfway(h)
		if err != nil {
			return err
		}
		by, note, no, err := x.checkCode(u, f.app, code, Entry{Act: ActSignIn, Target: u.ID})
		if wrong = no; no != nil || err != nil {
			return err
		}
		x.actor.Kind, x.actor.ID, x.actor.Role = Person, u.ID, u.Role
		w, err = x.signedIn(u, by, note)
		return err
	})
	err = orElse(err, wrong)
	s.counts.signIn(err)
	return w, err
}

// halfway gives the person whose sign-in is halfway, if they are as they were when
// the password was right.
func (x *tx) halfway(h Halfway) (u *User, f secondFactors, err error) {
	u, err = loadUser(x.ctx, x.Tx, h.User)
	if KindOf(err) == NotFound {
		return nil, f, ErrStartOver
	}
	if err != nil {
		return nil, f, err
	}
	if f, err = x.factors(u.ID); err != nil {
		return nil, f, err
	}
	waited := x.now.Sub(h.At)
	if waited < 0 || waited >= HalfwayWithin || u.Status != Active || !u.Deleted.IsZero() || passwordMark(u.passwordHash) != h.Mark || !f.any() {
		return nil, f, ErrStartOver
	}
	return u, f, nil
}

// signedIn makes the row of a sign-in that was proved, and gives it with its person.
func (x *tx) signedIn(u *User, by Factor, note string) (Whoever, error) {
	id, err := x.beginSignIn(u, by, note)
	if err != nil {
		return Whoever{}, err
	}
	if err := setLastSignIn(x, u.ID); err != nil {
		return Whoever{}, err
	}
	return loadSignIn(x.ctx, x.Tx, id, u.ID)
}

// isHalfway reports whether an error says that a code is needed.
func isHalfway(err error) bool {
	var h *Halfway
	return errors.As(err, &h)
}
