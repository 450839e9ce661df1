package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// watched is a page that somebody has before them, as far as it asks by itself.
type watched struct {
	swap
	href string
}

// watch opens a page and finds out where it asks.
func (c *client) watch(page string) *watched {
	c.s.t.Helper()
	return &watched{swap: c.on(page), href: c.get(page).is(c.s.t, http.StatusOK).attr("#live", "hx-get")}
}

// ask asks what is new, and goes on from there.
func (w *watched) ask() *answer {
	w.s.t.Helper()
	a := w.get(w.href)
	if a.code == http.StatusOK {
		w.href = attr(all(a.doc(), "#live")[0], "hx-get")
	}
	return a
}

// nothing demands that nothing is new.
func (w *watched) nothing() {
	w.s.t.Helper()
	if a := w.ask().is(w.s.t, http.StatusNoContent); a.body != "" || a.header.Get("Set-Cookie") != "" {
		w.s.t.Errorf("nothing is new, and it says %v %q", a.header, a.body)
	}
}

// partial is the one of an answer that is meant for a place.
func partial(a *answer, target string) *answer {
	a.t.Helper()
	for _, p := range all(a.doc(), "hx-partial") {
		if attr(p, "hx-target") == target {
			return &answer{t: a.t, what: a.what + " into " + target, body: render(p)}
		}
	}
	a.t.Fatalf("%s: nothing for %s in\n%s", a.what, target, excerpt(a.body))
	return nil
}

// rows is how many rows an answer draws anew. (A parser of whole pages drops the
// rows themselves, which stand in no table.)
func rows(a *answer) int { return strings.Count(a.body, "<tr id=") }

// TestLiveRow draws what somebody else has changed anew, where it is, and says
// so once. One's own change is drawn as well, and not said.
func TestLiveRow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(bjorn).watch("/users")
	page.nothing()
	s.as(ana).on("/users").post("/users/5", "view", "cell", "field", "phone", "phone", "+34 611 111 111").is(t, http.StatusOK)
	a := page.ask().is(t, http.StatusOK)
	row := partial(a, "#u5:not(.is-editing-row)")
	row.shows("#u5-phone.is-fresh", "+34 611 111 111").lacks("#u5-name.is-fresh")
	if got := text(partial(a, "#announce").one("hx-partial")); got != "Ana Pérez changed Nora García" {
		t.Errorf("it is announced as %q", got)
	}
	if n := rows(a); n != 1 {
		t.Errorf("%d rows are drawn anew", n)
	}
	page.nothing()

	page.post("/users/5", "view", "cell", "field", "phone", "phone", "+34 622 222 222").is(t, http.StatusOK)
	a = page.ask().is(t, http.StatusOK).lacks(".is-fresh").lacks("hx-partial[hx-target=#announce]")
	partial(a, "#u5:not(.is-editing-row)").shows("#u5-phone", "+34 622 222 222")
	page.nothing()
}

// TestLiveLeavesOthersAlone answers those on whose page nobody changed with no
// more than where to go on.
func TestLiveLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(bjorn).watch("/users?q=vera")
	s.edit(nora, store.FieldPhone, "+34 611 111 111")
	page.ask().is(t, http.StatusOK).lacks("hx-partial")
	page.nothing()
}

// TestLiveShowsWhatOneMaySee gives a viewer rows without anything that writes,
// and no offers.
func TestLiveShowsWhatOneMaySee(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(vera).watch("/users")
	s.edit(nora, store.FieldPhone, "+34 611 111 111")
	a := page.ask().is(t, http.StatusOK).lacks("form").lacks("button").lacks(".cell-open")
	a.shows("#u5-phone", "+34 611 111 111")
}

// TestLiveOffersNewerValues marks the open control of a changed field, unless it
// was drawn from that very value.
func TestLiveOffersNewerValues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(ana).watch("/users")
	s.edit(nora, store.FieldPhone, "+34 611 111 111")
	a := page.ask().is(t, http.StatusOK)
	mark := partial(a, components.NewerSlot(nora, "phone", "+34 611 111 111", false))
	mark.shows("p", "Newer value: +34 611 111 111 The command line")
	if mark.attr("button", "hx-post") != "/users/5" || mark.attr("button", "hx-vals") != `{"take":"phone"}` || mark.attr("button", "type") != "button" {
		t.Errorf("the offer is %s", excerpt(mark.body))
	}
	if gone := partial(a, components.NewerSlot(nora, "phone", "+34 611 111 111", true)); strings.TrimSpace(text(gone.one("hx-partial"))) != "" {
		t.Errorf("for who has it already there is %s", gone.body)
	}
	if n := len(all(a.doc(), "hx-partial button[hx-vals]")); n != 1 {
		t.Errorf("%d offers", n)
	}
	// What the offer sends draws the control from the newer value, and saves nothing.
	before := s.dump()
	form := page.post("/users/5", "view", "cell", "field", "phone", "phone", "typed", "was.phone", "+34 600 999 999", "take", "phone").is(t, http.StatusOK)
	if form.attr("#u5-phone-in", "value") != "+34 611 111 111" || form.attr("#u5-phone-in-was", "value") != "+34 611 111 111" || s.dump() != before {
		t.Errorf("taken: %s", excerpt(form.body))
	}
	// One's own change, from another window, is nobody else's.
	page.post("/users/5", "view", "cell", "field", "phone", "phone", "+34 622 222 222").is(t, http.StatusOK)
	s.edit(milo, store.FieldPhone, "030 1111")
	own := partial(page.ask().is(t, http.StatusOK), components.NewerSlot(nora, "phone", "+34 622 222 222", false))
	if own.shows("p", "Newer value: +34 622 222 222").count("small") != 0 {
		t.Errorf("it is said to be %s's", own.text("small"))
	}
	// A row in which one is taken still offers the other.
	s.edit(nora, store.FieldEmail, "newer@example.com")
	row := page.post("/users/5", "view", "row", "phone", "typed", "was.phone", "+34 600 999 999", "email", "mine@example.com",
		"was.email", "nora@example.com", "take", "phone").is(t, http.StatusOK)
	row.shows("[data-newer=5-email] p", "Newer value: newer@example.com").lacks("[data-newer=5-phone] p")
}

// TestLiveDeleted leaves the row of a deleted person where it was, as deleted.
func TestLiveDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(ana).watch("/users")
	if _, err := s.db.Delete(t.Context(), commandLine, nora); err != nil {
		t.Fatal(err)
	}
	a := page.ask().is(t, http.StatusOK)
	partial(a, "#u5:not(.is-editing-row)").shows(".st", "Deleted").lacks(".cell-open")
	partial(a, "#summary").shows("#summary", "7 people")
	s.clock.pass(store.KeepDeleted + time.Hour)
	if n, err := s.db.Purge(t.Context()); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	s.clock.pass(-store.KeepDeleted - time.Hour)
	if a := page.ask().is(t, http.StatusOK); a.attr("hx-partial[hx-target=#u5]", "hx-swap") != "delete" {
		t.Errorf("of who is gone for good there is %s", excerpt(a.body))
	}
}

// TestLiveNewPeople counts those who would stand on this page, and moves no row.
func TestLiveNewPeople(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	everybody, viewers := s.as(ana).watch("/users"), s.as(ana).watch("/users?role=viewer&sort=-name")
	add := func(name string, role store.Role) {
		t.Helper()
		_, err := s.db.CreateUser(t.Context(), commandLine, store.NewUser{Name: name, Email: strings.ToLower(name) + "@example.com", Role: role, Password: password})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("Lena", store.Member)
	if n := rows(everybody.ask().is(t, http.StatusOK).shows(".arrived", "1 new person").shows("#summary", "9 people")); n != 0 {
		t.Errorf("%d rows are drawn", n)
	}
	viewers.ask().is(t, http.StatusOK).lacks(".arrived")
	add("Lucy", store.Viewer)
	a := everybody.ask().is(t, http.StatusOK).shows(".arrived", "2 new people")
	if got := a.attr("#live-show", "hx-get"); got != "/users" {
		t.Errorf("they are shown at %q", got)
	}
	if got := viewers.ask().is(t, http.StatusOK).shows(".arrived", "1 new person").attr("#live-show", "hx-get"); got != "/users?role=viewer&sort=-name" {
		t.Errorf("they are shown at %q", got)
	}
	everybody.nothing()
	s.edit(nora, store.FieldPhone, "+34 611 111 111")
	everybody.ask().is(t, http.StatusOK).shows(".arrived", "2 new people") // not forgotten
	shown := everybody.into("div#results").get("/users").is(t, http.StatusOK).lacks(".arrived")
	if !strings.Contains(shown.attr("#live", "hx-get"), ".10") {
		t.Errorf("the list with them does not watch them: %s", shown.attr("#live", "hx-get"))
	}
}

// TestLiveMany brings everybody on the page up to date when too much has changed
// to tell, and asks more slowly then.
func TestLiveMany(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(ana).watch("/users")
	s.edit(nora, store.FieldPhone, "+34 611 111 111")
	lena := store.NewUser{Name: "Lena", Email: "lena@example.com", Role: store.Member, Password: password}
	if _, err := s.db.CreateUser(t.Context(), commandLine, lena); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.AddExamples(t.Context(), commandLine, 3); err != nil {
		t.Fatal(err)
	}
	a := page.ask().is(t, http.StatusOK).lacks(".is-fresh").lacks("hx-partial[hx-target=#announce]")
	if rows(a) != 8 || !strings.Contains(a.attr("#live", "hx-trigger"), "every 5s") {
		t.Errorf("%d rows, and it asks %q", rows(a), a.attr("#live", "hx-trigger"))
	}
	a.shows("#u5-phone", "+34 611 111 111").shows(".arrived", "1 new person")
	s.as(ana).watch("/users").nothing() // who is known asks slowly as well
	if a := page.ask(); !strings.Contains(a.attr("#live", "hx-trigger"), "every 1s") {
		t.Errorf("afterwards it asks %q", a.attr("#live", "hx-trigger"))
	}
	page.nothing()
}

// TestCountsThatAreNotKept are left as they were, by one's own change and by those
// of others.
func TestCountsThatAreNotKept(t *testing.T) {
	t.Parallel()
	for page, kept := range map[string]int{"/users": 1, "/users?role=member": 1, "/users?q=nora": 0, "/users?signin=never": 0, "/users?status=deleted": 0} {
		s := newSite(t)
		other := s.as(bjorn).watch(page)
		own := s.as(ana).on(page).post("/users/5/deactivate", "view", "row").is(t, http.StatusOK)
		for _, a := range []*answer{own, other.ask().is(t, http.StatusOK)} {
			if n := a.count("hx-partial[hx-target=#summary]"); n != kept {
				t.Errorf("%s: %d counts in %s", page, n, a.what)
			}
		}
	}
}

// TestLivePerson brings a person's page up to date, on each of its tabs.
func TestLivePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	profile, history := s.as(ana).watch("/users/5?q=nora"), s.as(bjorn).watch("/users/5/history")
	other, form := s.as(ana).watch("/users/4"), s.as(ana).watch("/users/5/edit")
	s.edit(nora, store.FieldName, "Nora Gil")
	main := partial(profile.ask().is(t, http.StatusOK), "#main")
	main.shows("h1", "Nora Gil").shows("#u5-name.is-fresh", "Nora Gil")
	if main.attr(".back", "href") != "/users?q=nora" || main.attr("#live", "hx-get") != profile.href {
		t.Errorf("the page has lost its place: %s, %s instead of %s", main.attr(".back", "href"), main.attr("#live", "hx-get"), profile.href)
	}
	told := partial(history.ask().is(t, http.StatusOK), "#main").one(".card[aria-label=History]")
	if !strings.Contains(text(told), "Nora Gil") {
		t.Errorf("the history is %q", text(told))
	}
	other.ask().is(t, http.StatusOK).lacks("hx-partial")
	a := form.ask().is(t, http.StatusOK).lacks("hx-partial[hx-target=#main]")
	partial(a, components.NewerSlot(nora, "name", "Nora Gil", false)).shows("p", "Newer value: Nora Gil")
	for _, page := range []*watched{profile, history, other, form} {
		page.nothing()
	}
}

// TestLiveIsNoSignOfLife leaves the time-out alone, writes nothing, and stands in
// the log for those alone who look closely.
func TestLiveIsNoSignOfLife(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	page := c.watch("/users")
	before := s.dump("signins", "sessions", "users", "audit_entries", "throttles")
	s.clock.pass(5 * time.Minute)
	page.nothing()
	if after := s.dump("signins", "sessions", "users", "audit_entries", "throttles"); after != before {
		t.Errorf("it wrote: from\n%s\nto\n%s", before, after)
	}
	if line := lineWith(s.log.String(), "GET /live"); !strings.Contains(line, "level="+slog.LevelDebug.String()) {
		t.Errorf("in the log it is %q", line)
	}
	s.clock.pass(s.db.IdleTimeout())
	a := page.ask().is(t, http.StatusOK).lacks("hx-partial").shows("#live", "You are signed out")
	if trigger := a.attr("#live", "hx-trigger"); strings.Contains(trigger, "every") || !strings.Contains(trigger, "session:back") {
		t.Errorf("after the end it asks %q", trigger)
	}
	page.get(a.attr("#live-signin", "hx-get")).is(t, http.StatusUnauthorized).shows("dialog", "Sign in")
}

// TestLiveForStrangers tells nothing to who may not look any more, or is somebody
// else than the page was drawn for, and takes nobody's page away.
func TestLiveForStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(vera).watch("/users")
	entries := s.entries()
	s.edit(vera, store.FieldRole, "member")
	s.edit(nora, store.FieldPhone, "+34 611 111 111")
	ended := func(a *answer) {
		t.Helper()
		a.is(t, http.StatusOK).lacks("hx-partial").shows("#live", "not kept up to date").shows("#live-reload", "Reload")
		if strings.Contains(a.body, "611") || a.header.Get("HX-Refresh")+a.header.Get("HX-Redirect") != "" {
			t.Errorf("told %v %s", a.header, a.body)
		}
	}
	ended(page.ask())
	ended(s.as(milo).on("/users").get("/live?since=1&people=5"))
	mine := s.as(ana).watch("/users")
	mine.cookies[cookieName] = s.seed.cookies[zed]
	s.edit(nora, store.FieldPhone, "+34 622 222 222")
	ended(mine.ask())
	if n := s.entries() - entries; n != 3 {
		t.Errorf("%d entries, of which three are ours", n)
	}
}

// TestLiveTakesAnyAddress gives no answer of 5xx, whatever a page says of itself.
func TestLiveTakesAnyAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	newest, err := s.db.NewestEntry(context.Background(), commandLine)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "?since=-1", "?since=x&people=a.b..-3.99999999999999999999", "?since=99999999&drawn=-9&new=zz&people=5",
		"?since=1&people=" + strings.Repeat("5.", 5000), "?since=" + formatID(newest) + "&people=5"} {
		for _, page := range []string{"/users", "/users/5", "/users/5/edit", "/users/5/sessions", "/", "/users/99"} {
			if a := s.as(ana).on(page).get("/live" + query); a.code != http.StatusOK && a.code != http.StatusNoContent {
				t.Errorf("%s on %s: %d", query, page, a.code)
			}
		}
	}
}

func lineWith(log, part string) string {
	for line := range strings.SplitSeq(log, "\n") {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// TestLiveFromMemory tells that nothing is new without asking the database, to
// those alone whom the guard has let in since the newest entry.
func TestLiveFromMemory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page, others := s.as(ana).watch("/users"), s.as(zed).watch("/users")
	page.nothing()
	others.nothing()
	swapped := *page
	swapped.client = &client{s: s, id: ana, cookies: others.cookies, agent: page.agent, remote: page.remote}
	swapped.ask().is(t, http.StatusOK).shows("#live", "not kept up to date")
	s.as(nobody).on("/users").get(page.href).is(t, http.StatusOK).shows("#live", "You are signed out")

	if _, err := s.db.EndSignIns(t.Context(), commandLine, zed, 0); err != nil {
		t.Fatal(err)
	}
	others.ask().is(t, http.StatusOK).shows("#live", "You are signed out")
	page.ask().is(t, http.StatusOK)
	page.nothing()
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	before := len(s.log.String())
	page.nothing()
	if line := lineWith(s.log.String()[before:], "status=204"); !strings.Contains(line, `route="GET /live"`) || !strings.Contains(line, "level=DEBUG") {
		t.Errorf("in the log it is %q", line)
	}
	if a := others.get(page.href); a.code != http.StatusInternalServerError {
		t.Errorf("without a database, who is not known gets %d", a.code)
	}
}

// TestLiveKnowsTheEnd remembers nobody beyond the time that a sign-in lives at most,
// however busy they are.
func TestLiveKnowsTheEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page := s.as(ana).watch("/users")
	const step = 20 * time.Minute
	for passed := step; passed < s.db.AbsoluteTimeout(); passed += step {
		s.clock.pass(step)
		page.client.get("/users").is(t, http.StatusOK)
	}
	page.nothing()
	s.clock.pass(step)
	page.ask().is(t, http.StatusOK).shows("#live", "You are signed out")
}

// TestCalmForgets keeps no more sessions than it should, and none across an entry.
func TestCalmForgets(t *testing.T) {
	t.Parallel()
	var c calm
	who := &store.Whoever{User: store.User{ID: ana}}
	c.note(7, "a", who, noon.Add(time.Minute))
	for _, known := range []struct {
		newest int64
		cookie string
		person int64
		at     time.Time
		want   bool
	}{
		{7, "a", ana, noon, true}, {8, "a", ana, noon, false}, {7, "b", ana, noon, false},
		{7, "a", zed, noon, false}, {7, "a", ana, noon.Add(time.Minute), false},
	} {
		if got := c.knows(known.newest, known.cookie, known.person, known.at); got != known.want {
			t.Errorf("%+v: %v", known, got)
		}
	}
	for i := range maxCalm + 5 {
		c.note(7, formatID(int64(i)), who, noon.Add(time.Minute))
	}
	if n := len(c.until); n > maxCalm {
		t.Errorf("%d sessions are remembered", n)
	}
	c.note(8, "b", who, noon.Add(time.Minute))
	if len(c.until) != 1 {
		t.Errorf("%d sessions are remembered after an entry", len(c.until))
	}
}
