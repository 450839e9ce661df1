package handlers

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestListAsPageAndAsFragment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(ana).get("/users").is(t, 200).shows("h1", "Users").shows("#summary", "8 people")
	if page.count("tbody tr") != 8 || page.count("#search") != 1 {
		t.Errorf("%d rows", page.count("tbody tr"))
	}
	results := s.as(ana).on("/users").into("div#results").get("/users?q=nora").is(t, 200).lacks("#search").lacks("h1")
	if results.count("#results tbody tr") != 1 || results.count("hx-partial[hx-target=#summary]") != 1 || results.count("hx-partial[hx-target=#live]") != 1 {
		t.Errorf("results: %s", excerpt(results.body))
	}
	results.shows("#summary", "1 person matches").shows("#results-status", "1 person matches")
	again := s.as(ana).on("/users").into("main#main").get("/users").is(t, 200).shows("h1", "Users") // page:refresh
	if again.count("#search") != 1 || again.header.Get("HX-Push-Url")+again.header.Get("HX-Replace-Url") != "" {
		t.Errorf("a redrawn page: %v", again.header)
	}
}

// TestAddressBar: one step back from a search is the list before it, not the
// search less a letter.
func TestAddressBar(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ from, to, push, replace string }{
		{"/users", "/users?q=n", "/users?q=n", ""},
		{"/users?q=n", "/users?q=no", "", "/users?q=no"},
		{"/users?q=no", "/users?q=", "/users", ""},
		{"/users?q=no", "/users?q=no&status=active", "/users?q=no&status=active", ""},
		{"/users", "/users?status=active", "/users?status=active", ""},
		{"/users?status=active", "/users?status=active", "", "/users?status=active"},
		{"/users", "/users?sort=name", "", "/users"},
		{"/users", "/users?sort=-created", "/users?sort=-created", ""},
		{"/users?after=x", "/users?q=+", "/users", ""},
		{"/users", "/users?q=Garc%C3%ADa+%26+co&role=boss&nonsense=1", "/users?q=Garc%C3%ADa+%26+co", ""},
	} {
		a := s.as(vera).on(c.from).into("div#results").get(c.to).is(t, 200)
		if push, replace := a.header.Get("HX-Push-Url"), a.header.Get("HX-Replace-Url"); push != c.push || replace != c.replace {
			t.Errorf("from %s to %s: pushes %q, replaces by %q; want %q, %q", c.from, c.to, push, replace, c.push, c.replace)
		}
	}
}

func TestHitsAreMarked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for q, want := range map[string][]string{
		"garcia":      {"García"},
		"NORA":        {"Nora", "nora"},
		"nora exampl": {"Nora", "nora", "exampl"},
		"600 99":      {"600 99"},
		"0600999":     nil, // with the leading zero it is another way to write the number
		"e-005":       {"E-005"},
		"wEiß":        {"Weiß"},
		"<mark>":      nil,
	} {
		a := s.as(vera).get("/users?"+url.Values{"q": {q}}.Encode()).is(t, 200)
		var marked []string
		for _, m := range all(a.doc(), "tbody mark") {
			marked = append(marked, text(m))
		}
		if want != nil && !slices.Equal(marked, want) {
			t.Errorf("%q marks %q, want %q", q, marked, want)
		}
		if a.attr("#q", "value") != q {
			t.Errorf("%q stands in the box as %q", q, a.attr("#q", "value"))
		}
	}
	found := s.as(vera).get("/users?q=e-005").is(t, 200)
	found.shows("#u5 .found", "External ID E-005")
	if s.as(vera).get("/users").count("mark, .found") != 0 {
		t.Error("marks without a search")
	}
}

func ids(a *answer) (out []string) {
	for _, tr := range all(a.doc(), "tbody tr") {
		out = append(out, attr(tr, "id"))
	}
	return out
}

func TestPagingByLinksBothWays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.AddExamples(context.Background(), commandLine, 80); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"/users", "/users?sort=-created", "/users?role=member&sort=email", "/users?q=example.com"} {
		forwards, last := walk(t, s, list, "#page-next")
		if n := len(slices.Compact(slices.Sorted(slices.Values(forwards)))); n != len(forwards) {
			t.Errorf("%s: %d rows, %d people", list, len(forwards), n)
		}
		if want := strings.Fields(last.text("#summary"))[0]; want != itoa(len(forwards)) {
			t.Errorf("%s: says %s people, shows %d", list, want, len(forwards))
		}
		var back []string
		for a := last; ; {
			back = append(ids(a), back...)
			href := attr(a.one("#page-prev"), "href")
			if href == "" {
				break
			}
			a = s.as(vera).get(href).is(t, 200)
		}
		if !slices.Equal(back, forwards) {
			t.Errorf("%s: backwards it is\n%v\nforwards\n%v", list, back, forwards)
		}
	}
	for _, damaged := range []string{"/users?after=rubbish", "/users?before=%00", "/users?after=" + strings.Repeat("A", 9000)} {
		if a := s.as(vera).get(damaged).is(t, 200); ids(a)[0] != ids(s.as(vera).get("/users"))[0] {
			t.Errorf("%s: not the start of the list", damaged[:20])
		}
	}
}

// walk follows a link to its end and gives the rows on the way.
func walk(t *testing.T, s *site, href, link string) (rows []string, last *answer) {
	t.Helper()
	for href != "" {
		last = s.as(vera).get(href).is(t, 200)
		rows = append(rows, ids(last)...)
		if len(rows) > 1000 {
			t.Fatalf("%s does not end", link)
		}
		n := last.one(link)
		href = attr(n, "href")
		if href == "" && attr(n, "aria-disabled") != "true" {
			t.Errorf("%s: a link that leads nowhere", link)
		}
		if attr(n, "hx-get") != href {
			t.Errorf("%s: scripts go to %q, others to %q", link, attr(n, "hx-get"), href)
		}
	}
	return rows, last
}

func TestFilterChips(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(vera).get("/users?q=o&role=member&status=active&sort=-email&after=x").is(t, 200)
	if got := ids(a); !slices.Equal(got, []string{"u5", "u4"}) {
		t.Errorf("shows %v", got)
	}
	chips := map[string]*html.Node{}
	for _, c := range append(all(a.doc(), ".chips a.chip"), all(a.doc(), "#role-menu a")...) {
		chips[text(c)] = c
	}
	for label, href := range map[string]string{
		"All 3":         "/users?q=o&role=member&sort=-email",
		"Active 2":      "/users?q=o&role=member&sort=-email&status=active",
		"Deactivated 1": "/users?q=o&role=member&sort=-email&status=deactivated",
		"Any role":      "/users?q=o&sort=-email&status=active",
		"Admin":         "/users?q=o&role=admin&sort=-email&status=active",
		"Clear":         "/users?sort=-email",
	} {
		c := chips[label]
		for full, n := range chips {
			if strings.HasPrefix(full, label) {
				c = n
			}
		}
		if c == nil {
			t.Errorf("no chip %q in %v", label, slices.Sorted(maps.Keys(chips)))
			continue
		}
		if attr(c, "href") != href || attr(c, "hx-get") != href {
			t.Errorf("%q leads to %q, want %q", label, attr(c, "href"), href)
		}
		if chosen := label == "Active 2"; chosen != (attr(c, "aria-current") != "") {
			t.Errorf("%q: chosen is %v", label, !chosen)
		}
	}
	kept := url.Values{}
	for _, in := range all(a.doc(), "input[form=search]") {
		kept.Add(attr(in, "name"), attr(in, "value"))
	}
	if got := kept.Encode(); got != "role=member&sort=-email&status=active" {
		t.Errorf("a new search would keep %q", got)
	}
}

func TestSortLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(vera).get("/users?sort=-last_sign_in&status=active").is(t, 200)
	if got := a.attr("th.c-signin", "aria-sort"); got != "descending" {
		t.Errorf("aria-sort is %q", got)
	}
	for id, href := range map[string]string{
		"sort-name":    "/users?status=active",
		"sort-email":   "/users?sort=email&status=active",
		"sort-signin":  "/users?sort=last_sign_in&status=active", // turns round
		"sort-created": "/users?sort=-created&status=active",     // newest first
	} {
		if got := a.attr("#"+id, "href"); got != href {
			t.Errorf("%s leads to %q, want %q", id, got, href)
		}
	}
	if n := a.count("th[aria-sort]"); n != 1 {
		t.Errorf("%d columns claim the order", n)
	}
}

func TestEmptyLists(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		who                            int
		list, says, create, createName string
	}{
		{ana, "/users?q=zebra", "Nobody matches “zebra”", "/users/new?name=zebra", "Create “zebra”"},
		{bjorn, "/users?q=ze%40example.com", "Nobody matches “ze@example.com”", "/users/new?email=ze%40example.com", "Create “ze@example.com”"},
		{vera, "/users?q=zebra", "Nobody matches “zebra”", "", ""},
		{ana, "/users?role=editor&status=deactivated", "Nobody matches these filters", "/users/new", "New user"},
	} {
		a := s.as(c.who).get(c.list).is(t, 200).shows(".empty h2", c.says).lacks("table")
		if got := a.attr("#empty-clear", "href"); got != "/users" {
			t.Errorf("%s: clears to %q", c.list, got)
		}
		create := all(a.doc(), ".empty a.pri")
		if c.create == "" {
			if len(create) != 0 || a.count("[href=/users/new]") != 0 {
				t.Errorf("%s: offers a viewer to create", c.list)
			}
			continue
		}
		if attr(create[0], "href") != c.create || text(create[0]) != c.createName {
			t.Errorf("%s: offers %q at %q", c.list, text(create[0]), attr(create[0], "href"))
		}
	}
	form := s.as(ana).get("/users/new?name=zebra&email=z%40example.com&password=in-the-address").is(t, 200)
	if form.attr("#user-name", "value") != "zebra" || form.attr("#user-email", "value") != "z@example.com" || form.attr("#user-password", "value") != "" {
		t.Errorf("the form begins as %s", render(form.one("form#user-form")))
	}
}

// controls are the ways to change something that a page offers.
func controls(n *html.Node) (out []string) {
	for _, f := range all(n, "form[method=post]") {
		if a := attr(f, "action"); a != "/logout" && a != "/session" {
			out = append(out, a)
		}
	}
	for _, link := range all(n, "a") {
		if href := attr(link, "href"); strings.Contains(href, "/edit") || strings.HasSuffix(href, "/delete") || href == "/users/new" {
			out = append(out, href)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestOnlyWhatIsAllowedIsOffered compares the controls of a page with what the
// routes and the store would let through.
func TestOnlyWhatIsAllowedIsOffered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, page := range []string{"/users", "/users/5", "/users/5/history", "/users/1", "/audit", "/users/8"} {
		if got := controls(s.as(vera).get(page).is(t, 200).doc()); len(got) != 0 {
			t.Errorf("a viewer is offered on %s: %v", page, got)
		}
	}
	list := s.as(bjorn).get("/users").is(t, 200)
	for id, want := range map[string]bool{"u1": false, "u2": false, "u6": false, "u3": true, "u4": true, "u5": true, "u7": true, "u9": true} {
		if got := len(controls(list.one("#"+id))) > 0; got != want {
			t.Errorf("an editor may change %s: %v, want %v", id, got, want)
		}
	}
	for _, c := range []struct {
		who, on int
		want    []string
	}{
		{ana, nora, []string{"/users/5/deactivate", "/users/5/delete", "/users/5/edit", "/users/5/edit?field=email", "/users/5/edit?field=external_id",
			"/users/5/edit?field=name", "/users/5/edit?field=phone", "/users/5/edit?field=role", "/users/5/must-change"}},
		{ana, otto, []string{"/users/7/delete", "/users/7/edit", "/users/7/edit?field=email", "/users/7/edit?field=external_id",
			"/users/7/edit?field=name", "/users/7/edit?field=phone", "/users/7/edit?field=role", "/users/7/must-change", "/users/7/reactivate"}},
		{ana, ida, []string{"/users/8/restore"}},
		{ana, ana, []string{"/users/1/edit", "/users/1/edit?field=email", "/users/1/edit?field=external_id", "/users/1/edit?field=name", "/users/1/edit?field=phone"}},
		{bjorn, zed, nil},
		{bjorn, bjorn, nil},
	} {
		a := s.as(c.who).get("/users/"+itoa(c.on)).is(t, 200)
		if got := controls(a.one("main")); !slices.Equal(got, c.want) {
			t.Errorf("%s on %s: %v, want %v", name(c.who), name(c.on), got, c.want)
		}
	}
}

func TestNavigationShowsWhereOneMayGo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for who, want := range map[int][]string{ana: {"/", "/users", "/audit", "/mail"}, bjorn: {"/", "/users", "/audit"}, vera: {"/", "/users", "/audit"}, milo: nil, fay: nil} {
		var got []string
		a := s.as(who).get("/account").is(t, 200)
		for _, link := range all(a.doc(), "nav.nav a") {
			got = append(got, attr(link, "href"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name(who), got, want)
		}
	}
	if got := s.as(ana).get("/users/5/history").attr("nav.nav a[aria-current=page]", "href"); got != "/users" {
		t.Errorf("a person's history belongs to %q", got)
	}
}

func TestPersonsPageFollowsTheListOneCameFrom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	list := "?q=o&role=member&sort=-email" // otto, nora, milo
	row := s.as(ana).get("/users"+list).is(t, 200)
	if got := row.attr("#u5-name a.cell-go", "href"); got != "/users/5"+list {
		t.Errorf("the name leads to %q", got)
	}
	for tab, suffix := range map[string]string{"Profile": "", "Sessions": "/sessions", "History": "/history"} {
		a := s.as(ana).get("/users/5"+suffix+list).is(t, 200).shows("h1", name(nora)).shows(".tabs [aria-current=page]", tab)
		for selector, want := range map[string]string{
			"#person-prev": "/users/7" + suffix + list, "#person-next": "/users/4" + suffix + list, "a.back": "/users" + list,
		} {
			if got := a.attr(selector, "href"); got != want {
				t.Errorf("%s on %s leads to %q, want %q", selector, tab, got, want)
			}
		}
		a.shows("#person-next", "Next: "+name(milo))
		var tabs []string
		for _, link := range all(a.doc(), ".tabs a") {
			tabs = append(tabs, attr(link, "href"))
		}
		if !slices.Equal(tabs, []string{"/users/5" + list, "/users/5/sessions" + list, "/users/5/history" + list}) {
			t.Errorf("tabs lead to %v", tabs)
		}
	}
	s.as(ana).get("/users/7"+list).is(t, 200).lacks("#person-prev")
	s.as(ana).get("/users/4"+list).is(t, 200).lacks("#person-next")
	if n := s.as(vera).get("/users/5").is(t, 200).count(".tabs a"); n != 2 {
		t.Errorf("a viewer sees %d tabs", n)
	}
	if n := s.as(vera).get("/users/3").is(t, 200).count(".tabs a"); n != 3 {
		t.Errorf("of themselves a viewer sees %d tabs", n)
	}
	s.as(vera).get("/users/3/sessions").is(t, 200).shows("#sessions", "This one").shows("#user-head", "You")
}

func TestADeletedPersonsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(ana).get("/users/8").is(t, 200).shows(".note", "deleted just now").shows(".note", "until 23 December 2026")
	a.shows(".hero-badges", "Deleted").lacks("#person-next").lacks(".cell-open")
	s.as(ana).get("/users?q=ida").is(t, 200).shows(".empty", "Nobody matches")
}

func TestHome(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(ana).get("/").is(t, 200).shows("h1", "Good afternoon, "+name(ana))
	figures := map[string]string{}
	for _, tile := range all(a.doc(), "a.tile") {
		figures[attr(tile, "href")] = text(all(tile, ".tile-figure")[0])
	}
	for href, want := range map[string]string{"/users": "8", "/users?status=active": "7", "/users?status=invited": "0",
		"/users?status=deactivated": "1", "/users?role=admin&status=active": "2"} {
		if figures[href] != want {
			t.Errorf("%s: %q, want %s", href, figures[href], want)
		}
		if n := s.as(ana).get(href).count("tbody tr"); itoa(n) != want {
			t.Errorf("the figure of %s is %s, the list behind it has %d", href, want, n)
		}
	}
	if n := a.count("#timeline .entry"); n != 8 {
		t.Errorf("%d entries", n)
	}
	for _, link := range all(a.doc(), "#timeline nav a") {
		t.Errorf("the start has no older pages, but a link to them: %s", render(link))
	}
	if got := a.attr("section .card-title a.link", "href"); got != "/audit" {
		t.Errorf("the whole log is at %q", got)
	}
}
