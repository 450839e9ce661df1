package store

import (
	"context"
	"errors"
	"time"
)

// InviteUser adds somebody without a password, and makes the link by which they
// choose one. byMail sends it to them; otherwise it is given this once. It fails
// as CreateUser does.
func (s *Store) InviteUser(ctx context.Context, a Actor, n NewUser, byMail bool) (NewLink, Change, error) {
	u, problems := n.invited()
	var l NewLink
	var c Change
	err := s.write(ctx, a, attempt{ActInvite, 0}, func(x *tx) (err error) {
		if err := x.require(ActInvite, nil); err != nil {
			return err
		}
		if c, err = x.admit(&u, problems, "invited "+howSent(byMail)); err == nil {
			l, err = x.newLink(LinkInvite, &c.User, byMail)
		}
		return err
	})
	return l, c, err
}

// invited checks the values of somebody who is to choose their password.
func (n NewUser) invited() (User, map[string]string) {
	u, problems := n.values()
	u.Status, u.MustChangePassword = Invited, false
	return u, problems
}

// errNotInvited refuses an invitation of who needs none.
func errNotInvited(u *User) error {
	if u.Status == Deactivated {
		return refused(u.Name + " is deactivated. Reactivate the account first.")
	}
	return refused(u.Name + " has come already, and needs no invitation.")
}

// Invite makes a new link for somebody who is invited and has not come. The older
// one is good no more.
func (s *Store) Invite(ctx context.Context, a Actor, id int64, byMail bool) (NewLink, error) {
	return s.linkTo(ctx, a, attempt{ActInvite, id}, LinkInvite, byMail, errNotInvited)
}

// ResetLink makes a link by which somebody chooses a new password. Until they do,
// the old one is good. Of a link to hand over they are told: whoever made it may be
// the one who uses it.
func (s *Store) ResetLink(ctx context.Context, a Actor, id int64, byMail bool) (NewLink, error) {
	return s.linkTo(ctx, a, attempt{ActResetPassword, id}, LinkReset, byMail, errNoReset)
}

// errNoReset refuses a link for a new password of who cannot sign in anyway.
func errNoReset(u *User) error {
	if u.Status == Invited {
		return refused(u.Name + " has not accepted the invitation yet. Send another one instead.")
	}
	return refused(u.Name + " is deactivated. Reactivate the account first.")
}

// linkTo makes a link for somebody whose status it is for.
func (s *Store) linkTo(ctx context.Context, a Actor, about attempt, kind LinkKind, byMail bool, unsuited func(*User) error) (NewLink, error) {
	var l NewLink
	err := s.write(ctx, a, about, func(x *tx) error {
		u, err := x.linkable(about, kind, unsuited)
		if err == nil {
			l, err = x.linkTo(kind, u, byMail, actOfLink[kind])
		}
		return err
	})
	return l, err
}

// linkable gives the person whom a link is to be made for, if it is for such.
func (x *tx) linkable(about attempt, kind LinkKind, unsuited func(*User) error) (*User, error) {
	u, err := x.loadForChange(about.target)
	if err != nil {
		return nil, err
	}
	if err := x.require(about.act, u); err != nil {
		return nil, err
	}
	if u.Status != kind.suits() {
		return nil, unsuited(u)
	}
	if u.Role == Admin { // who reads the link is one
		if err := x.prove(ActGrantAdmin); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// linkTo makes the link, tells of it whoever has been here, and records it.
func (x *tx) linkTo(kind LinkKind, u *User, byMail bool, as Act) (NewLink, error) {
	l, err := x.newLink(kind, u, byMail)
	if err != nil {
		return l, err
	}
	if kind == LinkReset && !byMail {
		if err := x.mail(letter{kind: MailResetMade, user: u.ID, to: u.Email}); err != nil {
			return l, err
		}
	}
	_, err = x.record(Entry{Act: as, Target: u.ID, Note: howSent(byMail)})
	return l, err
}

// actOfLink is what the trail calls it.
var actOfLink = map[LinkKind]Act{LinkInvite: ActInvite, LinkReset: ActSendReset}

// howSent is what the trail says of the way to its reader.
func howSent(byMail bool) string {
	if byMail {
		return "by mail"
	}
	return "with a link to hand over"
}

// RevokeInvite makes the link of an invitation useless. The account stays, and can
// be invited again.
func (s *Store) RevokeInvite(ctx context.Context, a Actor, id int64) error {
	return s.write(ctx, a, attempt{ActInvite, id}, func(x *tx) error {
		u, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		if err := x.require(ActInvite, u); err != nil {
			return err
		}
		if _, err := loadLinkOf(x.ctx, x.Tx, id, LinkInvite); err != nil {
			if KindOf(err) == NotFound {
				err = refused(u.Name + " has no invitation to take back.")
			}
			return err
		}
		if err := x.endLinks(id, LinkInvite); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActRevokeInvite, Target: id})
		return err
	})
}

// Those who forgot their password are slowed down by where they ask from, and by
// whom they ask about: nobody's mailbox is to be filled. All together may ask seven
// times a minute, and after a hundred more at least every five seconds: many times what
// ten thousand people forget on a Monday morning, and so few that it fills nothing. Asking
// for who is not there is on record once an hour for each network.
var (
	forgotByAddress = throttle{"forgot_address", 10, 30 * time.Second, 15 * time.Minute, time.Hour}
	forgotByAccount = throttle{"forgot_account", 3, 5 * time.Minute, time.Hour, 6 * time.Hour}
	forgotInAll     = throttle{"forgot_site", 100, time.Second, 5 * time.Second, 10 * time.Minute}
	forgotUnknown   = throttle{"forgot_unknown", 0, time.Hour, time.Hour, time.Hour}
)

// manyForget is what is said, whomever one asks about, while more ask than are served.
func manyForget(kind Kind, wait time.Duration) error {
	return &Error{Kind: kind, RetryAfter: wait, Message: "Many people are asking for a new password just now. Please try again in a moment."}
}

// ForgotPassword sends whoever has this address a link for a new password. What it
// says, and how long it takes, does not depend on whether there is anybody: all
// that does is done beside, by one worker. Nor is anything said when it was asked for so
// often that nothing more is sent: the mail before is still good. ended is told how that
// ended, nil when well.
func (s *Store) ForgotPassword(ctx context.Context, a Actor, email string, ended func(error)) error {
	if _, _, err := ParseEmail(email); err != nil {
		return invalid(map[string]string{"email": err.Error()})
	}
	if s.background.full() {
		return manyForget(Unavailable, 5*time.Second)
	}
	a = guest(a)
	key := signInKey(email)
	often := false
	err := s.transact(ctx, a, func(x *tx) error {
		if err := x.slowFrom(forgotByAddress, "forgot address", a.Address); err != nil {
			return tooManyRequests(err)
		}
		if err := x.slow(forgotInAll, "all"); err != nil {
			return manyOr(err)
		}
		err := x.slow(forgotByAccount, digest("forgot account", key))
		if often = KindOf(err) == Throttled; often {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if !s.background.soon(func(ctx context.Context) {
		if often {
			ended(nil)
			return
		}
		ended(s.forgot(ctx, a, key, email))
	}) {
		return manyForget(Unavailable, 5*time.Second)
	}
	return nil
}

// tooManyRequests says of a limit on asking that nobody has failed at anything.
func tooManyRequests(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Kind == Throttled {
		e.Message = "Too many requests from your network. Please wait " + inWords(e.RetryAfter) + " and try again."
	}
	return err
}

// manyOr says of those who have to wait that it is because of many others.
func manyOr(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Kind == Throttled {
		return manyForget(Throttled, e.RetryAfter)
	}
	return err
}

// errNothingToSend is why nobody gets a link.
var errNothingToSend = errors.New("store: nobody to send a link to")

func (s *Store) forgot(ctx context.Context, a Actor, key, email string) error {
	e := Entry{Act: ActForgot, Outcome: Failure}
	err := s.transact(ctx, a, func(x *tx) error {
		u, err := loadUserByEmail(x.ctx, x.Tx, key)
		switch {
		case KindOf(err) == NotFound:
			return errNothingToSend
		case err != nil:
			return err
		case u.Status != Active:
			e.Target, e.Note = u.ID, "the account is "+string(u.Status)
			return errNothingToSend
		}
		if back, err := x.waysBack(u.ID); err != nil || back.lent {
			e.Target, e.Note = u.ID, "the address was changed by somebody who may not reset passwords, and can still be taken back"
			return orElse(err, errNothingToSend)
		}
		if _, err := x.newLink(LinkReset, u, true); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActForgot, Target: u.ID})
		return err
	})
	if !errors.Is(err, errNothingToSend) {
		return err
	}
	if e.Target == 0 {
		if err := s.aboutAddress(ctx, &e, email); err != nil {
			return err
		}
	}
	if e.Target == 0 {
		return s.recordUnknown(ctx, a, e)
	}
	return s.recordAlone(ctx, a, e)
}

// recordUnknown records that somebody asked for who is not there, unless that is on
// record of where they are: what nobody is needed for must not fill the trail.
func (s *Store) recordUnknown(ctx context.Context, a Actor, e Entry) error {
	err := s.transact(ctx, a, func(x *tx) error {
		if err := x.slow(forgotUnknown, digest("forgot unknown", widest(a.Address))); err != nil {
			return err
		}
		_, err := x.record(e)
		return err
	})
	if KindOf(err) == Throttled {
		return nil
	}
	return err
}
