package store

import (
	"context"
	"crypto/rand"
	"errors"
	mathRand "math/rand/v2"
	"time"
)

// The outbox. A mail is written in the transaction of what it tells about, so that
// neither is there without the other. It is put into words and posted by whoever
// holds the lease, and tried again until it goes or there is no point any more. A
// program that ends between posting a mail and noting it posts it again, under the
// same Message-ID: twice at worst, never not at all.

// MailKind says what a mail tells.
type MailKind string

// The kinds of mail. Those of links are named as the links are.
const (
	MailInvite     MailKind = MailKind(LinkInvite)
	MailReset      MailKind = MailKind(LinkReset)
	MailPassword   MailKind = "password"    // the password was changed
	MailAddressOld MailKind = "address_old" // another address is in the place of this one, for good
	MailAddressNew MailKind = "address_new" // this address is in the place of another one

	MailAddress      MailKind = MailKind(LinkAddress)
	MailAddressBack  MailKind = MailKind(LinkAddressBack) // another address is in the place of this one, and can be taken back
	MailAddressTaken MailKind = "address_taken"           // somebody asked for the address that this account has
	MailAddressLost  MailKind = "address_lost"            // the one before is in the place of this one again
	MailDevice       MailKind = MailKind(LinkDevice)
	MailSeen         MailKind = "seen" // an admin looks at the back office as this person does

	MailAppAdded       MailKind = "app_added" // an authenticator app proves who they are from now on
	MailAppRemoved     MailKind = "app_removed"
	MailPasskeyAdded   MailKind = "passkey_added"
	MailPasskeyRemoved MailKind = "passkey_removed"
	MailCodes          MailKind = "codes"         // new recovery codes are in the place of those before
	MailFactorsReset   MailKind = "factors_reset" // an admin has taken all second factors away
)

// MailKinds lists all kinds of mail.
func MailKinds() []MailKind {
	return []MailKind{MailInvite, MailReset, MailPassword, MailAddressOld, MailAddressNew, MailAddress, MailAddressBack, MailAddressTaken,
		MailAddressLost, MailDevice, MailSeen, MailAppAdded, MailAppRemoved, MailPasskeyAdded, MailPasskeyRemoved, MailCodes, MailFactorsReset}
}

// MailState says where a mail stands.
type MailState string

// The states.
const (
	MailWaiting MailState = "waiting"
	MailSending MailState = "sending"
	MailSent    MailState = "sent"
	MailFailed  MailState = "failed" // given up
)

// MailStates lists all states.
func MailStates() []MailState { return []MailState{MailWaiting, MailSending, MailSent, MailFailed} }

// Mail is a mail of the outbox, without what is secret in it.
type Mail struct {
	ID       int64
	Kind     MailKind
	User     int64
	Name     string // of that person
	To       string
	By       int64     // who caused it; 0: nobody but the person; below: nobody who has a number
	ByName   string    // "" when they are gone
	Until    time.Time // when its link runs out; zero: it has none
	SignIn   SignIn    // that it tells of, where it tells of one
	State    MailState
	Attempts int
	Made     time.Time
	Next     time.Time // when it is tried next; zero: not any more
	Sent     time.Time
	Problem  string // why it did not go the last time

	// MessageID stays the same however often it is tried.
	MessageID string

	triedFrom time.Time
	secret    string
}

// Sendable reports whether there is a point in posting it: what brings a link needs
// one that is good.
func (m *Mail) Sendable(now time.Time) bool {
	return m.Until.IsZero() || m.secret != "" && now.Before(m.Until)
}

// Posting is a mail on its way to the server, with the token of its link.
type Posting struct {
	Mail
	Token string // "" when it brings no link
}

// PostError is why a mail did not go, in words for those who look at the outbox.
type PostError struct {
	Why    string // "451: the server asks to try again later"
	Final  bool   // there is no point in trying again
	Server bool   // the server is what is wrong: it would take no other mail now
	Cause  error  // for the log
}

// Error gives the words and the cause. It is for logs.
func (e *PostError) Error() string {
	if e.Cause == nil {
		return e.Why
	}
	return e.Why + ": " + e.Cause.Error()
}

// Unwrap gives the cause.
func (e *PostError) Unwrap() error { return e.Cause }

const (
	leaseMail = "mail"

	mailFirstRest = time.Minute        // after the first failure
	mailLongRest  = 6 * time.Hour      // after many
	mailPatience  = 3 * 24 * time.Hour // then it is given up
	mailTerm      = 10 * time.Minute   // when somebody who was sending must have ended
	mailLook      = 5 * time.Second    // how often it is looked for mails of other programs

	linkIsOver   = "The link in it is good no more."
	mailTooOld   = "It was tried for three days."
	mailUnsealed = "Its secret was sealed by a key that is gone."
)

// letter is a mail that is to be written.
type letter struct {
	kind  MailKind
	user  int64
	to    string
	token string
	until time.Time

	signIn  int64 // that it tells of
	unnamed bool  // it does not tell who caused it
}

// mail writes a mail into the outbox. What is secret in it is sealed.
func (x *tx) mail(l letter) error {
	id, err := insertMail(x, l, rand.Text())
	if err != nil || l.token == "" {
		x.store.mailed.Store(true)
		return err
	}
	sealed, err := x.seal(sealedMail, id, []byte(l.token))
	if err != nil {
		return err
	}
	x.store.mailed.Store(true)
	return setMailSecret(x, id, sealed)
}

// sealedMail is the place that the secrets of mails are sealed for.
const sealedMail = "mails.secret"

// tellMoved tells somebody at both of their addresses that one is in the place of
// the other, with the way back at the old one. It needs a proof, whoever did it: who
// reads the new one can have a link for a new password. Who has never come is told
// nothing.
func (x *tx) tellMoved(before, after *User) error {
	if before.emailKey == after.emailKey || before.Status == Invited || !after.Deleted.IsZero() {
		return nil
	}
	if err := x.prove(ActMoveAddress); err != nil {
		return err
	}
	return errors.Join(x.offerWayBack(before), x.mail(letter{kind: MailAddressNew, user: after.ID, to: after.Email}))
}

// KeepMail posts what lies in the outbox, until Close. failed is told what went
// wrong with the outbox itself; of what post says, the outbox tells.
func (s *Store) KeepMail(post func(context.Context, Posting) error, failed func(error)) {
	s.Go(func(ctx context.Context) {
		for {
			if err := s.PostMail(ctx, post); err != nil && ctx.Err() == nil {
				failed(err)
			}
			if !s.waitForMail(ctx) {
				return
			}
		}
	})
}

// waitForMail waits until there may be something to post.
func (s *Store) waitForMail(ctx context.Context) bool {
	timer := time.NewTimer(mailLook)
	defer timer.Stop()
	select {
	case <-s.mailbox:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// tellMailed wakes who posts, after a commit that wrote mails.
func (s *Store) tellMailed() {
	if !s.mailed.Swap(false) {
		return
	}
	select {
	case s.mailbox <- struct{}{}:
	default: // it is told already
	}
}

// PostMail posts what is due, unless another program does.
func (s *Store) PostMail(ctx context.Context, post func(context.Context, Posting) error) error {
	var looked error
	due := func(time.Time) (is bool) {
		is, looked = mailIsDue(ctx, s.reader, s.now())
		return is
	}
	l := newLease(leaseMail)
	_, err := s.alone(ctx, l, due, func(ctx context.Context) error { return s.postDue(ctx, l, post) })
	return errors.Join(looked, err)
}

// postDue posts one mail after the other. When the server is what is wrong, the
// others are left for later.
func (s *Store) postDue(ctx context.Context, l lease, post func(context.Context, Posting) error) error {
	for ctx.Err() == nil {
		p, err := s.takeMail(ctx, l)
		if err != nil || p == nil {
			return err
		}
		why := post(ctx, *p)
		if why != nil && ctx.Err() != nil {
			why = &PostError{Why: "The program was stopped while it was sent."}
		}
		if err := s.noteMail(context.WithoutCancel(ctx), l, &p.Mail, why); err != nil {
			return err
		}
		var e *PostError
		if errors.As(why, &e) && e.Server {
			return nil
		}
	}
	return ctx.Err()
}

// takeMail gives the mail that has waited longest, or nil. Those that there is no
// point in posting any more are given up on the way.
func (s *Store) takeMail(ctx context.Context, l lease) (p *Posting, err error) {
	err = s.holding(ctx, l, func(x *tx) error {
		for {
			m, err := loadDueMail(x)
			if err != nil || m == nil {
				return err
			}
			token, over := s.stillWorth(m, x.now)
			if over == "" {
				p = &Posting{*m, token}
				p.Attempts++
				return markSending(x, m.ID, x.now.Add(mailTerm))
			}
			if err := giveMailUp(x, m.ID, over); err != nil {
				return err
			}
		}
	})
	return p, err
}

// stillWorth opens what is secret in a mail, or says why it is given up.
func (s *Store) stillWorth(m *Mail, now time.Time) (token, over string) {
	switch {
	case now.Sub(m.triedFrom) >= mailPatience:
		return "", mailTooOld
	case !m.Until.IsZero() && !now.Before(m.Until):
		return "", linkIsOver
	case m.secret == "":
		return "", ""
	}
	secret, err := s.unseal(sealedMail, m.ID, m.secret)
	if err != nil {
		return "", mailUnsealed
	}
	return string(secret), ""
}

// noteMail notes how posting a mail ended.
func (s *Store) noteMail(ctx context.Context, l lease, m *Mail, why error) error {
	return s.holding(ctx, l, func(x *tx) error {
		if why == nil {
			return markSent(x, m.ID)
		}
		e := &PostError{Why: "The server could not be reached."}
		errors.As(why, &e)
		next := x.now.Add(mailRest(m.Attempts))
		if e.Final || next.Sub(m.triedFrom) >= mailPatience {
			return giveMailUp(x, m.ID, e.Why)
		}
		return markWaiting(x, m.ID, next, e.Why)
	})
}

// mailRest is how long a mail rests after its n-th try: up to twice as long as
// after the one before, and never two of them equally long.
func mailRest(n int) time.Duration {
	most := mailLongRest
	if n < 10 {
		most = min(most, mailFirstRest<<(n-1)*2)
	}
	return most/2 + mathRand.N(most/2)
}

// MailQuery says which mails to list.
type MailQuery struct {
	State MailState // "" for all
	Below int64     // those older than this id; 0: the newest
	Limit int       // 50 when 0
}

// Outbox lists mails, newest first, and whether there are older ones.
func (s *Store) Outbox(ctx context.Context, a Actor, q MailQuery) (mails []Mail, older bool, err error) {
	if !Can(a, ActMail, nil) {
		return nil, false, forbidden("Your role does not allow this.")
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	mails, err = selectMails(ctx, s.reader, q)
	if len(mails) > q.Limit {
		return mails[:q.Limit], true, err
	}
	return mails, false, err
}

// MailCounts says how many mails are in each state.
func (s *Store) MailCounts(ctx context.Context, a Actor) (map[MailState]int, error) {
	if !Can(a, ActMail, nil) {
		return nil, forbidden("Your role does not allow this.")
	}
	return countMails(ctx, s.reader)
}

// ResendMail has a mail tried again at once that waits or was given up.
func (s *Store) ResendMail(ctx context.Context, a Actor, id int64) (Mail, error) {
	var m Mail
	err := s.write(ctx, a, attempt{ActMail, 0}, func(x *tx) error {
		if err := x.require(ActMail, nil); err != nil {
			return err
		}
		var err error
		if m, err = loadMail(x.ctx, x.Tx, id); err != nil {
			return err
		}
		switch {
		case m.State == MailSent || m.State == MailSending:
			return refused("This mail is on its way already.")
		case !m.Sendable(x.now):
			return refused("The link in this mail is good no more. Make a new one on the person’s page.")
		}
		if err := mailAgain(x, id); err != nil {
			return err
		}
		x.store.mailed.Store(true)
		_, err = x.record(Entry{Act: ActMail, Target: m.User, Note: "again: " + m.Kind.Label()})
		return err
	})
	return m, err
}

// Label is what a mail is about, for people.
func (k MailKind) Label() string {
	switch k {
	case MailInvite:
		return "Invitation"
	case MailReset:
		return "Link for a new password"
	case MailPassword:
		return "Password changed"
	case MailAddressOld:
		return "Address changed, to the old one"
	case MailAddressNew:
		return "Address changed, to the new one"
	case MailAddress:
		return "New address to confirm"
	case MailAddressBack:
		return "Address changed, with the way back"
	case MailAddressTaken:
		return "Address that somebody else asked for"
	case MailAddressLost:
		return "Address taken back"
	case MailDevice:
		return "Sign-in with a new device"
	case MailSeen:
		return "Somebody looks as they do"
	case MailAppAdded:
		return "Authenticator app added"
	case MailAppRemoved:
		return "Authenticator app removed"
	case MailPasskeyAdded:
		return "Passkey added"
	case MailPasskeyRemoved:
		return "Passkey removed"
	case MailCodes:
		return "New recovery codes"
	case MailFactorsReset:
		return "Second factors removed"
	}
	return string(k)
}
