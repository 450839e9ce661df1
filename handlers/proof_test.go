package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// later is when a proof has worn off, and a session has not.
const later = store.ProofLasts + time.Minute

// TestADialogAsksForAProof over the page, and the very same request runs once the
// proof is given.
func TestADialogAsksForAProof(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	c.get("/users").is(t, 200)
	s.clock.pass(later)
	before := s.dump("users", "audit_entries")
	row := c.on("/users").into("tr#u5")
	asked := row.post("/users/5/delete", "view", "row").is(t, http.StatusUnauthorized)
	if n := asked.count("hx-partial"); n != 1 || asked.attr("hx-partial", "hx-target") != components.Sel(components.DialogID) {
		t.Fatalf("not just a dialog: %s", excerpt(asked.body))
	}
	asked.shows("dialog#signin-dialog h2", "Confirm it’s you").shows("dialog .lead", "more than 10 minutes ago")
	if asked.attr("#signin-form", "hx-post") != "/proof" || asked.count("#signin-form input[type=email]") != 0 || asked.attr("input[name=person]", "value") != "1" {
		t.Errorf("%s", render(asked.one("#signin-form")))
	}
	wrong := c.on("/users").post("/proof", "password", "wrong", "person", "1").is(t, 422).shows("#signin-error", "This is not your password.")
	if strings.Contains(wrong.body, "hx-partial") {
		t.Error("more than the inside of the dialog is drawn")
	}
	if s.dump("users") != strings.SplitAfter(before, "audit_entries")[0] && s.user(nora).Deleted.IsZero() == false {
		t.Error("something was done without a proof")
	}
	token := c.cookies[cookieName]
	back := c.on("/users").post("/proof", "password", password, "person", "1").is(t, 200)
	if back.header.Get("HX-Trigger") != signedInBack || c.cookies[cookieName] == token {
		t.Errorf("%v, token changed %v", back.header, c.cookies[cookieName] != token)
	}
	row.post("/users/5/delete", "view", "row").is(t, 200)
	if s.user(nora).Deleted.IsZero() {
		t.Error("not deleted")
	}
	if e := s.trail(3); e[2].Act != store.ActProof || e[2].Outcome != store.Failure || e[1].Act != store.ActProof || e[1].Note != "with the password" {
		t.Errorf("on record as %+v", e)
	}
}

// TestAFormIsKeptThroughAProof with scripts off, and run when it is sent again.
func TestAFormIsKeptThroughAProof(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	s.clock.pass(later)
	asked := c.post("/users/5", "view", "page", "role", "admin", "was.role", "member").is(t, 401).shows("h1", "Confirm it’s you")
	asked.shows(".lead", "What you asked for is kept.")
	wrong := c.submit(asked, "#signin-form", "password", "wrong").is(t, 422)
	right := c.submit(wrong, "#signin-form", "password", password).is(t, 200).shows("h1", "Thank you, "+name(ana))
	if strings.Contains(right.body, password) {
		t.Error("the password travels")
	}
	if s.user(nora).Role != store.Member {
		t.Error("it was done before anybody said so")
	}
	c.submit(right, "#kept-form").is(t, 303)
	if s.user(nora).Role != store.Admin {
		t.Error("it was not done")
	}
}

// TestAnExportAsksForAProof before its first byte.
func TestAnExportAsksForAProof(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	s.clock.pass(later)
	asked := c.post("/users/export", "format", "csv", "role", "member").is(t, 401)
	if asked.header.Get("Content-Disposition") != "" {
		t.Error("a file with a form in it")
	}
	right := c.submit(asked, "#signin-form", "password", password).is(t, 200)
	file := c.submit(right, "#kept-form").is(t, 200)
	if !strings.Contains(file.body, email(nora)) || file.header.Get("Content-Disposition") == "" {
		t.Errorf("%v %s", file.header, excerpt(file.body))
	}
}

// TestAProofByCode is asked of somebody who has an app, for whom the password is
// not enough.
func TestAProofByCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	p := c.enrol()
	s.clock.pass(later)
	asked := c.on("/users").post("/users/5/delete", "view", "row").is(t, 401)
	if asked.count("input[name=password]") != 0 || asked.count("input[name=code]") != 1 {
		t.Errorf("%s", render(asked.one("#signin-form")))
	}
	c.on("/users").post("/proof", "password", password, "person", "1").is(t, 422)
	c.on("/users").post("/proof", "use", "recovery", "person", "1").is(t, 200).shows("label", "Recovery code")
	c.on("/users").post("/proof", "code", p.code(), "step", "code", "person", "1").is(t, 200)
	c.on("/users").post("/users/5/delete", "view", "row").is(t, 200)
}

// TestAProofOfSomebodyElse lets nothing run on a page that is not theirs.
func TestAProofOfSomebodyElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	if a := c.on("/users").post("/proof", "password", password, "person", "6").is(t, 200); a.header.Get("HX-Refresh") != "true" {
		t.Errorf("%v", a.header)
	}
}

// TestAProofIsThrottled as a sign-in is.
func TestAProofIsThrottled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	for range 6 {
		c.on("/users").post("/proof", "password", "wrong", "person", "1").is(t, 422)
	}
	a := c.on("/users").post("/proof", "password", password, "person", "1").is(t, 429)
	if a.header.Get("Retry-After") != "2" || a.count("#signin-form") != 1 {
		t.Errorf("%v %s", a.header, excerpt(a.body))
	}
}
