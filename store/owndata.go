package store

import "context"

// OwnData gives the acting person all that is kept about them: their profile, the
// sign-ins that are still known, where they are remembered, their second factors, the
// mails and links that they were sent, and what happened to their account, with where
// they did themselves what they did. No secret is in it. That they took it is on record. History is read as each asks for it: there may be much of it.
//
// It is what article 15 of the GDPR calls a copy of the personal data. What they did
// to others is about those others, and not in it.
func (s *Store) OwnData(ctx context.Context, a Actor) (OwnData, error) {
	var d OwnData
	err := s.transact(ctx, a, func(x *tx) error {
		if err := x.prove(ActOwnData); err != nil {
			return err
		}
		u, err := loadUser(x.ctx, x.Tx, x.actor.ID)
		if err != nil {
			return err
		}
		d.Person = *u
		if d.SignIns, err = selectEverySignIn(x.ctx, x.Tx, u.ID); err != nil {
			return err
		}
		if d.Browsers, err = selectBrowsers(x.ctx, x.Tx, u.ID); err != nil {
			return err
		}
		if d.Asked, err = askedAddress(x.ctx, x.Tx, u.ID, x.now); err != nil {
			return err
		}
		if d.Factors, err = factorsOf(x.ctx, x.Tx, u.ID); err != nil {
			return err
		}
		if d.Mails, err = selectMailsOf(x.ctx, x.Tx, u.ID); err != nil {
			return err
		}
		if d.Links, err = selectOpenLinks(x.ctx, x.Tx, u.ID, x.now); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActOwnData, Target: u.ID})
		return err
	})
	d.History = func(each func(Entry) error) error { return s.ownHistory(ctx, a, each) }
	return d, err
}

// OwnData is what a person can take away of what is kept about them.
type OwnData struct {
	Person   User
	Asked    *Link     // of the address that they have asked for; nil: of none
	SignIns  []SignIn  // newest first
	Browsers []Browser // that they are remembered in
	Factors  Factors
	Mails    []Mail                             // to them, newest first, but those of the address asked for
	Links    []Link                             // that are still good, without their tokens; the oldest first
	History  func(each func(Entry) error) error // newest first
}

// ownHistory gives each entry about the acting person.
func (s *Store) ownHistory(ctx context.Context, a Actor, each func(Entry) error) error {
	q := TrailQuery{Target: a.ID, Limit: 500}
	for {
		t, err := s.Trail(ctx, a, q)
		if err != nil {
			return err
		}
		for _, e := range t.Entries {
			if err := each(e); err != nil {
				return err
			}
			q.Below = e.ID
		}
		if !t.Older {
			return nil
		}
	}
}
