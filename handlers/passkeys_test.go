package handlers

import (
	"net/http"
	"strings"
	"testing"

	"backoffice/components"
	"backoffice/store"
	"backoffice/store/storetest"
)

// homeURL is an address at which browsers have passkeys without TLS.
const homeURL = "http://localhost:8080"

// newHome is a site whose people may have passkeys.
func newHome(t testing.TB) *site {
	return newSite(t, func(c *Config) { c.PublicURL = homeURL })
}

// options are what a form makes the browser ask by.
func (a *answer) options() string {
	a.t.Helper()
	return a.attr("form[data-passkey]", "data-passkey")
}

// addKey gives somebody a passkey, as a browser does, and gives what comes back.
func (c *client) addKey(name string) (*storetest.Authenticator, *answer) {
	c.s.t.Helper()
	k := &storetest.Authenticator{Origin: homeURL}
	page := c.post("/account/passkeys/new").is(c.s.t, http.StatusOK).shows("h1", "Add a passkey")
	return k, c.submit(page, "#passkey-form", "credential", k.Create(c.s.t, page.options()), "name", name)
}

func TestAddingPasskeys(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	c := s.as(vera)
	token := c.cookies[cookieName]
	_, done := c.addKey(" Work   laptop ")
	done.is(t, 200).shows("h1", "Two-step verification is on")
	if n := done.count("#recovery-codes li"); n != 10 || c.cookies[cookieName] == token {
		t.Errorf("%d recovery codes, token changed %v", n, c.cookies[cookieName] != token)
	}
	c.get("/account").is(t, 200).shows("#factor", "On").shows("#passkey-1", "Work laptop").shows("#passkey-1", "Never used").shows("#factor", "10 recovery codes left")
	_, second := c.addKey("")
	second.is(t, 303).to(t, factorChanged)
	page := c.get("/account").is(t, 200).shows("#passkey-2", "Firefox on Linux")
	if page.toast() != "Passkey added" || page.count("#factor-begin") != 1 {
		t.Errorf("%q", page.toast())
	}

	if data := c.post("/account/data").is(t, 200).body; !strings.Contains(data, `"passkeys": [`) || !strings.Contains(data, `"host": "localhost"`) || strings.Contains(data, "public") {
		t.Errorf("own data: %s", excerpt(data))
	}

	rename := c.get("/account/passkeys/2/rename").is(t, 200).shows("h1", "Rename the passkey")
	bad := c.submit(rename, "#passkey-form", "name", " ").is(t, 422).shows("#passkey-name-error", "Enter a name.")
	c.submit(bad, "#passkey-form", "name", "Telephone").is(t, 303).to(t, "/account")
	ask := c.get("/account/passkeys/2/remove").is(t, 200).shows("h1", "Remove the passkey “Telephone”?")
	c.submit(ask, "#confirm-form").is(t, 303)
	c.get("/account").lacks("#passkey-2").shows("#factor", "On")
	last := c.get("/account/passkeys/1/remove").is(t, 200).shows("h1", "Turn two-step verification off?")
	c.submit(last, "#confirm-form").is(t, 303)
	c.get("/account").shows("#factor", "Off").lacks("#recovery-codes")
	if e := s.trail(1)[0]; e.Act != store.ActRemoveFactor || e.Note != "passkey “Work laptop”" {
		t.Errorf("on record as %+v", e)
	}
}

// TestAddingAPasskeyInPlace shows what is wrong in the dialog, and the codes on the page.
func TestAddingAPasskeyInPlace(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	c := s.as(vera)
	w := c.on("/account").into("div#dialog")
	asked := w.post("/account/passkeys/new").is(t, 200).shows("dialog#passkey h2", "Add a passkey")
	k := &storetest.Authenticator{Origin: homeURL}
	if has(asked.one("#passkey-form"), "data-passkey-now") || !has(asked.one("#passkey-form"), "data-passkey-new") {
		t.Errorf("%s", render(asked.one("#passkey-form")))
	}
	wrong := w.post("/account/passkeys", "credential", "{}", "name", "My <key>").is(t, 422).shows("#passkey-box", "not accepted").lacks("dialog")
	if wrong.attr("#passkey-name", "value") != "My <key>" || wrong.options() == asked.options() {
		t.Errorf("%s", excerpt(wrong.body))
	}
	late := w.post("/account/passkeys", "credential", k.Create(t, asked.options()), "name", "K").is(t, 422).shows("#passkey-box", "not accepted")
	done := w.post("/account/passkeys", "credential", k.Create(t, late.options()), "name", "K").is(t, 200)
	targets := map[string]bool{}
	for _, p := range all(done.doc(), "hx-partial") {
		targets[attr(p, "hx-target")] = true
	}
	if !targets[components.Sel(components.MainID)] || !targets[components.Sel(components.DialogID)] || done.count("#recovery-codes li") != 10 {
		t.Errorf("%v %s", targets, excerpt(done.body))
	}
}

// TestAddingAPasskeyNeedsAProof and goes on with the very same passkey afterwards.
func TestAddingAPasskeyNeedsAProof(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	c := s.as(vera)
	w := c.on("/account")
	s.clock.pass(later - 2*store.HalfwayWithin/5)
	w.post("/account/passkeys/new").is(t, 200)
	s.clock.pass(later)
	w.post("/account/passkeys/new").is(t, 401).shows("dialog h2", "Confirm it’s you")
	w.post("/proof", "password", password, "person", "3").is(t, 200)
	asked := w.post("/account/passkeys/new").is(t, 200)
	k := &storetest.Authenticator{Origin: homeURL}
	w.post("/account/passkeys", "credential", k.Create(t, asked.options()), "name", "K").is(t, 200)
}

func TestSigningInWithAPasskeyAfterThePassword(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	k, _ := s.as(vera).addKey("K")
	c := s.as(nobody)
	asked := c.submit(c.get("/login?next=%2Faudit").is(t, 200), "#signin-form", "email", email(vera), "password", password).is(t, 200)
	asked.shows("h1", "Use your passkey").shows("#signin-form", "Use a recovery code")
	if !has(asked.one("form"), "data-passkey-now") || !k.Offers(t, asked.options()) || strings.Contains(asked.body, "authenticator app") {
		t.Errorf("%s", render(asked.one("form")))
	}
	c.get("/users").to(t, "/login?next=%2Fusers") // nobody is signed in
	fresh := c.get("/login/code").is(t, 200).shows("h1", "Use your passkey")
	wrong := c.submit(asked, "#signin-form", "credential", k.Sign(t, asked.options())).is(t, 422).shows("#signin-error", "not accepted") // there is a newer question
	if has(wrong.one("form"), "data-passkey-now") || wrong.options() == fresh.options() {
		t.Errorf("%s", render(wrong.one("form")))
	}
	before := c.cookies[cookieName]
	right := k.Sign(t, wrong.options())
	c.submit(wrong, "#signin-form", "credential", right).is(t, 303).to(t, "/audit")
	c.get("/account").is(t, 200).shows("#sessions", "With passkey").shows("#passkey-1", "Used")
	if strings.Contains(s.log.String(), right[20:60]) {
		t.Error("the answer is in the log")
	}
	again := s.as(nobody)
	again.cookies[cookieName] = before
	again.submit(wrong, "#signin-form", "credential", right).is(t, 401) // that session is over
}

// TestAPasskeyOfAnotherSession is no answer to the question of this one.
func TestAPasskeyOfAnotherSession(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	k, _ := s.as(vera).addKey("K")
	one, other := s.as(nobody), s.as(nobody)
	theirs := one.post("/login", "use", "passkey").is(t, 200)
	mine := other.post("/login", "use", "passkey").is(t, 200)
	other.submit(mine, "#signin-form", "credential", k.Sign(t, theirs.options())).is(t, 422).shows("#signin-error", "not accepted")
	s.as(nobody).submit(mine, "#signin-form", "credential", k.Sign(t, mine.options())).is(t, 422).shows("#signin-error", "too long")
	one.submit(theirs, "#signin-form", "credential", k.Sign(t, theirs.options())).is(t, 303)
}

// TestSigningInWithAPasskeyAlone takes neither an address nor a password, on the page
// and over one.
func TestSigningInWithAPasskeyAlone(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	k, _ := s.as(bjorn).addKey("K")
	c := s.as(nobody)
	asked := c.submit(c.get("/login?next=%2Faudit").is(t, 200), "#signin-form", "use", "passkey", "email", "half@typed").is(t, 200).shows("h1", "Use your passkey")
	if strings.Contains(asked.options(), k.ID()) {
		t.Error("it tells who has which passkey")
	}
	back := c.submit(asked, "#signin-form", "use", "password").is(t, 200).shows("h1", "Sign in to")
	if back.attr("#signin-email", "value") != "half@typed" || back.attr("input[name=next]", "value") != "/audit" {
		t.Errorf("%s", render(back.one("form")))
	}
	empty := c.submit(asked, "#signin-form").is(t, 422)
	c.submit(empty, "#signin-form", "credential", k.Sign(t, empty.options())).is(t, 303).to(t, "/audit")
	if e := s.trail(1)[0]; e.Act != store.ActSignIn || e.Actor != bjorn || !strings.HasPrefix(e.Note, "with the passkey “K” alone") {
		t.Errorf("on record as %+v", e)
	}

	d := s.dialog(bjorn)
	over := d.post("/login", "use", "passkey", "person", "2").is(t, 200).shows("#signin-box h2", "Use your passkey")
	if over.attr("#signin-form", "hx-post") != "/login" || over.attr("input[name=person]", "value") != "2" {
		t.Errorf("%s", render(over.one("form")))
	}
	d.post("/login", "step", "passkey", "person", "2", "credential", "{}").is(t, 422).shows("#signin-error", "not accepted")
	over = d.post("/login", "use", "passkey", "person", "2").is(t, 200)
	done := d.post("/login", "step", "passkey", "person", "2", "credential", k.Sign(t, over.options())).is(t, 200)
	if done.header.Get("HX-Trigger") != signedInBack {
		t.Errorf("what was refused does not run: %v", done.header)
	}
	other := s.dialog(vera)
	over = other.post("/login", "use", "passkey", "person", "3").is(t, 200)
	if a := other.post("/login", "step", "passkey", "person", "3", "credential", k.Sign(t, over.options())).is(t, 200); a.header.Get("HX-Refresh") != "true" {
		t.Errorf("the page of somebody else goes on: %v", a.header)
	}
}

// TestAProofByPasskey in the same dialog, and another way out of it.
func TestAProofByPasskey(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	c := s.as(ana)
	k, _ := c.addKey("K")
	s.clock.pass(later)
	w := c.on("/users").into("tr#u5")
	asked := w.post("/users/5/delete", "view", "row").is(t, 401).shows("dialog h2", "Confirm it’s you")
	if asked.attr("#signin-form", "hx-post") != "/proof" || !k.Offers(t, asked.options()) || asked.count("input[type=password]") != 0 {
		t.Errorf("%s", render(asked.one("form")))
	}
	wrong := w.post("/proof", "step", "passkey", "person", "1", "credential", "{}").is(t, 422).shows("#signin-error", "not accepted")
	w.post("/proof", "use", "recovery", "person", "1").is(t, 200).shows("#signin-form", "Recovery code").shows("#signin-form", "Use a passkey")
	w.post("/proof", "password", password, "person", "1").is(t, 422)
	asked = w.post("/proof", "use", "passkey", "person", "1").is(t, 200)
	if asked.options() == wrong.options() {
		t.Error("the same question twice")
	}
	back := w.post("/proof", "step", "passkey", "person", "1", "credential", k.Sign(t, asked.options())).is(t, 200)
	if back.header.Get("HX-Trigger") != signedInBack {
		t.Errorf("%v", back.header)
	}
	w.post("/users/5/delete", "view", "row").is(t, 200)
}

// TestARecoveryCodeStandsInForAPasskey of somebody who has nothing else, at a machine
// without it or with scripts off: to sign in, and to prove it again, by plain forms.
func TestARecoveryCodeStandsInForAPasskey(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	_, set := s.as(ana).addKey("Key")
	var codes []string
	for _, li := range all(set.doc(), "#recovery-codes li") {
		codes = append(codes, text(li))
	}
	c := s.as(nobody)
	asked := c.signIn(ana).is(t, 200).shows("h1", "Use your passkey").shows("noscript", "Please use another way.")
	if !strings.Contains(asked.attr("#signin-passkey", "class"), "with-script") || asked.count("[value=code]") != 0 {
		t.Errorf("a button that does nothing: %s", render(asked.one("#signin-form")))
	}
	other := c.submit(asked, "#signin-form", "use", "recovery").is(t, 200).shows("h1", "Use a recovery code").shows(".lead", "ask an administrator to reset")
	c.submit(other, "#signin-form", "code", codes[0]).is(t, 303).to(t, "/")

	s.clock.pass(later)
	proof := c.submit(c.get("/users/5/delete").is(t, 200), "#confirm-form").is(t, 401).shows("h1", "Confirm it’s you")
	other = c.submit(proof, "#signin-form", "use", "recovery").is(t, 200).shows("#signin-form label", "Recovery code").shows(".lead", "ask an administrator to reset")
	wrong := c.submit(other, "#signin-form", "code", codes[0]).is(t, 422)
	kept := c.submit(wrong, "#signin-form", "code", codes[1]).is(t, 200).shows("h1", "Thank you, "+name(ana))
	c.submit(kept, "#kept-form").is(t, 303)
	if s.user(nora).Deleted.IsZero() {
		t.Error("not deleted")
	}
}

// TestAppAndPasskeyAreBothOffered and each leads to the other.
func TestAppAndPasskeyAreBothOffered(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	v := s.as(vera)
	p := v.enrol()
	_, added := v.addKey("K")
	added.is(t, 303)
	c := s.as(nobody)
	asked := c.signIn(vera).is(t, 200).shows("h1", "Use your passkey")
	code := c.submit(asked, "#signin-form", "use", "code").is(t, 200).shows("h1", "Enter your code").shows("form", "Use a passkey")
	c.submit(code, "#signin-form", "code", p.code()).is(t, 303)
	c.submit(c.get("/account/factor/remove").is(t, 200).shows("h1", "Remove the authenticator app?"), "#confirm-form").is(t, 303)
	if got := c.get("/account").shows("#factor", "On").toast(); got != "Authenticator app removed" {
		t.Errorf("%q", got)
	}
}

// TestWhereThereAreNoPasskeys it is said why, and other ways lead on.
func TestWhereThereAreNoPasskeys(t *testing.T) {
	t.Parallel()
	s := newSite(t) // http://office.example
	c := s.as(vera)
	c.post("/account/passkeys/new").is(t, 200).shows("#passkey-impossible", "over HTTPS only").lacks("form[data-passkey]").lacks("#passkey-save")
	guest := s.as(nobody)
	asked := guest.post("/login", "use", "passkey").is(t, 200).shows("#passkey-impossible", "over HTTPS only").lacks("form[data-passkey]").lacks("#signin-passkey")
	guest.submit(asked, "#signin-form", "use", "password").is(t, 200).shows("h1", "Sign in to")

	home := newHome(t)
	home.as(vera).addKey("K")
	home.config.PublicURL = "https://moved.example"
	home.restart()
	home.as(nobody).signIn(vera).is(t, 200).shows("h1", "Use a recovery code") // it is a second factor all the same
}

// TestStaffSeePasskeys of somebody, and what they are for, but change none.
func TestStaffSeePasskeys(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	c := s.as(vera)
	k, _ := c.addKey("K")
	admin := s.as(ana)
	page := admin.get("/users/3/sessions").is(t, 200).shows("#factor", "On").shows("#passkey-1", "K")
	if page.count("#passkey-1 a") != 0 || page.count("#passkey-add") != 0 || page.attr("#factor-reset", "href") != "/users/3/factors/reset" {
		t.Errorf("%s", render(page.one("#factor")))
	}
	admin.get("/account/passkeys/1/remove").is(t, 404)
	admin.post("/account/passkeys/1/remove").is(t, 404)
	admin.post("/account/passkeys/1/rename", "name", "Mine").is(t, 404)
	admin.submit(admin.get("/users/3/factors/reset").is(t, 200), "#confirm-form").is(t, 303)
	guest := s.as(nobody)
	asked := guest.post("/login", "use", "passkey").is(t, 200)
	guest.submit(asked, "#signin-form", "credential", k.Sign(t, asked.options())).is(t, 422).shows("#signin-error", "may have been removed")
}

// TestARequiredFactorMayBeAPasskey, which leads on to where somebody was going.
func TestARequiredFactorMayBeAPasskey(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	s.as(ana).post("/security", "factor.viewer", "required").is(t, 303)
	s.clock.pass(store.FactorGrace)
	c := s.fresh(vera)
	c.get("/users").to(t, "/account/factor")
	setup := c.get("/account/factor?next=%2Fusers").is(t, 200)
	page := c.submit(setup, "#passkey-add").is(t, 200)
	k := &storetest.Authenticator{Origin: homeURL}
	done := c.submit(page, "#passkey-form", "credential", k.Create(t, page.options())).is(t, 200)
	if href := done.attr(".form-foot a", "href"); href != "/users" {
		t.Errorf("leads to %q", href)
	}
	c.get("/users").is(t, 200)
}
