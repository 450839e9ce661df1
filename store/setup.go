package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
)

// HasAdmin reports whether there is an active admin who can sign in, that is,
// whether the back office has been set up.
func (s *Store) HasAdmin(ctx context.Context) (bool, error) {
	n, err := countActiveAdmins(ctx, s.reader)
	return n > 0, err
}

// NewSetupToken makes the secret of the one-time link that makes the first
// admin, and makes any older one useless. Only its digest is kept. It gives ""
// when there is an admin already.
func (s *Store) NewSetupToken(ctx context.Context) (string, error) {
	token := rand.Text()
	err := s.transact(ctx, Actor{Kind: System}, func(x *tx) error {
		n, err := countActiveAdmins(x.ctx, x.Tx)
		if err != nil {
			return err
		}
		if n > 0 {
			token = ""
			return dropSetup(x)
		}
		return saveSetup(x, digest("setup", token))
	})
	return token, err
}

// CheckSetupToken reports whether the one-time link is still good.
func (s *Store) CheckSetupToken(ctx context.Context, token string) (bool, error) {
	if has, err := s.HasAdmin(ctx); err != nil || has {
		return false, err
	}
	kept, err := loadSetup(querierAt{ctx, s.reader})
	return err == nil && sameDigest(kept, token), err
}

func sameDigest(kept, token string) bool {
	return kept != "" && subtle.ConstantTimeCompare([]byte(kept), []byte(digest("setup", token))) == 1
}

// SetUp makes the first admin with the secret of the one-time link, which is
// then spent. Of two who try at once, one gets in.
func (s *Store) SetUp(ctx context.Context, a Actor, token string, n NewUser) (Change, error) {
	return s.firstAdmin(ctx, a, n, func(x *tx, admins int) error {
		kept, err := loadSetup(x)
		if err != nil {
			return err
		}
		if admins > 0 || !sameDigest(kept, token) {
			return &Error{Kind: NotFound, Message: "This link has been used or replaced. The newest one stands where the program was started."}
		}
		return nil
	})
}

// EnsureAdmin makes the first admin when there is none. It reports whether it
// did.
func (s *Store) EnsureAdmin(ctx context.Context, n NewUser) (bool, error) {
	if has, err := s.HasAdmin(ctx); err != nil || has {
		return false, err
	}
	late := &Error{Kind: Refused, Message: "There is an admin already."}
	_, err := s.firstAdmin(ctx, Actor{Kind: System}, n, func(_ *tx, admins int) error {
		if admins > 0 {
			return late
		}
		return nil
	})
	if errors.Is(err, late) {
		return false, nil
	}
	return err == nil, err
}

func (s *Store) firstAdmin(ctx context.Context, a Actor, n NewUser, allowed func(x *tx, admins int) error) (Change, error) {
	u, hash, err := s.prepare(ctx, n)
	if err != nil {
		return Change{}, err
	}
	u.Role = Admin
	var c Change
	err = s.transact(ctx, a, func(x *tx) error {
		admins, err := countActiveAdmins(x.ctx, x.Tx)
		if err != nil {
			return err
		}
		if err := allowed(x, admins); err != nil {
			return err
		}
		problems := map[string]string{}
		if err := x.checkUnique(&u, problems); err != nil {
			return err
		}
		if len(problems) > 0 {
			return invalid(problems)
		}
		u.passwordHash, u.HasPassword = hash, true
		if c, err = x.create(&u, ""); err != nil {
			return err
		}
		return dropSetup(x)
	})
	return c, err
}

// prepare checks the values of a new person and hashes the password, before
// any transaction: hashing takes long.
func (s *Store) prepare(ctx context.Context, n NewUser) (User, string, error) {
	n.Role = Admin
	u, problems, err := s.newUser(n)
	if err != nil {
		return u, "", err
	}
	if len(problems) > 0 {
		return u, "", invalid(problems)
	}
	hash, err := s.hasher.Hash(ctx, n.Password)
	return u, hash, err
}
