package handlers

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/components"
	"backoffice/store"
	"backoffice/store/storetest"
)

const useAccount = "Use your account to continue."

// endings are the ways a session ends under the person who works with it, and
// what they are told. known says whether the server still knows who it was.
var endings = []struct {
	name  string
	end   func(s *site, c *client)
	says  string
	known bool
}{
	{"idle", func(s *site, _ *client) { s.clock.pass(30 * time.Minute) },
		"You were signed out after 30 minutes without activity.", true},
	{"too old", func(s *site, c *client) {
		for range 60 { // at work all day
			s.clock.pass(12 * time.Minute)
			c.get("/account")
		}
	}, "You were signed out because you signed in more than 12 hours ago.", true},
	{"ended by an admin", func(s *site, _ *client) { s.as(ana).post("/users/2/sessions/end-all") },
		"An administrator ended your session.", true},
	{"everybody ended by an admin", func(s *site, _ *client) { s.as(ana).post("/sessions/end-all") },
		"An administrator ended your session.", true},
	{"ended from another device", func(s *site, _ *client) { s.fresh(bjorn).post("/account/sessions/end-others") },
		"You ended this session from another device.", true},
	{"deactivated", func(s *site, _ *client) { s.as(ana).post("/users/2/deactivate") },
		"Your account has been deactivated. Ask an administrator if this is a mistake.", true},
	{"deactivated and reactivated", func(s *site, _ *client) {
		s.as(ana).post("/users/2/deactivate")
		s.as(ana).post("/users/2/reactivate")
	}, "Your account has been deactivated. Ask an administrator if this is a mistake.", true},
	{"deleted", func(s *site, _ *client) { s.as(ana).post("/users/2/delete") },
		"Your account has been deleted. Ask an administrator if this is a mistake.", true},
	{"password changed elsewhere", func(s *site, _ *client) {
		s.fresh(bjorn).post("/account/password", "current", password, "password", "four other plain words", "repeat", "four other plain words")
	}, "The password of this account was changed.", true},
	{"signed out in another tab", func(s *site, c *client) { s.other(c).post("/logout") }, useAccount, false},
	{"cookie deleted", func(_ *site, c *client) { clear(c.cookies) }, useAccount, false},
	{"cookie made up", func(_ *site, c *client) { c.cookies[cookieName] = strings.Repeat("A", 43) }, useAccount, false},
	{"cookie damaged", func(_ *site, c *client) { c.cookies[cookieName] = "%00'<" }, useAccount, false},
	{"sign-in swept away", func(s *site, _ *client) {
		s.clock.pass(100 * 24 * time.Hour)
		if err := s.db.Sweep(context.Background()); err != nil {
			s.t.Fatal(err)
		}
	}, useAccount, false},
}

// other is another tab of the same browser.
func (s *site) other(c *client) *client {
	twin := *c
	twin.cookies = map[string]string{}
	for k, v := range c.cookies {
		twin.cookies[k] = v
	}
	return &twin
}

func TestEachEndOfASessionHasItsWords(t *testing.T) {
	t.Parallel()
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c := s.as(bjorn)
			c.get("/users").is(t, http.StatusOK)
			e.end(s, c)
			before := s.dump("users", "audit_entries")

			dialog := c.on("/users").into("div#u5-name").post("/users/5", "view", "cell", "field", "name", "name", "Nora Gil")
			dialog.is(t, http.StatusUnauthorized).shows("dialog#signin-dialog .lead", e.says)
			dialog.shows("dialog .lead", "The page behind this stays as it is.")
			if got := dialog.attr("dialog input[name=person]", "value"); got != "2" {
				t.Errorf("the dialog is for person %q", got)
			}
			if got := dialog.attr("dialog input[name=email]", "value"); e.known != (got == email(bjorn)) || !e.known && got != "" {
				t.Errorf("the dialog has the e-mail %q", got)
			}

			c.get("/users?q=nora").is(t, http.StatusSeeOther).to(t, "/login?next=%2Fusers%3Fq%3Dnora")
			c.get("/login?next=%2Fusers%3Fq%3Dnora").is(t, http.StatusOK).shows(".lead", e.says)
			kept := c.post("/users/5", "name", "Nora Gil", components.PageOf, "2").is(t, http.StatusUnauthorized)
			kept.shows(".lead", e.says).shows(".lead", "What you typed is kept.")

			if s.dump("users", "audit_entries") != before {
				t.Error("something was done without a session")
			}
		})
	}
}

func TestARestartedServerAsksNobodyToSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.fresh(bjorn)
	s.restart()
	c.get("/users").is(t, http.StatusOK)
	c.on("/users").post("/users/5", "view", "cell", "field", "name", "name", "Nora Gil").is(t, http.StatusOK)
}

func TestActivityKeepsASessionAliveAndWaitingDoesNot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	active, waiting := s.as(bjorn), s.as(vera)
	for range 4 {
		s.clock.pass(10 * time.Minute)
		active.get("/users").is(t, http.StatusOK)
		waiting.on("/users").get("/session") // what the page does by itself
		waiting.get("/nowhere")              // and what a browser asks for on its own
	}
	active.get("/users").is(t, http.StatusOK)
	waiting.on("/users").get("/session").is(t, http.StatusUnauthorized).shows("dialog .lead", "30 minutes")
}

func TestTheIdleWatch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	page := c.get("/users").is(t, 200)
	if got := page.attr("#idle", "hx-trigger"); !strings.Contains(got, "delay:1680000ms") { // 28 of 30 minutes
		t.Errorf("a fresh page wakes by %q", got)
	}
	s.clock.pass(20 * time.Minute)
	early := c.on("/users").into("div#idle").get("/session").is(t, 200)
	if got := early.attr("#idle", "hx-trigger"); !strings.Contains(got, "delay:480000ms") || early.count("[role=alert]") != 0 {
		t.Errorf("after 20 minutes: %s", early.body)
	}
	s.clock.pass(8*time.Minute + 30*time.Second)
	late := c.on("/users").into("div#idle").get("/session").is(t, 200)
	late.shows("#idle [role=alert]", "You will be signed out in 2 minutes")
	if got := late.attr("#idle", "hx-trigger"); !strings.Contains(got, "delay:91000ms") {
		t.Errorf("the warning wakes by %q", got)
	}
	stayed := c.on("/users").into("div#idle").post("/session").is(t, 200).lacks("[role=alert]")
	if got := stayed.attr("#idle", "hx-trigger"); !strings.Contains(got, "delay:1680000ms") {
		t.Errorf("after staying: wakes by %q", got)
	}
	s.clock.pass(29 * time.Minute)
	c.get("/users").is(t, 200)
	s.as(nobody).get("/login").is(t, 200).lacks("#idle")
}

func TestSigningInChangesTheToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(nobody)
	c.cookies[cookieName] = "planted-by-somebody-else"
	c.signIn(bjorn).is(t, http.StatusSeeOther)
	first := c.cookies[cookieName]
	if first == "planted-by-somebody-else" || len(first) < 40 {
		t.Fatalf("the token after signing in is %q", first)
	}
	c.signIn(ana).is(t, http.StatusSeeOther)
	if c.cookies[cookieName] == first {
		t.Error("another person goes on under the same token")
	}
	c.get("/users").is(t, http.StatusOK).shows("#account", name(ana))
	old := s.as(nobody)
	for _, token := range []string{"planted-by-somebody-else", first} {
		old.cookies[cookieName] = token
		old.get("/users").is(t, http.StatusSeeOther)
	}
}

func TestSigningOutMakesTheCookieUseless(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	thief := s.other(c)
	a := c.post("/logout").is(t, http.StatusSeeOther).to(t, "/login?out=1")
	if len(c.cookies) != 0 {
		t.Errorf("the browser keeps %v: %q", c.cookies, a.header.Get("Set-Cookie"))
	}
	thief.get("/users").is(t, http.StatusSeeOther)
	c.get("/login?out=1").is(t, http.StatusOK).shows(".lead", "You are signed out.")
	if e := s.trail(1)[0]; e.Act != store.ActSignOut || e.Actor != bjorn {
		t.Errorf("on record as %+v", e)
	}
	if strings.Contains(rowsOf(t, s.raw(), "SELECT "+sessionText()+" FROM sessions"), "person=2") {
		t.Error("the session is still stored")
	}
	c.post("/logout").is(t, http.StatusSeeOther) // twice does no harm
}

// sessionText is what a session holds, as text.
func sessionText() string {
	if storetest.OnPostgres() {
		return "convert_from(data, 'UTF8')"
	}
	return "cast(data AS text)"
}

// TestAnEndedSignInCannotComeBack: a request that was running while somebody
// signed out may store their session again.
func TestAnEndedSignInCannotComeBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	db := s.raw()
	exec := func(query string) {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE copy AS SELECT * FROM sessions")
	thief := s.other(s.as(bjorn))
	s.as(bjorn).post("/logout")
	exec("INSERT INTO sessions SELECT * FROM copy WHERE true ON CONFLICT DO NOTHING")
	if !strings.Contains(rowsOf(t, db, "SELECT "+sessionText()+" FROM sessions"), "person=2") {
		t.Fatal("the test did not bring the session back")
	}
	thief.get("/users").is(t, http.StatusSeeOther)
}

func TestTokensAreStoredAsDigestsOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.fresh(ana)
	everything := s.dump() + s.dump("sessions")
	if strings.Contains(everything, c.cookies[cookieName]) || strings.Contains(everything, s.seed.cookies[ana]) {
		t.Error("a token stands in the database")
	}
	if strings.Contains(everything, password) {
		t.Error("a password stands in the database")
	}
}

func TestAPageOfSomebodyElseStartsOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	before := s.dump()
	for _, method := range []string{"GET", "POST"} {
		for _, url := range []string{"/users/5/deactivate", "/users/5", "/users/5/delete", "/users", "/session", "/account"} {
			header := c.on("/users").header()
			header["Page-Person"] = "2"
			a := c.send(request{method: method, url: url, header: header})
			if a.code == http.StatusMethodNotAllowed {
				continue
			}
			a.is(t, http.StatusOK)
			if a.header.Get("HX-Refresh") != "true" || a.body != "" {
				t.Errorf("%s: %v %s", a.what, a.header, excerpt(a.body))
			}
		}
	}
	if s.dump() != before {
		t.Error("something was done for the wrong person")
	}
}

// dialog is a browser whose page was drawn for somebody, without a session.
func (s *site) dialog(page int) swap {
	c := s.as(page)
	clear(c.cookies)
	return c.on("/users").into("div#" + components.SignInID)
}

func TestSigningInByTheDialog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	same := s.dialog(bjorn)
	a := same.post("/login", "email", email(bjorn), "password", password, "person", "2").is(t, http.StatusOK)
	if got := a.header.Get("HX-Trigger"); got != `{"session:back":{}}` {
		t.Errorf("fires %q", got)
	}
	if a.count("hx-partial") != 1 || a.attr("hx-partial", "hx-target") != "#dialog" || a.attr("hx-partial", "hx-swap") != "innerHTML" || a.text("hx-partial") != "" {
		t.Errorf("does not empty the dialog: %s", a.body)
	}
	if a.header.Get("HX-Refresh") != "" || a.header.Get("HX-Redirect") != "" {
		t.Errorf("leaves the page: %v", a.header)
	}
	same.post("/users/5", "view", "cell", "field", "name", "name", "Nora Gil").is(t, http.StatusOK) // what was refused
	if s.user(nora).Name != "Nora Gil" {
		t.Error("the session from the dialog is no good")
	}

	for who, person := range map[int]string{ana: "2", bjorn: "", fay: "9"} {
		a := s.dialog(bjorn).post("/login", "email", email(who), "password", password, "person", person).is(t, http.StatusOK)
		if a.header.Get("HX-Refresh") != "true" || a.header.Get("HX-Trigger") != "" || a.body != "" {
			t.Errorf("%s on a page for %q: %v %s", name(who), person, a.header, a.body)
		}
	}
}

func TestAWrongPasswordInTheDialog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.dialog(bjorn)
	a := w.post("/login", "email", email(bjorn), "password", "typed-wrong", "person", "2").is(t, http.StatusUnprocessableEntity)
	a.shows("#signin-box [role=alert]", store.WrongCredentials).lacks("dialog").lacks("hx-partial")
	if a.attr("#signin-box input[name=email]", "value") != email(bjorn) || a.attr("#signin-box input[name=person]", "value") != "2" {
		t.Errorf("not kept: %s", a.body)
	}
	if strings.Contains(a.body, "typed-wrong") {
		t.Error("the password comes back")
	}
	if !has(a.one("#signin-password"), "autofocus") || has(a.one("#signin-email"), "autofocus") {
		t.Error("the caret is not where typing goes on")
	}
	w.post("/login", "email", email(bjorn), "password", password, "person", "2").is(t, http.StatusOK)
}

func TestThrottledSignIns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.dialog(bjorn)
	for range 6 {
		w.post("/login", "email", email(bjorn), "password", "wrong", "person", "2").is(t, http.StatusUnprocessableEntity)
	}
	a := w.post("/login", "email", email(bjorn), "password", password, "person", "2").is(t, http.StatusTooManyRequests)
	a.shows("#signin-box [role=alert]", "Too many failed attempts. Please wait 2 seconds")
	if a.header.Get("Retry-After") != "2" || a.attr("#signin-box input[name=email]", "value") != email(bjorn) {
		t.Errorf("%v %s", a.header, a.body)
	}
	page := w.client.post("/login", "email", email(bjorn), "password", password).is(t, http.StatusTooManyRequests)
	page.shows(".door [role=alert]", "Too many failed attempts")
	if page.header.Get("Retry-After") != "2" || page.attr("input[name=email]", "value") != email(bjorn) {
		t.Errorf("%v %s", page.header, page.body)
	}
	s.restart()
	w.post("/login", "email", email(bjorn), "password", password, "person", "2").is(t, http.StatusTooManyRequests)
	elsewhere := s.as(nobody)
	elsewhere.remote = "203.0.113.99:1"
	elsewhere.signIn(bjorn).is(t, http.StatusSeeOther) // one guesser locks nobody else out
	s.clock.pass(2 * time.Second)
	w.post("/login", "email", email(bjorn), "password", password, "person", "2").is(t, http.StatusOK)
}

// TestDeactivatedInTheMiddleOfARequest: the guard let them in, and then the
// store, which looks again, does not.
func TestDeactivatedInTheMiddleOfARequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.restart(route{"POST /meanwhile/{id}", need{act: store.ActEdit}, func(a *ask) (view, error) {
		if _, err := s.db.Deactivate(a.Context(), commandLine, bjorn); err != nil {
			return view{}, err
		}
		defer s.db.Reactivate(a.Context(), commandLine, bjorn)
		return s.server.saveUser(a)
	}})
	form := []string{"view", "cell", "field", "name", "name", "Nora Gil"}
	dialog := s.fresh(bjorn).on("/users").post("/meanwhile/5", form...).is(t, http.StatusUnauthorized)
	dialog.shows("dialog .lead", "Your account has been deactivated.")
	page := s.fresh(bjorn).post("/meanwhile/5", form...).is(t, http.StatusUnauthorized).shows(".lead", "Your account has been deactivated.")
	if page.count("[name=kept-action]") != 1 || s.user(nora).Name != name(nora) {
		t.Error("the form is lost, or it was saved")
	}
}

// TestManyAtOnce is for the race detector, and for what must hold all the same.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	entries := s.entries()
	var all sync.WaitGroup
	for i, id := range []int{ana, bjorn, vera, zed, ana, bjorn} {
		all.Go(func() {
			c := s.as(id)
			for n := range 10 {
				c.get("/users?q=o&sort=-email")
				c.on("/users").into("div#results").get("/users?status=active")
				c.get("/users/5/history")
				a := c.on("/users").post("/users/4", "view", "cell", "field", "phone", "phone", "+34 600 00"+itoa(i)+" "+itoa(100+n))
				if want := map[bool]int{true: http.StatusForbidden, false: http.StatusOK}[id == vera]; a.code != want {
					t.Errorf("%s: %d", name(id), a.code)
				}
			}
		})
	}
	all.Wait()
	if n := s.entries() - entries; n != 60 {
		t.Errorf("%d entries for 50 edits and 10 refusals", n)
	}
	if report, err := s.db.VerifyAudit(context.Background()); err != nil || report.Bad != 0 {
		t.Errorf("the trail: %+v %v", report, err)
	}
}

// TestSessionCodec: what is stored of a session can be read again, always has
// the same bytes, and is a session of nobody when it is damaged.
func TestSessionCodec(t *testing.T) {
	t.Parallel()
	deadline := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	values := map[string]any{"person": "2", "signin": "7", "toast": `{"Title":"A & B = “ö”"}`}
	b, err := codec{}.Encode(deadline, values)
	again, _ := codec{}.Encode(deadline, maps.Clone(values))
	if err != nil || !bytes.Equal(b, again) {
		t.Fatalf("%q and %q: %v", b, again, err)
	}
	to, got, err := codec{}.Decode(b)
	if err != nil || !to.Equal(deadline) || !maps.Equal(got, values) {
		t.Errorf("%v, %v, %v", to, got, err)
	}
	for _, damaged := range []string{"", "person=2", "deadline=x&person=2", "deadline=1;person=2", `{"person":"2"}`} {
		if _, got, err := (codec{}).Decode([]byte(damaged)); err != nil || len(got) != 0 {
			t.Errorf("%q: %v, %v", damaged, got, err)
		}
	}
	for _, bad := range []map[string]any{{"person": 2}, {"deadline": "1"}} {
		if _, err := (codec{}).Encode(deadline, bad); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}
