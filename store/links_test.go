package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// invite makes somebody one who has not come yet, and keeps the token.
func (c *cast) invite(u *User) {
	c.t.Helper()
	if now := c.load(u.ID); now.Status == Active {
		must(c.t, c.transact(c.t.Context(), console, func(x *tx) error {
			after := *now
			after.Status, after.HasPassword, after.passwordHash = Invited, false, ""
			return errors.Join(updateUser(x, now, &after), second(endSignIns(x, u.ID, 0, EndedByAdmin)))
		}))
	}
	l, err := c.Invite(c.t.Context(), console, u.ID, false)
	must(c.t, err)
	c.token = l.Token
}

// reset makes a link for a new password, and keeps the token.
func (c *cast) reset(u *User) {
	c.t.Helper()
	l, err := c.ResetLink(c.t.Context(), console, u.ID, false)
	must(c.t, err)
	c.token = l.Token
}

// guestAs is the guest once a link has told who they are.
func (c *cast) guestAs(u *User) Actor {
	a := c.guest
	a.Kind, a.ID = Person, u.ID
	return a
}

// forget forgets a password, and waits for what is done beside.
func (c *cast) forget(ctx context.Context, email string) error {
	beside := make(chan error, 1)
	if err := c.ForgotPassword(ctx, c.guest, email, func(err error) { beside <- err }); err != nil {
		return err
	}
	return <-beside
}

// over demands that a token is good for nothing, whether one looks or tries.
func (c *cast) over(token string) {
	c.t.Helper()
	_, _, err := c.OpenLink(c.t.Context(), c.guest, token)
	wantKind(c.t, err, NotFound)
	_, err = c.RedeemLink(c.t.Context(), c.guest, token, newPassword)
	wantKind(c.t, err, NotFound)
}

// TestInvitation goes the whole way: somebody is added, opens the link as often as
// they like, chooses a password, and is in; the link is good no more.
func TestInvitation(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	n := NewUser{Name: "Nell", Email: "nell@example.com", Role: Viewer}
	l, made, err := c.InviteUser(t.Context(), c.admin, n, false)
	must(t, err)
	if made.User.Status != Invited || made.User.HasPassword || !l.Link.Expires.Equal(c.Now().Add(InviteLife)) || len(l.Token) < 26 {
		t.Fatalf("%+v %+v", made.User, l)
	}
	_, err = c.SignIn(t.Context(), c.guest, n.Email, "")
	wantKind(t, err, Unauthenticated)
	for range 3 {
		before := c.fingerprint()
		link, u, err := c.OpenLink(t.Context(), c.guest, l.Token)
		must(t, err)
		if link.Kind != LinkInvite || u.Email != n.Email || link.MadeByName != "Ana" || c.fingerprint() != before {
			t.Errorf("%+v of %+v", link, u)
		}
	}
	wantKind(t, second(c.RedeemLink(t.Context(), c.guest, l.Token, "nell@example")), Invalid)
	must(t, second(c.RedeemLink(t.Context(), c.guest, l.Token, newPassword)))
	c.over(l.Token)
	if u := c.load(made.User.ID); u.Status != Active || u.MustChangePassword {
		t.Errorf("%+v", u)
	}
	must(t, second(c.SignIn(t.Context(), c.guest, n.Email, newPassword)))
}

// TestLinksEnd ends a link in each way that it ends, and takes back what did it:
// it stays ended.
func TestLinksEnd(t *testing.T) {
	t.Parallel()
	ends := map[string]func(c *cast){
		"a newer one": func(c *cast) {
			kept := c.token
			if c.load(c.ben.ID).Status == Invited {
				c.invite(c.ben)
			} else {
				c.reset(c.ben)
			}
			c.token = kept
		},
		"another address and back": func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldEmail, "other@example.com")))
			change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldEmail, "Ben@example.com")))
		},
		"a deactivation and back": func(c *cast) {
			deactivateBen(c)
			change(c.t)(c.Reactivate(c.t.Context(), console, c.ben.ID))
		},
		"a deletion and back": func(c *cast) {
			deleteBen(c)
			change(c.t)(c.Restore(c.t.Context(), console, c.ben.ID))
		},
		"time": func(c *cast) { c.clock.advance(InviteLife) },
		"its use": func(c *cast) {
			must(c.t, second(c.RedeemLink(c.t.Context(), c.guest, c.token, "four other plain words")))
		},
	}
	for _, kind := range []LinkKind{LinkInvite, LinkReset} {
		for name, end := range ends {
			t.Run(string(kind)+" by "+name, func(t *testing.T) {
				t.Parallel()
				c := newCast(t, mutation{})
				if kind == LinkInvite {
					c.invite(c.ben)
				} else {
					c.reset(c.ben)
				}
				_, _, err := c.OpenLink(t.Context(), c.guest, c.token)
				must(t, err)
				end(c)
				c.over(c.token)
			})
		}
	}
	t.Run("reset by another password", func(t *testing.T) {
		t.Parallel()
		c := newCast(t, mutation{})
		c.reset(c.ben)
		must(t, c.ChangeOwnPassword(t.Context(), c.self, password, newPassword))
		c.over(c.token)
	})
	t.Run("reset a moment before its hour is over", func(t *testing.T) {
		t.Parallel()
		c := newCast(t, mutation{})
		c.reset(c.ben)
		c.clock.advance(ResetLife - 2*time.Second)
		_, _, err := c.OpenLink(t.Context(), c.guest, c.token)
		must(t, err)
		c.clock.advance(2 * time.Second)
		c.over(c.token)
	})
	t.Run("invite taken back", func(t *testing.T) {
		t.Parallel()
		c := newCast(t, mutation{})
		c.invite(c.ben)
		must(t, c.RevokeInvite(t.Context(), c.admin, c.ben.ID))
		c.over(c.token)
		wantKind(t, c.RevokeInvite(t.Context(), c.admin, c.ben.ID), Refused)
	})
}

// TestTwoRedeem has two use one link at once: one of them has chosen the password.
func TestTwoRedeem(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.reset(c.ben)
	passwords := []string{"four other plain words", "five more of such words"}
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, p := range passwords {
		both.Go(func() { _, errs[i] = c.RedeemLink(t.Context(), c.guest, c.token, p) })
	}
	both.Wait()
	for i, p := range passwords {
		_, err := c.SignIn(t.Context(), visitor(there), c.ben.Email, p)
		if (err == nil) != (errs[i] == nil) || KindOf(errs[i]) != "" && KindOf(errs[i]) != NotFound {
			t.Errorf("%d: %v, and then %v", i, errs[i], err)
		}
	}
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v and %v", errs[0], errs[1])
	}
}

// TestLinkTokensAreNotKept looks for a token everywhere in the database.
func TestLinkTokensAreNotKept(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.invite(c.ben)
	must(t, second(c.ResetLink(t.Context(), c.admin, c.eve.ID, true)))
	var posted []Posting
	must(t, c.PostMail(t.Context(), func(_ context.Context, p Posting) error {
		posted = append(posted, p)
		for _, line := range dump(t, c.reader, append(tables, "sessions", "throttles")...) {
			if strings.Contains(line, p.Token) || strings.Contains(line, c.token) {
				t.Errorf("a token lies in %s", line)
			}
		}
		return nil
	}))
	if len(posted) != 1 || posted[0].To != c.eve.Email || posted[0].Token == "" {
		t.Fatalf("posted %+v", posted)
	}
	_, u, err := c.OpenLink(t.Context(), c.guest, posted[0].Token)
	must(t, err)
	if u.ID != c.eve.ID {
		t.Errorf("it is for %s", u.Name)
	}
}

// TestWrongTokensAreSlowedDown tries one token after the other, from one network: that
// is refused after some, and then nothing is kept of it. Whose token is right gets
// through all the same.
func TestWrongTokensAreSlowedDown(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.reset(c.ben)
	from := func(n int) Actor { return visitor(fmt.Sprintf("2001:db8:1:%x::1", n)) }
	for n := range throttles.link.free + 1 {
		wantKind(t, second(c.RedeemLink(t.Context(), from(n), "GUESSED", newPassword)), NotFound)
	}
	before := dump(t, c.reader, "throttles")
	for n := range 10 {
		err := wantKind(t, second(c.RedeemLink(t.Context(), from(n), "GUESSED", newPassword)), Throttled)
		if err.RetryAfter != throttles.link.base || !strings.Contains(err.Message, "please wait 2 seconds") {
			t.Errorf("%+v", err)
		}
		_, _, open := c.OpenLink(t.Context(), from(n), "GUESSED")
		wantKind(t, open, Throttled)
		wantKind(t, c.EndByLink(t.Context(), from(n), "GUESSED"), Throttled)
	}
	if after := dump(t, c.reader, "throttles"); !slices.Equal(before, after) || len(after) != 1 {
		t.Errorf("kept of it: %v, before %v", after, before)
	}
	wantKind(t, second(c.RedeemLink(t.Context(), visitor(there), "GUESSED", newPassword)), NotFound)
	_, u, err := c.OpenLink(t.Context(), from(0), c.token)
	if must(t, err); u.ID != c.ben.ID {
		t.Errorf("it is for %s", u.Name)
	}
	must(t, second(c.RedeemLink(t.Context(), from(0), c.token, newPassword)))
}

// TestWhoGetsALink refuses links that make no sense, and those that one may not make.
func TestWhoGetsALink(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	editor := as(c.eve)
	wantKind(t, second(c.Invite(t.Context(), c.admin, c.ben.ID, false)), Refused)
	wantKind(t, second(c.ResetLink(t.Context(), editor, c.ben.ID, false)), Forbidden)
	wantKind(t, second(c.ResetLink(t.Context(), c.self, c.ana.ID, false)), Forbidden)
	c.invite(c.ben)
	wantKind(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, false)), Refused)
	must(t, second(c.Invite(t.Context(), editor, c.ben.ID, false)))
	_, _, err := c.InviteUser(t.Context(), editor, NewUser{Name: "Zoe", Email: "zoe@example.com", Role: Admin}, false)
	wantKind(t, err, Invalid)
	deactivateBen(c)
	wantKind(t, second(c.Invite(t.Context(), c.admin, c.ben.ID, false)), Refused)
	deleteBen(c)
	wantKind(t, second(c.Invite(t.Context(), c.admin, c.ben.ID, false)), Refused)
}

// TestForgettingTellsNothing asks for people who are there, are not, may not sign
// in, and have not come: what is said, and what is counted, is the same; and only
// who may sign in has mail.
func TestForgettingTellsNothing(t *testing.T) {
	t.Parallel()
	for email, after := range map[string]struct{ mails, entries int }{
		"Ben@example.com": {1, 1}, "off@example.com": {0, 1}, "nell@example.com": {0, 1},
		"nobody@example.com": {0, 0}, // on record of their network, not each time
	} {
		c := newCast(t, mutation{})
		change(t)(c.Deactivate(t.Context(), console, c.add("Off", Member).ID))
		_, _, err := c.InviteUser(t.Context(), console, NewUser{Name: "Nell", Email: "nell@example.com", Role: Member}, false)
		must(t, err)
		for n := range forgotByAccount.free + 1 {
			if err := c.forget(t.Context(), email); err != nil {
				t.Fatalf("%s, %d: %v", email, n, err)
			}
		}
		asked := c.countEntries()
		must(t, c.forget(t.Context(), email)) // once too often: it says nothing, and sends nothing more
		if n := c.countEntries(); n != asked {
			t.Errorf("%s: %d entries more", email, n-asked)
		}
		if n := queryInt(t, c.reader, `SELECT count(*) FROM mails WHERE state = 'waiting'`); n != after.mails {
			t.Errorf("%s: %d mails wait", email, n)
		}
		c.clock.advance(forgotByAccount.base)
		must(t, c.forget(t.Context(), email))
		if n := c.countEntries(); n != asked+after.entries {
			t.Errorf("%s: %d entries after the wait", email, n-asked)
		}
	}
}

// TestTheMailBeforeStaysGood for who asks once too often, and only a network is told
// that it asks too much.
func TestTheMailBeforeStaysGood(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for range forgotByAccount.free + 1 {
		must(t, c.forget(t.Context(), c.ben.Email))
	}
	token := c.mailed(MailReset)
	must(t, c.forget(t.Context(), c.ben.Email))
	must(t, second(c.RedeemLink(t.Context(), c.guest, token, newPassword)))
	for n := 0; ; n++ {
		err := c.forget(t.Context(), fmt.Sprintf("nobody%d@example.com", n))
		if err == nil && n <= forgotByAddress.free {
			continue
		}
		e := wantKind(t, err, Throttled)
		if e.Message != "Too many requests from your network. Please wait 30 seconds and try again." || e.RetryAfter != forgotByAddress.base {
			t.Errorf("%+v", e)
		}
		break
	}
}
