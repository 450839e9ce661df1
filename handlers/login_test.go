package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"backoffice/components"
	"backoffice/store"
)

func TestSigningInByThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(nobody)
	c.get("/users?status=active").to(t, "/login?next=%2Fusers%3Fstatus%3Dactive")
	page := c.get("/login?next=%2Fusers%3Fstatus%3Dactive").is(t, 200)
	if page.count("#signin-form") != 1 || page.attr("#signin-form", "method") != "post" || has(page.one("#signin-form"), "hx-post") {
		t.Errorf("not a plain form: %s", render(page.one("#signin-form")))
	}
	c.submit(page, "#signin-form", "email", " BJORN@example.com ", "password", password).is(t, 303).to(t, "/users?status=active")
	c.get("/users?status=active").is(t, 200).shows("#account", name(bjorn))
	c.get("/login?next=%2Faudit").is(t, 303).to(t, "/audit") // already in
	e := s.trail(1)[0]
	if e.Act != store.ActSignIn || e.Actor != bjorn || e.Outcome != store.Done || e.Address != "192.0.2.7" {
		t.Errorf("on record as %+v", e)
	}
}

// TestNobodyLearnsWhichAddressesExist compares whole answers: what differs may
// only be what was typed.
func TestNobodyLearnsWhichAddressesExist(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(zed).enrol()
	normal := func(a *answer, typed string) string {
		a.header.Del("X-Request-Id")
		return strings.ReplaceAll(a.body, typed, "TYPED") + strings.Join(a.header.Values("Vary"), " ") + a.header.Get("Set-Cookie") + itoa(a.code)
	}
	for _, fragment := range []bool{false, true} {
		var answers []string
		for _, typed := range []string{email(ana), "nobody@example.com", email(ida), email(otto), email(zed)} { // there, unknown, deleted, deactivated, with a second factor
			form := []string{"email", typed, "password", "wrong horse battery", "person", "2"}
			a := s.as(nobody).post("/login", form...)
			if fragment {
				a = s.dialog(bjorn).post("/login", form...)
			}
			a.shows("#signin-form [role=alert]", store.WrongCredentials)
			answers = append(answers, normal(a, typed))
		}
		for i := range answers {
			if answers[i] != answers[0] {
				t.Errorf("answer %d is different:\n%s\n%s", i, answers[0], answers[i])
			}
		}
	}
	// Whoever knows the password may be told more.
	s.as(nobody).signIn(otto).is(t, 401).shows("[role=alert]", "This account is deactivated. Ask an admin to activate it.")
}

func TestAWrongPasswordOnThePageKeepsTheRest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(nobody)
	a := c.post("/login", "email", email(bjorn), "password", "typed-wrong", "next", "/audit").is(t, 401)
	if a.attr("input[name=email]", "value") != email(bjorn) || a.attr("input[name=next]", "value") != "/audit" || strings.Contains(a.body, "typed-wrong") {
		t.Errorf("not as typed: %s", render(a.one("form")))
	}
	if a.header.Get("Set-Cookie") != "" {
		t.Error("a session for nobody")
	}
	c.submit(a, "#signin-form", "password", password).is(t, 303).to(t, "/audit")
	if e := s.trail(2)[1]; e.Outcome != store.Failure || e.Target != bjorn || e.Note != "wrong password" {
		t.Errorf("on record as %+v", e)
	}
}

// TestAFormIsKeptThroughTheSignIn is the partial login of people without
// scripts: what was typed is shown and sent again after the sign-in.
func TestAFormIsKeptThroughTheSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(nobody)
	asked := c.post("/users/5", "view", "page", "name", "Nora Gil", "was.name", "Nora García", "phone", "+34 600 000 001", "was.phone", "+34 600 999 999", components.PageOf, "2").is(t, 401)
	before := s.dump("users")
	wrong := c.submit(asked, "#signin-form", "email", email(bjorn), "password", "wrong").is(t, 401)
	right := c.submit(wrong, "#signin-form", "email", email(bjorn), "password", password).is(t, 200)
	right.shows("h1", "Welcome back, "+name(bjorn)).shows("#kept-form", "Name Nora Gil").shows("#kept-form", "Phone +34 600 000 001")
	if strings.Contains(right.text("#kept-form"), "García") || strings.Contains(right.text("#kept-form"), "page") {
		t.Errorf("shows what nobody typed: %s", right.text("#kept-form"))
	}
	if now := s.dump("users"); strings.ReplaceAll(now, s.signInTime(bjorn), "") != strings.ReplaceAll(before, s.signInTime(bjorn), "") {
		t.Error("the form was sent before anybody said so")
	}
	c.submit(right, "#kept-form").is(t, 303).to(t, "/users/5")
	if u := s.user(nora); u.Name != "Nora Gil" || u.Phone != "+34 600 000 001" {
		t.Errorf("saved %+v", u)
	}
}

// TestAKeptFormIsOnePersons: whoever else signs in at the page that asks for it, by a
// password or by a code after it, begins at the start, and sees nothing of it.
func TestAKeptFormIsOnePersons(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	vera2 := s.as(vera)
	p := vera2.enrol()
	c := s.as(bjorn)
	drawn := c.get("/users/5/edit").is(t, 200)
	if drawn.attr("#user-form input[name="+components.PageOf+"]", "value") != formatID(bjorn) {
		t.Fatalf("the form does not say whose it is: %s", render(drawn.one("#user-form")))
	}
	for name, end := range map[string]func(){
		"ended": func() {
			if _, err := s.db.EndSignIns(t.Context(), commandLine, bjorn, 0); err != nil {
				t.Fatal(err)
			}
		},
		"its cookie gone":           func() { delete(c.cookies, cookieName) },
		"signed out in another tab": func() { c.post("/logout") },
	} {
		c.signIn(bjorn)
		end()
		asked := c.submit(drawn, "#user-form", "name", "Typed By Bjorn").is(t, 401)
		if asked.attr("input[name=kept-action]", "value") != "/users/5" {
			t.Errorf("%s: not kept: %s", name, excerpt(asked.body))
		}
		wrong := c.submit(asked, "#signin-form", "email", email(ana), "password", "wrong").is(t, 401)
		other := c.submit(wrong, "#signin-form", "email", email(ana), "password", password).is(t, 303).to(t, "/")
		if strings.Contains(other.body, "Typed") {
			t.Errorf("%s: another sees it", name)
		}
		if got := c.get("/users").toast(); !strings.HasPrefix(got, "Nothing was sent") {
			t.Errorf("%s: says %q", name, got)
		}
		c.post("/logout")
		code := c.submit(asked, "#signin-form", "email", email(vera), "password", password).is(t, 200)
		s.clock.pass(time.Minute)
		c.submit(code, "#signin-form", "code", p.code()).is(t, 303).to(t, "/")
		c.post("/logout")
		again := c.submit(asked, "#signin-form", "email", email(bjorn), "password", password).is(t, 200)
		again.shows("#kept-form", "Name Typed By Bjorn")
	}
	if s.user(nora).Name != name(nora) {
		t.Errorf("it was sent: %s", s.user(nora).Name)
	}
}

// TestAFormOfNobodyIsNotKept: nothing says whose it was, and anybody might sign in.
func TestAFormOfNobodyIsNotKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(nobody)
	asked := c.post("/users/5", "view", "page", "name", "Typed By Somebody").is(t, 401).shows(".lead", "Nothing was changed.")
	if strings.Contains(asked.body, "Typed") || asked.count("[name=kept-action]") != 0 {
		t.Errorf("kept: %s", excerpt(asked.body))
	}
	forged := []string{"email", email(bjorn), "password", password, "kept-action", "/users/5", "kept-field.name", "Typed"}
	if a := c.post("/login", forged...).is(t, 303).to(t, "/"); strings.Contains(a.body, "Typed") {
		t.Error("shown to who signed in")
	}
}

// TestAPlainPageOfSomebodyElseStartsOver with scripts off as well: who has signed in
// meanwhile, in another tab, sends nothing that was typed there.
func TestAPlainPageOfSomebodyElseStartsOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	drawn := c.get("/users/5/edit").is(t, 200)
	c.post("/logout")
	c.signIn(ana).is(t, 303)
	before := s.dump()
	c.submit(drawn, "#user-form", "name", "Typed By Bjorn").is(t, 303).to(t, "/")
	if s.dump() != before {
		t.Error("it was done")
	}
	asked := c.get("/users/5/delete").is(t, 200)
	s.clock.pass(later)
	proof := c.submit(asked, "#confirm-form").is(t, 401)
	c.post("/logout")
	c.signIn(bjorn).is(t, 303)
	c.submit(proof, "#signin-form", "password", password).is(t, 303).to(t, "/")
}

func (s *site) signInTime(id int64) string { return formatID(s.user(id).LastSignIn.UnixMilli()) }

func TestAKeptFormGoesNowhereElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, action := range []string{"https://evil.example/x", "//evil.example", "javascript:alert(1)", "/\\evil.example", "evil"} {
		a := s.as(nobody).post("/login", "email", email(bjorn), "password", password, "person", "2", "kept-action", action, "kept-field.name", "x")
		if a.code == http.StatusOK && !strings.HasPrefix(a.attr("#kept-form", "action"), "/") || strings.Contains(a.body+a.header.Get("Location"), "evil") {
			t.Errorf("%q: %d %v %s", action, a.code, a.header, excerpt(a.body))
		}
	}
}

func TestAPasswordIsNeverKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(nobody)
	asked := c.post("/users", "name", "Lena Brandt", "email", "lena@example.com", "role", "member", "password", "typed-password-1", components.PageOf, "1").is(t, 401)
	in := c.submit(asked, "#signin-form", "email", email(ana), "password", password).is(t, 200)
	if strings.Contains(asked.body+in.body, "typed-password") {
		t.Error("the password travels")
	}
	again := c.submit(in, "#kept-form").is(t, 422)
	again.shows("#user-password-error", "Use at least 12 characters")
	if again.attr("#user-name", "value") != "Lena Brandt" {
		t.Error("the rest is lost")
	}
}

var nexts = map[string]string{
	"":                                   "/",
	"/":                                  "/",
	"/users":                             "/users",
	"/users?q=garc%C3%ADa&sort=-created": "/users?q=garc%C3%ADa&sort=-created",
	"/users/5/history#entry-3":           "/users/5/history#entry-3",
	"/users?next=https://evil.example":   "/users?next=https://evil.example",
	"users":                              "/",
	"https://evil.example":               "/",
	"https:/evil.example":                "/",
	"http://office.example/users":        "/",
	"//evil.example":                     "/",
	"///evil.example":                    "/",
	"/\\evil.example":                    "/",
	"\\\\evil.example":                   "/",
	"/\t/evil.example":                   "/",
	"/\n/evil.example":                   "/",
	" //evil.example":                    "/",
	"/%2Fevil.example":                   "/",
	"javascript:alert(1)":                "/",
	"data:text/html,x":                   "/",
	"/login":                             "/",
	"/login?next=/users":                 "/",
	"/logout":                            "/",
	"/session":                           "/",
	"/setup/ABC":                         "/",
	"/\x00":                              "/",
	"/%zz":                               "/",
	"/" + strings.Repeat("x", 3000):      "/",
	"@evil.example":                      "/",
	"?next":                              "/",
	"/users\r\nSet-Cookie: x=y":          "/",
}

func TestNextStaysOnThisSite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for next, want := range nexts {
		if got := safeNext(next); got != want {
			t.Errorf("safeNext(%q) = %q, want %q", next, got, want)
		}
	}
	for _, next := range []string{"//evil.example", "https://evil.example", "/\\evil.example"} {
		s.as(nobody).post("/login", "email", email(ana), "password", password, "next", next).is(t, 303).to(t, "/")
		s.as(ana).get("/login?"+url.Values{"next": {next}}.Encode()).is(t, 303).to(t, "/")
	}
}

// FuzzSafeNext holds whatever comes out against how Go and browsers read it:
// it never leads to another host.
func FuzzSafeNext(f *testing.F) {
	for next := range nexts {
		f.Add(next)
	}
	f.Add("/.//evil.example")
	f.Add("/..//evil.example")
	f.Add("/users/../../evil")
	f.Fuzz(func(t *testing.T, next string) {
		got := safeNext(next)
		// A browser drops tabs and line ends and reads a backslash as a slash.
		browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(strings.TrimSpace(got))
		for _, read := range []string{got, browser} {
			if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
				t.Fatalf("safeNext(%q) = %q, which is no local path", next, got)
			}
			base := url.URL{Scheme: "https", Host: "office.example", Path: "/login"}
			to, err := base.Parse(read)
			if err != nil || to.Scheme != "https" || to.Host != "office.example" || to.User != nil {
				t.Fatalf("safeNext(%q) = %q, which leads to %v (%v)", next, got, to, err)
			}
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("safeNext(%q) = %q, which does not fit in a header", next, got)
		}
		if utf8.ValidString(got) && safeNext(got) != got {
			t.Fatalf("safeNext(%q) = %q, and then %q", next, got, safeNext(got))
		}
	})
}

func TestANewPasswordIsChosenBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.fresh(fay)
	for _, path := range []string{"/", "/users", "/users/5", "/audit", "/logout"} {
		a := c.get(path)
		if path == "/logout" {
			a.is(t, 200) // the way out stays open
			continue
		}
		a.is(t, 303).to(t, "/account")
	}
	c.on("/users").into("div#results").get("/users?q=x").is(t, 200).to(t, "/account")
	c.post("/account/sessions/end-others").is(t, 303).to(t, "/account")
	form := c.get("/account").is(t, 200)
	form.shows("h1", "Choose a new password").lacks("nav a").lacks("#sessions").lacks("#timeline")
	c.submit(form, "#password-form", "current", password, "password", "short", "repeat", "short").is(t, 422).shows("h1", "Choose a new password")
	c.submit(form, "#password-form", "current", password, "password", password, "repeat", password).is(t, 422)
	c.submit(form, "#password-form", "current", password, "password", "four other plain words", "repeat", "four other plain words").is(t, 303)
	c.get("/users").is(t, 200)
}

func TestTheFirstAdmin(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	c := s.as(nobody)
	for _, path := range []string{"/", "/login"} {
		c.get(path).is(t, 200).shows("main", "has no administrator").lacks("#signin-form")
	}
	token, err := s.db.NewSetupToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c.get("/setup/"+token+"x").is(t, 404).shows(".oops", "This link has been used or replaced.")
	form := c.get("/setup/"+token).is(t, 200)
	if !has(form.one("#setup-example"), "checked") {
		t.Error("examples are not offered")
	}

	wrong := c.submit(form, "#setup-form", "name", "Grace Hopper", "email", "grace", "password", "typed-short").is(t, 422)
	wrong.shows("#setup-email-error", "@").shows("#setup-password-error", "Use at least 12 characters; this has 11.").lacks("#setup-name-error")
	if wrong.attr("#setup-name", "value") != "Grace Hopper" || wrong.attr("#setup-email", "value") != "grace" || strings.Contains(wrong.body, "typed-short") {
		t.Errorf("not as typed: %s", render(wrong.one("form")))
	}
	if !has(wrong.one("#setup-example"), "checked") || has(c.post("/setup/"+token).one("#setup-example"), "checked") {
		t.Error("the choice of examples is lost")
	}

	s.as(nobody).post("/setup/"+token+"x", "name", "Eve", "email", "eve@example.com", "password", password).is(t, 404)
	done := c.submit(wrong, "#setup-form", "email", "grace@example.com", "password", password).is(t, 303).to(t, "/users")
	if done.header.Get("Set-Cookie") == "" {
		t.Error("not signed in")
	}
	list := c.get("/users").is(t, 200).shows("#summary", "201 people")
	if got := list.text("[data-toast] .toast-text"); !strings.Contains(got, "Welcome, Grace Hopper") {
		t.Errorf("greets by %q", got)
	}
	for _, again := range []*answer{c.get("/setup/" + token), s.as(nobody).post("/setup/"+token, "name", "Eve", "email", "eve@example.com", "password", password)} {
		again.is(t, 404).shows(".oops", "This link has been used or replaced.")
	}
	if u := s.user(1); u.Role != store.Admin || u.Status != store.Active {
		t.Errorf("the first admin is %+v", u)
	}
}

func TestTheFirstAdminWithoutExamples(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	token, err := s.db.NewSetupToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c := s.as(nobody)
	c.post("/setup/"+token, "name", "Grace", "email", "grace@example.com", "password", password).is(t, 303)
	c.get("/users").is(t, 200).shows("#summary", "1 person")
}
