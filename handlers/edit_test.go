package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// cell sends one cell of Nora's, as it is edited in the list.
func (c *client) cell(field, to, was string) *answer {
	c.s.t.Helper()
	return c.on("/users").into("div#u5-"+field).post("/users/5", "view", "cell", "field", field, field, to, "was."+field, was)
}

func TestACellOpensAndCloses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.as(bjorn).on("/users?q=nora")
	open := w.into("div#u5-phone").get("/users/5/edit?field=phone").is(t, 200)
	in := open.one("#u5-phone #u5-phone-in")
	if attr(in, "value") != "+34 600 999 999" || !has(in, "autofocus") || open.attr("[name=was.phone]", "value") != "+34 600 999 999" || open.attr("[name=field]", "value") != "phone" {
		t.Errorf("opens as %s", open.body)
	}
	for field, want := range map[string]string{"name": "Nora García", "email": "nora@example.com", "phone": "+34 600 999 999", "role": "Member", "external_id": "E-005"} {
		shut := w.into("div#u5-"+field).get("/users/5?cell="+field).is(t, 200).shows("#u5-"+field, want)
		shut.lacks("form").lacks("hx-partial")
	}
	if got := w.get("/users/5?cell=name").attr("#u5-name a.cell-go", "href"); got != "/users/5?q=nora" {
		t.Errorf("in the list the name leads to %q", got)
	}
	if w.get("/users/5?cell=email").text("mark") != "nora" {
		t.Error("the hit is no longer marked")
	}
	s.as(bjorn).on("/users/5?q=nora").get("/users/5?cell=name").is(t, 200).lacks("a.cell-go").lacks("mark")

	page := s.as(bjorn).get("/users/5/edit?field=phone").is(t, 200).shows("h1", "Edit Nora García")
	if !has(page.one("#user-phone"), "autofocus") || page.count("[autofocus]") != 1 {
		t.Error("with scripts off the form does not begin at the field")
	}
}

func TestOnlyFieldsOfFormsAreCells(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.as(ana).on("/users")
	for _, field := range []string{"status", "deleted", "password", "version", "nonsense", "was.name"} {
		w.get("/users/5?cell="+field).is(t, 200).lacks(".cell-form").shows("h1", name(nora))
		w.get("/users/5/edit?field="+field).is(t, 200).lacks(".cell-form").shows("h1", "Edit "+name(nora))
		before := s.dump("users")
		w.post("/users/5", "view", "cell", "field", field, field, "deactivated", "was."+field, "active")
		if s.dump("users") != before {
			t.Errorf("%s was set", field)
		}
	}
}

func TestACellIsSaved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(bjorn).cell("phone", "+34 611 222 333", "+34 600 999 999").is(t, 200)
	a.shows("#u5-phone", "+34 611 222 333").lacks(".cell-form")
	if u := s.user(nora); u.Phone != "+34 611 222 333" || u.Version != 3 {
		t.Errorf("saved as %+v", u)
	}
	e := s.trail(1)[0]
	if e.Act != store.ActEdit || e.Actor != bjorn || e.Target != nora || !slices.Equal(e.Changes, []store.FieldChange{{Field: "phone", Before: "+34 600 999 999", After: "+34 611 222 333"}}) {
		t.Errorf("on record as %+v", e)
	}
	if got := a.toast(); got != "Nora García updated Phone changed to +34 611 222 333" {
		t.Errorf("the toast says %q", got)
	}
	if a.attr("[data-toast] form", "action") != "/undo/"+formatID(e.ID) || a.attr("[data-toast] form", "method") != "post" {
		t.Errorf("offers to undo by %s", render(a.one("[data-toast] form")))
	}
	if targets(a) != "#chips outerMorph, #summary outerHTML, #toasts beforeend" {
		t.Errorf("brings along %s", targets(a))
	}
	onPage := s.as(bjorn).on("/users/5").into("div#u5-name").post("/users/5", "view", "cell", "field", "name", "name", "Nora Gil", "was.name", "Nora García").is(t, 200)
	if targets(onPage) != "#toasts beforeend, #user-head outerMorph" {
		t.Errorf("on the person's page it brings along %s", targets(onPage))
	}
	onPage.shows("#user-head h1", "Nora Gil")
	plain := s.as(bjorn).post("/users/5", "name", "Nora García", "was.name", "Nora Gil").is(t, 303).to(t, "/users/5")
	if plain.body != "" {
		t.Errorf("a redirect with a body: %s", plain.body)
	}
}

// targets says for what other places of the page an answer brings something.
func targets(a *answer) string {
	var out []string
	for _, p := range all(a.doc(), "hx-partial") {
		out = append(out, attr(p, "hx-target")+" "+attr(p, "hx-swap"))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestNothingTypedIsNothingChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.dump()
	a := s.as(bjorn).cell("phone", "+34 600 999 999", "+34 600 999 999").is(t, 200).shows("#u5-phone", "+34 600 999 999")
	if strings.Contains(a.body, "data-toast") || s.dump() != before {
		t.Error("a change that is none was made")
	}
	s.as(bjorn).cell("phone", "  +34 600 999 999 ", "+34 600 999 999").is(t, 200)
	if s.dump() != before {
		t.Error("spaces are a change")
	}
}

// wrong is what somebody may type that cannot be saved, and what is said of it.
var wrong = []struct{ field, typed, says string }{
	{"name", "", "Enter a name."},
	{"name", strings.Repeat("x", 201), "200"},
	{"email", "nora", "needs an @"},
	{"email", "no ra@example.com", "space"},
	{"email", "VERA@example.com", "Vera Okafor already has this."},
	{"phone", "call me", "digits"},
	{"phone", "123", "digits"},
	{"role", "emperor", "Choose one of the roles."},
	{"external_id", strings.Repeat("9", 101), "100"},
}

func TestErrorsStandBesideWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.dump()
	forms := map[string]struct{ view, id string }{"cell": {"cell", "u5-%-in"}, "row": {"row", "u5-row-%"}, "page": {"page", "user-%"}}
	for _, w := range wrong {
		for place, f := range forms {
			if place == "row" && w.field == "external_id" {
				continue // no column shows it
			}
			id := strings.ReplaceAll(f.id, "%", w.field)
			was := store.Field(w.field).Of(new(s.user(nora)))
			a := s.as(bjorn).on("/users").post("/users/5", "view", f.view, "field", w.field, w.field, w.typed, "was."+w.field, was).is(t, 422)
			checkWrong(t, a, id, w.field, w.typed, w.says, was)
		}
		a := s.as(bjorn).post("/users/5", "view", "page", w.field, w.typed).is(t, 422)
		checkWrong(t, a, "user-"+w.field, w.field, w.typed, w.says, store.Field(w.field).Of(new(s.user(nora))))
		a.shows("#user-form .note", "Nothing has been saved yet.")
	}
	if s.dump() != before {
		t.Error("something was saved")
	}
}

func checkWrong(t *testing.T, a *answer, id, field, typed, says, was string) {
	t.Helper()
	in := a.one("#" + id)
	if field != "role" && attr(in, "value") != typed {
		t.Errorf("%s %q: the control holds %q", id, typed, attr(in, "value"))
	}
	if attr(in, "aria-invalid") != "true" || !strings.Contains(attr(in, "aria-describedby"), id+"-error") {
		t.Errorf("%s %q: a screen reader does not hear of it: %s", id, typed, render(in))
	}
	if got := a.text("#" + id + "-error"); !strings.Contains(strings.ToLower(got), strings.ToLower(says)) {
		t.Errorf("%s %q: says %q, want %q", id, typed, got, says)
	}
	if got := a.attr("#"+id+"-was", "value"); got != was {
		t.Errorf("%s %q: was drawn from %q, now says %q", id, typed, was, got)
	}
}

func TestAConflictShowsAllThreeValues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const before, theirs, mine = "+34 600 999 999", "+34 600 111 111", "+34 600 222 222"
	s.as(ana).cell("phone", theirs, before).is(t, 200)
	s.clock.pass(2 * time.Minute)
	for place, id := range map[string]string{"cell": "u5-phone-in", "row": "u5-row-phone", "page": "user-phone"} {
		a := s.as(bjorn).on("/users").post("/users/5", "view", place, "field", "phone", "phone", mine, "was.phone", before).is(t, 409)
		a.shows(".conflict p", "Ana Pérez changed this 2 min ago")
		a.shows(".conflict dl", "Yours "+mine+" Theirs "+theirs+" Before "+before)
		if got := a.attr("#"+id, "value"); got != mine {
			t.Errorf("%s: what was typed is now %q", place, got)
		}
		if got := a.attr("#"+id+"-was", "value"); got != theirs {
			t.Errorf("%s: sending again would conflict again: was %q", place, got)
		}
	}
	if s.user(nora).Phone != theirs {
		t.Error("a conflict was saved over")
	}
	page := s.as(bjorn).post("/users/5", "view", "page", "phone", mine, "was.phone", before).is(t, 409)
	page.shows(".conflict dl", "Theirs "+theirs)
	s.as(bjorn).submit(page, "#user-form").is(t, 303) // saving again keeps mine
	if s.user(nora).Phone != mine {
		t.Errorf("kept %q", s.user(nora).Phone)
	}
}

func TestTakingTheirs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const before, theirs, mine = "+34 600 999 999", "+34 600 111 111", "+34 600 222 222"
	s.edit(nora, store.FieldPhone, theirs)
	dump := s.dump()
	page := s.as(bjorn).post("/users/5", "view", "page", "phone", mine, "was.phone", before, "name", "Nora Gil", "was.name", "Nora García").is(t, 409)
	take := page.one("#user-phone-theirs")
	if attr(take, "name") != "take" || attr(take, "value") != "phone" || attr(take, "type") != "submit" {
		t.Fatalf("theirs are taken by %s", render(take))
	}
	for _, a := range []*answer{
		s.as(bjorn).submit(page, "#user-form", "take", "phone"),
		s.as(bjorn).on("/users").into("tr#u5").post("/users/5", "view", "row", "take", "phone", "phone", mine, "was.phone", before, "name", "Nora Gil", "was.name", "Nora García"),
	} {
		a.is(t, 200).lacks(".conflict")
		if attr(a.one("input[name=phone]"), "value") != theirs || attr(a.one("input[name=was.phone]"), "value") != theirs || attr(a.one("input[name=name]"), "value") != "Nora Gil" {
			t.Errorf("%s: the form is now %s", a.what, excerpt(render(a.one("form"))))
		}
	}
	if s.dump() != dump {
		t.Error("taking theirs saved something")
	}
	link := s.as(bjorn).cell("phone", mine, before).is(t, 409).attr("#u5-phone-theirs", "hx-get")
	s.as(bjorn).on("/users").get(link).is(t, 200).shows("#u5-phone", theirs).lacks("form")
}

func TestDifferentFieldsDoNotConflict(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.as(bjorn).get("/users/5/edit").is(t, 200)
	s.as(ana).cell("phone", "+34 600 111 111", "+34 600 999 999").is(t, 200)
	s.as(bjorn).submit(form, "#user-form", "name", "Nora Gil").is(t, 303)
	if u := s.user(nora); u.Name != "Nora Gil" || u.Phone != "+34 600 111 111" {
		t.Errorf("merged into %+v", u)
	}
}

func TestRoleConflictSpeaksOfRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(ana).cell("role", "viewer", "member").is(t, 200).shows("#u5-role", "Viewer")
	a := s.as(zed).cell("role", "editor", "member").is(t, 409)
	a.shows(".conflict dl", "Yours Editor Theirs Viewer Before Member").shows("#u5-role-in option[selected]", "Editor")
}

func TestWholeRow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.as(bjorn).on("/users").into("tr#u5")
	open := w.get("/users/5/edit?view=row").is(t, 200)
	form := open.attr("form", "id")
	var names []string
	for _, in := range append(all(open.doc(), "input[form="+form+"]"), all(open.doc(), "select[form="+form+"]")...) {
		names = append(names, attr(in, "name"))
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"email", "name", "phone", "role", "was.email", "was.name", "was.phone", "was.role"}) {
		t.Errorf("the row's form has %v", names)
	}
	if open.doc().FirstChild.Data != "tr" || open.attr("tr", "id") != "u5" || open.text("[data-cancel]") != "Cancel" {
		t.Errorf("opens as %s", excerpt(open.body))
	}
	saved := w.post("/users/5", "view", "row", "name", "Nora Gil", "was.name", "Nora García", "role", "viewer", "was.role", "member",
		"email", "nora@example.com", "was.email", "nora@example.com", "phone", "+34 600 999 999", "was.phone", "+34 600 999 999").is(t, 200)
	saved.shows("tr#u5", "Nora Gil").shows("tr#u5 .c-role", "Viewer").lacks("tr form[id=u5-form]")
	if got := saved.toast(); got != "Nora Gil updated Name changed to Nora Gil, Role changed to Viewer" {
		t.Errorf("the toast says %q", got)
	}
	w.get("/users/5?view=row").is(t, 200).shows("tr#u5", "Nora Gil").lacks("hx-partial")
}

func TestRolesThatMayBeGiven(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	offered := func(who int, url string) string {
		a := s.as(who).get(url).is(t, 200)
		var out []string
		for _, o := range all(a.doc(), "select[name=role] option") {
			out = append(out, attr(o, "value"))
		}
		return strings.Join(out, " ")
	}
	for _, url := range []string{"/users/new", "/users/5/edit"} {
		if got := offered(ana, url); got != "admin editor viewer member" {
			t.Errorf("%s: an admin may give %s", url, got)
		}
		if got := offered(bjorn, url); got != "viewer member" {
			t.Errorf("%s: an editor may give %s", url, got)
		}
	}
	for _, role := range []string{"admin", "editor"} {
		s.as(bjorn).cell("role", role, "member").is(t, 422).shows("#u5-role-in-error", "You may not give a role as high as this.")
		s.as(bjorn).post("/users", "name", "Eve", "email", "eve@example.com", "password", password, "role", role).is(t, 422).shows("#user-role-error", "as high as this")
	}
	if s.user(nora).Role != store.Member {
		t.Errorf("the role is %s", s.user(nora).Role)
	}
	own := s.as(ana).get("/users/1/edit").is(t, 200)
	if !has(own.one("#user-role"), "disabled") || own.count("[name=was.role]") != 0 {
		t.Error("one's own role looks as if it could be changed")
	}
}

func TestAnEditorLeavesHigherRanksAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, id := range []string{"1", "2", "6"} {
		for _, url := range []string{"/users/" + id + "/edit", "/users/" + id + "/delete"} {
			s.as(bjorn).get(url).is(t, 403)
			s.as(bjorn).on("/users").get(url).is(t, 403)
		}
		for path, act := range map[string]store.Act{"": store.ActEdit, "/deactivate": store.ActDeactivate, "/delete": store.ActDelete} {
			users, entries := s.dump("users"), s.entries()
			a := s.as(bjorn).on("/users").post("/users/"+id+path, "view", "cell", "field", "name", "name", "Eve").is(t, 403)
			if !strings.HasPrefix(a.toast(), "Not allowed") {
				t.Errorf("%s: %s", a.what, a.toast())
			}
			e := s.trail(1)[0]
			if s.dump("users") != users || s.entries() != entries+1 || e.Act != act || e.Outcome != store.Denied || formatID(e.Target) != id {
				t.Errorf("%s: on record as %+v", a.what, e)
			}
		}
	}
}

func TestGuardsSpeakWhereTheyAreMet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const own = "You cannot take away your own access. Ask another admin to do it."
	w := s.as(ana).on("/users")
	w.post("/users/1", "view", "cell", "field", "role", "role", "viewer", "was.role", "admin").is(t, 409).shows("#u1-role-in-error", own)
	w.post("/users/1", "view", "row", "role", "viewer", "was.role", "admin").is(t, 409).shows("tr#u1 .note", own)
	s.as(ana).post("/users/1", "view", "page", "role", "viewer").is(t, 409).shows("#user-form .note", own)
	for _, path := range []string{"/users/1/deactivate", "/users/1/delete"} {
		if got := w.post(path, "view", "row").is(t, 409).toast(); got != "Not done "+own {
			t.Errorf("%s: %q", path, got)
		}
		s.as(ana).post(path).is(t, 409).shows(".oops", own)
	}
	if u := s.user(ana); u.Role != store.Admin || u.Status != store.Active || !u.Deleted.IsZero() {
		t.Errorf("and yet: %+v", u)
	}
	for path, says := range map[string]string{"/users/8": "has been deleted", "/users/8/deactivate": "has been deleted", "/users/8/delete": "has been deleted"} {
		if got := w.post(path, "view", "cell", "field", "name", "name", "Eve").is(t, 409).toast(); !strings.Contains(got, says) {
			t.Errorf("%s: %q", path, got)
		}
	}
	s.as(ana).get("/users/8/edit").is(t, 409)
}

func TestCreating(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	form := c.get("/users/new").is(t, 200)
	bad := c.submit(form, "#user-form", "name", "", "email", "VERA@example.com", "phone", "12", "external_id", "E-005", "password", "typed-short").is(t, 422)
	for field, says := range map[string]string{"name": "Enter a name", "email": "Vera Okafor already has this", "phone": "digits",
		"external_id": "Nora García already has this", "password": "Use at least 12 characters; this has 11."} {
		bad.shows("#user-"+field+"-error", says)
	}
	if strings.Contains(bad.body, "typed-short") {
		t.Error("the password comes back")
	}
	if bad.attr("#user-email", "value") != "VERA@example.com" || bad.attr("#user-phone", "value") != "12" {
		t.Errorf("not as typed: %s", render(bad.one("#user-form")))
	}
	if bad.count("[autofocus]") != 1 || !has(bad.one("#user-name"), "autofocus") {
		t.Error("the first field with an error is not where one goes on")
	}
	people := s.dump("users")
	c.post("/users", "name", "x", "email", "x@example.com", "password", "short").is(t, 422).shows("#user-password-hint", "for the first sign-in only")
	if s.dump("users") != people {
		t.Error("somebody was created")
	}
	c.submit(bad, "#user-form", "name", "Lena Brandt", "email", "Lena@Example.com", "phone", "", "external_id", "", "password", password).is(t, 303).to(t, "/users/10")
	page := c.get("/users/10").is(t, 200).shows("h1", "Lena Brandt").shows("#u10-email", "Lena@Example.com")
	if got := page.toast(); !strings.HasPrefix(got, "Lena Brandt created") {
		t.Errorf("the toast says %q", got)
	}
	if c.get("/users/10").count("[data-toast]") != 0 {
		t.Error("the toast comes twice")
	}
	if u := s.user(10); !u.MustChangePassword || u.Role != store.Member || u.Status != store.Active {
		t.Errorf("created as %+v", u)
	}
	lena := s.as(nobody)
	lena.post("/login", "email", "lena@example.com", "password", password).is(t, 303)
	lena.get("/account/history").is(t, 303).to(t, "/account") // first, she chooses a password of her own
	c.post("/users", "name", "Kim", "email", "kim@example.com", "password", password, "must_change", "").is(t, 303).to(t, "/users/11")
	if !s.user(11).MustChangePassword {
		t.Error("a password that was set by somebody else stays")
	}
}

func TestCreatingByFragment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.as(ana).on("/users/new").into("main#main")
	bad := w.post("/users", "name", "Lena", "email", "lena", "password", "typed-short").is(t, 422).shows("#user-email-error", "@")
	if bad.count("#user-form") != 1 || strings.Contains(bad.body, "typed-short") {
		t.Errorf("%s", excerpt(bad.body))
	}
	a := w.post("/users", "name", "Lena", "email", "lena@example.com", "password", password).is(t, http.StatusOK).to(t, "/users/10")
	if a.body != "" || !strings.HasPrefix(s.other(w.client).get("/users/10").toast(), "Lena created") {
		t.Errorf("the toast does not follow: %q", a.body)
	}
}
