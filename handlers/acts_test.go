package handlers

import (
	"net/http"
	"strings"
	"testing"

	"backoffice/store"
)

func TestDeactivatingInTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	theirs := s.as(milo)
	theirs.get("/account").is(t, 200)
	a := s.as(bjorn).on("/users").into("tr#u4").post("/users/4/deactivate", "view", "row").is(t, 200)
	a.shows("tr#u4 .c-status", "Deactivated").shows("#chips", "Deactivated 2")
	if got := a.toast(); got != "Milo Novák deactivated They are signed out everywhere." {
		t.Errorf("the toast says %q", got)
	}
	if targets(a) != "#chips outerMorph, #summary outerHTML, #toasts beforeend" {
		t.Errorf("brings along %s", targets(a))
	}
	theirs.get("/account").is(t, 303)
	s.as(nobody).signIn(milo).is(t, 401)

	back := s.as(bjorn).on("/users").into("tr#u4").post("/users/4/reactivate", "view", "row").is(t, 200).shows("tr#u4 .c-status", "Active")
	if got := back.toast(); got != "Milo Novák reactivated" {
		t.Errorf("the toast says %q", got)
	}
	theirs.get("/account").is(t, 303) // the role comes back, the sessions do not
	s.as(nobody).signIn(milo).is(t, 303)
	if twice := s.as(bjorn).on("/users").post("/users/4/reactivate", "view", "row").is(t, 200); strings.Contains(twice.body, "data-toast") {
		t.Error("what was so already is told as news")
	}
}

func TestActsOnThePersonsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for page, tab := range map[string]string{"/users/5?q=o": "Profile", "/users/5/history?q=o": "History", "/users/5/sessions": "Sessions"} {
		for _, act := range []string{"deactivate", "reactivate"} {
			a := s.as(ana).on(page).into("main#main").post("/users/5/"+act, "view", "page").is(t, 200)
			a.shows(".tabs [aria-current=page]", tab).shows("h1", name(nora)).lacks("tr")
			if targets(a) != "#toasts beforeend" {
				t.Errorf("%s on %s brings along %s", act, page, targets(a))
			}
			if strings.HasSuffix(page, "?q=o") && a.attr("a.back", "href") != "/users?q=o" {
				t.Errorf("%s on %s forgets the list", act, page)
			}
		}
	}
	plain := s.as(ana).post("/users/5/deactivate", "view", "page").is(t, 303).to(t, "/users/5")
	if plain.body != "" {
		t.Error("a redirect with a body")
	}
}

// TestHistoryLinksAfterAnAct: the links of a redrawn history lead to the
// history, not to the act.
func TestHistoryLinksAfterAnAct(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 60 {
		s.edit(nora, store.FieldPhone, "+34 600 000 "+itoa(100+i))
	}
	a := s.as(ana).on("/users/5/history?q=o").into("main#main").post("/users/5/deactivate", "view", "page").is(t, 200)
	older := attr(all(a.doc(), "#timeline nav a")[0], "href")
	if !strings.HasPrefix(older, "/users/5/history?") || !strings.Contains(older, "q=o") {
		t.Fatalf("older entries are at %q", older)
	}
	s.as(ana).get(older).is(t, 200).shows("#timeline", "created")
}

func TestDeletingFromTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.as(bjorn).on("/users?q=nora").into("div#dialog")
	ask := w.get("/users/5/delete?view=row").is(t, 200).shows("dialog h2", "Delete Nora García?").shows("dialog", "restore the account for 30 days")
	if ask.attr("dialog form", "action") != "/users/5/delete" || ask.attr("dialog form", "hx-target") != "#u5" || ask.attr("dialog [name=view]", "value") != "row" || ask.count("dialog [data-close]") != 1 {
		t.Errorf("asks by %s", ask.body)
	}
	a := w.into("tr#u5").post("/users/5/delete", "view", "row").is(t, 200)
	if a.header.Get("HX-Reswap") != "delete" || a.count("tr") != 0 {
		t.Errorf("the row stays: %v %s", a.header, excerpt(a.body))
	}
	if targets(a) != "#chips outerMorph, #dialog innerHTML, #toasts beforeend" {
		t.Errorf("brings along %s", targets(a))
	}
	if got := a.toast(); got != "Nora García deleted Can be restored for 30 days." {
		t.Errorf("the toast says %q", got)
	}
	undo := a.attr("[data-toast] form", "action")
	restored := s.as(bjorn).on("/users?q=nora").into("div#toasts").post(undo).is(t, 200)
	if got := restored.header.Get("HX-Trigger"); got != `{"page:refresh":{"target":"#main"}}` || !strings.HasPrefix(restored.toast(), "Undone: Nora García") {
		t.Errorf("%q %s", got, restored.body)
	}
	s.as(bjorn).get("/users?q=nora").is(t, 200).shows("#u5", name(nora))
}

func TestDeletingFromThePersonsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ask := s.as(bjorn).on("/users/5").into("div#dialog").get("/users/5/delete").is(t, 200)
	if ask.attr("dialog form", "hx-target") != "#main" || ask.attr("dialog [name=view]", "value") != "page" {
		t.Errorf("asks by %s", ask.body)
	}
	s.as(bjorn).on("/users/5").into("main#main").post("/users/5/delete", "view", "page").is(t, 200).to(t, "/users")
	s.as(bjorn).on("/users/5").into("main#main").post("/users/5/restore", "view", "page").is(t, 200).shows(".hero-badges", "Active").lacks(".note")

	page := s.as(bjorn).get("/users/5/delete").is(t, 200).shows("h1", "Delete Nora García?").lacks("dialog")
	c := s.fresh(bjorn)
	c.submit(page, "#confirm-form").is(t, 303).to(t, "/users")
	list := c.get("/users").is(t, 200)
	if !strings.HasPrefix(list.toast(), "Nora García deleted") {
		t.Errorf("the toast says %q", list.toast())
	}
	c.submit(list, "[data-toast] form").is(t, 303).to(t, "/users/5")
	if !s.user(nora).Deleted.IsZero() {
		t.Error("not undone")
	}
	s.as(bjorn).post("/users/5/restore").is(t, 303) // there already: no harm
}

// TestErasingForGood asks first, only of somebody who is deleted, and leaves a
// trail that is whole and tells nothing of them.
func TestErasingForGood(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.fresh(ana)
	c.get("/users/5/erase").is(t, 409).shows("main", "has to be deleted first")
	c.post("/users/5/erase").is(t, 409)
	c.post("/users/5/delete").is(t, 303)
	page := c.get("/users/5").is(t, 200)
	if page.attr("#u5-erase", "href") != "/users/5/erase" {
		t.Errorf("the page does not offer it: %s", page.body)
	}
	s.as(ana).on("/users/5").into("div#dialog").get("/users/5/erase").is(t, 200).shows("dialog h2", "Erase Nora García for good?")
	c.submit(c.get("/users/5/erase").is(t, 200), "#confirm-form").is(t, 303).to(t, "/users?status=deleted")
	list := c.get("/users?status=deleted").is(t, 200)
	if !strings.HasPrefix(list.toast(), "Erased for good") || strings.Contains(list.body, "Nora") {
		t.Errorf("the list says %q", list.body)
	}
	c.get("/users/5").is(t, 404)
	if trail := c.get("/audit").is(t, 200); strings.Contains(trail.body, "Nora") {
		t.Errorf("the trail tells of them: %s", trail.body)
	}
	if r, err := s.db.VerifyAudit(t.Context()); err != nil || r.Bad != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestUndoing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	undo := "/undo/" + formatID(s.seed.edited)
	header := map[string]string{"Referer": "http://office.example/users/5/history?below=99"}
	c.send(request{method: "POST", url: undo, header: header}).is(t, 303).to(t, "/users/5/history?below=99")
	if got := s.user(nora).Phone; got != "+34 600 123 456" {
		t.Errorf("the phone is %q", got)
	}
	if e := s.trail(1)[0]; e.Act != store.ActUndo || e.UndoOf != s.seed.edited || e.Actor != bjorn {
		t.Errorf("on record as %+v", e)
	}
	history := s.as(vera).get("/users/5/history").is(t, 200)
	history.shows("#entry-"+formatID(s.seed.edited), "Undone by Björn Lindqvist, just now")

	if got := c.on("/users/5/history").post(undo).is(t, 409).toast(); got != "Not done This has been undone already." {
		t.Errorf("undone twice: %q", got)
	}
	c.post(undo).is(t, 409).shows(".oops", "This has been undone already.")
	c.post("/undo/1").is(t, 409).shows(".oops", "This cannot be undone.")

	first := s.edit(nora, store.FieldName, "Nora Gil")
	s.edit(nora, store.FieldName, "Nora Gil de Ana")
	if got := c.on("/users").post("/undo/"+formatID(first.Entry)).is(t, 409).toast(); got != "Not done Name has changed since and was left as it is." {
		t.Errorf("changed since: %q", got)
	}
	if s.user(nora).Name != "Nora Gil de Ana" {
		t.Error("a newer change was lost")
	}
}

func TestUndoingLeavesWhatHasChangedSince(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(bjorn).post("/users/5", "name", "Nora Gil", "phone", "+34 600 000 001").is(t, 303)
	both := s.trail(1)[0].ID
	s.edit(nora, store.FieldPhone, "+34 600 000 002")
	a := s.as(bjorn).on("/users/5").post("/undo/"+formatID(both)).is(t, 200)
	if got := a.toast(); got != "Undone: Nora García Left as it is, because it has changed since: Phone" {
		t.Errorf("the toast says %q", got)
	}
	if u := s.user(nora); u.Name != "Nora García" || u.Phone != "+34 600 000 002" {
		t.Errorf("now %+v", u)
	}
	redo := a.attr("[data-toast] form", "action")
	s.as(bjorn).on("/users/5").post(redo).is(t, 200)
	if got := s.user(nora).Name; got != "Nora Gil" {
		t.Errorf("an undo cannot be undone: %q", got)
	}
}

func TestTheWayBackIsOnThisSite(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for referer, want := range map[string]string{
		"http://office.example/users/5/history": "/users/5/history",
		"http://office.example/":                "/users/5/sessions",
		"http://office.example//evil.example":   "/users/5/sessions",
		"https://evil.example/users":            "/users/5/sessions",
		"https://evil.example/?://x":            "/users/5/sessions",
		"javascript:alert(1)":                   "/users/5/sessions",
		"http://office.example/login":           "/users/5/sessions",
		"":                                      "/users/5/sessions",
	} {
		a := s.as(ana).send(request{method: "POST", url: "/users/5/sessions/end-all", header: map[string]string{"Referer": referer}})
		a.what += " from " + referer
		a.is(t, 303).to(t, want)
	}
}

func TestEndingSessionsOfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	phone := s.as(nobody)
	phone.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
	phone.remote = "203.0.113.5:1"
	phone.signIn(nora).is(t, 303)
	list := s.as(ana).get("/users/5/sessions").is(t, 200).shows("#sessions", "Where Nora García is signed in")
	if n := list.count("#sessions li"); n != 2 {
		t.Fatalf("%d sessions", n)
	}
	row := all(list.doc(), "#sessions li")[0] // the newest first
	if got := text(row); !strings.Contains(got, "Safari on iPhone") || !strings.Contains(got, "203.0.113.5") {
		t.Errorf("reads %q", got)
	}
	id := attr(all(row, "[name=session]")[0], "value")
	w := s.as(ana).on("/users/5/sessions").into("section#sessions")
	a := w.post("/users/5/sessions/end", "session", id).is(t, 200)
	if a.count("#sessions li") != 1 || a.toast() != "1 session ended" {
		t.Errorf("%s", excerpt(a.body))
	}
	phone.get("/account").is(t, 303)
	if got := w.post("/users/5/sessions/end", "session", id).is(t, 200).toast(); !strings.HasPrefix(got, "Nothing to end") {
		t.Errorf("twice: %q", got)
	}
	// A session of somebody else is not this person's to end.
	w.post("/users/5/sessions/end", "session", "1").is(t, 200)
	s.as(ana).get("/users").is(t, 200)
	if got := w.post("/users/5/sessions/end-all").is(t, 200).shows("#sessions", "Not signed in anywhere.").toast(); got != "1 session ended" {
		t.Errorf("all: %q", got)
	}
	s.as(nora).get("/account").is(t, 303)
}

func TestSigningEverybodyOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.as(ana).on("/account").into("div#dialog")
	ask := w.get("/sessions/end-all").is(t, 200).shows("dialog h2", "Sign everybody out?")
	if ask.attr("dialog form", "action") != "/sessions/end-all" || ask.attr("dialog form", "method") != "post" {
		t.Errorf("asks by %s", ask.body)
	}
	page := s.as(ana).get("/sessions/end-all").is(t, 200).lacks("dialog")
	s.as(vera).get("/users").is(t, 200)
	s.as(ana).submit(page, "#confirm-form").is(t, http.StatusSeeOther).to(t, "/security")
	for _, id := range []int{bjorn, vera, milo, nora, zed, fay} {
		s.as(id).get("/account").is(t, 303).to(t, "/login?next=%2Faccount")
	}
	if got := s.as(ana).get("/security").is(t, 200).toast(); got != "Everybody is signed out 6 sessions ended" {
		t.Errorf("the toast says %q", got)
	}
}

func TestConfirmPagesNameTheWayOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for page, cancel := range map[string]string{"/users/5/delete": "/users/5", "/sessions/end-all": "/security", "/logout": "/"} {
		a := s.as(ana).get(page).is(t, 200)
		if got := a.attr(".form-foot a", "href"); got != cancel {
			t.Errorf("%s: cancel leads to %q", page, got)
		}
	}
}
