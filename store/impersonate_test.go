package store

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// seeAs lets Ana see the back office as somebody.
func (c *cast) seeAs(u *User) {
	c.t.Helper()
	must(c.t, second(c.Impersonate(c.t.Context(), c.admin, u.ID, "ticket 12")))
}

// asBen is Ana while she sees the back office as Ben.
func (c *cast) asBen() Actor {
	a := c.admin
	a.ID, a.Role, a.By = c.ben.ID, c.ben.Role, c.ana.ID
	return a
}

// resumed is what Ana's next request is by.
func (c *cast) resumed() Whoever {
	c.t.Helper()
	w, err := c.Resume(c.t.Context(), c.admin.SignIn, c.ana.ID, false)
	must(c.t, err)
	return w
}

// TestImpersonation goes the whole way: from the next request on one is the other,
// who is told by mail and in their history; then oneself again.
func TestImpersonation(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	if w := c.resumed(); w.Seeing != nil || w.User.ID != c.ana.ID {
		t.Fatalf("%+v", w)
	}
	c.seeAs(c.ben)
	w := c.resumed()
	if w.User.ID != c.ben.ID || w.Seeing == nil || w.Seeing.Real.ID != c.ana.ID || w.Seeing.Reason != "ticket 12" ||
		!w.Seeing.Until.Equal(c.Now().Add(ImpersonationLasts)) || w.SignIn.ID != c.admin.SignIn {
		t.Fatalf("%+v", w)
	}
	if w, err := c.Resume(t.Context(), c.self.SignIn, c.ben.ID, false); err != nil || w.Seeing != nil {
		t.Errorf("Ben himself is %+v, %v", w, err)
	}
	mails, _, err := c.Outbox(t.Context(), c.admin, MailQuery{})
	if must(t, err); len(mails) != 1 || mails[0].Kind != MailSeen || mails[0].To != c.ben.Email || mails[0].ByName != "Ana" {
		t.Errorf("told by %+v", mails)
	}
	own, err := c.Trail(t.Context(), c.self, TrailQuery{Target: c.ben.ID, Staff: true})
	if must(t, err); len(own.Entries) == 0 || own.Entries[0].Act != ActImpersonate || own.Entries[0].Note != "ticket 12" || own.Entries[0].ActorName != "Ana" {
		t.Errorf("Ben reads %+v", own.Entries)
	}
	if lines := c.signInsOf(c.ben); len(lines) != 1 || lines[0].As != 0 {
		t.Errorf("Ben's sign-ins are %+v", lines)
	}
	if lines := c.signInsOf(c.ana); len(lines) != 1 || lines[0].As != c.ben.ID {
		t.Errorf("Ana's sign-ins are %+v", lines)
	}
	wantKind(t, second(c.Impersonate(t.Context(), c.admin, c.eve.ID, "another one")), Refused)
	seen, err := c.StopImpersonating(t.Context(), c.admin)
	if must(t, err); seen != c.ben.ID {
		t.Errorf("stopped seeing as %d", seen)
	}
	if w := c.resumed(); w.Seeing != nil || w.Lapsed != "" || w.User.ID != c.ana.ID {
		t.Errorf("%+v", w)
	}
	entries := c.countEntries()
	if seen, err := c.StopImpersonating(t.Context(), c.admin); err != nil || seen != 0 || c.countEntries() != entries {
		t.Errorf("stopped twice: %d, %v", seen, err)
	}
}

func (c *cast) signInsOf(u *User) []SignIn {
	c.t.Helper()
	all, err := c.SignIns(c.t.Context(), console, u.ID)
	must(c.t, err)
	return all
}

// TestWhoIsSeenAs refuses whoever ranks as high, may not sign in, or is oneself, and
// a reason that is none.
func TestWhoIsSeenAs(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	zed, off, nell := c.add("Zed", Admin), c.add("Off", Member), c.add("Nell", Member)
	change(t)(c.Deactivate(t.Context(), console, off.ID))
	c.invite(nell)
	for _, no := range []struct {
		whom   int64
		reason string
		want   Kind
	}{
		{c.ana.ID, "myself", Forbidden}, {zed.ID, "another admin", Forbidden}, {off.ID, "off", Refused}, {nell.ID, "invited", Refused},
		{99, "nobody", NotFound}, {c.ben.ID, "", Invalid}, {c.ben.ID, " a ", Invalid}, {c.ben.ID, "  \n\t ", Invalid},
		{c.ben.ID, strings.Repeat("ä", MaxReason+1), Invalid},
	} {
		err := second(c.Impersonate(t.Context(), c.admin, no.whom, no.reason))
		if e := wantKind(t, err, no.want); no.want == Invalid && e.Fields["reason"] == "" {
			t.Errorf("%q: nothing is said beside the field", no.reason)
		}
	}
	for _, a := range []Actor{c.signIn(c.eve), c.self, console} {
		wantKind(t, second(c.Impersonate(t.Context(), a, nell.ID, "may I")), Forbidden)
	}
	if w := c.resumed(); w.Seeing != nil {
		t.Errorf("%+v", w.Seeing)
	}
	must(t, second(c.Impersonate(t.Context(), c.admin, c.eve.ID, strings.Repeat("ä", MaxReason))))
}

// TestImpersonationEndsByItself in each way in which it does, and not a moment
// before; that is on record, once, with why.
func TestImpersonationEndsByItself(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		do  func(*cast)
		why string
	}{
		"the time is over": {func(c *cast) { c.clock.advance(time.Second) }, lapsedTime},
		"they are promoted": {func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "admin")))
		}, lapsedTarget},
		"they are deactivated": {func(c *cast) { deactivateBen(c) }, lapsedTarget},
		"they are deleted":     {func(c *cast) { deleteBen(c) }, lapsedTarget},
		"they are gone for good": {func(c *cast) {
			deleteBen(c)
			mustExec(c.t, c.writer, `DELETE FROM users WHERE id = 3`)
		}, lapsedTarget},
		"one is demoted": {func(c *cast) {
			c.add("Zed", Admin)
			change(c.t)(c.UpdateUser(c.t.Context(), console, c.ana.ID, edit(FieldRole, "editor")))
		}, lapsedOwn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			c.seeAs(c.ben)
			for range 3 {
				c.clock.advance(20*time.Minute - time.Second/3)
				if w := c.resumed(); w.Seeing == nil {
					t.Fatalf("it ended too early: %s", w.Lapsed)
				}
			}
			end.do(c)
			entries := c.countEntries()
			if w := c.resumed(); w.Seeing != nil || w.Lapsed != end.why || w.User.ID != c.ana.ID {
				t.Errorf("%+v", w)
			}
			if e := c.newest(1)[0]; c.countEntries() != entries+1 || e.Act != ActStopImpersonating || e.Actor != c.ana.ID || e.Target != c.ben.ID || e.Note != end.why {
				t.Errorf("on record as %+v", e)
			}
			if w := c.resumed(); w.Lapsed != "" || c.countEntries() != entries+1 {
				t.Errorf("it ends twice: %+v", w)
			}
		})
	}
}

// TestWhoOnlyLooksChangesNothing tries each mutation that a person makes as one who
// sees the back office as another: nothing is done, and the try is on record with
// both names.
func TestWhoOnlyLooksChangesNothing(t *testing.T) {
	t.Parallel()
	alone := []string{"Refuse", "RefuseChange", "RecordBackup", "StopImpersonating"} // they only write the trail, or end it
	changed := []string{"users", "signins", "links", "mails", "totp_apps", "recovery_codes", "required_factors", "browsers", "imports"}
	tried := 0
	for _, m := range mutations() {
		if m.empty || m.file || slices.Contains(alone, m.method) {
			continue
		}
		c := newCast(t, m)
		c.admin.By, c.self.By = c.ana.ID, c.ana.ID
		before := dump(t, c.reader, changed...)
		err := m.do(t.Context(), c)
		e := c.newest(1)[0]
		if e.As == 0 && KindOf(err) != Forbidden {
			continue // it is done by nobody, or by the command line
		}
		tried++
		if KindOf(err) != Forbidden {
			t.Errorf("%s: %v", m.name, err)
		}
		if diff := differences(before, dump(t, c.reader, changed...)); diff != "" {
			t.Errorf("%s changed\n%s", m.name, diff)
		}
		if e.As != 0 && (e.Actor != c.ana.ID || e.Outcome != Denied) {
			t.Errorf("%s is on record as %+v", m.name, e)
		}
	}
	c := newCast(t, mutation{})
	must(t, c.BeginApp(t.Context(), c.self))
	wantKind(t, second(c.Enrolment(t.Context(), c.asBen())), Forbidden)
	if tried < 40 {
		t.Errorf("only %d mutations were tried", tried)
	}
}

// TestSigningOutEndsWhatOneSees: the two are on record, and the next sign-in is one's
// own.
func TestSigningOutEndsWhatOneSees(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.seeAs(c.ben)
	must(t, c.SignOut(t.Context(), c.admin))
	if e := c.newest(2); e[0].Act != ActSignOut || e[0].Target != c.ana.ID || e[1].Act != ActStopImpersonating || e[1].Target != c.ben.ID {
		t.Errorf("on record as %+v", e)
	}
	c.admin = c.signIn(c.ana)
	if w := c.resumed(); w.Seeing != nil {
		t.Errorf("%+v", w)
	}
}

// TestPurgeForgetsWhoSaw: nothing is left of a reason when the person is gone.
func TestPurgeForgetsWhoSaw(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.seeAs(c.ben)
	deleteBen(c)
	c.clock.advance(KeepDeleted + time.Second)
	must(t, second(c.Purge(t.Context())))
	for _, line := range dump(t, c.reader, append(tables, "mails")...) {
		if strings.Contains(line, "ticket 12") {
			t.Errorf("the reason lies in %s", line)
		}
	}
}
