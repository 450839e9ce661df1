package handlers

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"backoffice/store"
)

const newPassword = "four other plain words"

func TestChangingOnesPassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, elsewhere := s.as(milo), s.fresh(milo)
	form := c.get("/account").is(t, 200).shows("h1", name(milo))
	for _, w := range []struct{ current, next, repeat, field, says string }{
		{"wrong horse battery", newPassword, newPassword, "current", "This is not your current password."},
		{password, "typed-short", "typed-short", "password", "Use at least 12 characters; this has 11."},
		{password, newPassword, "four other plain wards", "repeat", "This is not the same as above."},
		{password, password, password, "password", "This is the same as the current password."},
		{password, "Milo Novák Milo", "Milo Novák Milo", "password", "name"},
	} {
		a := c.submit(form, "#password-form", "current", w.current, "password", w.next, "repeat", w.repeat).is(t, 422)
		a.shows("#password-"+w.field+"-error", w.says)
		for _, typed := range []string{w.current, w.next, w.repeat} {
			if typed != "Milo Novák Milo" && strings.Contains(a.body, typed) {
				t.Errorf("%s: a password comes back", w.says)
			}
		}
	}
	elsewhere.get("/account").is(t, 200)
	old := c.cookies[cookieName]
	c.submit(form, "#password-form", "current", password, "password", newPassword, "repeat", newPassword).is(t, 303).to(t, "/account")
	if got := c.get("/account").is(t, 200).toast(); got != "Password changed Your other sessions have ended." {
		t.Errorf("the toast says %q", got)
	}
	if c.cookies[cookieName] == old {
		t.Error("the token is still the one from before")
	}
	stale := s.as(nobody)
	stale.cookies[cookieName] = old
	stale.get("/account").is(t, 303)
	elsewhere.get("/account").is(t, 303)
	s.as(nobody).signIn(milo).is(t, 401)
	s.as(nobody).post("/login", "email", email(milo), "password", newPassword).is(t, 303)
	if e := s.trail(3)[2]; e.Act != store.ActOwnPassword || e.Actor != milo || len(e.Changes) != 0 {
		t.Errorf("on record as %+v", e)
	}
}

func TestGuessingTheCurrentPasswordIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(milo)
	guess := []string{"current", "wrong", "password", newPassword, "repeat", newPassword}
	for range 6 {
		c.post("/account/password", guess...).is(t, 422)
	}
	a := c.post("/account/password", guess...).is(t, 429).shows(".oops", "Too many failed attempts.")
	if a.header.Get("Retry-After") != "2" {
		t.Errorf("wait %q", a.header.Get("Retry-After"))
	}
	if got := c.on("/account").post("/account/password", guess...).is(t, 429).toast(); !strings.HasPrefix(got, "Please wait a little") {
		t.Errorf("the toast says %q", got)
	}
}

func TestOnesOwnSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, second, third := s.as(milo), s.fresh(milo), s.fresh(milo)
	page := c.get("/account").is(t, 200)
	if n := page.count("#sessions li"); n != 3 {
		t.Fatalf("%d sessions", n)
	}
	if n := page.count("#sessions li .badge-ok"); n != 1 || page.count("#sessions li form") != 2 {
		t.Error("which one is this is not clear, or it can be ended here")
	}
	id := attr(all(second.get("/account").doc(), "#sessions li [name=session]")[0], "value")
	a := c.on("/account").into("section#sessions").post("/account/sessions/end", "session", id).is(t, 200)
	if a.count("#sessions li") != 2 || a.toast() != "1 session ended" {
		t.Errorf("%s", excerpt(a.body))
	}
	if second.get("/account").code+third.get("/account").code != 200+303 {
		t.Error("not exactly one of the others is out")
	}
	c.post("/account/sessions/end-others").is(t, 303).to(t, "/account")
	if c.get("/account").is(t, 200).count("#sessions li") != 1 {
		t.Error("others are still in")
	}
	third.get("/account").is(t, 303)
	second.get("/account").is(t, 303)
	// The sessions of others are not one's own to end.
	c.post("/account/sessions/end", "session", "1")
	s.as(ana).get("/account").is(t, 200)
}

// TestOneSeesWhatOthersDid: the account page tells what staff did to it, and
// does not tell where the staff were.
func TestOneSeesWhatOthersDid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(bjorn).post("/users/4", "phone", "+420 600 000 001").is(t, 303)
	a := s.as(milo).get("/account").is(t, 200).shows("#timeline", "Björn Lindqvist changed").shows("#timeline", "+420 600 000 001")
	if strings.Contains(a.text("#timeline"), "192.0.2.7") || strings.Contains(a.text("#timeline"), "Firefox") {
		t.Errorf("tells where staff work: %s", a.text("#timeline"))
	}
	if strings.Contains(a.text("#timeline"), "signed in") {
		t.Error("one's own acts are no news")
	}
	a.lacks("#timeline form").lacks("#timeline a").lacks("#timeline nav")
}

// TestAllThatOthersDid has pages, leaves out what staff have written and what they
// were not allowed to do, and is one's own only.
func TestAllThatOthersDid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 60 {
		s.edit(milo, store.FieldPhone, "+420 600 000 0"+itoa(10+i))
	}
	s.as(vera).post("/users/4/delete").is(t, 403)
	if err := s.db.ResetPassword(t.Context(), commandLine, milo, newPassword, false); err != nil {
		t.Fatal(err)
	}
	c := s.as(nobody)
	c.id = milo
	c.post("/login", "email", email(milo), "password", newPassword).is(t, 303)
	account := c.get("/account").is(t, 200)
	if n := account.count("#timeline li.entry"); n != ownNewest {
		t.Errorf("the account page tells %d", n)
	}
	all := c.get(account.attr("[aria-labelledby=done-title] .card-title a", "href")).is(t, 200)
	seen := all.count("#timeline li.entry")
	older := c.get(all.attr("#timeline nav a", "href")).is(t, 200)
	if seen += older.count("#timeline li.entry"); seen != 62 { // with the creation
		t.Errorf("in all it is told of %d entries", seen)
	}
	older.shows("#timeline", "created this account")
	if strings.Contains(all.text("#timeline")+older.text("#timeline"), "not allowed") {
		t.Error("tells what was not done")
	}
	if a := s.as(bjorn).get("/account/history?target=4").is(t, 200); strings.Contains(a.text("#timeline"), "+420") {
		t.Error("somebody else reads it")
	}
}

// TestOneSeesWhatHappened also where it changed no field: sessions that were ended,
// and those who could not sign in.
func TestOneSeesWhatHappened(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.guess(milo, 1)
	s.as(ana).post("/users/4/sessions/end-all").is(t, 303)
	c := s.fresh(milo)
	c.get("/account").is(t, 200).shows("#timeline", "1 session ended").shows("#timeline", "wrong password")
}

// TestOwnData is a file with what is kept about oneself, of others only their
// names, and without any secret. That it was taken is on record.
func TestOwnData(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(ana).post("/users/"+strconv.Itoa(milo), "field", "phone", "phone", "+34 600 000 777", "was.phone", "").is(t, 303)
	s.as(nobody).post("/login", "email", email(milo), "password", "a wrong password").is(t, 401)
	c := s.as(milo)
	s.as(nobody).post("/login", "email", email(milo), "password", password, "remember", "1").is(t, 303)
	if _, err := s.db.ResetLink(t.Context(), commandLine, milo, false); err != nil {
		t.Fatal(err)
	}
	a := c.submit(c.get("/account"), "#data form").is(t, 200)
	if got := a.header.Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="my-data-`) {
		t.Errorf("it is sent as %q", got)
	}
	var d struct {
		Profile  personJSON
		SignIns  []signInJSON `json:"sign_ins"`
		Browsers []browserJSON
		Factors  *factorsJSON `json:"second_factors"`
		Mails    []mailJSON
		Links    []linkJSON
		History  []eventJSON
	}
	if err := json.Unmarshal([]byte(a.body), &d); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if d.Profile.Email != email(milo) || len(d.SignIns) == 0 || d.SignIns[0].Started == "" {
		t.Errorf("%s", a.body)
	}
	var acts []store.Act
	for _, e := range d.History {
		acts = append(acts, e.Act)
	}
	if len(d.Browsers) != 1 || d.Browsers[0].Address != "192.0.2.7" || !d.SignIns[0].New {
		t.Errorf("where they are remembered: %+v, %+v", d.Browsers, d.SignIns[0])
	}
	if want := []store.Act{store.ActOwnData, store.ActSendReset, store.ActRememberBrowser, store.ActSignIn, store.ActSignIn, store.ActEdit}; len(acts) < 6 || !slices.Equal(acts[:6], want) {
		t.Errorf("the history is %v", acts)
	}
	if e := d.History[0]; e.Address != "192.0.2.7" || e.Browser == "" {
		t.Errorf("where the own act came from: %+v", e)
	}
	if e := d.History[5]; e.Address+e.Browser != "" {
		t.Errorf("where somebody else was: %+v", e)
	}
	if d.Factors == nil || d.Factors.App != nil || d.Factors.Passkeys == nil || d.Factors.Codes != 0 {
		t.Errorf("factors: %+v", d.Factors)
	}
	if len(d.Links) != 2 || d.Links[1].Kind != store.LinkReset || d.Links[1].Expires != "2026-11-23T13:00:00Z" {
		t.Errorf("links: %+v", d.Links)
	}
	if len(d.Mails) == 0 || d.Mails[0].Kind != store.MailResetMade || d.Mails[0].To != email(milo) || d.Mails[0].State != store.MailWaiting {
		t.Errorf("mails: %+v", d.Mails)
	}
	if e := d.History[5]; e.By != name(ana) || len(e.Changes) != 1 || e.Changes[0].After != "+34 600 000 777" {
		t.Errorf("%+v", e)
	}
	for _, secret := range []string{"argon2", email(ana), email(nora)} {
		if strings.Contains(a.body, secret) {
			t.Errorf("%s is in it", secret)
		}
	}
}

// TestOwnDataTellsOfFactors when they were set up and used, and how many codes are left,
// and nothing by which they could be used.
func TestOwnDataTellsOfFactors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(milo)
	p := c.enrol()
	a := c.post("/account/data").is(t, 200)
	var d struct {
		Factors factorsJSON `json:"second_factors"`
	}
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || d.Factors.App == nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if d.Factors.App.Since == "" || d.Factors.App.Used == "" || d.Factors.Codes != 10 {
		t.Errorf("%+v, %+v", d.Factors, d.Factors.App)
	}
	for _, secret := range append(p.codes, p.Key) {
		if strings.Contains(a.body, secret) {
			t.Errorf("%s is in it", secret)
		}
	}
}

// TestNotesOfStaffStayTheirs: what stands beside an act may have been written by
// somebody, such as what an import says of where it came from.
func TestNotesOfStaffStayTheirs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	job, err := s.db.BeginImport(t.Context(), commandLine, 1, store.ImportRunning)
	if err != nil {
		t.Fatal(err)
	}
	if err := job.Work(t.Context(), func(store.Import) {}); err != nil {
		t.Fatal(err)
	}
	s.as(ana).get("/users/5/history").is(t, 200).shows("#timeline", "by import 1")
	a := s.as(nora).get("/account").is(t, 200).shows("#timeline", "+34 600 777 777")
	if strings.Contains(a.text("#timeline"), "by import") {
		t.Errorf("one reads %s", a.text("#timeline"))
	}
}
