package store

import "context"

// Who is invited may have a passkey in place of a password. It has to know its owner
// and to name them, because nothing else lets them in. Recovery codes come with it: who
// has lost it chooses a password by a link, and then needs one of them.

// AskFirstPasskey gives what a browser makes a passkey by for the person whom an
// invitation is for. It changes nothing.
func (s *Store) AskFirstPasskey(ctx context.Context, a Actor, token string, site PasskeySite) (PasskeyAsked, error) {
	l, u, err := s.OpenLink(ctx, a, token)
	if err == nil && l.Kind != LinkInvite {
		err = errNoLink()
	}
	if err != nil {
		return PasskeyAsked{}, err
	}
	theirs, err := selectPasskeys(ctx, s.reader, u.ID)
	if err != nil {
		return PasskeyAsked{}, err
	}
	return askNew(PasskeyFirst, &u, theirs, site, s.now())
}

// AcceptByPasskey takes an invitation by a passkey: its person is active from then on,
// without a password, and is given recovery codes, to be shown once. What is wrong
// fails with Invalid, in the field credential. Of two who try at once, one succeeds.
func (s *Store) AcceptByPasskey(ctx context.Context, a Actor, token string, site PasskeySite, c Challenge, n NewPasskey) (codes []string, err error) {
	a = guest(a)
	if _, _, err := s.OpenLink(ctx, a, token); err != nil {
		return nil, s.linkTried(ctx, a, err)
	}
	answer, unreadable := readCreation(n.Answer)
	name, err := passkeyName(n.Name, answer, n.Device)
	if err != nil {
		return nil, err
	}
	var wrong error
	err = s.byLink(ctx, a, token, LinkInvite.is, func(x *tx, _ Link, u *User) error {
		if err := x.spend(c, PasskeyFirst, u.ID); err != nil {
			return err
		}
		p, no := &Passkey{}, unreadable
		if no == nil {
			p, no = made(u, site, c, answer)
		}
		if no != nil {
			wrong, err = x.notPasskey(Entry{Act: ActAcceptInvite, Target: u.ID}, ofPerson(u.ID), no)
			return err
		}
		p.Name = name
		codes, err = x.accept(u, p)
		return err
	})
	return codes, orElse(err, wrong)
}

// accept is the person's own act from then on.
func (x *tx) accept(u *User, p *Passkey) (codes []string, err error) {
	x.become(u)
	if codes, err = x.keepPasskey(u, p); err != nil {
		return nil, err
	}
	after := *u
	after.Status, after.passwordHash, after.HasPassword, after.MustChangePassword = Active, "", false, false
	_, err = x.apply(ActAcceptInvite, u, &after, Entry{Note: "with the " + p.quoted()})
	return codes, err
}
