package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
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
	if err := s.takeAttempt(ctx, a, key); err != nil {
		return Whoever{}, err
	}
	w, err := s.tryPassword(ctx, a, key, email, password)
	if errors.Is(err, errOtherHash) {
		w, err = s.tryPassword(ctx, a, key, email, password)
	}
	return w, err
}

// errOtherHash is the error of a password that was good for a hash which has
// been replaced while it was checked: by another password that an admin has
// set, or by a sign-in at the same moment that made a new hash of this one.
var errOtherHash = &Error{Kind: Unauthenticated, Message: WrongCredentials}

func (s *Store) tryPassword(ctx context.Context, a Actor, key, email, password string) (Whoever, error) {
	u, err := loadUserByEmail(ctx, s.reader, key)
	if err != nil && KindOf(err) != NotFound {
		return Whoever{}, err
	}
	ok, rehash, err := s.checkPassword(ctx, u, password)
	if err != nil {
		return Whoever{}, err
	}
	if !ok || u.Status != Active {
		return Whoever{}, s.signInFailed(ctx, a, u, ok, email)
	}
	return s.signInDone(ctx, a, key, u, rehash)
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
func (s *Store) checkPassword(ctx context.Context, u *User, password string) (ok bool, rehash string, err error) {
	if u == nil || !u.HasPassword {
		return false, "", s.hasher.VerifyNobody(ctx, password)
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
// account. What belongs to a deleted person is noted as theirs, to go with
// them; what is no address may be a password in the wrong box.
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
	e.Note += " " + typed
	return nil
}

func (s *Store) signInDone(ctx context.Context, a Actor, key string, u *User, rehash string) (Whoever, error) {
	var w Whoever
	var half *Halfway
	a.Kind, a.ID, a.Role = Person, u.ID, u.Role
	err := s.transact(ctx, a, func(x *tx) error {
		if err := x.sameHash(u); err != nil {
			return err
		}
		if err := clearAttempts(x, throttleKeys(key, a.Address)); err != nil {
			return err
		}
		if rehash != "" {
			if err := setPasswordHash(x, u.ID, rehash, u.MustChangePassword); err != nil {
				return err
			}
		}
		app, err := loadApp(x.ctx, x.Tx, u.ID)
		if err != nil {
			return err
		}
		if app != nil && app.confirmed != 0 {
			half = &Halfway{User: u.ID, Mark: passwordMark(cmp.Or(rehash, u.passwordHash)), At: x.now}
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

// throttle is how failures of one kind are slowed down: so many are free, and
// then the wait doubles from base up to most.
type throttle struct {
	kind       string
	free       int
	base, most time.Duration
}

// A guesser from one address is slowed for that account at once; for all
// accounts together only after more failures than a classroom behind one
// router makes by mistake; and an account attacked from everywhere is slowed
// so little that its owner hardly waits. So nobody locks anybody else out.
var throttles = []throttle{
	{"account_and_address", 5, 2 * time.Second, 15 * time.Minute},
	{"address", 50, 2 * time.Second, 5 * time.Minute},
	{"account", 100, time.Second, 10 * time.Second},
}

// throttleForget is how long after the last failure a count is forgotten.
const throttleForget = 24 * time.Hour

// delay is the wait after the n-th failure.
func (t throttle) delay(n int) time.Duration {
	if n <= t.free {
		return 0
	}
	return min(t.most, time.Duration(float64(t.base)*math.Pow(2, float64(min(n-t.free-1, 30)))))
}

// throttleKeys are the digests that failures for an account from an address
// are counted under, in the order of throttles.
func throttleKeys(account, address string) []string {
	return []string{digest("pair", account, network(address)), digest("address", network(address)), digest("account", account)}
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// takeAttempt counts a failure before the password is looked at and takes it
// back after a success: so a hundred guesses sent at once count as a hundred.
func (s *Store) takeAttempt(ctx context.Context, a Actor, account string) error {
	return s.transact(ctx, Actor{Kind: Nobody, Address: a.Address}, func(x *tx) error {
		keys := throttleKeys(account, a.Address)
		var wait time.Duration
		counts := make([]int, len(keys))
		for i, t := range throttles {
			n, last, blocked, err := loadThrottle(x, t.kind, keys[i])
			if err != nil {
				return err
			}
			if x.now.Sub(last) > throttleForget {
				n = 0
			}
			counts[i] = n
			wait = max(wait, blocked.Sub(x.now))
		}
		if wait > 0 {
			return throttled(wait)
		}
		for i, t := range throttles {
			n := counts[i] + 1
			if err := saveThrottle(x, t.kind, keys[i], n, x.now.Add(t.delay(n))); err != nil {
				return err
			}
		}
		return nil
	})
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

// clearAttempts forgets the failures of somebody who got in. The address only
// gets this one attempt back: else a guesser could clear it with an own account.
func clearAttempts(x *tx, keys []string) error {
	for i, t := range throttles {
		n, _, _, err := loadThrottle(x, t.kind, keys[i])
		if err != nil {
			return err
		}
		n--
		if t.kind == "account_and_address" {
			n = 0
		}
		if err := saveThrottle(x, t.kind, keys[i], max(n, 0), x.now); err != nil {
			return err
		}
	}
	return nil
}

// ChangeOwnPassword sets a new password for the acting person, who proves to
// be themselves with the current one. Their other sign-ins end.
func (s *Store) ChangeOwnPassword(ctx context.Context, a Actor, current, next string) error {
	u, err := loadUser(ctx, s.reader, a.ID)
	if err != nil {
		return err
	}
	// First, so that a new password that cannot be taken is no failed attempt.
	if err := CheckPassword(next, u.Name, u.Email); err != nil {
		return invalid(map[string]string{"password": err.Error()})
	}
	if current == next {
		return invalid(map[string]string{"password": "This is the same as the current password."})
	}
	if err := s.takeAttempt(ctx, a, u.emailKey); err != nil {
		return err
	}
	ok, _, err := s.checkPassword(ctx, u, current)
	if err != nil {
		return err
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
		if err := clearAttempts(x, throttleKeys(u.emailKey, a.Address)); err != nil {
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
	hash, problem := "", CheckPassword(password, u.Name, u.Email)
	if problem == nil {
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
		if problem != nil {
			return invalid(map[string]string{"password": problem.Error()})
		}
		return x.setPassword(u, hash, mustChange, ActResetPassword, 0)
	})
}

// setPassword stores the hash, ends the sign-ins but one, and records that the
// password changed, never what it is.
func (x *tx) setPassword(u *User, hash string, mustChange bool, act Act, except int64) error {
	if err := setPasswordHash(x, u.ID, hash, mustChange); err != nil {
		return err
	}
	if _, err := endSignIns(x, u.ID, except, EndedPassword); err != nil {
		return err
	}
	_, err := x.record(Entry{Act: act, Target: u.ID})
	return err
}
