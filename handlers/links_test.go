package handlers

import (
	"context"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// mailed is a back office whose links go by mail.
func mailed(t testing.TB) *site {
	return newSite(t, func(c *Config) { c.Mail = true })
}

// posted gives the mails of the outbox, which are sent by that.
func (s *site) posted() (all []store.Posting) {
	s.t.Helper()
	err := s.db.PostMail(context.Background(), func(_ context.Context, p store.Posting) error {
		all = append(all, p)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// resetOf makes a link for a new password and gives its path.
func (s *site) resetOf(id int64) string {
	s.t.Helper()
	l, err := s.db.ResetLink(context.Background(), commandLine, id, false)
	if err != nil {
		s.t.Fatal(err)
	}
	return "/link/" + l.Token
}

// TestInvitingByALink goes from the form to the first sign-in, without a server of
// mail: the link is shown once, and nowhere else.
func TestInvitingByALink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as(ana)
	form := admin.get("/users/new").is(t, 200)
	if form.attr("#user-entry option[selected]", "value") != entryPassword || form.count("#user-entry option") != 2 {
		t.Errorf("offers %s", render(form.one("#user-entry")))
	}
	wrong := admin.submit(form, "#user-form", "name", "Lena Brandt", "email", "lena", "entry", entryLink).is(t, 422)
	if wrong.attr("#user-entry option[selected]", "value") != entryLink || wrong.count("#user-password-error") != 0 {
		t.Error("the way to come in is forgotten, or a password is asked for")
	}
	made := admin.submit(wrong, "#user-form", "email", "lena@example.com").is(t, 200)
	link := made.attr("#new-link", "value")
	path, ok := strings.CutPrefix(link, "http://office.example")
	if !ok || !strings.HasPrefix(path, "/link/") || made.header.Get("Referrer-Policy") != "strict-origin" {
		t.Fatalf("the link is %q, %v", link, made.header)
	}
	lena := s.trail(1)[0].Target
	card := admin.get("/users/"+formatID(lena)).is(t, 200).shows("#invite", "Invitation is open").shows("#invite", "Invited by "+name(ana))
	if strings.Contains(card.body, strings.TrimPrefix(path, "/link/")) {
		t.Error("the link is shown again")
	}

	guest := s.as(nobody)
	before := s.dump()
	page := guest.get(path).is(t, 200).shows(".whose", "Lena Brandt lena@example.com")
	if s.dump() != before || page.header.Get("Set-Cookie") != "" || page.header.Get("Referrer-Policy") != "strict-origin" {
		t.Errorf("opening the link does something: %v", page.header)
	}
	refused := guest.submit(page, "#link-form", "password", "lena@example").is(t, 422)
	if refused.text("#link-password-error") == "" || refused.attr("#link-password", "value") != "" {
		t.Errorf("%s", render(refused.one("#link-form")))
	}
	guest.submit(page, "#link-form", "password", "four other plain words").is(t, 303).to(t, "/")
	guest.get("/account").is(t, 200).shows("#user-name", "Lena Brandt")
	again := s.as(nobody).get(path).is(t, 410).shows("h1", "This link no longer works")
	guess := s.as(nobody).get("/link/GUESSED").is(t, 410)
	if again.text("main") != guess.text("main") {
		t.Error("a used link is told from one that never was")
	}
	if e := s.trail(2)[1]; e.Act != store.ActAcceptInvite || e.Actor != lena || e.Target != lena {
		t.Errorf("on record as %+v", e)
	}
	admin.get("/users/" + formatID(lena)).lacks("#invite")
	if strings.Contains(s.log.String(), strings.TrimPrefix(path, "/link/")) {
		t.Error("the token is in the log")
	}
}

// TestInvitingByMail shows no link to who invites.
func TestInvitingByMail(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	admin := s.as(ana)
	form := admin.get("/users/new").is(t, 200)
	if form.attr("#user-entry option[selected]", "value") != entryMail {
		t.Error("a mail is not what is proposed")
	}
	made := admin.submit(form, "#user-form", "name", "Lena Brandt", "email", "lena@example.com").is(t, 303)
	mails := s.posted()
	if len(mails) != 1 || mails[0].To != "lena@example.com" || mails[0].ByName != name(ana) || strings.Contains(made.body, mails[0].Token) {
		t.Fatalf("%+v", mails)
	}
	person := made.header.Get("Location")
	card := admin.get(person).is(t, 200)
	if got := card.toast(); got != "Lena Brandt invited An invitation is on its way to lena@example.com." {
		t.Errorf("it says %q", got)
	}
	admin.post(person+"/invite", "how", "mail").is(t, 303).to(t, person)
	s.as(nobody).get("/link/"+mails[0].Token).is(t, 410)
	newer := s.posted()[0]
	s.as(nobody).get("/link/"+newer.Token).is(t, 200)
	fragment := admin.on(person).into("main#main").post(person+"/invite/revoke").is(t, 200).shows("#invite", "No invitation is open")
	if fragment.toast() != "Invitation revoked Its link no longer works." {
		t.Errorf("it says %q", fragment.toast())
	}
	s.as(nobody).get("/link/"+newer.Token).is(t, 410)
	shown := admin.on(person).into("main#main").post(person+"/invite", "how", "link").is(t, 200)
	s.as(nobody).get(strings.TrimPrefix(shown.attr("#new-link", "value"), "http://office.example")).is(t, 200)
	s.clock.pass(store.InviteLife)
	s.fresh(ana).get(person).is(t, 200).shows("#invite", "Invitation expired")
}

// TestResetByALink signs out whoever else was in, and in who has the link, also in
// the browser of somebody else.
func TestResetByALink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.as(nora)
	old.get("/account").is(t, 200)
	admin := s.as(ana)
	admin.get("/users/5").attr("#u5-reset", "href")
	admin.on("/users/5").get("/users/5/reset").is(t, 200).shows("#confirm", "New password for "+name(nora))
	made := admin.post("/users/5/reset", "how", "mail").is(t, 200) // which is not sent from here
	path := strings.TrimPrefix(made.attr("#new-link", "value"), "http://office.example")
	old.get("/account").is(t, 200)
	vera := s.as(vera)
	token := vera.cookies[cookieName]
	vera.submit(vera.get(path), "#link-form", "password", "four other plain words").is(t, 303).to(t, "/")
	vera.get("/account").is(t, 200).shows("#user-name", name(nora))
	if vera.cookies[cookieName] == token {
		t.Error("the session has the token it had")
	}
	old.get("/account").is(t, 303)
	s.as(nobody).signIn(nora).is(t, 401)
	s.as(nobody).get(s.resetOf(milo)).is(t, 200)
	s.as(bjorn).post("/users/5/reset").is(t, 403)
}

// TestStoppingAPasswordByTheDialog signs somebody out at once, with scripts and
// without, and shows the link to hand over.
func TestStoppingAPasswordByTheDialog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.as(nora)
	old.get("/account").is(t, 200)
	admin := s.as(ana)
	page := admin.get("/users/5/reset").is(t, 200).shows("label[for=reset-stop]", "Sign them out everywhere and stop the old password now")
	if has(page.one("#reset-stop"), "checked") {
		t.Error("it is chosen already")
	}
	admin.submit(page, "#confirm-form").is(t, 200).shows("h1", "New password for "+name(nora))
	old.get("/account").is(t, 200)
	made := admin.submit(page, "#confirm-form", "stop", "1").is(t, 200).shows("h1", "New password for "+name(nora))
	old.get("/account").is(t, 303)
	s.as(nobody).signIn(nora).is(t, 401)
	path := strings.TrimPrefix(made.attr("#new-link", "value"), "http://office.example")
	reader := s.as(nobody)
	reader.submit(reader.get(path), "#link-form", "password", "four other plain words").is(t, 303).to(t, "/")
	admin.get("/users/5/history").is(t, 200).shows("#timeline", "stopped the password of")
}

// TestRequiringANewPassword leads somebody to it at their next step, shows it on their
// page, and is taken back by the same menu or by undoing.
func TestRequiringANewPassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.as(nora)
	old.get("/account/history").is(t, 200)
	admin := s.as(ana)
	const form = "#users-5-must-change-act"
	admin.submit(admin.get("/users/5").is(t, 200).shows(form, "Must choose a new password"), form).is(t, 303).to(t, "/users/5")
	page := admin.get("/users/5").is(t, 200).shows("#user-head .facts", "Has to be replaced at the next sign-in").shows(form, "May keep the password")
	if got := page.toast(); !strings.HasPrefix(got, name(nora)+" has to choose a new password") {
		t.Errorf("it says %q", got)
	}
	old.get("/account/history").is(t, 303).to(t, "/account")
	admin.submit(page, form).is(t, 303)
	old.get("/account/history").is(t, 200)
	admin.get("/users/5/history").is(t, 200).shows("#timeline", "no longer requires a new password of")
	if a := admin.on("/users/5").into("main#main").post("/users/5/must-change", "must", "1", "view", "page").is(t, 200); !strings.Contains(a.body, "May keep the password") {
		t.Errorf("%s", excerpt(a.body))
	}
	admin.get("/users/1").is(t, 200).lacks("#users-1-must-change-act")
	admin.post("/users/1/must-change", "must", "1").is(t, 409)
}

// TestALinkIsToldToNobody looks at the policy of pages whose address is a secret:
// over HTTPS no referrer at all; over HTTP none with a path, so that a browser still
// says where its form is from.
func TestALinkIsToldToNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.PublicURL = "https://office.example" })
	path := s.resetOf(nora)
	if got := s.as(nobody).get(path).is(t, 200).header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("Referrer-Policy is %q", got)
	}
	plain := newSite(t)
	path = plain.resetOf(nora)
	c := plain.as(nobody)
	if got := c.get(path).is(t, 200).header.Get("Referrer-Policy"); got != "strict-origin" {
		t.Errorf("over HTTP, Referrer-Policy is %q", got)
	}
	c.send(request{method: "POST", url: path, form: formOf([]string{"password", "short"}), header: map[string]string{"Origin": "http://office.example"}}).is(t, 422)
	c.send(request{method: "POST", url: path, form: formOf([]string{"password", "short"}), header: map[string]string{"Origin": "null"}}).is(t, 403)
}

// TestForgotPassword compares whole answers for somebody who is there and nobody.
func TestForgotPassword(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	s.as(nobody).get("/login").is(t, 200).attr("a[href=/forgot]", "href")
	var answers []string
	for _, typed := range []string{email(nora), "nobody@example.com", email(otto), email(ida)} {
		c := s.as(nobody)
		sent := c.submit(c.get("/forgot"), "#forgot-form", "email", typed).is(t, 303).to(t, "/forgot?sent=1")
		answers = append(answers, sent.body+sent.header.Get("Set-Cookie")+c.get("/forgot?sent=1").is(t, 200).text("main"))
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("answers differ:\n%s\n%s", a, answers[0])
		}
	}
	waitFor(t, "all four to be on record", func() bool { return s.trail(1)[0].ID >= s.seed.edited+5 && s.forgotten() == 4 })
	mails := s.posted()
	if len(mails) != 1 || mails[0].To != email(nora) || mails[0].By != 0 {
		t.Fatalf("%+v", mails)
	}
	s.as(nobody).get("/link/"+mails[0].Token).is(t, 200).shows("h1", "Choose a new password")
	wrong := s.as(nobody).post("/forgot", "email", "nowhere").is(t, 422)
	if wrong.attr("#forgot-email", "value") != "nowhere" || wrong.text("#forgot-email-error") == "" {
		t.Errorf("%s", render(wrong.one("#forgot-form")))
	}
	for range 3 {
		s.as(nobody).post("/forgot", "email", "nobody@example.com").is(t, 303)
	}
	again := s.as(nobody).post("/forgot", "email", "nobody@example.com").is(t, 303).to(t, "/forgot?sent=1") // nothing more is sent, or said
	if !strings.HasPrefix(answers[0], again.body) {
		t.Error("it says something else")
	}
	newSite(t).as(nobody).get("/forgot").is(t, 200).lacks("#forgot-form")
}

// forgotten is how many are on record who asked for a new password.
func (s *site) forgotten() (n int) {
	for _, e := range s.trail(20) {
		if e.Act == store.ActForgot {
			n++
		}
	}
	return n
}

// waitFor looks until something is so.
func waitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	end := time.After(20 * time.Second)
	for !is() {
		select {
		case <-end:
			t.Fatal("waited in vain for " + what)
		case <-time.After(time.Millisecond):
		}
	}
}

// TestOutboxPage shows mails in their states, and has one tried again.
func TestOutboxPage(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	if err := s.db.ResetPassword(context.Background(), commandLine, nora, "four other plain words", false); err != nil {
		t.Fatal(err)
	}
	c := s.as(ana)
	c.get("/mail").is(t, 200).lacks("#no-mail").shows("#mail-1", "Password changed to Nora García").shows("#mail-1", "Waiting").lacks("#mail-1-again")
	why := &store.PostError{Why: "550 5.1.1: the server does not take it.", Final: true}
	if err := s.db.PostMail(context.Background(), func(context.Context, store.Posting) error { return why }); err != nil {
		t.Fatal(err)
	}
	failed := c.get("/mail?state=failed").is(t, 200).shows("#mail-1", why.Why).shows("#mail-1", "Failed")
	if failed.text(".chips a[aria-current]") != "Failed 1" {
		t.Errorf("%s", failed.text(".chips"))
	}
	again := c.on("/mail?state=failed").into("main#main").post("/mail/1/again").is(t, 200).lacks("#mail-1")
	if again.toast() != "Trying again Password changed to "+email(nora) {
		t.Errorf("it says %q", again.toast())
	}
	if len(s.posted()) != 1 {
		t.Error("it was not tried again")
	}
	c.get("/mail?state=sent").is(t, 200).shows("#mail-1", "Sent")
	sent := c.post("/mail/1/again").is(t, 303).to(t, "/mail")
	if got := c.get(sent.header.Get("Location")).toast(); got != "It is sent again Password changed to "+email(nora) {
		t.Errorf("it says %q", got)
	}
	if len(s.posted()) != 1 {
		t.Error("it was not sent again")
	}
	c.post("/mail/99/again").is(t, 404)
}

// TestOutboxWithoutAServer says of no mail that it is tried, and of those that will
// never go that they will not.
func TestOutboxWithoutAServer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.db.ResetPassword(context.Background(), commandLine, nora, "four other plain words", false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ResetLink(context.Background(), commandLine, nora, true); err != nil {
		t.Fatal(err)
	}
	page := s.as(ana).get("/mail").is(t, 200).shows("#no-mail", "--smtp-url").shows("#mail-1", "until a mail server is set up").shows("#mail-2", "until a mail server is set up")
	if strings.Contains(page.text(".mails"), "next try") {
		t.Errorf("%s", page.text(".mails"))
	}
	s.clock.pass(store.ResetLife)
	late := s.fresh(ana).get("/mail").shows("#mail-2", "The link in it is no longer valid: it will not be sent.").shows("#mail-1", "until a mail server is set up")
	if strings.Contains(late.text("#mail-2"), "until") {
		t.Errorf("%s", late.text("#mail-2"))
	}
}

// TestAllFailedMailAgain has what failed tried again by one button, which is only
// there when there is such a mail: with scripts and without.
func TestAllFailedMailAgain(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	fail := func() {
		why := &store.PostError{Why: "550 5.1.1: the server does not take it.", Final: true}
		if err := s.db.PostMail(context.Background(), func(context.Context, store.Posting) error { return why }); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []int64{nora, milo} {
		if err := s.db.ResetPassword(context.Background(), commandLine, id, "four other plain words", false); err != nil {
			t.Fatal(err)
		}
	}
	c := s.as(ana)
	c.get("/mail").is(t, 200).lacks("#mail-again")
	fail()
	page := c.get("/mail?state=failed").is(t, 200).shows("#mail-again", "Try all failed again")
	c.submit(page, "#mail-again").is(t, 303).to(t, "/mail")
	if got := c.get("/mail").lacks("#mail-again").toast(); got != "2 failed mails are tried again" {
		t.Errorf("it says %q", got)
	}
	if e := s.trail(1)[0]; e.Act != store.ActMail || e.Note != "again: 2 failed mails" || e.Actor != ana {
		t.Errorf("on record as %+v", e)
	}
	fail()
	fragment := c.on("/mail?state=failed").into("main#main").post("/mail/again").is(t, 200).lacks("#mail-1").lacks("#mail-again")
	if fragment.toast() != "2 failed mails are tried again" || len(s.posted()) != 2 {
		t.Errorf("it says %q", fragment.toast())
	}
	if none := c.on("/mail").into("main#main").post("/mail/again").is(t, 200); none.toast() != "No failed mail can be tried again" {
		t.Errorf("it says %q", none.toast())
	}
	c.get("/mail?state=sent").is(t, 200).lacks("#mail-again").shows("#mail-1-again", "Send again")

	if _, err := s.db.ResetLink(context.Background(), commandLine, nora, true); err != nil {
		t.Fatal(err)
	}
	fail()
	s.clock.pass(store.ResetLife)
	s.fresh(ana).get("/mail?state=failed").is(t, 200).shows("#mail-3", "Failed").lacks("#mail-3-again").lacks("#mail-again")
}

// TestInvitingMany checks first, then invites who can be, and says so of each.
func TestInvitingMany(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	const pasted = "Lena Brandt <lena@example.com>\nnora@example.com, nowhere; lena@example.com"
	form := c.get("/users/invite").is(t, 200)
	if form.count("#guests-role option[value=admin]") != 0 {
		t.Error("an editor may make admins")
	}
	before := s.dump()
	plan := c.post("/users/invite", "addresses", pasted, "role", "viewer").is(t, 200).shows("#guests-plan-title", "1 person can be invited, 3 cannot")
	if s.dump() != before || plan.text("#guests-addresses") == "" {
		t.Error("checking changes something")
	}
	plan.shows("#guests-plan", "Nora García already has this.").shows("#guests-plan", "This address stands here twice.")
	done := c.submit(plan, "#guests-run").is(t, 200).shows("#guests-done-title", "1 person invited, 3 cannot")
	_, link, _ := strings.Cut(strings.TrimSpace(done.text("#guests-links")), " http://office.example")
	s.as(nobody).get(link).is(t, 200).shows(".whose", "Lena Brandt")
	if u := s.user(10); u.Role != store.Viewer || u.Status != store.Invited {
		t.Errorf("%+v", u)
	}
	c.post("/users/invite", "addresses", " , ").is(t, 422).shows("#guests-addresses-error", "Paste at least one address.")
	c.post("/users/invite", "addresses", "x@example.com", "role", "admin").is(t, 403)
	m := mailed(t)
	sent := m.as(ana).post("/users/invite/run", "addresses", "a@example.com\nb@example.com").is(t, 200).lacks("#guests-links")
	sent.shows("#guests-done-title", "2 people invited")
	if len(m.posted()) != 2 {
		t.Error("not both have mail")
	}
}
