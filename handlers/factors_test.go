package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// app is the authenticator app of a test.
type app struct {
	s *site
	store.Enrolment
	codes []string // recovery codes
}

// code is what the app shows now.
func (p app) code() string {
	p.s.t.Helper()
	code, err := p.Code(p.s.clock.Now())
	if err != nil {
		p.s.t.Fatal(err)
	}
	return code
}

// wrong is what it does not show.
func (p app) wrong() string {
	for n := 0; ; n++ {
		code, near := fmt.Sprintf("%06d", n), false
		for d := -2 * time.Minute; d <= 2*time.Minute; d += 30 * time.Second {
			shown, _ := p.Code(p.s.clock.Now().Add(d))
			near = near || shown == code
		}
		if !near {
			return code
		}
	}
}

// enrol sets an authenticator app up, as a person does. A minute later its next
// code counts.
func (c *client) enrol() app {
	t := c.s.t
	t.Helper()
	page := c.post("/account/factor").is(t, http.StatusSeeOther)
	page = c.get(page.header.Get("Location")).is(t, http.StatusOK)
	p := app{s: c.s, Enrolment: store.Enrolment{Key: strings.ReplaceAll(page.text("#factor-key"), " ", "")}}
	done := c.submit(page, "#factor-form", "code", p.code()).is(t, http.StatusOK)
	for _, li := range all(done.doc(), "#recovery-codes li") {
		p.codes = append(p.codes, text(li))
	}
	if len(p.codes) != 10 {
		t.Fatalf("recovery codes: %v", p.codes)
	}
	c.s.clock.pass(time.Minute)
	return p
}

func TestSettingUpAnApp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(vera)
	c.get("/account").is(t, 200).shows("#factor", "Off")
	page := c.submit(c.get("/account/factor").is(t, 200), "#factor-begin").is(t, 303).to(t, "/account/factor")
	page = c.get("/account/factor").is(t, 200)
	if d := page.attr("svg.qr-picture path", "d"); !strings.HasPrefix(d, "M4 4h7v1h-7z") {
		t.Errorf("no picture: %.40s", d)
	}
	p := app{s: s, Enrolment: store.Enrolment{Key: strings.ReplaceAll(page.text("#factor-key"), " ", "")}}
	if uri := page.attr(".qr a", "href"); !strings.Contains(uri, "secret="+p.Key) || !strings.HasPrefix(uri, "otpauth://totp/Backoffice:vera@example.com?") {
		t.Errorf("for an app on this device: %s", uri)
	}
	wrong := c.submit(page, "#factor-form", "code", p.wrong()).is(t, 422).shows("#factor-code-error", store.WrongCode)
	if wrong.text("#factor-key") != page.text("#factor-key") {
		t.Error("a wrong code makes another key")
	}
	done := c.submit(wrong, "#factor-form", "code", p.code()).is(t, 200).shows("h1", "Two-step verification is on")
	if n := done.count("#recovery-codes li"); n != 10 {
		t.Errorf("%d recovery codes", n)
	}
	c.get("/account").is(t, 200).shows("#factor", "10 recovery codes left").shows("#factor", "Authenticator app")
	c.get("/account/factor").to(t, "/account")

	fresh := c.post("/account/factor/codes").is(t, 200).shows("h1", "Your new recovery codes")
	if fresh.text("#recovery-codes") == done.text("#recovery-codes") {
		t.Error("the same codes")
	}
	c.submit(c.get("/account/factor/remove").is(t, 200), "#confirm-form").is(t, 303).to(t, factorChanged)
	c.get("/account").is(t, 200).shows("#factor", "Off")
}

// TestOtherSessionsCanBeEndedOnceAFactorHasChanged, wherever that leads, with and
// without scripts: they were begun without it.
func TestOtherSessionsCanBeEndedOnceAFactorHasChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, elsewhere := s.as(vera), s.fresh(vera)
	offered := func(page *answer, says string) {
		t.Helper()
		page.shows("#factor-others", "Sign out my other sessions")
		if !strings.Contains(page.text("main"), says) || has(page.one("#factor-others"), "hx-post") {
			t.Errorf("%s: %s", page.what, render(page.one("#factor-others")))
		}
		elsewhere.get("/account").is(t, 200)
		c.submit(page, "#factor-others").is(t, 303).to(t, "/account")
		elsewhere.get("/account").is(t, 303)
		c.get("/account").is(t, 200)
		elsewhere = nil
	}
	begun := c.post("/account/factor").is(t, 303)
	page := c.get(begun.header.Get("Location")).is(t, 200)
	p := app{s: s, Enrolment: store.Enrolment{Key: strings.ReplaceAll(page.text("#factor-key"), " ", "")}}
	offered(c.submit(page, "#factor-form", "code", p.code()).is(t, 200), "1 other session is signed in")
	if alone := c.post("/account/factor/codes").is(t, 200); alone.count("#factor-others") != 0 {
		t.Error("offered where there is no other session")
	}

	more := func() *client {
		t.Helper()
		s.clock.pass(time.Minute)
		b := s.as(nobody)
		b.submit(b.signIn(vera).is(t, 200), "#signin-form", "code", p.code()).is(t, 303)
		return b
	}
	elsewhere = more()
	more()
	offered(c.post("/account/factor/codes").is(t, 200), "2 other sessions are signed in")
	elsewhere = more()
	if c.get("/account").is(t, 200).count("#factor-others") != 0 {
		t.Error("offered without a change")
	}
	removed := c.submit(c.get("/account/factor/remove").is(t, 200), "#confirm-form").is(t, 303)
	offered(c.get(removed.header.Get("Location")).is(t, 200), "1 other session is signed in")
}

func TestSigningInWithACode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as(vera).enrol()
	c := s.as(nobody)
	asked := c.submit(c.get("/login?next=%2Faudit").is(t, 200), "#signin-form", "email", email(vera), "password", password).is(t, 200)
	asked.shows("h1", "Enter your code")
	in := asked.one("input[name=code]")
	if attr(in, "autocomplete") != "one-time-code" || attr(in, "inputmode") != "numeric" {
		t.Errorf("%s", render(in))
	}
	if strings.Contains(asked.body, password) {
		t.Error("the password travels")
	}
	c.get("/users").to(t, "/login?next=%2Fusers") // nobody is signed in
	c.get("/login/code").is(t, 200).shows("h1", "Enter your code")
	wrong := c.submit(asked, "#signin-form", "code", p.wrong()).is(t, 422).shows("#signin-error", store.WrongCode)
	c.submit(wrong, "#signin-form", "code", p.code()).is(t, 303).to(t, "/audit")
	c.get("/account").is(t, 200).shows("#sessions", "With authenticator app")
	if e := s.trail(1)[0]; e.Act != store.ActSignIn || e.Actor != vera || !strings.HasPrefix(e.Note, "with the authenticator app") {
		t.Errorf("on record as %+v", e)
	}
	again := s.as(nobody)
	again.submit(again.signIn(vera), "#signin-form", "code", p.code()).is(t, 422) // used already
}

// TestARecoveryCodeLetsSomebodyIn who says that the app is not at hand, and
// everything that was carried stays so.
func TestARecoveryCodeLetsSomebodyIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as(bjorn).enrol()
	c := s.as(nobody)
	asked := c.post("/users/5", "view", "page", "name", "Nora Gil", "was.name", "Nora García", components.PageOf, "2").is(t, 401)
	code := c.submit(asked, "#signin-form", "email", email(bjorn), "password", password).is(t, 200)
	other := c.submit(code, "#signin-form", "use", "recovery").is(t, 200).shows("h1", "Use a recovery code")
	back := c.submit(other, "#signin-form", "use", "code").is(t, 200).shows("h1", "Enter your code")
	other = c.submit(back, "#signin-form", "use", "recovery").is(t, 200)
	wrong := c.submit(other, "#signin-form", "code", "aaaa-bbbb-cccc-dddd").is(t, 422).shows("h1", "Use a recovery code")
	kept := c.submit(wrong, "#signin-form", "code", p.codes[0]).is(t, 200).shows("h1", "Welcome back, "+name(bjorn))
	if strings.Contains(kept.body, p.codes[0]) {
		t.Error("the code travels")
	}
	c.submit(kept, "#kept-form").is(t, 303)
	if got := s.user(nora).Name; got != "Nora Gil" {
		t.Errorf("the name is %q", got)
	}
	c.get("/account").shows("#factor", "9 recovery codes left")
	for n := 8; n >= 3; n-- {
		again := s.as(nobody)
		again.submit(again.signIn(bjorn), "#signin-form", "code", p.codes[n]).is(t, 303)
		want := fmt.Sprintf("%d recovery codes left The one you used does not work again.", n)
		if n == store.FewRecoveryCodes {
			want = "3 recovery codes left Create new ones on your account page before you use the last."
		}
		if got := again.get("/users").is(t, 200).toast(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestStartingOver is for another account, and for a code that comes too late.
func TestStartingOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as(vera).enrol()
	c := s.as(nobody)
	asked := c.post("/login", "email", email(vera), "password", password, "next", "/audit").is(t, 200)
	over := c.submit(asked, "#signin-form", "use", "password").is(t, 200).shows("h1", "Sign in to")
	if over.attr("input[name=next]", "value") != "/audit" || over.attr("input[name=email]", "value") != email(vera) {
		t.Errorf("%s", render(over.one("form")))
	}
	s.clock.pass(store.HalfwayWithin)
	late := c.submit(asked, "#signin-form", "code", p.code()).is(t, 401).shows("#signin-error", "That took too long")
	if late.count("input[name=password]") != 1 || late.attr("input[name=next]", "value") != "/audit" {
		t.Errorf("%s", render(late.one("form")))
	}
	c.get("/login/code").to(t, "/login")
	s.as(nobody).post("/login/code", "code", p.code()).is(t, 401) // who was never halfway
}

// TestTheDialogAsksForACodeToo and the request behind it runs afterwards.
func TestTheDialogAsksForACodeToo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as(bjorn).enrol()
	d := s.dialog(bjorn)
	asked := d.post("/login", "email", email(bjorn), "password", password, "person", "2").is(t, 200).shows("#signin-box h2", "Enter your code")
	if asked.header.Get("HX-Trigger") != "" || asked.attr("#signin-form", "hx-post") != "/login/code" || asked.attr("input[name=person]", "value") != "2" {
		t.Errorf("%v %s", asked.header, excerpt(asked.body))
	}
	d.post("/login/code", "code", p.wrong(), "person", "2", "step", "code").is(t, 422).shows("#signin-error", store.WrongCode)
	back := d.post("/login/code", "code", p.code(), "person", "2", "step", "code").is(t, 200)
	if back.header.Get("HX-Trigger") != signedInBack {
		t.Errorf("what was refused does not run: %v", back.header)
	}
	other := s.dialog(bjorn)
	other.post("/login", "email", email(bjorn), "password", password, "person", "4").is(t, 200)
	s.clock.pass(time.Minute)
	if a := other.post("/login/code", "code", p.code(), "person", "4").is(t, 200); a.header.Get("HX-Refresh") != "true" {
		t.Errorf("the page of somebody else goes on: %v", a.header)
	}
}

// TestRequiredFactor leads through the set-up after a sign-in, first as a request,
// then before anything else.
func TestRequiredFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as(ana)
	page := admin.get("/security").is(t, 200)
	admin.submit(page, "#security-form", "factor.viewer", "required").is(t, 303).to(t, "/security")
	admin.get("/security").is(t, 200).shows("#security-form", "Since 23 November 2026.")
	if e := s.trail(1)[0]; e.Act != store.ActFactorPolicy || e.Note != "required for viewer" {
		t.Errorf("on record as %+v", e)
	}
	c := s.as(nobody)
	c.post("/login", "email", email(vera), "password", password, "next", "/users?q=nora").to(t, "/account/factor?next=%2Fusers%3Fq%3Dnora")
	grace := c.get("/account/factor?next=%2Fusers%3Fq%3Dnora").is(t, 200)
	if got := grace.text(".form-foot a"); got != "Later (7 days left)" || grace.attr(".form-foot a", "href") != "/users?q=nora" {
		t.Errorf("%q to %s", got, grace.attr(".form-foot a", "href"))
	}
	c.get("/users?q=nora").is(t, 200)
	c.get("/account").shows("#factor", "Please set it up by 30 November 2026.")
	s.as(nobody).signIn(bjorn).to(t, "/")

	s.clock.pass(store.FactorGrace)
	c.post("/login", "email", email(vera), "password", password, "next", "/users").is(t, 303).to(t, "/users")
	for _, path := range []string{"/", "/users", "/users/5", "/account", "/audit"} {
		c.get(path).is(t, 303).to(t, "/account/factor")
		if path != "/" {
			c.on("/users").get(path).to(t, "/account/factor")
		}
	}
	if n := c.get("/account/factor").is(t, 200).count(".form-foot a"); n != 0 {
		t.Error("it can be put off any longer")
	}
	kept := s.as(nobody).post("/login", "email", email(vera), "password", password, "person", formatID(vera), "kept-action", "/users/5", "kept-field.name", "x")
	kept.is(t, 303)
	c.enrol()
	c.get("/users").is(t, 200)
}

// halfwayRoutes are what somebody may do who has to set up a second factor first,
// besides what anybody may who is not signed in.
var halfwayRoutes = []string{"GET /account/factor", "POST /account/factor", "POST /account/factor/confirm",
	"POST /account/passkeys/new", "POST /account/passkeys", "POST /proof", "GET /session", "POST /session"}

// TestNothingBeforeARequiredFactor goes to every route with the session of an admin who
// has put it off for too long: all but the set-up leads there, and does nothing.
func TestNothingBeforeARequiredFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.RequireFactors(t.Context(), commandLine, []store.Role{store.Admin}); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(store.FactorGrace)
	c := s.fresh(ana)
	for _, r := range (&server{}).list() {
		if r.need.open || slices.Contains(halfwayRoutes, r.pattern) {
			continue
		}
		e := routeTable[r.pattern]
		method, _, _ := strings.Cut(r.pattern, " ")
		before := s.dump()
		page := c.send(request{method: method, url: e.url, form: formOf(e.form)})
		part := c.send(request{method: method, url: e.url, form: formOf(e.form), header: c.on("/users").into("tr#u5").header()})
		switch {
		case r.need.quiet:
			if page.code != 303 || !strings.Contains(part.body, "This page is not kept up to date") {
				t.Errorf("%s: %d, %s", r.pattern, page.code, excerpt(part.body))
			}
		default:
			page.is(t, 303).to(t, factorPath)
			part.is(t, 200).to(t, factorPath)
		}
		if s.dump() != before {
			t.Errorf("%s did something", r.pattern)
		}
	}
	for _, pattern := range halfwayRoutes {
		method, url, _ := strings.Cut(pattern, " ")
		if a := c.send(request{method: method, url: url, form: formOf([]string{"code", "1"})}); a.code == 303 && a.header.Get("Location") == factorPath && pattern != "POST /account/factor" {
			t.Errorf("%s leads back to the set-up", pattern)
		}
	}
	c.enrol()
	c.get("/users").is(t, 200)
}

// TestNoWayAroundARequiredFactor by having one for a moment: whoever removes the last
// one, by whatever is offered, is led to set up another, with recovery codes or without.
func TestNoWayAroundARequiredFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.RequireFactors(t.Context(), commandLine, []store.Role{store.Viewer}); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(store.FactorGrace)
	c := s.fresh(vera)
	p := c.enrol()
	c.get("/users").is(t, 200)
	back := s.as(nobody)
	back.submit(back.signIn(vera).is(t, 200), "#signin-form", "code", p.codes[0], "step", "recovery").is(t, 303)
	c.submit(c.get("/account/factor/remove").is(t, 200), "#confirm-form").is(t, 303)
	for _, b := range []*client{c, back} {
		b.get("/users").is(t, 303).to(t, factorPath)
		b.post("/account/factor/codes").is(t, 303).to(t, factorPath)
	}
	c.post("/account/address", "email", "vee@example.org").is(t, 303).to(t, factorPath)
	c.enrol()
	c.post("/account/address", "email", "vee@example.org").is(t, 303)
	confirm := "/link/" + s.mailTo(store.MailAddress).Token
	c.submit(c.get("/account/factor/remove").is(t, 200), "#confirm-form").is(t, 303)
	c.post(confirm).is(t, 303).to(t, factorPath)
	if got := s.user(vera).Email; got != email(vera) {
		t.Errorf("a link was taken on the way: %s", got)
	}
	c.enrol()
	c.post(confirm).is(t, 303).to(t, "/account")
}

// TestStaffResetAFactor of somebody who has lost it, and see that there is one.
func TestStaffResetAFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(vera)
	c.enrol()
	admin := s.as(ana)
	page := admin.get("/users/3/sessions").is(t, 200).shows("#factor", "10 recovery codes left")
	if href := page.attr("#factor-reset", "href"); href != "/users/3/factors/reset" {
		t.Errorf("leads to %s", href)
	}
	s.as(bjorn).get("/users/3").is(t, 200).lacks("#factor")
	admin.submit(admin.get("/users/3/factors/reset").is(t, 200), "#confirm-form").is(t, 303).to(t, "/users/3/sessions")
	admin.get("/users/3/sessions").is(t, 200).shows("#factor", "Off")
	c.get("/users").to(t, "/login?next=%2Fusers")
	c.get("/login").shows(".lead", "An administrator removed the second factor of this account.")
	c.signIn(vera).is(t, 303)
}
