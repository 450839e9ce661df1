package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// postAll tries what is due, and gives what was tried.
func (c *cast) postAll(why error) []Posting {
	c.t.Helper()
	var tried []Posting
	must(c.t, c.PostMail(c.t.Context(), func(_ context.Context, p Posting) error {
		tried = append(tried, p)
		return why
	}))
	return tried
}

// invited writes an invitation by mail.
func (c *cast) invited(name string) {
	c.t.Helper()
	_, _, err := c.InviteUser(c.t.Context(), c.admin, NewUser{Name: name, Email: name + "@example.com", Role: Member}, true)
	must(c.t, err)
}

// triesOf fails to post the one mail until it is given up, and gives the times.
func (c *cast) triesOf(why error) (times []time.Time) {
	c.t.Helper()
	for {
		if n := len(c.postAll(why)); n != 1 {
			c.t.Fatalf("%d mails were tried", n)
		}
		times = append(times, c.Now())
		one := c.only()
		if one.State == MailFailed {
			return times
		}
		if one.State != MailWaiting || !one.Next.After(c.Now()) {
			c.t.Fatalf("%+v", one)
		}
		c.clock.advance(one.Next.Sub(c.Now()))
	}
}

// TestMailThatWaitedForAServer goes once there is one: how long it waited does not
// count, only how long it has been tried in vain.
func TestMailThatWaitedForAServer(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	c.clock.advance(30 * 24 * time.Hour)
	times := c.triesOf(&PostError{Why: "451: later"})
	if tried := times[len(times)-1].Sub(times[0]); tried < mailPatience-2*mailLongRest || tried > mailPatience {
		t.Errorf("given up after %v", tried)
	}
	if one := c.only(); one.Problem != "451: later" {
		t.Errorf("because of %q", one.Problem)
	}

	c = newCast(t, mutation{})
	c.tell(c.ben)
	c.invited("nell")
	c.clock.advance(InviteLife - time.Minute)
	if n := len(c.postAll(nil)); n != 2 {
		t.Errorf("%d mails went", n)
	}
}

// TestMailThatWasTriedOnce goes after a program that was off for longer than a mail
// is tried.
func TestMailThatWasTriedOnce(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	c.postAll(&PostError{Why: "451: later"})
	c.clock.advance(2 * mailPatience)
	c.postAll(nil)
	if one := c.only(); one.State != MailSent {
		t.Errorf("%+v", one)
	}
}

// TestMailOfALinkIsTriedUntilItEnds: neither does it end before, nor is it left
// alone towards the end.
func TestMailOfALinkIsTriedUntilItEnds(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]struct {
		write func(*cast)
		life  time.Duration
		near  time.Duration // how near to the end the last try is at least
	}{
		"for an hour": {func(c *cast) { must(c.t, second(c.ResetLink(c.t.Context(), c.admin, c.ben.ID, true))) }, ResetLife, 2 * time.Minute},
		"for a week":  {func(c *cast) { c.invited("nell") }, InviteLife, 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			l.write(c)
			end := c.Now().Add(l.life)
			times := c.triesOf(&PostError{Why: "421: busy", Server: true})
			if left := end.Sub(times[len(times)-1]); left <= 0 || left > l.near {
				t.Errorf("the last try was %v before the end", left)
			}
			if one := c.only(); one.Problem != "421: busy" {
				t.Errorf("because of %q", one.Problem)
			}
		})
	}
}

// TestOthersRestWhileTheServerIsDown: no mail is given up, the server is left alone
// for a moment, and then it is not the same mail that is tried again.
func TestOthersRestWhileTheServerIsDown(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	c.tell(c.eve)
	down := &PostError{Why: "535: no", Server: true}
	if tried := c.postAll(down); len(tried) != 1 || tried[0].Kind != MailReset {
		t.Fatalf("%+v", tried)
	}
	if tried := c.postAll(down); len(tried) != 0 {
		t.Errorf("tried without a rest: %+v", tried)
	}
	c.clock.advance(mailOtherRest)
	if tried := c.postAll(down); len(tried) != 1 || tried[0].Kind != MailPassword {
		t.Errorf("%+v", tried)
	}
	for range 40 {
		c.clock.advance(mailServerRest)
		c.postAll(down)
	}
	mails, _, err := c.Outbox(t.Context(), console, MailQuery{})
	must(t, err)
	if mails[0].State != MailWaiting || mails[0].Kind != MailPassword || mails[0].Next.Sub(c.Now()) > mailServerRest {
		t.Errorf("%+v", mails[0])
	}
}

// TestWhatRunsOutFirstGoesFirst has a link for an hour and a notice overtake the
// invitations of many.
func TestWhatRunsOutFirstGoesFirst(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for n := range 5 {
		c.invited(fmt.Sprint("guest", n))
	}
	c.clock.advance(time.Second)
	c.tell(c.eve)
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	var order []MailKind
	for _, p := range c.postAll(nil) {
		order = append(order, p.Kind)
	}
	if want := []MailKind{MailReset, MailPassword, MailInvite, MailInvite, MailInvite, MailInvite, MailInvite}; !slices.Equal(order, want) {
		t.Errorf("%v", order)
	}
}

// TestDueMailIsFoundByIndex among many that were sent.
func TestDueMailIsFoundByIndex(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for range 20 {
		c.tell(c.ben)
	}
	for range 8 { // 5,000 by doubling
		mustExec(t, c.writer, `INSERT INTO mails (message_id, kind, user_id, recipient, by_id, secret, until_at, state, attempts, made_at, tried_from, next_at, sent_at, problem)
 SELECT message_id, kind, user_id, recipient, by_id, secret, until_at, 'sent', 1, made_at, tried_from, 0, made_at, '' FROM mails`)
	}
	mustExec(t, c.writer, `ANALYZE mails`)
	args := []any{toMillis(c.Now()), mailNotice.Milliseconds()}
	look := c.steps
	if storetest.OnPostgres() {
		look = c.postgresSteps
	}
	steps := look(dueMail, args)
	if !slices.ContainsFunc(steps, func(step string) bool { return strings.Contains(step, "mails_due") }) {
		t.Errorf("%q", steps)
	}
}

// TestMailThatIsStopped is the next program's at once; what has gone, or was refused
// for good, is noted as that even so.
func TestMailThatIsStopped(t *testing.T) {
	t.Parallel()
	for name, stopped := range map[string]struct {
		why   error
		state MailState
		why2  string
	}{
		"in the midst":     {context.Canceled, MailWaiting, mailStopped},
		"after it went":    {nil, MailSent, ""},
		"and refused":      {&PostError{Why: "550: nobody", Final: true}, MailFailed, "550: nobody"},
		"and to try later": {&PostError{Why: "451: later"}, MailWaiting, "451: later"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			c.tell(c.ben)
			c.tell(c.ben)
			ctx, stop := context.WithCancel(t.Context())
			tries := 0
			err := c.PostMail(ctx, func(context.Context, Posting) error { tries++; stop(); return stopped.why })
			if KindOf(err) != Internal || tries != 1 {
				t.Errorf("%v after %d tries", err, tries)
			}
			mails, _, err := c.Outbox(t.Context(), console, MailQuery{})
			must(t, err)
			first := mails[1]
			if first.State != stopped.state || first.Problem != stopped.why2 || mails[0].Attempts != 0 {
				t.Errorf("%+v", mails)
			}
			if due := first.Next.Equal(c.Now()); due != (stopped.why == context.Canceled) {
				t.Errorf("due at %v, it is %v", first.Next, c.Now())
			}
			if n := len(c.postAll(nil)); n == 0 {
				t.Error("the lease was kept")
			}
		})
	}
}

// TestMailIsNotedWithoutTheLease when it went while another program took over.
func TestMailIsNotedWithoutTheLease(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	p, err := c.takeMail(t.Context(), newLease(leaseMail))
	must(t, err)
	c.clock.advance(2 * leaseTerm)
	other := newLease(leaseMail)
	must(t, c.holding(t.Context(), other, nothing))
	must(t, c.noteMail(t.Context(), &p.Mail, nil))
	if one := c.only(); one.State != MailSent {
		t.Errorf("%+v", one)
	}

	c = newCast(t, mutation{})
	c.tell(c.ben)
	first, err := c.takeMail(t.Context(), newLease(leaseMail))
	must(t, err)
	c.clock.advance(mailTerm)
	must(t, second(c.takeMail(t.Context(), newLease(leaseMail))))
	must(t, c.noteMail(t.Context(), &first.Mail, &PostError{Why: "late", Final: true}))
	if one := c.only(); one.State != MailSending || one.Attempts != 2 {
		t.Errorf("what is another program's was noted: %+v", one)
	}
}

// TestMailThatEndsTheProgram each time is not tried for ever.
func TestMailThatEndsTheProgram(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	for n := 0; ; n++ {
		p, err := c.takeMail(t.Context(), newLease(leaseMail))
		must(t, err)
		if p == nil {
			if n < 2 {
				t.Errorf("given up after %d tries", n)
			}
			break
		}
		c.clock.advance(25 * time.Hour)
	}
	if one := c.only(); one.State != MailFailed || one.Problem != mailUnknown {
		t.Errorf("%+v", one)
	}
}

// TestAllThatFailedIsTriedAgain but what there is no point in.
func TestAllThatFailedIsTriedAgain(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	c.invited("nell")
	c.tell(c.eve)
	if n := len(c.postAll(&PostError{Why: "550: no", Final: true})); n != 3 {
		t.Fatalf("%d were tried", n)
	}
	c.clock.advance(ResetLife)
	_, err := c.ResendFailed(t.Context(), as(c.eve))
	wantKind(t, err, Forbidden)
	n, err := c.ResendFailed(t.Context(), c.admin)
	must(t, err)
	if n != 2 {
		t.Errorf("%d are tried again", n)
	}
	entries := c.countEntries()
	if n, err := c.ResendFailed(t.Context(), c.admin); n != 0 || err != nil || c.countEntries() != entries {
		t.Errorf("%d are tried again, %v", n, err)
	}
	if went := c.postAll(nil); len(went) != 2 {
		t.Errorf("%+v", went)
	}
}

// TestSentMailIsSentAgain where it brings no link, as another mail than the first;
// what brought one says where there is a new one.
func TestSentMailIsSentAgain(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	first := c.postAll(nil)
	must(t, second(c.ResendMail(t.Context(), c.admin, first[0].ID)))
	if e := c.newest(1)[0]; e.Act != ActMail || e.Target != c.ben.ID || e.Note != "again: Password changed" {
		t.Errorf("on record as %+v", e)
	}
	if again := c.postAll(nil); len(again) != 1 || again[0].ID != first[0].ID || again[0].MessageID == first[0].MessageID {
		t.Errorf("%+v", again)
	}

	c = newCast(t, mutation{})
	c.invited("nell")
	c.postAll(nil)
	e := wantKind(t, second(c.ResendMail(t.Context(), c.admin, 1)), Refused)
	if want := "This mail was sent, and its link is not kept. Make a new one on the person’s page."; e.Message != want {
		t.Errorf("it says %q", e.Message)
	}
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	must(t, second(c.takeMail(t.Context(), newLease(leaseMail))))
	if e := wantKind(t, second(c.ResendMail(t.Context(), c.admin, 2)), Refused); e.Message != "This mail is on its way already." {
		t.Errorf("it says %q", e.Message)
	}
}

// TestMailWithALinkThatIsOverDoesNotWait, also where nobody posts.
func TestMailWithALinkThatIsOverDoesNotWait(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.tell(c.ben)
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	c.clock.advance(ResetLife)
	must(t, c.Sweep(t.Context()))
	mails, _, err := c.Outbox(t.Context(), console, MailQuery{})
	must(t, err)
	if mails[0].State != MailFailed || mails[0].Problem != linkIsOver || mails[1].State != MailWaiting {
		t.Errorf("%+v", mails)
	}
}

// TestMailAfterATakeBackEndsWithItsLink when a newer one is made.
func TestMailAfterATakeBackEndsWithItsLink(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, c.move(newAddress))))
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, false)))
	mails, _, err := c.Outbox(t.Context(), console, MailQuery{State: MailFailed})
	must(t, err)
	if len(mails) != 1 || mails[0].Kind != MailTakenBack || mails[0].Problem != linkIsOver {
		t.Errorf("%+v", mails)
	}
}

// TestMailWaitsForItsKey: a link that an instance cannot unseal now, because its key
// file is not the others' yet or cannot be read, is posted once it can.
func TestMailWaitsForItsKey(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.invited("nell")
	right := c.config.KeyFile
	c.config.KeyFile = filepath.Join(t.TempDir(), "others")
	must(t, writeKeyFile(c.config.KeyFile, [][]byte{newKey()}, true))
	other := &cast{testStore: &testStore{t: t, config: c.config, clock: c.clock}}
	other.open()
	defer other.Close()
	if tried := other.postAll(nil); len(tried) != 0 {
		t.Fatalf("posted %+v", tried)
	}
	if one := c.only(); one.State != MailWaiting || one.Problem != mailSealed || one.Attempts != 0 {
		t.Errorf("it is %+v", one)
	}
	keys, err := os.ReadFile(right)
	must(t, err)
	must(t, os.WriteFile(c.config.KeyFile, keys, 0o600))
	c.clock.advance(mailServerRest)
	if tried := other.postAll(nil); len(tried) != 1 || tried[0].Token == "" {
		t.Errorf("posted %+v", tried)
	}
	c.invited("otto")
	must(t, os.Remove(c.config.KeyFile))
	late := &cast{testStore: &testStore{t: t, config: c.config, clock: c.clock}}
	late.open()
	defer late.Close()
	late.postAll(nil)
	c.clock.advance(InviteLife)
	late.postAll(nil)
	if mails, _, err := c.Outbox(t.Context(), c.admin, MailQuery{State: MailFailed}); err != nil || len(mails) != 1 || mails[0].Problem != linkIsOver {
		t.Errorf("in the end: %+v, %v", mails, err)
	}
}
