package store

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// WrongCredentials is the one text for a wrong address and a wrong password.
const WrongCredentials = "That e-mail and password do not match. Please try again."

// SignIn checks an address and a password and begins a sign-in. A wrong
// address and a wrong password give the same error in about the same time.
// Repeated failures fail with Throttled before the password is looked at. Of
// somebody who has a second factor, the right password fails with *Halfway.
func (s *Store) SignIn(ctx context.Context, a Actor, email, password string) (Whoever, error) {
	w, err := s.signIn(ctx, a, email, password)
	if !isHalfway(err) {
		s.counts.signIn(err)
	}
	return w, err
}

func (s *Store) signIn(ctx context.Context, a Actor, email, password string) (Whoever, error) {
	key := signInKey(email)
	if s.hasher.full() {
		return Whoever{}, errCrowded
	}
	t, err := s.takeAttempt(ctx, a, key)
	if err != nil {
		return Whoever{}, err
	}
	w, err := s.tryPassword(ctx, a, t, email, password)
	if errors.Is(err, errOtherHash) {
		w, err = s.tryPassword(ctx, a, t, email, password)
	}
	return w, t.told(ctx, s.unlessCrowded(ctx, a, t, err))
}

// unlessCrowded gives an attempt back whose password was not looked at, because
// too many others were waiting.
func (s *Store) unlessCrowded(ctx context.Context, a Actor, t taken, err error) error {
	if !errors.Is(err, errCrowded) {
		return err
	}
	failed := s.transact(ctx, Actor{Kind: Nobody, Address: a.Address}, func(x *tx) error {
		return x.giveBack(t, false)
	})
	return cmp.Or(failed, err)
}

// errOtherHash is the error of a password that was good for a hash which has
// been replaced while it was checked: by another password that an admin has
// set, or by a sign-in at the same moment that made a new hash of this one.
var errOtherHash = &Error{Kind: Unauthenticated, Message: WrongCredentials}

func (s *Store) tryPassword(ctx context.Context, a Actor, t taken, email, password string) (Whoever, error) {
	key := signInKey(email)
	u, err := loadUserByEmail(ctx, s.reader, key)
	if err != nil && KindOf(err) != NotFound {
		return Whoever{}, err
	}
	ok, rehash, err := s.checkPassword(ctx, u, key, password)
	if err != nil {
		return Whoever{}, err
	}
	if !ok || u.Status != Active {
		return Whoever{}, s.signInFailed(ctx, a, u, ok, email)
	}
	return s.signInDone(ctx, a, t, u, rehash)
}

// signInKey is what a typed address is compared by. Something that is no
// address matches nobody, but is still counted.
func signInKey(email string) string {
	if _, key, err := ParseEmail(email); err == nil {
		return key
	}
	return clip(strings.ToLower(strings.TrimSpace(email)), 254)
}

// checkPassword takes about the same time whether there is somebody or not.
// rehash is a new hash for a password whose stored one has old costs.
func (s *Store) checkPassword(ctx context.Context, u *User, account, password string) (ok bool, rehash string, err error) {
	if u == nil || !u.HasPassword {
		return false, "", s.refuseNobody(ctx, account, password)
	}
	ok, stale, err := s.hasher.Verify(ctx, u.passwordHash, password)
	if ok && stale {
		rehash, err = s.hasher.Hash(ctx, password)
	}
	return ok, rehash, err
}

// signInFailed records the failure. Only somebody who knows the password is
// told that the account is closed.
func (s *Store) signInFailed(ctx context.Context, a Actor, u *User, knew bool, email string) error {
	e := Entry{Act: ActSignIn, Outcome: Failure, Note: "wrong password"}
	message := WrongCredentials
	switch {
	case u == nil:
		if err := s.aboutAddress(ctx, &e, email); err != nil {
			return err
		}
	case knew:
		e.Target, e.Note = u.ID, "the account is "+string(u.Status)
		message = "This account is " + string(u.Status) + ". Ask an admin to activate it."
	default:
		e.Target = u.ID
	}
	if err := s.recordAlone(ctx, a, e); err != nil {
		return err
	}
	return &Error{Kind: Unauthenticated, Message: message}
}

// aboutAddress notes for which address somebody failed to sign in that has no
// account, without most of it. What belongs to a deleted person is noted as theirs, to
// go with them; what is no address may be a password in the wrong box.
func (s *Store) aboutAddress(ctx context.Context, e *Entry, email string) (err error) {
	e.Note = "unknown address"
	typed, key, invalid := ParseEmail(email)
	if invalid != nil {
		return nil
	}
	if e.Target, err = deletedOwnerOfEmail(ctx, s.reader, key); err != nil || e.Target != 0 {
		e.Note = "the account is deleted"
		return err
	}
	e.Note += " " + masked(typed)
	return nil
}

// masked is what staff can hold against an address that somebody tells them, as
// a…@e….com, and what tells nobody whose it is: the trail keeps it for good, and it may
// be of somebody who was removed. A domain may be a family's name.
func masked(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	top := ""
	if dot := strings.LastIndexByte(domain, '.'); dot > 0 {
		top = domain[dot:]
	}
	return firstLetter(local) + "…@" + firstLetter(domain) + "…" + top
}

// firstLetter is the first letter of a text.
func firstLetter(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

func (s *Store) signInDone(ctx context.Context, a Actor, t taken, u *User, rehash string) (Whoever, error) {
	var w Whoever
	var half *Halfway
	a.Kind, a.ID, a.Role = Person, u.ID, u.Role
	err := s.transact(ctx, a, func(x *tx) error {
		if err := x.sameHash(u); err != nil {
			return err
		}
		if err := x.clearAttempts(t); err != nil {
			return err
		}
		if rehash != "" {
			if err := setPasswordHash(x, u.ID, rehash, u.MustChangePassword); err != nil {
				return err
			}
		}
		f, err := x.factors(u.ID)
		if err != nil {
			return err
		}
		if f.any() {
			half = &Halfway{User: u.ID, Mark: passwordMark(cmp.Or(rehash, u.passwordHash)), At: x.now, App: f.app != nil, Passkey: f.passkeys > 0}
			return nil
		}
		w, err = x.signedIn(u, PasswordOnly, "")
		return err
	})
	if err == nil && half != nil {
		return Whoever{}, half
	}
	return w, err
}

// sameHash fails with errOtherHash unless the person's password is the one
// that was checked: that takes time, in which another may have been set.
func (x *tx) sameHash(u *User) error {
	now, err := loadUser(x.ctx, x.Tx, u.ID)
	if err == nil && now.passwordHash != u.passwordHash {
		err = errOtherHash
	}
	return err
}

// ChangeOwnPassword sets a new password for the acting person, who proves to
// be themselves with the current one. Their other sign-ins end.
func (s *Store) ChangeOwnPassword(ctx context.Context, a Actor, current, next string) error {
	u, err := loadUser(ctx, s.reader, a.ID)
	if err != nil {
		return err
	}
	// First, so that a new password that cannot be taken is no failed attempt.
	if problem, err := s.checkNew(next, u.Name, u.Email); err != nil || problem != "" {
		return cmp.Or(err, invalid(map[string]string{"password": problem}))
	}
	if current == next {
		return invalid(map[string]string{"password": "This is the same as the current password."})
	}
	t, err := s.takeAttempt(ctx, a, u.emailKey)
	if err != nil {
		return err
	}
	ok, _, err := s.checkPassword(ctx, u, u.emailKey, current)
	if err != nil {
		return s.unlessCrowded(ctx, a, t, err)
	}
	if !ok {
		if err := s.recordAlone(ctx, a, Entry{Act: ActOwnPassword, Target: a.ID, Outcome: Failure, Note: "the current password was wrong"}); err != nil {
			return err
		}
		return invalid(map[string]string{"current": "This is not your current password."})
	}
	hash, err := s.hasher.Hash(ctx, next)
	if err != nil {
		return err
	}
	err = s.transact(ctx, a, func(x *tx) error {
		if err := x.sameHash(u); err != nil {
			return err
		}
		if err := x.clearAttempts(t); err != nil {
			return err
		}
		return x.setPassword(u, hash, false, ActOwnPassword, a.SignIn)
	})
	if errors.Is(err, errOtherHash) {
		return invalid(map[string]string{"current": "Your password was changed a moment ago. Please try again."})
	}
	return err
}

// ResetPassword sets somebody's password without knowing the old one and ends
// all their sign-ins. With mustChange they choose a new one at the next sign-in.
func (s *Store) ResetPassword(ctx context.Context, a Actor, id int64, password string, mustChange bool) error {
	u, err := loadUser(ctx, s.reader, id)
	if err != nil {
		return err
	}
	problem, err := s.checkNew(password, u.Name, u.Email)
	if err != nil {
		return err
	}
	hash := ""
	if problem == "" {
		if hash, err = s.hasher.Hash(ctx, password); err != nil {
			return err
		}
	}
	return s.write(ctx, a, attempt{ActResetPassword, id}, func(x *tx) error {
		u, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		if err := x.require(ActResetPassword, u); err != nil {
			return err
		}
		if u.Status == Invited { // it would not let them in, and end their invitation
			return refused(u.Name + " has not accepted the invitation yet. Send another one instead.")
		}
		if problem != "" {
			return invalid(map[string]string{"password": problem})
		}
		return x.setPassword(u, hash, mustChange, ActResetPassword, 0)
	})
}

// setPassword replaces the password, tells the person, and records that it changed,
// never what it is.
func (x *tx) setPassword(u *User, hash string, mustChange bool, act Act, except int64) error {
	if err := x.replacePassword(u, hash, mustChange, except, EndedPassword); err != nil {
		return err
	}
	if err := x.mail(letter{kind: MailPassword, user: u.ID, to: u.Email}); err != nil {
		return err
	}
	_, err := x.record(Entry{Act: act, Target: u.ID})
	return err
}

// replacePassword stores the hash, ends the sign-ins but one and the links that a
// password ends, and forgets the browsers.
func (x *tx) replacePassword(u *User, hash string, mustChange bool, except int64, why EndReason) error {
	if err := setPasswordHash(x, u.ID, hash, mustChange); err != nil {
		return err
	}
	if _, err := endSignIns(x, u.ID, except, why); err != nil {
		return err
	}
	if _, err := x.forgetBrowsers(u.ID, ""); err != nil {
		return err
	}
	return x.endLinks(u.ID, LinkInvite, LinkReset, LinkAddress)
}
