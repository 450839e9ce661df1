package store

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// The outbox. A mail is written in the transaction of what it tells about, so that
// neither is there without the other. It is put into words and posted by whoever
// holds the lease, and tried again until it goes or there is no point any more: see
// mail_post.go. A program that dies between posting a mail and noting it posts it
// again, under the same Message-ID: twice at worst, never not at all.

// MailKind says what a mail tells.
type MailKind string

// The kinds of mail. Those of links are named as the links are.
const (
	MailInvite     MailKind = MailKind(LinkInvite)
	MailReset      MailKind = MailKind(LinkReset)
	MailPassword   MailKind = "password"    // the password was changed
	MailAddressOld MailKind = "address_old" // another address is in the place of this one, for good
	MailAddressNew MailKind = "address_new" // this address is in the place of another one

	MailPasswordLink    MailKind = "password_link"    // a new one was chosen by a link
	MailPasswordStopped MailKind = "password_stopped" // an admin has ended all sessions, and made it useless
	MailResetMade       MailKind = "reset_made"       // an admin made a link for a new one, to hand over

	MailAddress      MailKind = MailKind(LinkAddress)
	MailAddressBack  MailKind = MailKind(LinkAddressBack) // another address is in the place of this one, and can be taken back
	MailAddressTaken MailKind = "address_taken"           // somebody asked for the address that this account has
	MailAddressLost  MailKind = "address_lost"            // the one before is in the place of this one again
	MailTakenBack    MailKind = "taken_back"              // this address is in its place again, with the link for a new password
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
	return []MailKind{MailInvite, MailReset, MailResetMade, MailPassword, MailPasswordLink, MailPasswordStopped, MailAddressOld, MailAddressNew, MailAddress, MailAddressBack, MailAddressTaken,
		MailAddressLost, MailTakenBack, MailDevice, MailSeen, MailAppAdded, MailAppRemoved, MailPasskeyAdded, MailPasskeyRemoved, MailCodes, MailFactorsReset}
}

// mailsWith are the kinds of mail that bring links of these kinds.
func mailsWith(links []LinkKind) (kinds []MailKind) {
	for _, k := range links {
		if kinds = append(kinds, MailKind(k)); k == LinkReset {
			kinds = append(kinds, MailTakenBack)
		}
	}
	return kinds
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
	Final  bool   // it is about this mail, and there is no point in trying again
	Server bool   // the server is what is wrong, or what it knows us as: it would take no other mail now
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

// linkIsOver is why a mail is given up whose link ended before it went.
const linkIsOver = "The link in it is no longer valid."

// letter is a mail that is to be written.
type letter struct {
	kind  MailKind
	user  int64
	to    string
	token string
	until time.Time

	signIn  int64 // that it tells of
	by      int64 // who caused it; 0: the actor
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

// ResendMail has a mail tried again at once that waits or was given up, or sent once
// more that was sent and brings no link.
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
		if !m.Sendable(x.now) {
			return refused(m.whyNot())
		}
		if m.State == MailSending {
			return refused("This mail is on its way already.")
		}
		if m.State == MailSent {
			m.MessageID = rand.Text() // servers drop the second of two with the same one
		}
		if err := mailAgain(x, &m); err != nil {
			return err
		}
		x.store.mailed.Store(true)
		_, err = x.record(Entry{Act: ActMail, Target: m.User, Note: "again: " + m.Kind.Label()})
		return err
	})
	return m, err
}

// whyNot says why a mail cannot be sent whose link is over, or was sent with it.
func (m *Mail) whyNot() string {
	why := "The link in this mail is no longer valid."
	if m.State == MailSent {
		why = "This mail was sent, and its link is not kept."
	}
	switch m.Kind {
	case MailInvite, MailReset, MailTakenBack:
		return why + " Make a new one on the person’s page."
	case MailAddress:
		return why + " They can ask for a new one on their account page."
	}
	return why
}

// ResendFailed has all mails tried again that were given up and can still be sent.
// It gives how many they are.
func (s *Store) ResendFailed(ctx context.Context, a Actor) (n int, err error) {
	err = s.write(ctx, a, attempt{ActMail, 0}, func(x *tx) error {
		if err := x.require(ActMail, nil); err != nil {
			return err
		}
		if n, err = failedAgain(x); err != nil || n == 0 {
			return err
		}
		x.store.mailed.Store(true)
		_, err = x.record(Entry{Act: ActMail, Note: "again: " + plural(n, "failed mail", "failed mails")})
		return err
	})
	return n, err
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
	case MailPasswordLink:
		return "New password by a link"
	case MailPasswordStopped:
		return "Password stopped"
	case MailResetMade:
		return "Link for a new password, handed over"
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
	case MailTakenBack:
		return "Account taken back, with a link for a new password"
	case MailDevice:
		return "Sign-in with a new device"
	case MailSeen:
		return "An administrator views as they do"
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
