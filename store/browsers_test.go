package store

import (
	"strings"
	"testing"
	"time"
)

// remembered signs somebody in with a browser and remembers it there. It gives
// the browser, at the sign-in page.
func (s *testStore) remembered(u *User) Actor {
	s.t.Helper()
	show, err := s.RememberBrowser(s.t.Context(), s.signIn(u))
	must(s.t, err)
	guest := visitor(here)
	guest.Browser = show
	return guest
}

// tryAs is try with a browser.
func (s *testStore) tryAs(a Actor, email, password string) Kind {
	s.t.Helper()
	return KindOf(second(s.SignIn(s.t.Context(), a, email, password)))
}

// TestRememberedBrowserGetsPast an attack on the account, from its own address and
// from everywhere, is slowed when guesses come from it, and helps nobody else.
func TestRememberedBrowserGetsPast(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	ana := s.remembered(s.ana)
	s.fail(12, here, s.ana.Email)
	mustExec(t, s.writer, `UPDATE throttles SET failures = 200000 WHERE kind IN ('account', 'address')`)
	s.fail(1, here, s.ana.Email)
	if kind, _ := s.try(here, s.ana.Email, password); kind != Throttled {
		t.Fatalf("without the browser: %q", kind)
	}
	if kind := s.tryAs(ana, s.ana.Email, password); kind != "" {
		t.Errorf("with it: %q", kind)
	}
	if kind := s.tryAs(ana, s.eve.Email, password); kind != Throttled {
		t.Errorf("it helps at another account: %q", kind)
	}
	for range 6 {
		if kind := s.tryAs(ana, s.ana.Email, wrongPassword); kind != Unauthenticated {
			t.Fatalf("guessing with the browser: %q", kind)
		}
	}
	if kind := s.tryAs(ana, s.ana.Email, password); kind != Throttled {
		t.Errorf("who has the browser guesses on: %q", kind)
	}
	s.clock.advance(2 * time.Second)
	if kind := s.tryAs(ana, s.ana.Email, password); kind != "" {
		t.Errorf("after the wait: %q", kind)
	}
	if kind := s.tryAs(ana, s.ana.Email, wrongPassword); kind != Unauthenticated {
		t.Errorf("the success is forgotten: %q", kind)
	}
}

// TestRememberedBrowserEnds with what a thief of the cookie must not survive.
func TestRememberedBrowserEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(*cast, Actor) error // the actor is Ben, signed in elsewhere
		want bool                     // it is still good
	}{
		{"nothing", func(c *cast, ben Actor) error { return nil }, true},
		{"signing out", func(c *cast, ben Actor) error { return c.SignOut(c.t.Context(), ben) }, true},
		{"ending one session", func(c *cast, ben Actor) error {
			return second(c.EndSignIn(c.t.Context(), c.admin, c.ben.ID, ben.SignIn))
		}, true},
		{"ending all others from there", func(c *cast, ben Actor) error {
			list, err := c.Browsers(c.t.Context(), ben)
			if err == nil && len(list) != 1 {
				c.t.Errorf("the list is %+v", list)
			}
			return second(c.EndSignIns(c.t.Context(), ben, c.ben.ID, ben.SignIn))
		}, false},
		{"ending all sessions", func(c *cast, ben Actor) error {
			return second(c.EndSignIns(c.t.Context(), c.admin, c.ben.ID, c.admin.SignIn))
		}, false},
		{"ending everybody's", func(c *cast, ben Actor) error { return second(c.EndEverybody(c.t.Context(), c.admin)) }, false},
		{"another password", func(c *cast, ben Actor) error {
			must(c.t, c.ChangeOwnPassword(c.t.Context(), ben, password, newPassword))
			return c.ResetPassword(c.t.Context(), c.admin, c.ben.ID, password, false)
		}, false},
		{"a deactivation", func(c *cast, ben Actor) error {
			deactivateBen(c)
			return second(c.Reactivate(c.t.Context(), c.admin, c.ben.ID))
		}, false},
		{"being forgotten", func(c *cast, ben Actor) error {
			list, err := c.Browsers(c.t.Context(), ben)
			must(c.t, err)
			if there, err := c.ForgetBrowser(c.t.Context(), c.admin, list[0].ID); there || err != nil {
				c.t.Errorf("somebody else's browser: %v, %v", there, err)
			}
			return second(c.ForgetBrowser(c.t.Context(), ben, list[0].ID))
		}, false},
		{"89 days", func(c *cast, ben Actor) error {
			c.clock.advance(89 * 24 * time.Hour)
			return c.Sweep(c.t.Context())
		}, true},
		{"90 days", func(c *cast, ben Actor) error { c.clock.advance(RememberFor); return nil }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newCast(t, mutation{})
			browser := s.remembered(s.ben)
			must(t, c.end(s, s.signIn(s.ben)))
			mustExec(t, s.writer, `DELETE FROM throttles`)
			s.fail(6, here, s.ben.Email)
			if kind := s.tryAs(browser, s.ben.Email, password); kind != map[bool]Kind{true: "", false: Throttled}[c.want] {
				t.Errorf("the browser signs in: %q", kind)
			}
		})
	}
}

// TestEndingOthersSparesThisBrowser, which the person is just using.
func TestEndingOthersSparesThisBrowser(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	here, _ := s.remembered(s.ben), s.remembered(s.ben)
	s.self.Browser = here.Browser
	must(t, second(s.EndSignIns(t.Context(), s.self, s.ben.ID, s.self.SignIn)))
	if note := s.newest(1)[0].Note; note != "2 sessions ended, 1 remembered browser forgotten" {
		t.Errorf("on record as %q", note)
	}
	list, err := s.Browsers(t.Context(), s.self)
	must(t, err)
	if len(list) != 1 || !list[0].This {
		t.Errorf("%+v", list)
	}
}

// TestBrowserOfSeveral remembers more than one person, each with a secret of their
// own, up to a number; and one person in a number of browsers.
func TestBrowserOfSeveral(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	browser := visitor(here)
	remember := func(u *User) {
		t.Helper()
		a := s.signIn(u)
		a.Browser = browser.Browser
		show, err := s.RememberBrowser(t.Context(), a)
		must(t, err)
		browser.Browser = show
	}
	for range 3 {
		remember(s.ana)
		remember(s.ben)
	}
	if n := len(strings.Split(browser.Browser, ".")); n != 2 || queryInt(t, s.reader, `SELECT count(*) FROM browsers`) != 2 {
		t.Errorf("for two people there are %d secrets", n)
	}
	for _, u := range []*User{s.ana, s.ben} {
		s.fail(6, here, u.Email)
		if kind := s.tryAs(browser, u.Email, password); kind != "" {
			t.Errorf("%s is not recognised: %q", u.Name, kind)
		}
	}
	for _, name := range []string{"Flo", "Gil", "Hal"} {
		remember(s.add(name, Member))
	}
	if n := len(strings.Split(browser.Browser, ".")); n != browsersInCookie {
		t.Errorf("there are %d secrets in one browser", n)
	}
	for range browsersKept + 2 {
		s.remembered(s.eve)
	}
	if list, err := s.Browsers(t.Context(), as(s.eve)); len(list) != browsersKept || err != nil {
		t.Errorf("remembered in %d browsers, %v", len(list), err)
	}
	everything := strings.Join(dump(t, s.reader, tables...), "\n")
	for _, secret := range strings.Split(browser.Browser, ".") {
		if strings.Contains(everything, secret) {
			t.Error("a secret stands in the database")
		}
	}
}

// TestMadeUpBrowsers are nobody's, however they look.
func TestMadeUpBrowsers(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	good := s.remembered(s.ben)
	s.fail(6, here, s.ben.Email)
	for _, shown := range []string{"", ".", "...", strings.ToLower(good.Browser), good.Browser[:25], good.Browser + "A",
		strings.Repeat(".", 1<<20), strings.Repeat("A", 26) + "." + strings.Repeat("B", 26), digest("browser", good.Browser)} {
		a := visitor(here)
		a.Browser = shown
		if kind := s.tryAs(a, s.ben.Email, password); kind != Throttled {
			t.Errorf("%.40q: %q", shown, kind)
		}
	}
}
