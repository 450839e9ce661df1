package handlers

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// invited adds somebody by an invitation of Ana's, and gives their path.
func (s *site) invited(name, email string) string {
	s.t.Helper()
	signIn := s.actorOf(ana)
	_, c, err := s.db.InviteUser(context.Background(), signIn, store.NewUser{Name: name, Email: email, Role: store.Member}, false)
	if err != nil {
		s.t.Fatal(err)
	}
	return "/users/" + formatID(c.User.ID)
}

// actorOf is somebody of the site as the store knows them, without a sign-in.
func (s *site) actorOf(id int64) store.Actor {
	s.t.Helper()
	u, err := s.db.User(context.Background(), commandLine, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return store.Actor{Kind: store.Person, ID: id, Role: u.Role}
}

// TestInvitationsInTheList: how long an invitation is good, and who made it, stands
// in the row, from the day it is made until it is taken back.
func TestInvitationsInTheList(t *testing.T) {
	t.Parallel()
	s := mailed(t)
	person := s.invited("Lena Brandt", "lena@example.com")
	row := "#u" + strings.TrimPrefix(person, "/users/")
	says := func(href, want string) {
		t.Helper()
		if got := s.fresh(ana).get(href).is(t, 200).text(row + " .c-status"); got != want {
			t.Errorf("%s says %q, want %q", href, got, want)
		}
	}
	by := " by " + name(ana)
	says("/users", "Invited 7 days left"+by)
	says("/users?invite=pending", "Invited 7 days left"+by)
	s.clock.pass(5*24*time.Hour + time.Hour)
	says("/users?invite=soon", "Invited 2 days left"+by)
	s.clock.pass(3 * 24 * time.Hour)
	says("/users?invite=expired", "Invite expired yesterday"+by)
	says("/users?invite=none", "Invite expired yesterday"+by)
	admin := s.fresh(ana)
	admin.get("/users?invite=pending").is(t, 200).lacks(row)

	menu := admin.on("/users").into("div#menu").get(person+"/menu").is(t, 200)
	var ways []string
	for _, form := range all(menu.doc(), "form") {
		ways = append(ways, strings.TrimPrefix(attr(form, "action"), person))
	}
	if got := strings.Join(ways, " "); got != "/deactivate /invite /invite /invite/revoke" {
		t.Errorf("the menu offers %s", got)
	}
	again := admin.on("/users").into("tr"+row).post(person+"/invite", "view", "row", "how", "mail").is(t, 200)
	if got := again.text(row + " .c-status"); got != "Invited 7 days left"+by {
		t.Errorf("the row says %q", got)
	}
	if again.toast() == "" || len(s.posted()) != 1 {
		t.Error("nothing was sent, or nobody is told")
	}
	back := admin.on("/users").into("tr"+row).post(person+"/invite/revoke", "view", "row").is(t, 200)
	if got := back.text(row + " .c-status"); got != "Invited" {
		t.Errorf("taken back, the row says %q", got)
	}
	viewers := s.fresh(vera).on("/users").into("div#menu").get(person+"/menu").is(t, 200)
	if viewers.count("form") != 0 {
		t.Errorf("a viewer is offered %s", viewers.body)
	}
}

// TestStandingFilters goes from the addresses to their chips and rows, and looks
// that the form offers them, with how many there are.
func TestStandingFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	person := s.invited("Lena Brandt", "lena@example.com")
	row := "u" + strings.TrimPrefix(person, "/users/")
	everybody := ids(s.as(ana).get("/users").is(t, 200))
	s.as(bjorn).enrol()
	for range 6 {
		s.as(nobody).post("/login", "email", "zed@example.com", "password", "wrong horse battery")
	}
	for href, c := range map[string]struct {
		chip string
		rows []string
	}{
		"/users?invite=pending": {"Invitation: pending", []string{row}},
		"/users?invite=soon":    {"Invitation: expires in 2 days", []string{}},
		"/users?invite=expired": {"Invitation: expired", []string{}},
		"/users?factor=yes":     {"Second factor: with one", []string{"u2"}},
		"/users?factor=no":      {"Second factor: without one", slices.DeleteFunc(slices.Clone(everybody), func(id string) bool { return id == "u2" })},
		"/users?slowed=yes":     {"Sign-in: slowed down now", []string{"u" + formatID(zed)}},
		"/users?slowed=no":      {"", everybody},
		"/users?invite=x":       {"", everybody},
	} {
		a := s.as(ana).get(href).is(t, 200)
		if got := ids(a); !slices.Equal(got, c.rows) && len(got)+len(c.rows) > 0 {
			t.Errorf("%s shows %v, want %v", href, got, c.rows)
		}
		chip := ""
		for _, n := range all(a.doc(), ".chip-on") {
			chip += strings.TrimPrefix(text(n), "Remove filter: ")
		}
		if chip != c.chip {
			t.Errorf("%s has the chip %q, want %q", href, chip, c.chip)
		}
		if canonical := readList(mustQuery(t, href)); c.chip != "" && canonical.href() != href {
			t.Errorf("%s becomes %s", href, canonical.href())
		}
	}
	form := s.as(ana).get("/users/filter?invite=pending").is(t, 200).shows("#filter-invite option[selected]", "Pending (1)")
	form.shows("#filter-factor option[value=yes]", "With one (1)").shows("#filter-slowed option[value=yes]", "Slowed down now (1)")
	kept := s.as(ana).get("/users?invite=pending&factor=no").is(t, 200)
	for _, form := range []string{"search", "export"} {
		var names []string
		for _, in := range all(kept.doc(), "#search-kept input[form="+form+"]") {
			names = append(names, attr(in, "name"))
		}
		if got := strings.Join(names, " "); got != "invite factor" {
			t.Errorf("the form %s carries %s", form, got)
		}
	}
	s.as(vera).get("/users?factor=no").is(t, 403)
	s.as(vera).get("/users/filter").is(t, 200).lacks("#filter-factor").shows("#filter-invite option[value=pending]", "Pending (1)")
}

// TestHomeSaysWhatNeedsALook: each figure is that of the list behind it.
func TestHomeSaysWhatNeedsALook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	figures := func(want map[string]string) {
		t.Helper()
		admin := s.fresh(ana)
		a := admin.get("/").is(t, 200)
		got, warned := map[string]string{}, map[string]bool{}
		for _, tile := range all(a.doc(), "a.tile") {
			got[attr(tile, "href")] = text(all(tile, ".tile-figure")[0])
			warned[attr(tile, "href")] = attr(tile.Parent, "class") != ""
		}
		for href, figure := range want {
			if got[href] != figure {
				t.Errorf("%s: %q, want %q", href, got[href], figure)
			}
			if n := admin.get(href).is(t, 200).count("tbody tr"); itoa(n) != figure {
				t.Errorf("the figure of %s is %s, the list behind it has %d", href, figure, n)
			}
			if warned[href] != (figure != "0") {
				t.Errorf("%s: %s warns: %v", href, figure, warned[href])
			}
		}
	}
	const soon, bare, slowed = "/users?invite=soon", "/users?factor=no&role=admin&status=active", "/users?slowed=yes"
	figures(map[string]string{soon: "0", bare: "2", slowed: "0"})
	s.invited("Lena Brandt", "lena@example.com")
	s.as(zed).enrol()
	s.clock.pass(6 * 24 * time.Hour)
	for range 6 {
		s.as(nobody).post("/login", "email", "nora@example.com", "password", "wrong horse battery")
	}
	figures(map[string]string{soon: "1", bare: "1", slowed: "1"})
	for _, tile := range all(s.fresh(vera).get("/").is(t, 200).doc(), "a.tile") {
		if attr(tile, "href") == bare {
			t.Error("a viewer is told who has no second factor")
		}
	}
}
