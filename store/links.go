package store

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"time"
)

// A one-time link lets somebody do one thing who cannot prove who they are but by
// the mailbox, or the colleague, that the link came from. Its token is kept as a
// digest. Opening it changes nothing, because the scanners of mail servers do. It
// goes when it is used; what else ends it depends on its kind: see endedBy.

// LinkKind says what a one-time link is for.
type LinkKind string

// The kinds of link.
const (
	LinkInvite LinkKind = "invite" // somebody new chooses their password, and is in
	LinkReset  LinkKind = "reset"  // somebody chooses a new password without the old one

	LinkAddress     LinkKind = "address"      // somebody confirms that they read the mail of their new address
	LinkAddressBack LinkKind = "address_back" // who reads the mail of the old one takes the account back to it
	LinkDevice      LinkKind = "device"       // somebody ends a sign-in that they know nothing of
)

// linkKinds are all of them.
var linkKinds = []LinkKind{LinkInvite, LinkReset, LinkAddress, LinkAddressBack, LinkDevice}

// How long links are good.
const (
	InviteLife      = 7 * 24 * time.Hour
	ResetLife       = time.Hour
	AddressLife     = 24 * time.Hour
	AddressBackLife = 3 * 24 * time.Hour
	DeviceLife      = 3 * 24 * time.Hour
)

var linkLives = map[LinkKind]time.Duration{LinkInvite: InviteLife, LinkReset: ResetLife,
	LinkAddress: AddressLife, LinkAddressBack: AddressBackLife, LinkDevice: DeviceLife}

// choosesPassword reports whether a link of this kind is for choosing a password.
func (k LinkKind) choosesPassword() bool { return k == LinkInvite || k == LinkReset }

// undoes reports whether a link of this kind is against what somebody else has done
// in the name of its person. They may have done more: such a link is bound neither
// to the address nor to the password, which they could change, and of several none
// takes the place of another.
func (k LinkKind) undoes() bool { return k == LinkAddressBack || k == LinkDevice }

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
	Address    string // the one that it is about, where it is about one
	SignIn     SignIn // the same of a sign-in

	emailKey string
}

// about is what a link is about besides its person, as it is kept.
func (l *Link) about() string {
	if l.SignIn.ID != 0 {
		return strconv.FormatInt(l.SignIn.ID, 10)
	}
	return l.Address
}

// Expired reports whether it has run out.
func (l *Link) Expired(now time.Time) bool { return !now.Before(l.Expires) }

// goodFor reports whether the link is still good for this person.
func (l *Link) goodFor(u *User, now time.Time) bool {
	return !l.Expired(now) && u.Deleted.IsZero() && u.Status == l.Kind.suits() && (l.Reaches(u) || l.Kind.undoes())
}

// NewLink is a link that was made: its token is given this once, or goes by mail.
type NewLink struct {
	User  User
	Link  Link
	Token string // "" when it goes by mail
}

const noLink = "This link has expired, been used, or been replaced by a newer one."

// errNoLink does not tell which of the reasons it is, or whether there ever was
// such a link.
func errNoLink() error {
	return &Error{Kind: NotFound, Message: noLink}
}

// newLink makes a link for somebody, in place of the older one of its kind. By
// mail, nobody but the reader of the mail gets to know the token.
func (x *tx) newLink(kind LinkKind, u *User, byMail bool) (NewLink, error) {
	l := Link{Kind: kind}
	token, err := x.keepLink(&l, u)
	if err == nil && kind == LinkInvite {
		err = x.setInvited(u, l.Expires)
	}
	if err != nil || !byMail {
		return NewLink{*u, l, token}, err
	}
	return NewLink{User: *u, Link: l}, x.mail(letter{kind: MailKind(kind), user: u.ID, to: u.Email, token: token, until: l.Expires})
}

// keepLink completes a link of somebody, keeps it, and gives its token.
func (x *tx) keepLink(l *Link, u *User) (token string, err error) {
	l.User, l.Made, l.MadeBy, l.emailKey = u.ID, x.now, x.actor.ID, u.emailKey
	l.Expires = x.now.Add(linkLives[l.Kind])
	if !l.Kind.undoes() {
		if err := x.endLinks(u.ID, l.Kind); err != nil {
			return "", err
		}
	}
	token = rand.Text()
	return token, insertLink(x, l, digest("link", token))
}

// setInvited notes with a person until when their invitation is good; zero: they
// have none.
func (x *tx) setInvited(u *User, until time.Time) error {
	u.InviteUntil, u.InvitedBy = until, ""
	return setInviteUntil(x, u.ID, until)
}

// endLinks ends the links of a person that are of these kinds. The mails on their
// way that bring one are not sent any more, unless they tell something besides.
func (x *tx) endLinks(user int64, kinds ...LinkKind) error {
	if err := deleteLinks(x, user, kinds); err != nil {
		return err
	}
	if slices.Contains(kinds, LinkInvite) {
		if err := setInviteUntil(x, user, time.Time{}); err != nil {
			return err
		}
	}
	return dropLinkMails(x, user, slices.DeleteFunc(kinds, LinkKind.undoes))
}

// Reaches reports whether the person still has the address that they had when the
// link was made.
func (l *Link) Reaches(u *User) bool { return u.emailKey == l.emailKey }

// endLinksBy ends the links that a change of their person ends.
func (x *tx) endLinksBy(before, after *User) error {
	decided := x.decidesFor(before.ID)
	kinds := slices.DeleteFunc(slices.Clone(linkKinds), func(k LinkKind) bool { return !k.endedBy(before, after, decided) })
	if slices.Contains(kinds, LinkInvite) {
		after.InviteUntil, after.InvitedBy = time.Time{}, ""
	}
	return x.endLinks(before.ID, kinds...)
}

// endedBy reports whether a change of a person ends their links of a kind. decided
// says that it was made by others who decide for them. What is done in the person's
// name may be the work of the one whom a link like LinkAddressBack is against, and so
// may be what an editor does: it only rests while the account is closed. Another
// address may end it as well: see offerWayBack.
func (k LinkKind) endedBy(before, after *User, decided bool) bool {
	stands := before.Status == after.Status && before.Deleted.IsZero() == after.Deleted.IsZero()
	switch k {
	case LinkAddressBack:
		return !stands && decided
	case LinkDevice:
		return !stands
	}
	return !stands || before.emailKey != after.emailKey || before.passwordHash != after.passwordHash
}

// isOwn reports whether the actor is this person.
func (x *tx) isOwn(user int64) bool { return x.actor.Kind == Person && x.actor.ID == user }

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
	l, u, err := s.linkFor(querierAt{ctx, s.reader}, token)
	if err != nil {
		return Link{}, User{}, s.wrongLink(ctx, a, err)
	}
	return l, *u, nil
}

// linkFor finds the link of a token, and its person, if it is still good.
func (s *Store) linkFor(q querierAt, token string) (Link, *User, error) {
	l, err := loadLink(q.ctx, q.querier, digest("link", token))
	if err != nil {
		return l, nil, err
	}
	u, err := loadUser(q.ctx, q.querier, l.User)
	if err == nil && !l.goodFor(u, s.now()) {
		err = errNoLink()
	}
	if err == nil && l.Kind == LinkDevice {
		err = s.loadLinked(q, &l)
	}
	return l, u, err
}

// loadLinked loads the sign-in that a link is about, if it has not ended.
func (s *Store) loadLinked(q querierAt, l *Link) error {
	w, err := loadSignIn(q.ctx, q.querier, l.SignIn.ID, l.User)
	if KindOf(err) == NotFound || err == nil && s.endOf(w) != "" {
		return errNoLink()
	}
	l.SignIn = w.SignIn
	return err
}

// byLink does what a link is for whose token this is, if its kind is the right one.
// Of two who try at once, one succeeds. A token that is wrong does not get as far as
// the writer.
func (s *Store) byLink(ctx context.Context, a Actor, token string, right func(LinkKind) bool, do func(*tx, Link, *User) error) error {
	if _, _, err := s.OpenLink(ctx, a, token); err != nil {
		return s.linkTried(ctx, a, err)
	}
	err := s.transact(ctx, a, func(x *tx) error {
		l, u, err := s.linkFor(querierAt{x.ctx, x.Tx}, token)
		if err == nil && !right(l.Kind) {
			err = errNoLink()
		}
		if err != nil {
			return err
		}
		return do(x, l, u)
	})
	return s.linkTried(ctx, a, err)
}

// guest is an actor whom nobody knows, whoever is signed in where they are: the
// link counts.
func guest(a Actor) Actor {
	a.Kind, a.ID, a.Role, a.SignIn = Nobody, 0, "", 0
	return a
}

// become has the person whom a link is for act from then on.
func (x *tx) become(u *User) {
	x.actor.Kind, x.actor.ID, x.actor.Role = Person, u.ID, u.Role
}

// RedeemLink sets the password of the person whom a token is for: an invited one
// is active from then on.
func (s *Store) RedeemLink(ctx context.Context, a Actor, token, password string) (User, error) {
	a = guest(a)
	l, u, err := s.OpenLink(ctx, a, token)
	if err == nil && !l.Kind.choosesPassword() {
		err = errNoLink()
	}
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
	return u, s.byLink(ctx, a, token, LinkKind.choosesPassword, func(x *tx, l Link, u *User) error {
		return x.redeem(l, u, hash)
	})
}

// redeem is the person's own act from then on.
func (x *tx) redeem(l Link, u *User, hash string) error {
	x.become(u)
	if l.Kind == LinkReset {
		return x.redeemReset(l, u, hash)
	}
	after := *u
	after.Status, after.passwordHash, after.HasPassword, after.MustChangePassword = Active, hash, true, false
	_, err := x.apply(ActAcceptInvite, u, &after, Entry{})
	return err
}

// redeemReset tells the person who made the link: where it was handed over, nobody but
// they can say whether it was them who used it.
func (x *tx) redeemReset(l Link, u *User, hash string) error {
	if err := x.replacePassword(u, hash, false, 0, EndedPassword); err != nil {
		return err
	}
	if err := x.mail(letter{kind: MailPasswordLink, user: u.ID, to: u.Email, by: l.MadeBy}); err != nil {
		return err
	}
	_, err := x.record(Entry{Act: ActOwnReset, Target: u.ID})
	return err
}

func linkKey(a Actor) string { return digest("link address", widest(a.Address)) }

// wrongLink is what is said of a token that is not right: those who try one after the
// other from somewhere are told to wait. Whose token is right gets through all the
// same: to look one up is cheap, and 128 bits are not guessed.
func (s *Store) wrongLink(ctx context.Context, a Actor, why error) error {
	if KindOf(why) != NotFound {
		return why
	}
	blocked, err := blockedTo(querierAt{ctx, s.reader}, throttles.link.kind, linkKey(a))
	if err != nil {
		return err
	}
	if wait := blocked.Sub(s.now()); wait > 0 {
		return tooManyLinks(wait)
	}
	return why
}

func tooManyLinks(wait time.Duration) error {
	wait = max(time.Second, wait.Round(time.Second))
	return &Error{Kind: Throttled, RetryAfter: wait,
		Message: noLink + " Many such links have been tried from your network: please wait " + inWords(wait) + " before you try another one."}
}

// linkTried counts a token that was wrong, and gives the error back.
func (s *Store) linkTried(ctx context.Context, a Actor, why error) error {
	if KindOf(why) != NotFound {
		return why
	}
	err := s.transact(ctx, a, func(x *tx) error {
		return x.slow(throttles.link, linkKey(a))
	})
	if err != nil && KindOf(err) != Throttled {
		return err
	}
	return why
}
