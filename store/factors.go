package store

import (
	"context"
	"time"
)

// Factor is what a sign-in was proved by besides the password.
type Factor string

// The factors.
const (
	PasswordOnly Factor = ""
	ByApp        Factor = "totp"
	ByRecovery   Factor = "recovery"
	ByPasskey    Factor = "passkey"
)

// Label says it for people.
func (f Factor) Label() string {
	switch f {
	case ByApp:
		return "authenticator app"
	case ByRecovery:
		return "recovery code"
	case ByPasskey:
		return "passkey"
	}
	return "password only"
}

// Factors are what somebody proves to be themselves by besides the password.
type Factors struct {
	App      time.Time // since when they have an authenticator app; zero: they have none
	Used     time.Time // when a code of it was last taken
	Passkeys []Passkey // the oldest first
	Codes    int       // recovery codes that are left
}

// Any reports whether there is any but recovery codes.
func (f *Factors) Any() bool { return !f.App.IsZero() || len(f.Passkeys) > 0 }

// enrolWithin is how long the key of an app that is being set up is good.
const enrolWithin = 30 * time.Minute

// Factors gives the factors of a person: one's own or, with permission, anybody's.
func (s *Store) Factors(ctx context.Context, a Actor, user int64) (Factors, error) {
	if a.ID != user && !Can(a, ActResetFactors, nil) {
		return Factors{}, forbidden("Your role does not allow this.")
	}
	return factorsOf(ctx, s.reader, user)
}

func factorsOf(ctx context.Context, q querier, user int64) (f Factors, err error) {
	app, err := loadApp(ctx, q, user)
	if err != nil {
		return f, err
	}
	if app != nil && app.confirmed != 0 {
		f.App, f.Used = fromMillis(app.confirmed), fromMillis(app.used)
	}
	if f.Passkeys, err = selectPasskeys(ctx, q, user); err != nil || !f.Any() {
		return f, err
	}
	f.Codes, err = countRecoveryCodes(ctx, q, user)
	return f, err
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
		if err := saveApp(x, u.ID, &totpApp{sealed: sealed, begun: toMillis(x.now), signIn: x.actor.SignIn}); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActAddFactor, Target: u.ID, Note: "begun"})
		return err
	})
}

// Enrolment gives the app that the acting person is setting up. It fails with
// NotFound when there is none. Its key is for nobody who only looks, nor for another
// session than the one that began it, with a fresh proof: who has it makes all codes.
func (s *Store) Enrolment(ctx context.Context, a Actor) (Enrolment, error) {
	if a.By != 0 {
		return Enrolment{}, onlyLooking()
	}
	app, err := loadApp(ctx, s.reader, a.ID)
	if err != nil {
		return Enrolment{}, err
	}
	if !app.pending(a.SignIn, s.now()) {
		return Enrolment{}, errNoEnrolment()
	}
	if err := provedOfLate(querierAt{ctx, s.reader}, a, s.now()); err != nil {
		return Enrolment{}, err
	}
	seed, err := s.unseal(placeSeed, a.ID, app.sealed)
	return Enrolment{Key: keyText.EncodeToString(seed), Begun: fromMillis(app.begun)}, err
}

// pending reports whether the app is being set up in a sign-in.
func (app *totpApp) pending(signIn int64, now time.Time) bool {
	return app != nil && app.confirmed == 0 && app.signIn == signIn && now.Sub(fromMillis(app.begun)) < enrolWithin
}

func errNoEnrolment() error {
	return &Error{Kind: NotFound, Message: "The set-up was not finished in time, or begun elsewhere. Please begin again."}
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
		if !app.pending(x.actor.SignIn, x.now) {
			return errNoEnrolment()
		}
		if wrong, err = x.tryCode(u, app, code, Entry{Act: ActAddFactor, Target: u.ID}); wrong != nil || err != nil {
			return err
		}
		app.confirmed, app.signIn = toMillis(x.now), 0
		if err := saveApp(x, u.ID, app); err != nil {
			return err
		}
		if codes, err = x.replaceCodes(u.ID); err != nil {
			return err
		}
		return x.factorChanged(u, MailAppAdded, Entry{Act: ActAddFactor, Note: "authenticator app"})
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
		u, _, err := x.selfWithFactor(ActNewCodes)
		if err != nil {
			return err
		}
		if codes, err = x.replaceCodes(u.ID); err != nil {
			return err
		}
		return x.factorChanged(u, MailCodes, Entry{Act: ActNewCodes})
	})
	return codes, err
}

// RemoveApp takes the acting person's own authenticator app away, and with their last
// second factor the recovery codes.
func (s *Store) RemoveApp(ctx context.Context, a Actor) error {
	return s.write(ctx, a, attempt{ActRemoveFactor, a.ID}, func(x *tx) error {
		u, err := x.selfWithApp(ActRemoveFactor)
		if err != nil {
			return err
		}
		if _, err := deleteApp(x, u.ID); err != nil {
			return err
		}
		if err := x.dropIdleCodes(u.ID); err != nil {
			return err
		}
		return x.factorChanged(u, MailAppRemoved, Entry{Act: ActRemoveFactor, Note: "authenticator app"})
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
		f, err := x.factors(id)
		if err != nil {
			return err
		}
		if !f.any() {
			return refused(u.Name + " has no second factor.")
		}
		if err := x.dropFactors(id); err != nil {
			return err
		}
		if _, err := endSignIns(x, id, 0, EndedFactor); err != nil {
			return err
		}
		return x.factorChanged(u, MailFactorsReset, Entry{Act: ActResetFactors, Note: f.inWords() + " and recovery codes"})
	})
}

// factorChanged tells somebody that what they prove to be themselves by is another
// now, whoever changed it, and records it.
func (x *tx) factorChanged(u *User, kind MailKind, e Entry) error {
	if err := x.mail(letter{kind: kind, user: u.ID, to: u.Email}); err != nil {
		return err
	}
	e.Target = u.ID
	_, err := x.record(e)
	return err
}

func (x *tx) dropFactors(user int64) error {
	if _, err := deleteApp(x, user); err != nil {
		return err
	}
	if err := deletePasskeys(x, user); err != nil {
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

// selfWithFactor is self for what makes sense with a second factor only.
func (x *tx) selfWithFactor(act Act) (*User, secondFactors, error) {
	u, err := x.self(act)
	if err != nil {
		return nil, secondFactors{}, err
	}
	f, err := x.factors(u.ID)
	if err == nil && !f.any() {
		err = refused("You have no second factor.")
	}
	return u, f, err
}

// selfWithApp is self for what makes sense with an app only.
func (x *tx) selfWithApp(act Act) (*User, error) {
	u, f, err := x.selfWithFactor(act)
	if err == nil && f.app == nil {
		err = refused("You have no authenticator app.")
	}
	return u, err
}
