package handlers

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"backoffice/store"
)

const elsewhere = "nora.garcia@example.org"

// mailTo is the newest mail of a kind, which is sent by that.
func (s *site) mailTo(kind store.MailKind) (found store.Posting) {
	s.t.Helper()
	for _, p := range s.posted() {
		if p.Kind == kind {
			found = p
		}
	}
	if found.ID == 0 {
		s.t.Fatalf("no mail of the kind %s", kind)
	}
	return found
}

// asked has somebody ask for an address on their page, and gives the path of the
// link that confirms it.
func (s *site) asked(c *client, email string) string {
	s.t.Helper()
	c.submit(c.get("/account").is(s.t, 200), "#address-form", "email", email).is(s.t, 303).to(s.t, "/account")
	return "/link/" + s.mailTo(store.MailAddress).Token
}

// TestChangingOnesAddressOnThePage goes from the form to the new address, and back
// by the link that the old one gets.
func TestChangingOnesAddressOnThePage(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	c := s.as(nora)
	page := c.get("/account").is(t, 200).lacks("#address-asked")
	wrong := c.submit(page, "#address-form", "email", "two words@example.org").is(t, 422)
	if wrong.attr("#address-email", "value") != "two words@example.org" || wrong.text("#address-email-error") == "" || wrong.count("#password-current-error") != 0 {
		t.Errorf("%s", render(wrong.one("#address-form")))
	}
	path := s.asked(c, elsewhere)
	waiting := c.get("/account").is(t, 200).shows("#address-asked", elsewhere+" waits to be confirmed.").shows("#user-head", email(nora))
	if got := waiting.toast(); got != "Check your mail A mail with a link is on its way. Nothing changes until you open it and confirm." {
		t.Errorf("it says %q", got)
	}
	before := s.dump()
	open := c.get(path).is(t, 200).shows("h1", "Confirm your new address").shows(".whose", name(nora)+" "+elsewhere)
	if s.dump() != before || open.header.Get("Referrer-Policy") != "strict-origin" || strings.Contains(open.body, email(nora)) {
		t.Error("opening the link does something, or tells the old address")
	}
	c.submit(open, "#link-form").is(t, 303).to(t, "/account")
	c.get("/account").is(t, 200).shows("#user-head", elsewhere).lacks("#address-asked")
	c.get(path).is(t, 410)

	back := s.mailTo(store.MailAddressBack)
	if back.To != email(nora) {
		t.Errorf("told %s", back.To)
	}
	reader := s.as(nobody)
	asks := reader.get("/link/"+back.Token).is(t, 200).shows("h1", "Take your account back?").shows(".whose", email(nora))
	if strings.Contains(asks.body, elsewhere) {
		t.Error("the other address is told")
	}
	c.get("/account").is(t, 200)
	done := reader.submit(asks, "#link-form").is(t, 200).shows(".lead", "on its way to "+email(nora))
	if done.header.Get("Set-Cookie") != "" || s.user(nora).Email != email(nora) {
		t.Errorf("signed in, or not taken back: %v", done.header)
	}
	c.get("/account").is(t, 303)
	s.as(nobody).signIn(nora).is(t, 401)
	reader.submit(asks, "#link-form").is(t, 410)
	reset := s.mailTo(store.MailTakenBack)
	fresh := s.as(nobody)
	fresh.submit(fresh.get("/link/"+reset.Token), "#link-form", "password", "four other plain words").is(t, 303).to(t, "/")
	for _, token := range []string{strings.TrimPrefix(path, "/link/"), back.Token} {
		if strings.Contains(s.log.String(), token) {
			t.Error("a token is in the log")
		}
	}
}

// TestConfirmingAsksWhoIsThere signs in who is not, by a form that carries the link
// and no address that does, and sends somebody else away.
func TestConfirmingAsksWhoIsThere(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	path := s.asked(s.as(nora), elsewhere)
	other := s.as(vera)
	before := s.dump()
	other.get(path).is(t, 200).shows("h1", "This link is for another account")
	other.post(path).is(t, 200).shows("h1", "This link is for another account")
	guest := s.as(nobody)
	ask := guest.submit(guest.get(path).is(t, 200).shows("#link-form", "Sign in and confirm"), "#link-form").is(t, http.StatusUnauthorized)
	if s.dump() != before || ask.header.Get("Referrer-Policy") != "strict-origin" {
		t.Error("something was done")
	}
	kept := guest.submit(ask, "#signin-form", "email", email(nora), "password", password).is(t, 200).shows(".lead", "not confirmed yet")
	if got := s.user(nora).Email; got != email(nora) {
		t.Errorf("it is %s before it was confirmed", got)
	}
	guest.submit(kept, "#kept-form").is(t, 303).to(t, "/account")
	if got := s.user(nora).Email; got != elsewhere {
		t.Errorf("it is %s", got)
	}
	if to := s.as(nobody).post("/login", "email", email(vera), "password", password, "next", "/link/SECRET").header.Get("Location"); to != "/" {
		t.Errorf("sent to %s", to)
	}
}

// TestATakenAddressOnThePage compares all that is shown for one that is free and one
// that is not.
func TestATakenAddressOnThePage(t *testing.T) {
	t.Parallel()
	var seen []string
	for _, typed := range []string{"free0@example.com", email(bjorn)} {
		s := mailed(t)
		c := s.as(nora)
		sent := c.submit(c.get("/account"), "#address-form", "email", typed).is(t, 303)
		page := c.get("/account").is(t, 200)
		data := c.post("/account/data").is(t, 200)
		text := sent.header.Get("Location") + page.text("main") + page.toast() + data.body
		seen = append(seen, strings.ReplaceAll(text, typed, "THEIRS"))
		if typed == email(bjorn) && s.mailTo(store.MailAddressTaken).To != typed {
			t.Error("whose it is knows nothing")
		}
	}
	if seen[0] != seen[1] {
		t.Errorf("answers differ:\n%s\n%s", seen[0], seen[1])
	}
}

// TestCancelingAndSendingAgain by the buttons of the page; without mail it says so.
func TestCancelingAndSendingAgain(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	c := s.as(nora)
	first := s.asked(c, elsewhere)
	c.submit(c.get("/account"), "#address-again").is(t, 303)
	second := "/link/" + s.mailTo(store.MailAddress).Token
	c.get(first).is(t, 410)
	c.get(second).is(t, 200)
	c.submit(c.get("/account"), "#address-cancel").is(t, 303)
	if got := c.get("/account").lacks("#address-asked").toast(); got != "Your address stays as it is The link in the mail no longer works." {
		t.Errorf("it says %q", got)
	}
	c.get(second).is(t, 410)
	if got := c.post("/account/address/cancel").is(t, 303); got.header.Get("Location") != "/account" {
		t.Error(got.header)
	}
	c.post("/account/address", "email", "NORA@example.com").is(t, 303)
	if got := s.user(nora).Email; got != "NORA@example.com" {
		t.Errorf("it is %s", got)
	}
	for range 4 {
		c.post("/account/address", "email", "again@example.org")
	}
	c.post("/account/address", "email", "again@example.org").is(t, 429)

	quiet := newSite(t)
	c = quiet.as(nora)
	c.get("/account").shows("#address-form", "ask an administrator")
	c.post("/account/address", "email", elsewhere).is(t, 303)
	c.get("/account").shows("#address-asked", "No mail is sent from here now")
}

// TestOwnActsAskForAProof that somebody with an open browser does not have: nothing
// is done, and the same is after it.
func TestOwnActsAskForAProof(t *testing.T) {
	t.Parallel()
	for place, form := range map[string][]string{
		"/account/address": {"email", elsewhere}, "/account/data": nil,
		"/account/sessions/end": {"session", "99"}, "/account/sessions/end-others": nil,
	} {
		s := mailed(t)
		c := s.as(nora)
		s.clock.pass(later)
		before := s.dump()
		c.post(place, form...).is(t, http.StatusUnauthorized).shows("h1", confirmTitle)
		if s.dump() != before {
			t.Errorf("%s does something without a proof", place)
		}
		c.post("/proof", "password", password).is(t, 303)
		if a := c.post(place, form...); a.code != http.StatusSeeOther && a.code != http.StatusOK {
			t.Errorf("%s: %d after the proof", place, a.code)
		}
		s.clock.pass(later)
		c.post("/account/address/cancel").is(t, 303)
		c.post("/logout").is(t, 303)
	}
}

// TestTheLinkOfADevice ends that sign-in alone, and offers a new password where the
// account can be reached.
func TestTheLinkOfADevice(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	thief := s.as(nobody)
	thief.agent, thief.remote = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0", "203.0.113.9:4711"
	thief.signIn(nora).is(t, 303)
	own := s.as(nora)
	own.get("/account").is(t, 200).shows("#sessions", "New device")
	m := s.mailTo(store.MailDevice)
	reader := s.as(nobody)
	before := s.dump()
	page := reader.get("/link/"+m.Token).is(t, 200).shows("h1", "Was this you?").shows(".props", "Firefox on Linux").shows(".props", "203.0.113.9")
	if s.dump() != before {
		t.Error("opening the link does something")
	}
	thief.get("/account").is(t, 200)
	done := reader.submit(page, "#link-form").is(t, 200).shows("h1", "The session has ended").shows(".whose", email(nora))
	thief.get("/account").is(t, 303)
	own.get("/account").is(t, 200)
	reader.submit(page, "#link-form").is(t, 410)
	reader.submit(done, "#link-form").is(t, 303).to(t, "/forgot?sent=1")
	waitFor(t, "the link", func() bool { return s.forgotten() == 1 })
	if to := s.mailTo(store.MailReset).To; to != email(nora) {
		t.Errorf("sent to %s", to)
	}

	thief.agent = "Mozilla/5.0 (iPhone) Safari/604.1"
	thief.signIn(nora).is(t, 303)
	m = s.mailTo(store.MailDevice)
	s.edit(nora, store.FieldEmail, elsewhere)
	page = reader.get("/link/"+m.Token).is(t, 200)
	if strings.Contains(page.body, elsewhere) {
		t.Error("the new address is told to who reads the mail of the old one")
	}
	reader.submit(page, "#link-form").is(t, 200).shows(".ways", "has another address by now").lacks("#link-form")
}

// TestLinksOfOneKindAreNoOthers: no token does what another is for.
func TestLinksOfOneKindAreNoOthers(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	c := s.as(nora)
	token := strings.TrimPrefix(s.asked(c, elsewhere), "/link/")
	ctx := context.Background()
	_, back := s.db.TakeAddressBack(ctx, store.Actor{Kind: store.Nobody}, token)
	for what, err := range map[string]error{
		"an address is taken back": back,
		"a session ends":           s.db.EndByLink(ctx, store.Actor{Kind: store.Nobody}, token),
	} {
		if store.KindOf(err) != store.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	c.post("/link/"+token, "password", "four other plain words").is(t, 303) // confirms, whatever else is sent
	s.as(nobody).post("/login", "email", elsewhere, "password", "four other plain words").is(t, 401)
}

// TestStaffAreLedToTheirAccount who change their own address in the list, in a row or
// in the form: what they typed is kept, and nothing changes.
func TestStaffAreLedToTheirAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const says = "Change your own address on Your account, where it is confirmed."
	c := s.as(ana)
	before := s.dump("users")
	page := c.post("/users/1", "email", elsewhere, "view", "page").is(t, 422).shows("#user-email-error", says)
	if page.attr("#user-email", "value") != elsewhere {
		t.Error("what was typed is gone")
	}
	w := c.on("/users").into("tr#u1")
	for _, place := range []string{"cell", "row"} {
		a := w.post("/users/1", "email", elsewhere, "view", place, "field", "email").is(t, 422)
		if !strings.Contains(a.body, says) || !strings.Contains(a.body, elsewhere) {
			t.Errorf("%s: %s", place, excerpt(a.body))
		}
	}
	if s.dump("users") != before {
		t.Error("it has changed")
	}
}

// TestAWayBackThatIsBlocked says what is left to do.
func TestAWayBackThatIsBlocked(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	c := s.as(nora)
	c.submit(c.get(s.asked(c, elsewhere)), "#link-form").is(t, 303)
	back := s.mailTo(store.MailAddressBack)
	s.clock.pass(store.AddressBackLife)
	if _, err := s.db.CreateUser(context.Background(), commandLine, store.NewUser{Name: "Bea", Email: email(nora), Role: store.Member, Password: password}); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(-store.AddressBackLife)
	reader := s.as(nobody)
	reader.submit(reader.get("/link/"+back.Token).is(t, 200), "#link-form").is(t, 200).
		shows("h1", "Whoever had your account is out").shows(".ways", "Ask an administrator").lacks("#link-form")
	c.get("/account").is(t, 303)
	if u := s.user(nora); u.Status != store.Deactivated || u.Email != elsewhere {
		t.Errorf("%+v", u)
	}
}
