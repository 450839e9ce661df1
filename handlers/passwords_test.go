package handlers

import (
	"net/http"
	"testing"
)

// TestPasswordFieldsWelcomeManagers: each says what it is for, takes what is
// pasted at any length, and can be shown.
func TestPasswordFieldsWelcomeManagers(t *testing.T) {
	t.Parallel()
	s, fresh := newSite(t), emptySite(t)
	token, err := fresh.db.NewSetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []struct {
		answer *answer
		want   map[string]string // autocomplete by the name of the field
		form   string
	}{
		{s.as(nobody).get("/login"), map[string]string{"password": "current-password"}, "#signin-form"},
		{s.dialog(bjorn).get("/users"), map[string]string{"password": "current-password"}, "#signin-form"},
		{fresh.as(nobody).get("/setup/" + token), map[string]string{"password": "new-password"}, "#setup-form"},
		{s.as(nobody).get(s.resetOf(vera)), map[string]string{"password": "new-password"}, "#link-form"},
		{s.as(ana).get("/users/new"), map[string]string{"password": "new-password"}, "#user-form"},
		{s.as(milo).get("/account"), map[string]string{"current": "current-password", "password": "new-password", "repeat": "new-password"}, "#password-form"},
		{s.as(fay).get("/account"), map[string]string{"current": "current-password", "password": "new-password", "repeat": "new-password"}, "#password-form"},
	} {
		fields := all(page.answer.doc(), page.form+" [type=password]")
		if len(fields) != len(page.want) {
			t.Errorf("%s: %d password fields", page.answer.what, len(fields))
		}
		for _, f := range fields {
			name, id := attr(f, "name"), attr(f, "id")
			if got := attr(f, "autocomplete"); got != page.want[name] {
				t.Errorf("%s: %s is filled in by %q, want %q", page.answer.what, name, got, page.want[name])
			}
			if has(f, "maxlength") || has(f, "minlength") || has(f, "pattern") || has(f, "value") || attr(f, "spellcheck") != "false" || attr(f, "autocapitalize") != "off" {
				t.Errorf("%s: %s is %s", page.answer.what, name, render(f))
			}
			if page.answer.count("[data-show="+id+"]") != 1 {
				t.Errorf("%s: %s cannot be shown", page.answer.what, name)
			}
		}
		// Which account it is for, where no address is asked.
		if n := page.answer.count(page.form + " [autocomplete=username]"); n != 1 && page.form != "#user-form" {
			t.Errorf("%s: %d fields say for whom", page.answer.what, n)
		}
	}
}

// TestStrengthOfAPassword is told by the rules that will be asked.
func TestStrengthOfAPassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		form  []string
		says  string
		value string
	}{
		{[]string{"password", "short"}, "Weak. Use at least 12 characters; this has 5.", "1"},
		{[]string{"password", "Milo-Novák-Milo", "current", ""}, "Weak. This is made of your name", "1"},
		{[]string{"password", "Lena-Brandt-Lena", "name", "Lena Brandt"}, "Weak. This is made of your name", "1"},
		{[]string{"password", "x8Kq!fz2Lw0p"}, "Fair.", "2"},
		{[]string{"password", "four plain words and more"}, "Strong.", "4"},
	} {
		a := s.as(milo).on("/account").into("div#x-strength").post("/password/strength", c.form...).is(t, http.StatusOK).shows("span", c.says)
		if got := a.attr("meter", "value"); got != c.value {
			t.Errorf("%v: %s of 4, want %s", c.form, got, c.value)
		}
	}
	s.as(milo).on("/account").post("/password/strength", "password", "").is(t, http.StatusOK).lacks("meter")
	nobodys := s.as(nobody).on("/setup/x").post("/password/strength", "password", "four plain words and more", "current", "x")
	nobodys.is(t, http.StatusOK).shows("span", "Strong.")
	if len(strengthWords) != 5 {
		t.Error("there are words for other scores than there are")
	}
}
