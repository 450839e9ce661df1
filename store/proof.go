package store

import (
	"context"
	"errors"
	"time"
)

// prove fails with ProofNeeded when the act asks for a proof that is fresher than
// the last one of the acting person's sign-in. require asks it for every act; what
// is decided by a value, such as who becomes an admin, asks it by itself.
func (x *tx) prove(act Act) error {
	if x.actor.Kind != Person || x.actor.proven || !NeedsProof(act) {
		return nil
	}
	return provedOfLate(querierAt{x.ctx, x.Tx}, x.actor, x.now)
}

// provedOfLate fails with ProofNeeded when the last proof of the acting person's
// sign-in is too old.
func provedOfLate(q querierAt, a Actor, now time.Time) error {
	at, err := loadProved(q, a.SignIn, a.ID)
	if err != nil || now.Sub(fromMillis(at)) < ProofLasts {
		return err
	}
	return &Error{Kind: ProofNeeded, Message: "Please confirm that it is you."}
}

// Prove takes a fresh proof that the acting person is who they are: a code, if they
// have a second factor, because a browser may have kept the password; else the
// password. For a passkey there is ProveByPasskey. What is wrong fails with Invalid, in the field code or password.
func (s *Store) Prove(ctx context.Context, a Actor, password, code string) error {
	f, err := loadFactors(querierAt{ctx, s.reader}, a.ID)
	if err != nil {
		return err
	}
	if f.any() {
		return s.proveByCode(ctx, a, code)
	}
	return s.proveByPassword(ctx, a, password)
}

func (s *Store) proveByCode(ctx context.Context, a Actor, code string) error {
	var wrong error
	err := s.transact(ctx, a, func(x *tx) error {
		u, f, err := x.selfWithFactor(ActProof)
		if err != nil {
			return err
		}
		_, note, no, err := x.checkCode(u, f.app, code, Entry{Act: ActProof, Target: u.ID})
		if wrong = no; no != nil || err != nil {
			return err
		}
		return x.proved(note)
	})
	return orElse(err, wrong)
}

func (s *Store) proveByPassword(ctx context.Context, a Actor, password string) error {
	u, err := loadUser(ctx, s.reader, a.ID)
	if err != nil {
		return err
	}
	t, err := s.takeAttempt(ctx, a, u.emailKey)
	if err != nil {
		return err
	}
	ok, _, err := s.checkPassword(ctx, u, u.emailKey, password)
	if err != nil {
		return s.unlessCrowded(ctx, a, t, err)
	}
	if !ok {
		return s.notProved(ctx, a)
	}
	err = s.transact(ctx, a, func(x *tx) error {
		if err := x.sameHash(u); err != nil {
			return err
		}
		if err := x.clearAttempts(t); err != nil {
			return err
		}
		f, err := x.factors(u.ID)
		if err != nil {
			return err
		}
		if f.any() { // since a moment ago
			return invalid(map[string]string{"code": "Your second factor is needed."})
		}
		return x.proved("with the password")
	})
	if errors.Is(err, errOtherHash) {
		return invalid(map[string]string{"password": "Your password was changed a moment ago. Please try again."})
	}
	return err
}

func (s *Store) notProved(ctx context.Context, a Actor) error {
	if err := s.recordAlone(ctx, a, Entry{Act: ActProof, Target: a.ID, Outcome: Failure, Note: "wrong password"}); err != nil {
		return err
	}
	return invalid(map[string]string{"password": "This is not your password."})
}

// proved notes the proof at the sign-in that it was given in.
func (x *tx) proved(note string) error {
	if err := setProved(x, x.actor.SignIn, x.actor.ID); err != nil {
		return err
	}
	_, err := x.record(Entry{Act: ActProof, Target: x.actor.ID, Note: note})
	return err
}
