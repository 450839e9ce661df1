package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

const browserCookie = "backoffice-browser"

// guess fails to sign in as somebody from the address that all have here.
func (s *site) guess(id, times int) {
	s.t.Helper()
	for range times {
		s.as(nobody).post("/login", "email", email(id), "password", "wrong").is(s.t, http.StatusUnauthorized)
	}
}

// TestRememberingABrowser is a choice that is off by default, makes nobody signed
// in, gets its person past those who guess at the password behind the same
// address, and is seen and taken back on the account page.
func TestRememberingABrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(nobody)
	page := c.get("/login").is(t, 200)
	if has(page.one("#signin-remember"), "checked") {
		t.Error("it is on by default")
	}
	wrong := c.submit(page, "#signin-form", "email", email(milo), "password", "wrong", "remember", "1").is(t, 401)
	if !has(wrong.one("#signin-remember"), "checked") || c.cookies[browserCookie] != "" {
		t.Error("the choice is lost, or a wrong password is remembered")
	}
	a := c.post("/login", "email", email(milo), "password", password, "remember", "1").is(t, 303)
	var set string
	for _, line := range a.header.Values("Set-Cookie") {
		if strings.HasPrefix(line, browserCookie+"=") {
			set = line
		}
	}
	if !strings.HasSuffix(set, "; Path=/; Max-Age=7776000; HttpOnly; SameSite=Strict") {
		t.Errorf("the cookie is set by %q", set)
	}
	delete(c.cookies, cookieName)
	c.get("/account").is(t, 303) // it is no session

	s.guess(milo, 6)
	s.as(nobody).signIn(milo).is(t, 429)
	c.signIn(milo).is(t, 303)
	account := c.get("/account").is(t, 200).shows("#browsers li", "Firefox on Linux").shows("#browsers li", "This one").shows("#browsers li", "21 February 2027")
	form := account.one("#browsers form")
	left := c.on("/account").into("section#browsers").post("/account/browsers/forget", "browser", attr(one(t, form, "[name=browser]"), "value")).is(t, 200)
	if left.count("#browsers li") != 0 || !has(left.one("#browsers"), "hidden") || !strings.HasPrefix(left.toast(), "Browser forgotten") {
		t.Errorf("%s", left.body)
	}
	if e := s.trail(1)[0]; e.Act != store.ActForgetBrowser || e.Actor != milo {
		t.Errorf("on record as %+v", e)
	}
	s.clock.pass(time.Hour)
	s.guess(milo, 1)
	c.signIn(milo).is(t, 429)
}

// TestBrowserCookieOverTLS is bound to the host.
func TestBrowserCookieOverTLS(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.TLS = true })
	a := s.as(nobody).post("/login", "email", email(milo), "password", password, "remember", "1").is(t, 303)
	if got := strings.Join(a.header.Values("Set-Cookie"), "\n"); !strings.Contains(got, "__Host-backoffice-browser=") || strings.Count(got, "; Secure") != 2 {
		t.Errorf("set by %q", got)
	}
}

// TestSlowedDownIsSeenAndLifted by staff who may, who see of it what they may.
func TestSlowedDownIsSeenAndLifted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.guess(nora, 5)
	s.as(ana).get("/users/5").is(t, 200).lacks("#slowed")
	s.guess(nora, 1)
	seen := s.as(ana).get("/users/5").is(t, 200).shows("#slowed", "6 failed tries; the next one is possible in 2 seconds. The last one was just now from 192.0.2.7")
	if text := s.as(vera).get("/users/5").is(t, 200).text("#slowed"); strings.Contains(text, "192.0.2.7") {
		t.Errorf("a viewer reads where it came from: %s", text)
	}
	s.as(vera).get("/users/5").is(t, 200).shows("#slowed", "6 failed tries; the next one is possible in 2 seconds. The last one was just now").lacks("#lift")
	s.as(bjorn).get("/users/5/history").is(t, 200).shows("#slowed", "6 failed tries")
	s.clock.pass(2 * time.Second)
	s.as(bjorn).get("/users/5").is(t, 200).shows("#slowed", "the next one is possible now.")
	s.as(milo).get("/account").is(t, 200).lacks("#slowed")

	a := s.as(bjorn).on("/users/5").into("main#main").post(attr(seen.one("#lift"), "action")).is(t, 200).lacks("#slowed")
	if a.count("#user-head") != 1 || !strings.HasPrefix(a.toast(), "Sign-in is no longer slowed down 6 failed tries forgotten.") {
		t.Errorf("%s", excerpt(a.body))
	}
	if e := s.trail(1)[0]; e.Act != store.ActLift || e.Actor != bjorn || e.Target != nora || e.Note != "6 failures forgotten" {
		t.Errorf("on record as %+v", e)
	}
	s.as(nobody).signIn(nora).is(t, 303)
	s.as(bjorn).on("/users/5").into("main#main").post("/users/5/lift").is(t, 200)
	s.clock.pass(5 * time.Minute) // so many come from here by now
	s.guess(zed, 6)
	s.as(bjorn).get("/users/6").is(t, 200).shows("#slowed", "6 failed").lacks("#lift") // who ranks too high
	s.as(bjorn).post("/users/6/lift").is(t, 403)
}

// TestACrowdIsAsked to come again, in the form and with what was typed, and is no
// fault in the log.
func TestACrowdIsAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	crowded := &store.Error{Kind: store.Unavailable, RetryAfter: 2 * time.Second, Message: "Many people are signing in just now."}
	if !refusedAtDoor(crowded) || refusedAtDoor(&store.Error{Kind: store.Unavailable}) || refusedAtDoor(nil) {
		t.Error("who is refused at the door is not clear")
	}
	s.restart(route{"POST /crowd", need{open: true}, func(a *ask) (view, error) {
		form := s.server.sentForm(a)
		form.Email = email(milo)
		return s.server.formAgain(a, form, crowded), nil
	}})
	a := s.as(nobody).post("/crowd").is(t, 503).shows("#signin-error", crowded.Message)
	if a.header.Get("Retry-After") != "2" || a.attr("#signin-email", "value") != email(milo) || strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("%v\n%s", a.header, s.log)
	}
	s.dialog(bjorn).post("/crowd").is(t, 503).shows("#signin-box [role=alert]", crowded.Message)
}

// TestANewDeviceIsNoted in the list of sessions and in the history.
func TestANewDeviceIsNoted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(milo).get("/account").is(t, 200).lacks("#sessions .badge-warn")
	c := s.as(nobody)
	c.id, c.remote = milo, "203.0.113.99:1"
	c.signIn(milo).is(t, 303)
	c.get("/account").is(t, 200).shows("#sessions .badge-warn", "New device")
	s.as(ana).get("/users/4/history").is(t, 200).shows("#timeline", "signed in from a new device")
}
