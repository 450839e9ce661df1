package store

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"
)

// Changing one's own address. What somebody types is an address only once it has
// been shown that they read its mail: a link goes there, and until it is confirmed
// nothing changes. Then the old address is told, with a link that takes the account
// back for three days: who has stolen an account would move it away first of all.
//
// Sessions stay as they are when an address changes: none was begun by it. Links
// that let somebody in, or would move the account elsewhere, end.

// How often somebody may ask, and how often any mailbox gets such a mail.
var (
	addressByPerson  = throttle{"address_person", 5, 5 * time.Minute, time.Hour, 6 * time.Hour}
	addressByMailbox = throttle{"address_mailbox", 3, 5 * time.Minute, time.Hour, 6 * time.Hour}
)

// ownAddress refuses another address that somebody gives to themselves in any other
// way: nobody would have confirmed it.
const ownAddress = "Change your own address on Your account, where it is confirmed."

// movesSelf reports whether the actor gives themselves another address.
func (x *tx) movesSelf(before, after *User) bool {
	return x.isOwn(before.ID) && before.emailKey != after.emailKey
}

// AskAddress asks for another address for the acting person, and sends a link
// there to confirm it, in place of the one before. What it says does not depend on
// whether somebody else has the address: their mailbox is told instead. changed
// reports that it is their address already, which is only written differently, and
// is so from now on. What is wrong fails with Invalid in the field email.
func (s *Store) AskAddress(ctx context.Context, a Actor, email string) (changed bool, err error) {
	typed, key, err := ParseEmail(email)
	if err != nil {
		return false, invalid(map[string]string{"email": err.Error()})
	}
	err = s.write(ctx, a, attempt{ActOwnAddress, a.ID}, func(x *tx) error {
		u, err := x.self(ActOwnAddress)
		if err != nil {
			return err
		}
		if typed == u.Email {
			return invalid(map[string]string{"email": "This is your address already."})
		}
		if changed = key == u.emailKey; changed {
			return x.setAddress(u, typed)
		}
		return x.askAddress(u, typed, key)
	})
	return changed, err
}

// askAddress keeps the link in any case, so that nothing but the mail depends on
// whose address it is.
func (x *tx) askAddress(u *User, typed, key string) error {
	if err := x.slow(addressByPerson, digest("address person", strconv.FormatInt(u.ID, 10))); err != nil {
		return err
	}
	if err := x.slow(addressByMailbox, digest("address mailbox", key)); err != nil {
		return err
	}
	l := Link{Kind: LinkAddress, Address: typed}
	token, err := x.keepLink(&l, u)
	if err != nil {
		return err
	}
	m := letter{kind: MailAddress, user: u.ID, to: typed, token: token, until: l.Expires}
	owner, err := loadUserByEmail(x.ctx, x.Tx, key)
	switch {
	case err == nil:
		m = letter{kind: MailAddressTaken, user: owner.ID, to: owner.Email, unnamed: true}
	case KindOf(err) != NotFound:
		return err
	}
	if err := x.mail(m); err != nil {
		return err
	}
	_, err = x.record(Entry{Act: ActAskAddress, Target: u.ID}) // not which: it may be another person's
	return err
}

// setAddress gives the acting person an address, and records it.
func (x *tx) setAddress(u *User, email string) error {
	after, err := x.withAddress(u, email)
	if err != nil {
		return err
	}
	until, err := claimOn(x.ctx, x.Tx, after.emailKey, u.ID, x.now)
	if err != nil {
		return err
	}
	if !until.IsZero() { // it tells no more than of an address that somebody has
		return errAddressTaken()
	}
	if _, err := x.apply(ActOwnAddress, u, &after, Entry{}); err != nil {
		return err
	}
	if after.emailKey == u.emailKey {
		return nil
	}
	return x.offerWayBack(u)
}

// withAddress is somebody with another address, if it is nobody else's.
func (x *tx) withAddress(u *User, email string) (User, error) {
	after := *u
	d, _ := defOf(FieldEmail)
	if err := d.set(&after, email); err != nil {
		return after, invalid(map[string]string{"email": err.Error()})
	}
	owner, err := ownerOfEmail(x, after.emailKey, u.ID)
	if err == nil && owner != "" {
		err = errAddressTaken()
	}
	return after, err
}

func errAddressTaken() error {
	return refused("This address belongs to another account by now. Ask an administrator to help you.")
}

// claimable is why staff cannot give an address to anybody else for now: who had it
// can take their account back there, which nobody is to stand in the way of.
func claimable(until time.Time) string {
	return "This address was in use until recently and can be claimed back until " + until.Format("2 January 2006") + "."
}

// offerWayBack tells somebody at the address that they had that they have another
// one, with the link that takes the account back to it. An address that is to be
// relied on no more is told without one: see waysBack.
func (x *tx) offerWayBack(before *User) error {
	open, err := x.waysBack(before.ID)
	if err != nil {
		return err
	}
	over := open.lent
	if x.decidesFor(before.ID) && open.any {
		over = true
		if err := x.endLinks(before.ID, LinkAddressBack); err != nil {
			return err
		}
	}
	if over {
		return x.mail(letter{kind: MailAddressOld, user: before.ID, to: before.Email})
	}
	l := Link{Kind: LinkAddressBack, Address: before.Email}
	token, err := x.keepLink(&l, before)
	if err != nil {
		return err
	}
	return x.mail(letter{kind: MailAddressBack, user: before.ID, to: before.Email, token: token, until: l.Expires})
}

// waysBack says how well somebody has the address that they have. While a way back is
// open it is new, and who decides for others gives them another one in its place for
// good: else a thief could take it back from them. It is lent to them by who may not
// reset passwords, such as an editor: until that way back is over its reader gets no
// link by which somebody comes in, be it a way back of its own.
type waysBack struct{ any, lent bool }

func (x *tx) waysBack(user int64) (waysBack, error) {
	makers, err := selectWayBackMakers(x, user)
	w := waysBack{any: len(makers) > 0}
	for _, m := range makers {
		other := m.ID != 0 && m.ID != user
		w.lent = w.lent || other && !Can(Actor{Kind: Person, ID: m.ID, Role: m.Role}, ActResetPassword, nil)
	}
	return w, err
}

// decidesFor reports whether the actor is another than this person, and may as well
// reset their password.
func (x *tx) decidesFor(user int64) bool {
	return !x.isOwn(user) && Can(x.actor, ActResetPassword, nil)
}

// AskedAddress gives the link of the address that the acting person has asked for
// and not confirmed, or nil.
func (s *Store) AskedAddress(ctx context.Context, a Actor) (*Link, error) {
	return askedAddress(brief(ctx), s.reader, a.ID, s.now())
}

func askedAddress(ctx context.Context, q querier, user int64, now time.Time) (*Link, error) {
	l, err := loadLinkOf(ctx, q, user, LinkAddress)
	if KindOf(err) == NotFound || err == nil && l.Expired(now) {
		return nil, nil
	}
	return &l, err
}

// CancelAddress forgets the address that the acting person has asked for. It
// reports whether there was one.
func (s *Store) CancelAddress(ctx context.Context, a Actor) (there bool, err error) {
	err = s.transact(ctx, a, func(x *tx) error {
		_, err := loadLinkOf(x.ctx, x.Tx, a.ID, LinkAddress)
		if there = err == nil; !there {
			if KindOf(err) == NotFound {
				err = nil
			}
			return err
		}
		if err := x.endLinks(a.ID, LinkAddress); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActCancelAddress, Target: a.ID})
		return err
	})
	return there, err
}

// ConfirmAddress gives the acting person the address that the link of a token was
// sent to. It has to be theirs: who mistypes an address sends the link to somebody
// who would have the account by it. Whether the address is free is decided here.
func (s *Store) ConfirmAddress(ctx context.Context, a Actor, token string) error {
	return s.byLink(ctx, a, token, LinkAddress.is, func(x *tx, l Link, u *User) error {
		if !x.isOwn(u.ID) {
			return forbidden("This link is for another account.")
		}
		return x.setAddress(u, l.Address)
	})
}

// is reports whether two kinds are the same.
func (k LinkKind) is(other LinkKind) bool { return k == other }

// TakeAddressBack gives somebody the address back that the link of a token was sent
// to, and sends a link there for a new password: whoever moved the account away
// knew the one before, which is good no more. All sessions end. Of several such
// links, those end that were made since; passkeys and recovery codes that were go: what
// is taken back is all of it. It gives the person afterwards: where somebody else has
// the address by now, all the rest is done, and the account is deactivated.
func (s *Store) TakeAddressBack(ctx context.Context, a Actor, token string) (User, error) {
	a = guest(a)
	l, _, err := s.OpenLink(ctx, a, token)
	if err == nil && l.Kind != LinkAddressBack {
		err = errNoLink()
	}
	if err != nil {
		return User{}, s.linkTried(ctx, a, err)
	}
	hash, err := s.hasher.Hash(ctx, rand.Text()+rand.Text()) // a password that nobody knows
	if err != nil {
		return User{}, err
	}
	var after User
	err = s.byLink(ctx, a, token, LinkAddressBack.is, func(x *tx, l Link, u *User) (err error) {
		after, err = x.takeAddressBack(l, u, hash)
		return err
	})
	return after, err
}

func (x *tx) takeAddressBack(l Link, u *User, hash string) (User, error) {
	e := Entry{Act: ActAddressBack, Target: u.ID}
	after, err := x.withAddress(u, l.Address)
	switch {
	case err == nil:
		x.become(u)
	case KindOf(err) == Refused:
		e.Note = "somebody else has the address by now"
		after, err = x.shut(u)
	}
	if err != nil {
		return after, err
	}
	after.passwordHash, after.HasPassword = hash, true
	if err := x.replace(u, &after); err != nil {
		return after, err
	}
	x.become(u)
	if err := x.endAllSince(u, l.Made); err != nil {
		return after, err
	}
	e.Changes = diff(u, &after)
	if _, err := x.record(e); err != nil || e.Note != "" {
		return after, err
	}
	return after, x.tellTakenBack(u, &after)
}

// shut is an account that cannot go back to the address it had. At the one that it has
// now, whoever moved it would get a link for a new password: so it waits for an
// administrator, unless it is the last one.
func (x *tx) shut(u *User) (User, error) {
	after := *u
	others, err := countOtherActiveAdmins(x, u.ID)
	if others > 0 || !u.isActiveAdmin() {
		after.Status = Deactivated
	}
	return after, err
}

// endAllSince ends all ways in that somebody has, but passkeys from before.
func (x *tx) endAllSince(u *User, since time.Time) error {
	if err := deleteLinksSince(x, u.ID, LinkAddressBack, since); err != nil {
		return err
	}
	if err := deletePasskeysSince(x, u.ID, since); err != nil { // each is a way in of its own
		return err
	}
	if err := deleteRecoveryCodesSince(x, u.ID, since); err != nil { // they stand in for an app from before as well
		return err
	}
	if err := x.dropIdleCodes(u.ID); err != nil {
		return err
	}
	if _, err := endSignIns(x, u.ID, 0, EndedPassword); err != nil {
		return err
	}
	_, err := x.forgetBrowsers(u.ID, "")
	return err
}

// tellTakenBack sends the link for a new password, and tells the address that the
// account had meanwhile.
func (x *tx) tellTakenBack(before, after *User) error {
	l := Link{Kind: LinkReset}
	token, err := x.keepLink(&l, after)
	if err != nil {
		return err
	}
	if err := x.mail(letter{kind: MailTakenBack, user: after.ID, to: after.Email, token: token, until: l.Expires}); err != nil {
		return err
	}
	if before.emailKey == after.emailKey {
		return nil
	}
	return x.mail(letter{kind: MailAddressLost, user: before.ID, to: before.Email})
}
