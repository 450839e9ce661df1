package store

import (
	"context"
	"crypto/rand"
	"time"
)

// A one-time link lets somebody choose a password who cannot prove who they are
// but by the mailbox, or the colleague, that the link came from. Its token is kept
// as a digest. The link goes when it is used, when a newer one of its kind is made,
// and when the address, the password or the status of its person changes; opening
// it changes nothing, because the scanners of mail servers do.

// LinkKind says what a one-time link is for.
type LinkKind string

// The kinds of link.
const (
	LinkInvite LinkKind = "invite" // somebody new chooses their password, and is in
	LinkReset  LinkKind = "reset"  // somebody chooses a new password without the old one
)

// How long links are good.
const (
	InviteLife = 7 * 24 * time.Hour
	ResetLife  = time.Hour
)

func (k LinkKind) life() time.Duration {
	if k == LinkInvite {
		return InviteLife
	}
	return ResetLife
}

// suits is the status of people whom a link of this kind is for.
func (k LinkKind) suits() Status {
	if k == LinkInvite {
		return Invited
	}
	return Active
}

// Link is a one-time link of a person, without its token.
type Link struct {
	Kind       LinkKind
	User       int64
	Made       time.Time
	MadeBy     int64  // 0: nobody who was signed in
	MadeByName string // "" when they are gone
	Expires    time.Time

	emailKey string
}

// Expired reports whether it has run out.
func (l *Link) Expired(now time.Time) bool { return !now.Before(l.Expires) }

// goodFor reports whether the link still lets this person in.
func (l *Link) goodFor(u *User, now time.Time) bool {
	return !l.Expired(now) && u.Deleted.IsZero() && u.Status == l.Kind.suits() && u.emailKey == l.emailKey
}

// NewLink is a link that was made: its token is given this once, or goes by mail.
type NewLink struct {
	User  User
	Link  Link
	Token string // "" when it goes by mail
}

// errNoLink does not tell which of the reasons it is, or whether there ever was
// such a link.
func errNoLink() error {
	return &Error{Kind: NotFound, Message: "This link has run out, was used, or was replaced by a newer one."}
}

// newLink makes a link for somebody, in place of the older one of its kind. By
// mail, nobody but the reader of the mail gets to know the token.
func (x *tx) newLink(kind LinkKind, u *User, byMail bool) (NewLink, error) {
	token := rand.Text()
	l := Link{Kind: kind, User: u.ID, Made: x.now, MadeBy: x.actor.ID, Expires: x.now.Add(kind.life()), emailKey: u.emailKey}
	if err := dropLinkMails(x, u.ID, kind); err != nil {
		return NewLink{}, err
	}
	if err := saveLink(x, l, digest("link", token)); err != nil {
		return NewLink{}, err
	}
	if kind == LinkInvite {
		if err := x.setInvited(u, l.Expires); err != nil {
			return NewLink{}, err
		}
	}
	if !byMail {
		return NewLink{*u, l, token}, nil
	}
	return NewLink{User: *u, Link: l}, x.mail(letter{kind: MailKind(kind), user: u.ID, to: u.Email, token: token, until: l.Expires})
}

// setInvited notes with a person until when their invitation is good; zero: they
// have none.
func (x *tx) setInvited(u *User, until time.Time) error {
	u.InviteUntil, u.InvitedBy = until, ""
	return setInviteUntil(x, u.ID, until)
}

// endLinks ends all links of a person, and the mails on their way that bring one.
func (x *tx) endLinks(user int64) error {
	for _, kind := range []LinkKind{LinkInvite, LinkReset} {
		if err := dropLinkMails(x, user, kind); err != nil {
			return err
		}
	}
	if _, err := deleteLinks(x, user); err != nil {
		return err
	}
	return setInviteUntil(x, user, time.Time{})
}

// endsLinks reports whether a change of a person ends their links.
func endsLinks(before, after *User) bool {
	return before.emailKey != after.emailKey || before.Status != after.Status || before.passwordHash != after.passwordHash ||
		before.Deleted.IsZero() != after.Deleted.IsZero()
}

// LinkOf gives the link of one kind that somebody has, be it expired, or nil.
func (s *Store) LinkOf(ctx context.Context, a Actor, user int64, kind LinkKind) (*Link, error) {
	if !Can(a, ActLook, nil) {
		return nil, forbidden("Your role does not allow this.")
	}
	l, err := loadLinkOf(ctx, s.reader, user, kind)
	if KindOf(err) == NotFound {
		return nil, nil
	}
	return &l, err
}

// OpenLink gives what a token is for, and whom. It changes nothing.
func (s *Store) OpenLink(ctx context.Context, a Actor, token string) (Link, User, error) {
	if err := s.mayTryLinks(ctx, a); err != nil {
		return Link{}, User{}, err
	}
	l, u, err := linkFor(querierAt{ctx, s.reader}, token, s.now())
	if err != nil {
		return Link{}, User{}, err
	}
	return l, *u, nil
}

// linkFor finds the link of a token, and its person, if it is still good.
func linkFor(q querierAt, token string, now time.Time) (Link, *User, error) {
	l, err := loadLink(q.ctx, q.querier, digest("link", token))
	if err != nil {
		return l, nil, err
	}
	u, err := loadUser(q.ctx, q.querier, l.User)
	if err == nil && !l.goodFor(u, now) {
		err = errNoLink()
	}
	return l, u, err
}

// RedeemLink sets the password of the person whom a token is for: an invited one
// is active from then on. Of two who try at once, one succeeds.
func (s *Store) RedeemLink(ctx context.Context, a Actor, token, password string) (User, error) {
	a.Kind, a.ID, a.Role, a.SignIn = Nobody, 0, "", 0 // whoever is signed in here: the link counts
	_, u, err := s.OpenLink(ctx, a, token)
	if err != nil {
		return User{}, s.linkTried(ctx, a, err)
	}
	problem, err := s.checkNew(password, u.Name, u.Email)
	if err != nil {
		return User{}, err
	}
	if problem != "" {
		return User{}, invalid(map[string]string{"password": problem})
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return User{}, err
	}
	err = s.transact(ctx, a, func(x *tx) error {
		l, u, err := linkFor(querierAt{x.ctx, x.Tx}, token, x.now)
		if err != nil {
			return err
		}
		return x.redeem(l, u, hash)
	})
	return u, s.linkTried(ctx, a, err)
}

// redeem is the person's own act from then on.
func (x *tx) redeem(l Link, u *User, hash string) error {
	x.actor.Kind, x.actor.ID, x.actor.Role = Person, u.ID, u.Role
	if l.Kind == LinkReset {
		return x.setPassword(u, hash, false, ActOwnReset, 0)
	}
	after := *u
	after.Status, after.passwordHash, after.HasPassword, after.MustChangePassword = Active, hash, true, false
	_, err := x.apply(ActAcceptInvite, u, &after, Entry{})
	return err
}

// linkThrottle slows those down who try one token after the other.
var linkThrottle = throttle{"link_address", 20, 2 * time.Second, 15 * time.Minute, time.Hour}

func linkThrottleKey(a Actor) string { return digest("link address", network(a.Address)) }

// mayTryLinks fails while somebody has to wait before they try another token.
func (s *Store) mayTryLinks(ctx context.Context, a Actor) error {
	blocked, err := blockedTo(querierAt{ctx, s.reader}, linkThrottle.kind, linkThrottleKey(a))
	if err == nil && blocked.After(s.now()) {
		err = throttled(blocked.Sub(s.now()))
	}
	return err
}

// linkTried counts a token that was wrong, and gives the error back.
func (s *Store) linkTried(ctx context.Context, a Actor, why error) error {
	if KindOf(why) != NotFound {
		return why
	}
	err := s.transact(ctx, a, func(x *tx) error {
		return x.slow(linkThrottle, linkThrottleKey(a))
	})
	if err != nil && KindOf(err) != Throttled {
		return err
	}
	return why
}

// slow counts one more try of what is to be slowed down, and fails with Throttled
// while there is something to wait for.
func (x *tx) slow(t throttle, key string) error {
	one := tally{throttle: t, key: key}
	if err := loadThrottle(x, &one); err != nil {
		return err
	}
	return x.try(one)
}
