package store

import "testing"

// TestStoppingAPassword puts out whoever knows it at once, and leaves the way by the
// link; who is remembered in a browser is so no more.
func TestStoppingAPassword(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	browser := c.remembered(c.ben)
	c.reset(c.ben)
	older := c.token
	l, err := c.StopPassword(t.Context(), c.admin, c.ben.ID, false)
	must(t, err)
	if _, err := c.Resume(t.Context(), c.self.SignIn, c.ben.ID, true); err == nil {
		t.Error("a session goes on")
	}
	wantKind(t, second(c.SignIn(t.Context(), c.guest, c.ben.Email, password)), Unauthenticated)
	c.over(older)
	if n := queryInt(t, c.reader, `SELECT count(*) FROM browsers`); n != 0 {
		t.Errorf("%d browsers are remembered: %v", n, browser)
	}
	must(t, second(c.RedeemLink(t.Context(), c.guest, l.Token, newPassword)))
	must(t, second(c.SignIn(t.Context(), c.guest, c.ben.Email, newPassword)))
	if e := wantKind(t, second(c.StopPassword(t.Context(), c.admin, c.ana.ID, false)), Refused); e.Message != ownPassword {
		t.Errorf("one's own: %q", e.Message)
	}
	deactivateBen(c)
	wantKind(t, second(c.StopPassword(t.Context(), c.admin, c.ben.ID, false)), Refused)
}

// TestStoppingWhoHasNone leaves somebody without a password who comes by a passkey.
func TestStoppingWhoHasNone(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	key := officeKey()
	c.addKey(c.self, key, "Own")
	mustExec(t, c.writer, `UPDATE users SET password_hash = '' WHERE email_key = 'ben@example.com'`)
	must(t, second(c.StopPassword(t.Context(), c.admin, c.ben.ID, false)))
	if c.load(c.ben.ID).HasPassword {
		t.Error("there is a password now")
	}
	must(t, second(c.byKey(key)))
	wantKind(t, second(c.RequireNewPassword(t.Context(), c.admin, c.ben.ID, true)), Refused)
}

// TestRequiringANewPassword holds until one is chosen, and can be taken back before.
func TestRequiringANewPassword(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must := func(want bool) {
		t.Helper()
		if got := c.load(c.ben.ID).MustChangePassword; got != want {
			t.Errorf("has to choose: %v", got)
		}
	}
	change(t)(c.RequireNewPassword(t.Context(), c.admin, c.ben.ID, true))
	must(true)
	if again, err := c.RequireNewPassword(t.Context(), c.admin, c.ben.ID, true); err != nil || again.Entry != 0 {
		t.Errorf("twice: %+v, %v", again, err)
	}
	change(t)(c.RequireNewPassword(t.Context(), c.admin, c.ben.ID, false))
	must(false)
	entry := change(t)(c.RequireNewPassword(t.Context(), c.admin, c.ben.ID, true)).Entry
	if err := c.ChangeOwnPassword(t.Context(), c.self, password, newPassword); err != nil {
		t.Fatal(err)
	}
	must(false)
	wantKind(t, second(c.Undo(t.Context(), c.admin, entry)), Refused)
	wantKind(t, second(c.RequireNewPassword(t.Context(), c.admin, c.ana.ID, true)), Refused)
	c.invite(c.ben)
	wantKind(t, second(c.RequireNewPassword(t.Context(), c.admin, c.ben.ID, true)), Refused)
}
