package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// endOf tells why a request with the sign-in is turned away; "" when it is not.
func (s *testStore) endOf(a Actor) EndReason {
	s.t.Helper()
	_, err := s.Resume(s.t.Context(), a.SignIn, a.ID, false)
	if err == nil {
		return ""
	}
	var ended *Ended
	if !errors.As(err, &ended) {
		s.t.Fatalf("resume: %v", err)
	}
	if ended.User != a.ID {
		s.t.Errorf("the ended sign-in is said to be of %d, not %d", ended.User, a.ID)
	}
	return ended.Why
}

// TestSignInsEnd gives each end its own reason, felt at the next request.
func TestSignInsEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(*cast) error
		want EndReason
	}{
		{"nothing happened", func(c *cast) error { return nil }, ""},
		{"signed out", func(c *cast) error { return c.SignOut(c.t.Context(), c.self) }, EndedBySelf},
		{"ended from another device", func(c *cast) error {
			return second(c.EndSignIns(c.t.Context(), c.self, c.ben.ID, c.signIn(c.ben).SignIn))
		}, EndedByOwner},
		{"ended by an admin", func(c *cast) error {
			return second(c.EndSignIn(c.t.Context(), c.admin, c.ben.ID, c.self.SignIn))
		}, EndedByAdmin},
		{"everybody's ended", func(c *cast) error { return second(c.EndEverybody(c.t.Context(), c.admin)) }, EndedByAdmin},
		{"deactivated", func(c *cast) error { return second(c.Deactivate(c.t.Context(), c.admin, c.ben.ID)) }, EndedDeactivated},
		{"deactivated and reactivated", func(c *cast) error {
			deactivateBen(c)
			return second(c.Reactivate(c.t.Context(), c.admin, c.ben.ID))
		}, EndedDeactivated},
		{"deleted", func(c *cast) error { return second(c.Delete(c.t.Context(), c.admin, c.ben.ID)) }, EndedDeleted},
		{"deleted and restored", func(c *cast) error {
			deleteBen(c)
			return second(c.Restore(c.t.Context(), c.admin, c.ben.ID))
		}, EndedDeleted},
		{"password reset", func(c *cast) error {
			return c.ResetPassword(c.t.Context(), c.admin, c.ben.ID, newPassword, false)
		}, EndedPassword},
		{"own password changed elsewhere", func(c *cast) error {
			return c.ChangeOwnPassword(c.t.Context(), c.signIn(c.ben), password, newPassword)
		}, EndedPassword},
		{"own password changed here", func(c *cast) error {
			return c.ChangeOwnPassword(c.t.Context(), c.self, password, newPassword)
		}, ""},
		{"demoted", func(c *cast) error {
			change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "viewer")))
			return second(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "member")))
		}, ""},
		{"idle", func(c *cast) error { c.clock.advance(c.IdleTimeout()); return nil }, EndedIdle},
		{"nearly idle", func(c *cast) error { c.clock.advance(c.IdleTimeout() - 2*time.Second); return nil }, ""},
		{"gone for good", func(c *cast) error {
			deleteBen(c)
			c.clock.advance(KeepDeleted + time.Hour)
			return second(c.Purge(c.t.Context()))
		}, EndedUnknown},
		{"swept away", func(c *cast) error {
			c.clock.advance(keepEnded + time.Hour)
			return c.Sweep(c.t.Context())
		}, EndedUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newCast(t, mutation{})
			must(t, c.end(s))
			if got := s.endOf(s.self); got != c.want {
				t.Errorf("the sign-in ended by %q, want %q", got, c.want)
			}
			list, err := s.SignIns(t.Context(), console, s.ben.ID)
			must(t, err)
			if listed := hasSignIn(list, s.self.SignIn); listed != (c.want == "") {
				t.Errorf("the sign-in is listed: %v", listed)
			}
		})
	}
}

func hasSignIn(list []SignIn, id int64) bool {
	for _, one := range list {
		if one.ID == id {
			return true
		}
	}
	return false
}

// TestEndingSparesOthers ends no more than it was asked to.
func TestEndingSparesOthers(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	here, there := s.self, s.signIn(s.ben)
	if n, err := s.EndSignIn(t.Context(), s.admin, s.ana.ID, here.SignIn); n != 0 || err != nil {
		t.Errorf("Ben's sign-in under Ana's number: %d ended, %v", n, err)
	}
	if n, err := s.EndSignIn(t.Context(), s.admin, s.ben.ID, there.SignIn); n != 1 || err != nil {
		t.Errorf("%d ended, %v", n, err)
	}
	if s.endOf(here) != "" || s.endOf(s.admin) != "" || s.endOf(there) != EndedByAdmin {
		t.Error("ending one ended another")
	}
	if n, err := s.EndEverybody(t.Context(), s.admin); n != 1 || err != nil {
		t.Errorf("%d ended, %v", n, err)
	}
	if s.endOf(s.admin) != "" || s.endOf(here) != EndedByAdmin {
		t.Error("signing everybody out spares the wrong ones")
	}
}

// TestSignInsOfOthers resumes a sign-in under somebody else's number.
func TestSignInsOfOthers(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	for _, a := range []Actor{
		{ID: s.ana.ID, SignIn: s.self.SignIn}, {ID: s.ben.ID, SignIn: s.admin.SignIn},
		{ID: s.ben.ID, SignIn: 99}, {ID: 99, SignIn: s.self.SignIn}, {ID: s.ben.ID}, {},
	} {
		if got := s.endOf(a); got != EndedUnknown {
			t.Errorf("sign-in %d as %d: %q", a.SignIn, a.ID, got)
		}
	}
}

// TestAbsoluteTimeout ends a sign-in however much it is used.
func TestAbsoluteTimeout(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	a := s.signIn(s.add("Ana", Admin))
	for used := time.Duration(0); used < s.AbsoluteTimeout(); used += 20 * time.Minute {
		if why := s.endOf(a); why != "" {
			t.Fatalf("after %v: %s", used, why)
		}
		s.clock.advance(20 * time.Minute)
	}
	if why := s.endOf(a); why != EndedAbsolute {
		t.Errorf("in the end: %q", why)
	}
}

// TestLastSeen is touched at most once a minute, or a tenth of a short idle
// time-out, and not by requests that nobody made.
func TestLastSeen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		idle, every time.Duration
	}{{0, time.Minute}, {2 * time.Hour, time.Minute}, {time.Minute, 6 * time.Second}} {
		s := newTestStore(t, func(config *Config) { config.IdleTimeout = c.idle })
		a := s.signIn(s.add("Ana", Admin))
		seen := func() time.Duration {
			return time.UnixMilli(int64(queryInt(t, s.reader, `SELECT last_seen_at FROM signins`))).Sub(morning)
		}
		resume := func(passive bool) {
			t.Helper()
			w, err := s.Resume(t.Context(), a.SignIn, a.ID, passive)
			must(t, err)
			if !passive && w.SignIn.LastSeen.Sub(morning) != seen() {
				t.Errorf("last seen is %v, and %v in the table", w.SignIn.LastSeen.Sub(morning), seen())
			}
		}
		s.clock.advance(c.every - time.Second)
		resume(false)
		if seen() != 0 {
			t.Errorf("touched after %v", seen())
		}
		s.clock.advance(time.Second)
		resume(true)
		if seen() != 0 {
			t.Error("touched by a passive request")
		}
		resume(false)
		if seen() != c.every {
			t.Errorf("touched at %v, want %v", seen(), c.every)
		}
	}
}

// TestPassiveRequestsLetTimeRunOut keeps a page that asks by itself from
// keeping its person signed in.
func TestPassiveRequestsLetTimeRunOut(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	a := s.signIn(s.add("Ana", Admin))
	for range 10 {
		s.clock.advance(3 * time.Minute)
		s.Resume(t.Context(), a.SignIn, a.ID, true)
	}
	if why := s.endOf(a); why != EndedIdle {
		t.Errorf("the sign-in ended by %q", why)
	}
}

// TestSignInIsListed tells where somebody is signed in.
func TestSignInIsListed(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	u := s.add("Ana", Admin)
	first := s.signIn(u)
	s.clock.advance(5 * time.Minute)
	w, err := s.SignIn(t.Context(), Actor{Kind: Nobody, Address: "2001:db8::7", Agent: "Safari\xff" + string(make([]byte, 400))}, u.Email, password)
	must(t, err)
	if !w.User.LastSignIn.Equal(s.Now()) || !s.load(u.ID).LastSignIn.Equal(s.Now()) || w.User.Version != u.Version {
		t.Errorf("signed in as %+v", w.User)
	}
	list, err := s.SignIns(t.Context(), as(u), u.ID)
	must(t, err)
	if len(list) != 2 || list[0].ID != w.SignIn.ID || list[1].ID != first.SignIn {
		t.Fatalf("the list is %+v", list)
	}
	if one := list[0]; one.Address != "2001:db8::7" || len(one.Agent) > 300 || one.Agent[:6] != "Safari" ||
		!one.Started.Equal(s.Now()) || !one.LastSeen.Equal(s.Now()) || one.User != u.ID {
		t.Errorf("%+v", one)
	}
}

// TestPasswordChangedWhileChecked lets an admin set another password in the
// moment in which the old one is being checked: the old one is worth nothing
// any more, and does not come back as a new hash of itself.
func TestPasswordChangedWhileChecked(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*cast) error{
		"sign-in": func(c *cast) error {
			return second(c.SignIn(c.t.Context(), c.guest, c.ben.Email, password))
		},
		"change": func(c *cast) error {
			return c.ChangeOwnPassword(c.t.Context(), c.self, password, "three owls in a barn")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCast(t, mutation{})
			s.hasher = NewHasher(HashParams{MemoryKiB: 128, Time: 1, Threads: 1}, 4)
			derive, done := s.hasher.derive, false
			s.hasher.derive = func(p, salt []byte, passes, memory uint32, threads uint8, n uint32) []byte {
				if !done {
					done = true
					must(t, s.ResetPassword(context.Background(), console, s.ben.ID, newPassword, false))
				}
				return derive(p, salt, passes, memory, threads, n)
			}
			if err := do(s); err == nil {
				t.Error("the old password was good")
			}
			list, err := s.SignIns(t.Context(), console, s.ben.ID)
			must(t, err)
			if len(list) != 0 {
				t.Errorf("signed in: %+v", list)
			}
			must(t, second(s.SignIn(t.Context(), s.guest, s.ben.Email, newPassword)))
		})
	}
}

// TestSignInsAtOnceWithStaleHash lets two in at the same moment of whom the
// first makes a new hash.
func TestSignInsAtOnceWithStaleHash(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	s.hasher = NewHasher(HashParams{MemoryKiB: 128, Time: 1, Threads: 1}, 4)
	derive, done := s.hasher.derive, false
	s.hasher.derive = func(p, salt []byte, passes, memory uint32, threads uint8, n uint32) []byte {
		if !done {
			done = true
			s.signIn(s.ben)
		}
		return derive(p, salt, passes, memory, threads, n)
	}
	s.signIn(s.ben)
	if list, err := s.SignIns(t.Context(), console, s.ben.ID); len(list) != 3 || err != nil {
		t.Errorf("%d sign-ins, %v", len(list), err)
	}
}

// TestRehash replaces a hash of other costs at the next sign-in, and no other.
func TestRehash(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	u := s.add("Ana", Admin)
	must(t, s.ResetPassword(t.Context(), console, u.ID, password, true))
	before := s.load(u.ID)
	s.signIn(u)
	if s.load(u.ID).passwordHash != before.passwordHash {
		t.Error("a fresh hash was replaced")
	}
	s.hasher = NewHasher(HashParams{MemoryKiB: 128, Time: 1, Threads: 1}, 1)
	s.signIn(u)
	after := s.load(u.ID)
	if after.passwordHash == before.passwordHash || !after.MustChangePassword || after.Version != before.Version {
		t.Errorf("before %+v, after %+v", before, after)
	}
	s.signIn(u)
}

// TestOwnPassword is the change of one's own password, field by field.
func TestOwnPassword(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	must(t, s.ResetPassword(t.Context(), console, s.eve.ID, password, true))
	eve := s.signIn(s.eve)
	for _, c := range []struct{ current, next, field string }{
		{wrongPassword, newPassword, "current"},
		{password, "short", "password"},
		{password, password, "password"},
		{password, "eve@example.com", "password"},
	} {
		err := wantKind(t, s.ChangeOwnPassword(t.Context(), eve, c.current, c.next), Invalid)
		if err.Fields[c.field] == "" || len(err.Fields) != 1 {
			t.Errorf("%v: %v", c, err.Fields)
		}
	}
	if !s.load(s.eve.ID).MustChangePassword {
		t.Error("a failed change counts as one")
	}
	must(t, s.ChangeOwnPassword(t.Context(), eve, password, newPassword))
	if s.load(s.eve.ID).MustChangePassword {
		t.Error("the password must be changed still")
	}
	wantKind(t, second(s.SignIn(t.Context(), s.guest, s.eve.Email, password)), Unauthenticated)
	must(t, second(s.SignIn(t.Context(), s.guest, s.eve.Email, newPassword)))
	wantKind(t, s.ChangeOwnPassword(t.Context(), console, password, newPassword), NotFound)
}

// TestSweep removes what is of no use and nothing else.
func TestSweep(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	must(t, s.SignOut(t.Context(), s.self))
	wantKind(t, second(s.SignIn(t.Context(), s.guest, "ben@example.com", wrongPassword)), Unauthenticated)
	sessions := s.Sessions()
	must(t, sessions.Commit("old", []byte("{}"), s.Now().Add(time.Hour)))
	must(t, sessions.Commit("new", []byte("{}"), s.Now().Add(48*time.Hour)))
	count := func(table string) int { return queryInt(t, s.reader, `SELECT count(*) FROM `+table) }

	must(t, second(s.RememberBrowser(t.Context(), s.admin)))

	s.clock.advance(5 * time.Hour)
	must(t, s.Sweep(t.Context()))
	if count("signins") != 2 || count("throttles") != 1 || count("sessions") != 1 {
		t.Errorf("after hours: %d sign-ins, %d throttles, %d sessions", count("signins"), count("throttles"), count("sessions"))
	}
	s.clock.advance(2 * time.Hour)
	must(t, s.Sweep(t.Context()))
	if count("signins") != 2 || count("throttles") != 0 || count("browsers") != 1 {
		t.Errorf("after more: %d sign-ins, %d throttles, %d browsers", count("signins"), count("throttles"), count("browsers"))
	}
	s.clock.advance(keepEnded)
	must(t, s.Sweep(t.Context()))
	if count("signins") != 0 || count("sessions") != 0 || count("browsers") != 0 || count("users") != 3 {
		t.Errorf("after a season: %d sign-ins, %d sessions, %d people", count("signins"), count("sessions"), count("users"))
	}
}

// TestSweepWalksFromTheOldest: it takes more steps than one, passes those who have been
// there all the time, and leaves what is not old yet.
func TestSweepWalksFromTheOldest(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{}).testStore
	mustExec(t, s.writer, `UPDATE signins SET id = id + 10000`)
	old, late := toMillis(s.Now().Add(-2*keepEnded)), toMillis(s.Now().Add(-time.Hour))
	mustExec(t, s.writer, fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
 INSERT INTO signins (id, user_id, started_at, last_seen_at, ended_at, ended_why, address, agent)
 SELECT 1000 + i, 1, CASE WHEN i <= %d THEN %d ELSE %d END, CASE WHEN i %% 700 = 1 OR i > %d THEN %d ELSE %d END, 0, '', '', '' FROM n`,
		4*sweptAtOnce, 3*sweptAtOnce, old, late, 3*sweptAtOnce, late, old))
	must(t, s.Sweep(t.Context()))
	for what, want := range map[string]int{
		`started_at <= ` + fmt.Sprint(old): (3*sweptAtOnce + 699) / 700, // those who have been there all the time
		`started_at = ` + fmt.Sprint(late): sweptAtOnce,
		`id > 10000`:                       2,
	} {
		if n := queryInt(t, s.reader, `SELECT count(*) FROM signins WHERE `+what); n != want {
			t.Errorf("%d are left where %s, want %d", n, what, want)
		}
	}
}

// TestSessions is the session manager's store: what is past its time is not
// found, and what is not there is no error.
func TestSessions(t *testing.T) {
	t.Parallel()
	s := newTestStore(t).Sessions()
	must(t, s.Commit("token", []byte("data"), time.Now().Add(time.Hour)))
	must(t, s.Commit("token", []byte("newer"), time.Now().Add(time.Hour)))
	must(t, s.Commit("late", []byte("data"), time.Now().Add(-time.Hour)))
	for token, want := range map[string]string{"token": "newer", "late": "", "other": ""} {
		if data, found, err := s.Find(token); string(data) != want || found != (want != "") || err != nil {
			t.Errorf("%s: %q, %v, %v", token, data, found, err)
		}
	}
	must(t, s.Delete("token"))
	must(t, s.Delete("token"))
	if _, found, err := s.Find("token"); found || err != nil {
		t.Errorf("a deleted session: %v, %v", found, err)
	}
}
