package handlers

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// TestFiltersOfTheList goes from an address to its chips and rows, and from each
// chip to the list without it.
func TestFiltersOfTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	everybody := ids(s.as(vera).get("/users").is(t, 200))
	for href, c := range map[string]struct {
		chips string   // what the chips say, in turns with where they lead
		rows  []string // nil: everybody
	}{
		"/users?created=7d":                                {"Created: last 7 days /users", nil},
		"/users?created=1d":                                {"Created: today /users", nil},
		"/users?created=..2020-01-01":                      {"Created: until 1 Jan 2020 /users", []string{}},
		"/users?created=2020-01-01..":                      {"Created: from 1 Jan 2020 /users", nil},
		"/users?created=2020-01-01..2020-02-29":            {"Created: 1 Jan 2020 – 29 Feb 2020 /users", []string{}},
		"/users?signin=older-90d":                          {"Last sign-in: not for 90 days /users", []string{}},
		"/users?signin=older-365d&status=active":           {"Last sign-in: not for a year /users?status=active", []string{}},
		"/users?status=deleted":                            {"Deleted /users", []string{"u8"}},
		"/users?created=7d&q=nora&role=member&sort=-email": {"Created: last 7 days /users?q=nora&role=member&sort=-email", []string{"u5"}},
		"/users?password=no&status=deleted":                {"Deleted /users?password=no Password: none /users?status=deleted", []string{}},
		"/users?created=x&signin=older-&password=maybe":    {"", nil},
		"/users?created=0d&signin=2020-13-01..":            {"", nil},
	} {
		if c.rows == nil {
			c.rows = everybody
		}
		a := s.as(vera).get(href).is(t, 200)
		if got := ids(a); len(got) != len(c.rows) || len(got) > 0 && !slices.Equal(got, c.rows) {
			t.Errorf("%s shows %v, want %v", href, got, c.rows)
		}
		var chips []string
		for _, n := range all(a.doc(), ".chip-on") {
			chips = append(chips, strings.TrimPrefix(text(n), "Remove filter: "), attr(n, "href"))
			if attr(n, "hx-get") != attr(n, "href") {
				t.Errorf("%s: scripts go to %q", href, attr(n, "hx-get"))
			}
		}
		if got := strings.Join(chips, " "); got != c.chips {
			t.Errorf("%s has the chips %q, want %q", href, got, c.chips)
		}
		if canonical := readList(mustQuery(t, href)); c.chips != "" && canonical.href() != href {
			t.Errorf("%s becomes %s", href, canonical.href())
		}
	}
}

func mustQuery(t *testing.T, href string) url.Values {
	t.Helper()
	u, err := url.Parse(href)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// TestFilterForm shows what is chosen, keeps the rest, and leads to the list.
func TestFilterForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(vera).get("/users/filter?q=o&role=member&status=active&sort=-email&created=2020-01-01..&signin=14d").is(t, 200).shows("h1", "Filter users")
	for sel, want := range map[string]string{
		"#filter-created option[selected]": "dates", "#filter-signin option[selected]": "14d", "#filter-password option[selected]": "",
	} {
		if got := a.attr(sel, "value"); got != want {
			t.Errorf("%s is %q, want %q", sel, got, want)
		}
	}
	if a.attr("#filter-from", "value") != "2020-01-01" || a.attr("#filter-to", "value") != "" {
		t.Error("the dates are lost")
	}
	var kept []string
	for _, n := range all(a.doc(), "#filter-form input[type=hidden]") {
		kept = append(kept, attr(n, "name")+"="+attr(n, "value"))
	}
	if got := strings.Join(kept, "&"); got != "q=o&role=member&status=active&sort=-email" {
		t.Errorf("keeps %s", got)
	}
	a.shows("#filter-created option[value=7d]", "Last 7 days (2)").shows("label[for=filter-deleted]", "Deleted people (")
	dialog := s.as(vera).on("/users").into("div#dialog").get("/users/filter").is(t, 200).lacks("h1").shows("dialog h2", "Filter users")
	if dialog.attr("#filter-form", "hx-get") != "/users" {
		t.Error("the dialog does not change the list in place")
	}
	chosen := s.as(vera).on("/users").into("div#results").get("/users?dialog=1&created=30d&from=&to=&signin=&password=&role=member").is(t, 200)
	if got := chosen.header.Get("HX-Push-Url"); got != "/users?created=30d&role=member" {
		t.Errorf("the address becomes %q", got)
	}
	if n := chosen.count("hx-partial[hx-target=#dialog]"); n != 1 {
		t.Errorf("%d dialogs are closed", n)
	}
	plain := s.as(vera).get("/users?created=dates&from=2020-01-01&to=2020-01-31&signin=&password=&invite=&slowed=&status=deleted&status=active")
	plain.is(t, 303)
	if got := plain.header.Get("Location"); got != "/users?created=2020-01-01..2020-01-31&status=deleted" {
		t.Errorf("without scripts one comes to %q", got)
	}
}

// TestDaysAreThoseOfTheZone: the last seven days begin at a midnight, wherever
// that is, and mean the same until the next one.
func TestDaysAreThoseOfTheZone(t *testing.T) {
	zone := time.FixedZone("here", 5*3600)
	late := time.Date(2026, 3, 9, 20, 30, 0, 0, time.UTC) // half past one of the tenth, there
	q := listState{created: "7d", signin: "older-30d"}.query(words{now: late, in: zone})
	if want := time.Date(2026, 3, 4, 0, 0, 0, 0, zone); !q.Created.From.Equal(want) || !q.Created.To.IsZero() {
		t.Errorf("from %v, want %v", q.Created.From, want)
	}
	if want := time.Date(2026, 2, 9, 0, 0, 0, 0, zone); !q.SignedIn.To.Equal(want) {
		t.Errorf("before %v, want %v", q.SignedIn.To, want)
	}
	again := listState{created: "7d", signin: "older-30d"}.query(words{now: late.Add(22 * time.Hour), in: zone})
	if again.Created != q.Created || again.SignedIn != q.SignedIn {
		t.Error("it means something else at the end of the day")
	}
	dates := listState{created: "2026-03-01..2026-03-01"}.query(words{now: late, in: zone})
	if dates.Created.To.Sub(dates.Created.From) != 24*time.Hour {
		t.Errorf("a day is %v", dates.Created)
	}
	if q := (listState{password: "no", status: deleted}).query(words{now: late, in: zone}); q.Password != store.No || !q.Deleted || q.Status != "" {
		t.Errorf("%+v", q)
	}
}
