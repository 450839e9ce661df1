package store

import (
	"context"
	"crypto/rand"
)

// What an admin does about the password of somebody else: a link for a new one is
// ResetLink. These are for a password that others may know by now.

// StopPassword makes the password of somebody useless at once, ends all their sign-ins
// and forgets their browsers, and makes the link by which they choose a new one. They
// are told. Passkeys and second factors stay.
func (s *Store) StopPassword(ctx context.Context, a Actor, id int64, byMail bool) (NewLink, error) {
	hash, err := s.hasher.Hash(ctx, rand.Text()+rand.Text()) // of a password that nobody knows
	if err != nil {
		return NewLink{}, err
	}
	var l NewLink
	about := attempt{ActResetPassword, id}
	err = s.write(ctx, a, about, func(x *tx) error {
		u, err := x.linkable(about, LinkReset, errNoReset)
		if err != nil {
			return err
		}
		if x.isOwn(id) {
			return refused(ownPassword)
		}
		l, err = x.stopPassword(u, hash, byMail)
		return err
	})
	return l, err
}

// ownPassword refuses to do to oneself what is for the passwords of others.
const ownPassword = "You change your own password on Your account."

func (x *tx) stopPassword(u *User, hash string, byMail bool) (NewLink, error) {
	if !u.HasPassword {
		hash = "" // there is none to be stopped
	}
	if err := x.replacePassword(u, hash, false, 0, EndedByAdmin); err != nil {
		return NewLink{}, err
	}
	if err := x.mail(letter{kind: MailPasswordStopped, user: u.ID, to: u.Email}); err != nil {
		return NewLink{}, err
	}
	return x.linkTo(LinkReset, u, byMail, ActStopPassword)
}

// RequireNewPassword has somebody choose a new password before they do anything else:
// at their next sign-in, or, where they are signed in, at their next step. Without
// must they need not any more.
func (s *Store) RequireNewPassword(ctx context.Context, a Actor, id int64, must bool) (Change, error) {
	var c Change
	err := s.write(ctx, a, attempt{ActResetPassword, id}, func(x *tx) error {
		before, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		if err := x.require(ActResetPassword, before); err != nil {
			return err
		}
		switch {
		case x.isOwn(id):
			return refused(ownPassword)
		case !before.HasPassword:
			return refused(before.Name + " has no password.")
		}
		after := *before
		after.MustChangePassword = must
		c, err = x.apply(ActMustChange, before, &after, Entry{})
		return err
	})
	return c, err
}
