package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// devicesAsked is how many of the last sign-ins of somebody a new one is compared
// with.
const devicesAsked = 200

// beginSignIn makes the sign-in of a person who has proved to be themselves, who
// is the actor by now, and puts it on record. Of a device that they have not been
// seen with before they are told by mail.
func (x *tx) beginSignIn(u *User, by Factor, note string) (id int64, err error) {
	known, err := x.knownDevice(u)
	if err != nil {
		return 0, err
	}
	if id, err = insertSignIn(x, u.ID, !known, by); err != nil {
		return 0, err
	}
	e := Entry{Act: ActSignIn, Target: u.ID, Note: note}
	if !known {
		e.Note = join(note, "from a new device")
		if err := x.tellDevice(u, id); err != nil {
			return 0, err
		}
	}
	_, err = x.record(e)
	return id, err
}

// deviceMails keeps somebody whose address is another one each time from having
// their mailbox filled. It slows nobody down: some of those sign-ins have no mail.
var deviceMails = throttle{"device_mail", 6, 10 * time.Minute, 6 * time.Hour, 6 * time.Hour}

// tellDevice tells somebody of a sign-in, with a link that ends it. Without keys
// nothing can be sealed, a link neither: then the mail just tells of it. Nobody is
// to be kept out because of that.
func (x *tx) tellDevice(u *User, signIn int64) error {
	err := x.slow(deviceMails, digest("device mails", strconv.FormatInt(u.ID, 10)))
	if KindOf(err) == Throttled {
		return nil
	}
	if err != nil {
		return err
	}
	m := letter{kind: MailDevice, user: u.ID, to: u.Email, signIn: signIn}
	_, err = x.store.fittingKeys(x.ctx, x.Tx)
	if errors.Is(err, errKeyFile) {
		return x.mail(m)
	}
	if err != nil {
		return err
	}
	l := Link{Kind: LinkDevice, SignIn: SignIn{ID: signIn}}
	if m.token, err = x.keepLink(&l, u); err != nil {
		return err
	}
	m.until = l.Expires
	return x.mail(m)
}

// EndByLink ends the one sign-in that a mail told of whose token this is. Whoever
// reads the mail may: they need not be able to sign in.
func (s *Store) EndByLink(ctx context.Context, a Actor, token string) error {
	return s.byLink(ctx, guest(a), token, LinkDevice.is, func(x *tx, l Link, u *User) error {
		x.become(u)
		if _, err := endSignIn(x, l.SignIn.ID, u.ID, EndedByOwner); err != nil {
			return err
		}
		if err := deleteLink(x, &l); err != nil {
			return err
		}
		_, err := x.record(Entry{Act: ActEndSessions, Target: u.ID, Note: "1 session ended, by the link in a mail"})
		return err
	})
}

// knownDevice reports whether the person has been seen with this device before:
// in a browser that they are remembered in, or with the same kind of browser on
// the same kind of system from the same part of the net, which a browser's next
// version and a provider's next address leave as they are. Of the first sign-in
// of all there is nothing to be told.
func (x *tx) knownDevice(u *User) (bool, error) {
	if u.LastSignIn.IsZero() {
		return true, nil
	}
	browser, err := x.recognised(u.emailKey, x.actor.Browser)
	if err != nil {
		return false, err
	}
	if browser != 0 {
		return true, touchBrowser(x, browser)
	}
	past, err := lastDevices(x, u.ID, devicesAsked)
	if err != nil {
		return false, err
	}
	kind, place := agentKind(agentText(x.actor.Agent)), neighbourhood(x.actor.Address)
	for _, one := range past {
		if agentKind(one.Agent) == kind && neighbourhood(one.Address) == place {
			return true, nil
		}
	}
	return false, nil
}

// agentKind is what a browser says of itself without the numbers of versions.
func agentKind(agent string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '.' || r == '_' {
			return -1
		}
		return r
	}, agent)
}
