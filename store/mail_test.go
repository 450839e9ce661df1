package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
)

// mailbox is a server that takes mails, or says why not.
type mailbox struct {
	mu    sync.Mutex
	taken []Posting
	why   error
}

func (m *mailbox) post(_ context.Context, p Posting) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.why == nil {
		m.taken = append(m.taken, p)
	}
	return m.why
}

// kinds are the mails that came, by what they tell and whom.
func (m *mailbox) kinds() (all []string) {
	for _, p := range m.taken {
		all = append(all, string(p.Kind)+" "+p.To)
	}
	slices.Sort(all)
	return all
}

// only gives the one mail of the outbox.
func (s *testStore) only() Mail {
	s.t.Helper()
	mails, _, err := s.Outbox(s.t.Context(), console, MailQuery{})
	must(s.t, err)
	if len(mails) != 1 {
		s.t.Fatalf("%d mails: %+v", len(mails), mails)
	}
	return mails[0]
}

// tell has a mail written that brings no link.
func (s *testStore) tell(u *User) {
	s.t.Helper()
	must(s.t, s.ResetPassword(s.t.Context(), console, u.ID, newPassword, false))
}

// TestWhatIsTold does what people are told about, and looks who is told what.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]struct {
		do   func(c *cast)
		want []string
	}{
		"an invitation": {func(c *cast) {
			_, _, err := c.InviteUser(c.t.Context(), c.admin, NewUser{Name: "Nell", Email: "nell@example.com", Role: Member}, true)
			must(c.t, err)
		}, []string{"invite nell@example.com"}},
		"an invitation to hand over": {func(c *cast) { c.invite(c.ben) }, nil},
		"a reset": {func(c *cast) {
			must(c.t, second(c.ResetLink(c.t.Context(), c.admin, c.ben.ID, true)))
		}, []string{"reset Ben@example.com"}},
		"a password that staff set": {func(c *cast) { c.tell(c.ben) }, []string{"password Ben@example.com"}},
		"an own new password": {func(c *cast) {
			must(c.t, c.ChangeOwnPassword(c.t.Context(), c.self, password, newPassword))
		}, []string{"password Ben@example.com"}},
		"a password by a link": {func(c *cast) {
			c.reset(c.ben)
			must(c.t, second(c.RedeemLink(c.t.Context(), c.guest, c.token, newPassword)))
		}, []string{"password_link Ben@example.com", "reset_made Ben@example.com"}},
		"a link for a new password to hand over": {func(c *cast) { c.reset(c.ben) }, []string{"reset_made Ben@example.com"}},
		"a password that is stopped": {func(c *cast) {
			must(c.t, second(c.StopPassword(c.t.Context(), c.admin, c.ben.ID, true)))
		}, []string{"password_stopped Ben@example.com", "reset Ben@example.com"}},
		"a new password that is required": {func(c *cast) {
			change(c.t)(c.RequireNewPassword(c.t.Context(), c.admin, c.ben.ID, true))
		}, nil},
		"another address": {func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, "bo@example.com")))
		}, []string{"address_back Ben@example.com", "address_new bo@example.com"}},
		"another spelling": {func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, "BEN@example.com")))
		}, nil},
		"another address of who has not come": {func(c *cast) {
			c.invite(c.ben)
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, "bo@example.com")))
		}, nil},
		"an address that is undone": {func(c *cast) {
			done := change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, "bo@example.com")))
			mustExec(c.t, c.writer, `DELETE FROM mails`)
			change(c.t)(c.Undo(c.t.Context(), c.admin, done.Entry))
		}, []string{"address_new Ben@example.com", "address_old bo@example.com"}},
		"an own address that was asked for": {func(c *cast) { c.askFor(newAddress) }, []string{"address " + newAddress}},
		"an own address that another has":   {func(c *cast) { c.askFor("eve@example.com") }, []string{"address_taken eve@example.com"}},
		"an authenticator app":              {func(c *cast) { c.enrol(c.signIn(c.ben)) }, []string{"app_added Ben@example.com"}},
		"an authenticator app that is removed, and new codes": {func(c *cast) {
			a := c.signIn(c.ben)
			c.enrol(a)
			must(c.t, second(c.NewRecoveryCodes(c.t.Context(), a)))
			must(c.t, c.RemoveApp(c.t.Context(), a))
		}, []string{"app_added Ben@example.com", "app_removed Ben@example.com", "codes Ben@example.com"}},
		"passkeys": {func(c *cast) {
			a := c.signIn(c.ben)
			c.addKey(a, officeKey(), "One")
			mine, err := c.Factors(c.t.Context(), a, c.ben.ID)
			must(c.t, err)
			must(c.t, c.RemovePasskey(c.t.Context(), a, mine.Passkeys[0].ID))
		}, []string{"passkey_added Ben@example.com", "passkey_removed Ben@example.com"}},
		"factors that staff reset": {func(c *cast) {
			c.enrol(c.signIn(c.ben))
			must(c.t, c.ResetFactors(c.t.Context(), c.admin, c.ben.ID))
		}, []string{"app_added Ben@example.com", "factors_reset Ben@example.com"}},
		"another name": {func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldName, "Bo")))
		}, nil},
		"what was refused": {func(c *cast) {
			wantKind(c.t, c.ResetPassword(c.t.Context(), c.self, c.ana.ID, newPassword, false), Forbidden)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			told.do(c)
			m := &mailbox{}
			must(t, c.PostMail(t.Context(), m.post))
			if got := m.kinds(); !slices.Equal(got, told.want) {
				t.Errorf("told %q, want %q", got, told.want)
			}
			must(t, c.PostMail(t.Context(), m.post))
			if len(m.taken) != len(told.want) {
				t.Error("told twice")
			}
		})
	}
}

// TestSentMailKeepsNoSecret looks at a mail before and after it has gone.
func TestSentMailKeepsNoSecret(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	if queryInt(t, c.reader, `SELECT count(*) FROM mails WHERE secret <> ''`) != 1 {
		t.Error("nothing is sealed")
	}
	m := &mailbox{}
	must(t, c.PostMail(t.Context(), m.post))
	if queryInt(t, c.reader, `SELECT count(*) FROM mails WHERE secret <> '' OR next_at <> 0`) != 0 {
		t.Error("the secret is kept")
	}
	if one := c.only(); one.State != MailSent || !one.Sent.Equal(c.Now()) || one.By != c.ana.ID {
		t.Errorf("%+v", one)
	}
}

// TestMailIsTriedAgain has a server fail: the rests grow, and after three days it
// is given up, and can be tried again by hand.
func TestMailIsTriedAgain(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	m := &mailbox{why: &PostError{Why: "451: later"}}
	began, last := c.Now(), time.Duration(0)
	for n := 1; ; n++ {
		must(t, c.PostMail(t.Context(), m.post))
		one := c.only()
		if one.State == MailFailed {
			if past := c.Now().Sub(began); past < mailPatience-2*mailLongRest || past > mailPatience || n < 10 {
				t.Errorf("given up after %v and %d tries", past, n)
			}
			break
		}
		rest := one.Next.Sub(c.Now())
		if one.State != MailWaiting || one.Attempts != n || one.Problem != "451: later" || rest < mailFirstRest || rest > mailLongRest || rest*2 < last {
			t.Fatalf("after %d tries: %+v, a rest of %v", n, one, rest)
		}
		must(t, c.PostMail(t.Context(), func(context.Context, Posting) error { t.Error("tried without a rest"); return nil }))
		last = rest
		c.clock.advance(rest)
	}
	must(t, c.PostMail(t.Context(), func(context.Context, Posting) error { t.Error("tried after it was given up"); return nil }))
	m.why = nil
	must(t, second(c.ResendMail(t.Context(), c.admin, 1)))
	must(t, c.PostMail(t.Context(), m.post))
	if one := c.only(); one.State != MailSent || one.MessageID != m.taken[0].MessageID {
		t.Errorf("%+v", one)
	}
}

// TestMailThatIsRefusedForGood is not tried again by itself.
func TestMailThatIsRefusedForGood(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	must(t, c.PostMail(t.Context(), (&mailbox{why: &PostError{Why: "550: nobody", Final: true}}).post))
	if one := c.only(); one.State != MailFailed || one.Problem != "550: nobody" {
		t.Errorf("%+v", one)
	}
}

// TestMailOfALinkThatIsOver is given up before it goes.
func TestMailOfALinkThatIsOver(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]func(c *cast){
		"time": func(c *cast) { c.clock.advance(ResetLife) },
		"a newer": func(c *cast) {
			c.reset(c.ben)
			mustExec(c.t, c.writer, `DELETE FROM mails WHERE kind = 'reset_made'`)
		},
		"no account": func(c *cast) { deactivateBen(c) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
			over(c)
			m := &mailbox{}
			must(t, c.PostMail(t.Context(), m.post))
			if one := c.only(); len(m.taken) != 0 || one.State != MailFailed || one.Problem != linkIsOver {
				t.Errorf("%d were posted, %+v", len(m.taken), one)
			}
			wantKind(t, second(c.ResendMail(t.Context(), c.admin, 1)), Refused)
		})
	}
}

// TestAServerThatIsDown is asked once, not once for each mail.
func TestAServerThatIsDown(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	c.tell(c.eve)
	tries := 0
	must(t, c.PostMail(t.Context(), func(context.Context, Posting) error {
		tries++
		return &PostError{Why: "down", Server: true}
	}))
	if tries != 1 {
		t.Errorf("asked %d times", tries)
	}
}

// TestMailOfAProgramThatDied is posted again by another: twice, but not never.
func TestMailOfAProgramThatDied(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	l := newLease(leaseMail)
	p, err := c.takeMail(t.Context(), l)
	must(t, err)
	if p == nil || c.only().State != MailSending {
		t.Fatal("not on its way")
	}
	m := &mailbox{}
	must(t, c.PostMail(t.Context(), m.post))
	if len(m.taken) != 0 {
		t.Error("posted while another does")
	}
	c.clock.advance(mailTerm)
	must(t, c.PostMail(t.Context(), m.post))
	if len(m.taken) != 1 || m.taken[0].MessageID != p.MessageID || c.only().State != MailSent {
		t.Errorf("%+v", m.taken)
	}
}

// TestTwoProgramsPostEachMailOnce has two work on one outbox.
func TestTwoProgramsPostEachMailOnce(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	other := &testStore{t: t, clock: c.clock, config: c.config}
	other.open()
	defer other.Close()
	const mails = 12
	for range mails {
		c.tell(c.ben)
	}
	m := &mailbox{}
	var both sync.WaitGroup
	for _, s := range []*Store{c.Store, other.Store} {
		both.Go(func() {
			for {
				due, err := mailIsDue(t.Context(), s.reader, s.now())
				if err == nil && !due {
					return
				}
				if err := errors.Join(err, s.PostMail(t.Context(), m.post)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	both.Wait()
	if len(m.taken) != mails {
		t.Errorf("%d mails were posted, of %d", len(m.taken), mails)
	}
}

// TestMailIsPostedSoon waits for what a change wakes.
func TestMailIsPostedSoon(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	came := make(chan Posting, 1)
	c.KeepMail(func(_ context.Context, p Posting) error { came <- p; return nil }, func(err error) { t.Error(err) })
	c.tell(c.ben)
	if p := <-came; p.To != c.ben.Email || p.Name != "Ben" {
		t.Errorf("%+v", p)
	}
}

// TestOutboxIsForAdmins, and it has pages.
func TestOutboxIsForAdmins(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for range 5 {
		c.tell(c.ben)
	}
	_, _, err := c.Outbox(t.Context(), as(c.eve), MailQuery{})
	wantKind(t, err, Forbidden)
	_, err = c.MailCounts(t.Context(), as(c.eve))
	wantKind(t, err, Forbidden)
	wantKind(t, second(c.ResendMail(t.Context(), as(c.eve), 1)), Forbidden)
	mails, older, err := c.Outbox(t.Context(), c.admin, MailQuery{Limit: 3, State: MailWaiting})
	must(t, err)
	rest, more, err := c.Outbox(t.Context(), c.admin, MailQuery{Limit: 3, Below: mails[2].ID})
	must(t, err)
	if len(mails) != 3 || !older || len(rest) != 2 || more || rest[0].ID != mails[2].ID-1 {
		t.Errorf("%d and %d", len(mails), len(rest))
	}
	counts, err := c.MailCounts(t.Context(), c.admin)
	must(t, err)
	if counts[MailWaiting] != 5 || counts[MailSent] != 0 {
		t.Errorf("%v", counts)
	}
}

// TestOldMailIsSwept with the links that ran out as long ago.
func TestOldMailIsSwept(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	c.clock.advance(keepEnded + ResetLife + time.Second)
	must(t, c.Sweep(t.Context()))
	if n := queryInt(t, c.reader, `SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM links)`); n != 0 {
		t.Errorf("%d are left", n)
	}
}
