package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// checkStanding demands that what is noted with people of their invitation and their
// factors is what they have.
func checkStanding(t testing.TB, s *Store) {
	t.Helper()
	const wrong = `SELECT count(*) FROM users u WHERE u.invite_until <> coalesce((SELECT l.expires_at FROM links l WHERE l.user_id = u.id AND l.kind = 'invite'), 0)
 OR u.has_factor <> CASE WHEN EXISTS (SELECT 1 FROM totp_apps a WHERE a.user_id = u.id AND a.confirmed_at <> 0)
 OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id) THEN 1 ELSE 0 END`
	if n := queryInt(t, s.reader, wrong); n != 0 {
		t.Errorf("%d people are noted as what they are not", n)
	}
}

// TestInvitationIsNoted goes through all that makes or ends an invitation: what is
// noted with the person keeps in step.
func TestInvitationIsNoted(t *testing.T) {
	t.Parallel()
	steps := []struct {
		name string
		do   func(*cast)
		has  bool
	}{
		{"made", func(c *cast) { c.invite(c.ben) }, true},
		{"made again later", func(c *cast) {
			c.clock.advance(time.Hour)
			must(c.t, second(c.Invite(c.t.Context(), c.admin, c.ben.ID, true)))
		}, true},
		{"another name", func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldName, "Benno")))
		}, true},
		{"long over", func(c *cast) {
			c.clock.advance(400 * 24 * time.Hour)
			must(c.t, c.Sweep(c.t.Context()))
		}, true},
		{"taken back", func(c *cast) { must(c.t, c.RevokeInvite(c.t.Context(), console, c.ben.ID)) }, false},
		{"made once more", func(c *cast) { c.invite(c.ben) }, true},
		{"another address", func(c *cast) {
			got := change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldEmail, "other@example.com")))
			if !got.User.InviteUntil.IsZero() {
				c.t.Error("the change says that the invitation is still there")
			}
		}, false},
		{"for that address", func(c *cast) { c.invite(c.ben) }, true},
		{"deactivated", func(c *cast) { deactivateBen(c) }, false},
		{"reactivated", func(c *cast) { change(c.t)(c.Reactivate(c.t.Context(), console, c.ben.ID)) }, false},
		{"and invited", func(c *cast) { c.invite(c.ben) }, true},
		{"used", func(c *cast) { must(c.t, second(c.RedeemLink(c.t.Context(), c.guest, c.token, newPassword))) }, false},
		{"a link for a password", func(c *cast) { c.reset(c.ben) }, false},
	}
	c := newCast(t, mutation{})
	for _, step := range steps {
		step.do(c)
		checkStanding(t, c.Store)
		if got := !c.load(c.ben.ID).InviteUntil.IsZero(); got != step.has {
			t.Errorf("%s: noted is %v", step.name, got)
		}
	}
}

// TestWhoInvited is told with the person, as long as they are there.
func TestWhoInvited(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	l, _, err := c.InviteUser(t.Context(), c.admin, NewUser{Name: "Nell", Email: "nell@example.com", Role: Viewer}, false)
	must(t, err)
	for _, p := range []Query{{Search: "nell"}, {Status: Invited, Factor: No}, {Invite: Times{To: l.Link.Expires.Add(time.Millisecond)}}} {
		if got := c.list(p).Users; len(got) != 1 || got[0].InvitedBy != "Ana" || !got[0].InviteUntil.Equal(l.Link.Expires) {
			t.Errorf("%s: %+v", p.words(), got)
		}
	}
	if u := c.load(c.ben.ID); u.InvitedBy != "" {
		t.Errorf("%+v", u)
	}
}

// TestInvitationsByTime: one runs out at the moment at which its link does, by every
// name that the filter has for it.
func TestInvitationsByTime(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.invite(c.ben)
	l, err := c.LinkOf(t.Context(), console, c.ben.ID, LinkInvite)
	must(t, err)
	for _, at := range []struct {
		time.Duration
		want string
	}{{-InviteLife, "pending"}, {-InviteSoon - time.Hour, "pending"}, {-InviteSoon, "pending soon"}, {-time.Millisecond, "pending soon"}, {0, "expired none"}, {time.Hour, "expired none"}} {
		now := l.Expires.Add(at.Duration)
		got := ""
		for _, name := range []string{"pending", "soon", "expired", "none", "other"} {
			span, uninvited, ok := ParseInvite(name, now)
			if n, err := c.Tally(t.Context(), console, Query{Invite: span, Uninvited: uninvited}); err != nil || ok != (name != "other") {
				t.Fatalf("%s: %v", name, err)
			} else if ok && n.N == 1 {
				got += " " + name
			}
		}
		if got != " "+at.want || l.Expired(now) != (at.want == "expired none") {
			t.Errorf("%v before its end it is%s, want %s", -at.Duration, got, at.want)
		}
	}
	must(t, c.RevokeInvite(t.Context(), console, c.ben.ID))
	for name, want := range map[string]int{"pending": 0, "soon": 0, "expired": 0, "none": 1} {
		span, uninvited, _ := ParseInvite(name, l.Made)
		if n, err := c.Tally(t.Context(), console, Query{Invite: span, Uninvited: uninvited}); err != nil || n.N != want {
			t.Errorf("taken back, %s has %+v, %v", name, n, err)
		}
	}
}

// TestOlderStandingIsNoted opens a database that knew invitations and factors before
// it noted them with people.
func TestOlderStandingIsNoted(t *testing.T) {
	t.Parallel()
	s := newTestStoreLater(t)
	makeOlder(t, s.config, 14)
	fillOlder(t, s.config.DB, 14)
	raw := storetest.Raw(t, s.config.DB)
	mustExec(t, raw, `INSERT INTO links VALUES (1, 'invite', 'a', 'ana@example.com', 1, 0, 5000)`)
	mustExec(t, raw, `INSERT INTO links VALUES (2, 'reset', 'b', 'ben@example.com', 1, 0, 5000)`)
	mustExec(t, raw, `INSERT INTO totp_apps VALUES (1, '', 1, 1, 0, 0)`)
	mustExec(t, raw, `INSERT INTO totp_apps VALUES (2, '', 1, 0, 0, 0)`)
	s.open()
	checkStanding(t, s.Store)
	if u, err := loadUser(t.Context(), s.reader, 1); err != nil || u.InviteUntil.UnixMilli() != 5000 || !u.HasFactor {
		t.Errorf("%+v, %v", u, err)
	}
	must(t, s.Close())
}

// TestFactorIsNoted goes through all that gives a factor or takes one away.
func TestFactorIsNoted(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, ben := s.add("Ana", Admin), s.add("Ben", Member)
	self := s.signIn(ben)
	has := func(want bool) {
		t.Helper()
		checkStanding(t, s.Store)
		if u, err := s.User(t.Context(), console, ben.ID); err != nil || u.HasFactor != want {
			t.Errorf("noted is %v, %v", u.HasFactor, err)
		}
		for answer, wanted := range map[Answer]bool{Yes: want, No: !want} {
			if got := slices.Contains(ids(s.list(Query{Factor: answer}).Users), ben.ID); got != wanted {
				t.Errorf("factor %s shows them: %v", answer, got)
			}
		}
	}
	must(t, s.BeginApp(t.Context(), self))
	has(false)
	s.enrol(self)
	has(true)
	must(t, s.RemoveApp(t.Context(), self))
	has(false)
	s.enrol(self)
	must(t, s.ResetFactors(t.Context(), s.signIn(ana), ben.ID))
	has(false)
	s.enrol(s.signIn(ben))
	has(true)
	must(t, s.transact(t.Context(), console, func(x *tx) error { return second(deleteAllApps(x)) }))
	has(false)
}

// TestWhoAsksForFactors: who lacks a second factor is told to nobody who may not see
// the factors of others, in whichever way they ask.
func TestWhoAsksForFactors(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	q := Query{Factor: No}
	ways := map[string]func(Actor) error{
		"the list":       func(a Actor) error { return second(c.ListUsers(t.Context(), a, q)) },
		"a count":        func(a Actor) error { return second(c.Tally(t.Context(), a, q)) },
		"the neighbours": func(a Actor) error { _, _, err := c.Neighbours(t.Context(), a, q, c.ben); return err },
		"an export": func(a Actor) error {
			return c.ExportUsers(t.Context(), a, q, "csv", func(*User) error { return nil })
		},
	}
	for name, way := range ways {
		for _, u := range []*User{c.eve, c.add("Vic "+name, Viewer)} {
			wantKind(t, way(c.signIn(u)), Forbidden)
		}
		if err := way(c.admin); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhoIsSlowedDown: the list of those who are slowed down is of those whose page
// says so, and of nobody else.
func TestWhoIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben, eve := s.add("Ben", Member), s.add("Eve", Editor)
	slowed := func(want ...int64) {
		t.Helper()
		got := ids(s.list(Query{Slowed: true}).Users)
		if fmt.Sprint(got) != fmt.Sprint(append([]int64{}, want...)) {
			t.Errorf("slowed down are %v, want %v", got, want)
		}
		n, err := s.Tally(t.Context(), console, Query{Slowed: true})
		if must(t, err); n != (Count{N: len(want)}) {
			t.Errorf("counted are %+v", n)
		}
		for _, u := range []*User{ben, eve} {
			now, err := s.User(t.Context(), console, u.ID)
			must(t, err)
			slow, err := s.Slowdown(t.Context(), console, &now)
			if must(t, err); (slow.Failures > 0) != slices.Contains(want, u.ID) {
				t.Errorf("the page of %s says %+v", u.Name, slow)
			}
		}
	}
	s.fail(throttles.pair.free, here, ben.Email)
	s.fail(throttles.pair.free+2, here, "nobody@example.com")
	slowed()
	s.fail(1, here, ben.Email)
	s.fail(throttles.pair.free+1, there, eve.Email)
	slowed(ben.ID, eve.ID)
	must(t, second(s.Lift(t.Context(), console, ben.ID)))
	slowed(eve.ID)
	change(t)(s.UpdateUser(t.Context(), console, eve.ID, edit(FieldEmail, "eva@example.com")))
	slowed()
	change(t)(s.UpdateUser(t.Context(), console, eve.ID, edit(FieldEmail, eve.Email)))
	slowed(eve.ID)
	s.clock.advance(throttles.pair.half)
	slowed()
}

// TestStandingIsMended leaves people as a program of an earlier version does that works
// beside this one: the next time that is tidied up, all is noted as it is.
func TestStandingIsMended(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	never, gone, late := c.add("Never Noted", Member), c.add("Taken Back", Member), c.add("Made Anew", Viewer)
	for _, u := range []*User{never, gone, late} {
		mustExec(t, c.writer, fmt.Sprintf(`UPDATE users SET status = 'invited' WHERE id = %d`, u.ID))
		must(t, second(c.Invite(t.Context(), console, u.ID, true)))
	}
	has, had := c.signIn(c.ben), c.signIn(c.eve)
	c.enrol(has)
	c.enrol(had)
	for _, as := range []string{
		fmt.Sprintf(`UPDATE users SET invite_until = 0 WHERE id = %d`, never.ID),
		fmt.Sprintf(`DELETE FROM links WHERE user_id = %d`, gone.ID),
		fmt.Sprintf(`UPDATE links SET expires_at = expires_at + 1 WHERE user_id = %d`, late.ID),
		fmt.Sprintf(`UPDATE users SET has_factor = 0 WHERE id = %d`, c.ben.ID),
		fmt.Sprintf(`DELETE FROM totp_apps WHERE user_id = %d`, c.eve.ID),
	} {
		mustExec(t, c.writer, as)
	}
	wrong := &complaining{TB: t}
	if checkStanding(wrong, c.Store); wrong.n == 0 {
		t.Fatal("nothing is wrong")
	}
	entries := c.countEntries()
	c.clock.advance(TidyEvery)
	if _, did, err := c.Tidy(t.Context()); err != nil || !did {
		t.Fatalf("%v, %v", did, err)
	}
	checkStanding(t, c.Store)
	if n := c.countEntries() - entries; n != 0 {
		t.Errorf("%d entries of what nobody did", n)
	}
	mustExec(t, c.writer, `UPDATE users SET status = 'active' WHERE status = 'invited'`) // as they were counted
}

// checkStandingPlans has nobody read all people every hour.
func (s *testStore) checkStandingPlans() {
	s.t.Helper()
	for _, query := range wrongStandings() {
		steps := s.postgresSteps
		if !storetest.OnPostgres() {
			steps = s.steps
		}
		for _, step := range steps(query, []any{mendAtOnce}) {
			if wholly.MatchString(step) || step == "SCAN u" {
				s.t.Errorf("%s, by %s", step, query)
			}
		}
	}
}
