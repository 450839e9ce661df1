package handlers

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// seeAs is the browser of Ana, in which she sees the back office as somebody.
func (s *site) seeAs(id int) *client {
	s.t.Helper()
	c := s.as(ana)
	c.post("/users/"+formatID(int64(id))+"/impersonate", "reason", "ticket 12: an empty list").is(s.t, http.StatusSeeOther).to(s.t, "/")
	c.id = id // whom the pages are drawn for
	return c
}

// unseen are the pages that are between a person and their secrets.
var unseen = []string{"GET /account/factor", "GET /account/factor/remove", "GET /account/passkeys/{id}/rename", "GET /account/passkeys/{id}/remove"}

// TestEveryRouteAsSomebody tries each route as somebody else: what they may look at
// is there, and nothing else happens, whatever is sent.
func TestEveryRouteAsSomebody(t *testing.T) {
	t.Parallel()
	for column, who := range visitors[:4] {
		if who == nobody {
			continue
		}
		t.Run(name(who), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c := s.seeAs(who)
			for _, r := range (&server{}).list() {
				if stillAllowed[r.pattern] {
					continue
				}
				e := routeTable[r.pattern]
				for _, fragment := range []bool{false, true} {
					want := e.page[column]
					if fragment {
						want = e.fragment[column]
					}
					method, _, _ := strings.Cut(r.pattern, " ")
					if method == http.MethodPost || slices.Contains(unseen, r.pattern) {
						want = "403"
					}
					lookAs(t, s, c, r, want, fragment)
				}
			}
			if report, err := s.db.VerifyAudit(context.Background()); err != nil || report.Bad != 0 {
				t.Errorf("the audit trail is broken: %+v, %v", report, err)
			}
		})
	}
}

// lookAs is one request by who sees as somebody.
func lookAs(t *testing.T, s *site, c *client, r route, want string, fragment bool) {
	t.Helper()
	e := routeTable[r.pattern]
	method, _, _ := strings.Cut(r.pattern, " ")
	q := request{method: method, url: e.url, form: formOf(e.form)}
	if fragment {
		q.header = c.on("/users").into("tr#u5").header()
	}
	before := s.dump("users", "signins", "links", "mails", "totp_apps", "browsers", "imports")
	a := s.other(c).send(q)
	if s.dump("users", "signins", "links", "mails", "totp_apps", "browsers", "imports") != before {
		t.Errorf("%s: something has changed", a.what)
	}
	switch place, moved := strings.CutPrefix(want, "→"); {
	case moved:
		if got := a.header.Get("Location") + a.header.Get("HX-Redirect"); got != place {
			t.Errorf("%s: goes to %q, want %q", a.what, got, place)
		}
		return
	case itoa(a.code) != want:
		t.Errorf("%s: %d, want %s", a.what, a.code, want)
		return
	}
	if !fragment && a.code != http.StatusForbidden && e.kind == "" && a.count("#seeing") != 1 {
		t.Errorf("%s: nothing says that one sees as somebody", a.what)
	}
	if method == http.MethodPost {
		checkOnlyLooks(t, s, c, a, r.pattern, fragment)
	}
}

const onlyLooks = "You see this as somebody else does, and only look. Stop that first."

// checkOnlyLooks looks at a refusal: it says why, where it was tried, and names both
// on record.
func checkOnlyLooks(t *testing.T, s *site, c *client, a *answer, pattern string, fragment bool) {
	t.Helper()
	if fragment && a.toast() != "Not allowed "+onlyLooks {
		t.Errorf("%s: says %q", a.what, a.toast())
	}
	if !fragment && (!strings.Contains(a.text("main"), onlyLooks) || a.count("#seeing-stop") != 1) {
		t.Errorf("%s: says %q", a.what, a.text("main"))
	}
	e := s.trail(1)[0]
	if e.Act != store.ActChangeAs || e.Outcome != store.Denied || e.Actor != ana || e.As != int64(c.id) || e.Note != pattern {
		t.Errorf("%s: on record as %+v", a.what, e)
	}
}

// TestSeeingAsSomebody goes from the menu of a person to their view and back.
func TestSeeingAsSomebody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	page := c.get("/users/3").is(t, 200)
	if got := page.attr("#u3-see", "href"); got != "/users/3/impersonate" {
		t.Errorf("the menu leads to %q", got)
	}
	c.get("/users/6").is(t, 200).lacks("#u6-see") // another admin
	s.as(bjorn).get("/users/4").is(t, 200).lacks("#u4-see")
	form := c.get("/users/3/impersonate").is(t, 200).shows("h1", "See Backoffice as Vera Okafor")
	wrong := c.submit(form, "#impersonate-form", "reason", " x").is(t, 422).shows("#impersonate-reason-error", "Please say why")
	if wrong.attr("#impersonate-reason", "value") != " x" {
		t.Error("what was typed is lost")
	}
	cookie := c.cookies[cookieName]
	c.submit(wrong, "#impersonate-form", "reason", "ticket 12").is(t, 303).to(t, "/")
	if c.cookies[cookieName] == cookie {
		t.Error("the session goes on under the same token")
	}
	home := c.get("/").is(t, 200).shows("h1", name(vera)).shows("#seeing", "You see Backoffice as Vera Okafor").shows("#seeing", "ticket 12").shows("#seeing", "ends at 13:00")
	if got := home.attr("#seeing form", "action"); got != stopPath {
		t.Errorf("the way out leads to %q", got)
	}
	c.get("/nowhere").is(t, 404).shows("#seeing", "Vera Okafor")
	c.get("/forgot").is(t, 200).shows("#seeing", "Vera Okafor")
	c.get("/users/4/sessions").is(t, 403)
	own := c.get("/account").is(t, 200).shows("#user-name", name(vera))
	if own.count("#sessions .badge-ok") != 0 {
		t.Error("Ana’s session is listed as Vera’s")
	}
	s.fresh(ana).get("/account").is(t, 200).shows("#sessions", "Viewing as Vera Okafor until 13:00")
	s.as(vera).get("/account").is(t, 200).shows("#timeline", "Ana Pérez saw the back office as this account").shows("#timeline", "ticket 12").lacks("#seeing")
	c.get("/logout").is(t, 200).shows("main", "You are signed in as Ana Pérez")
	c.post(stopPath).is(t, 303).to(t, "/users/3")
	back := c.get("/users/3").is(t, 200).lacks("#seeing")
	if back.toast() != "You are back as yourself" {
		t.Errorf("says %q", back.toast())
	}
	if e := s.trail(2); e[0].Act != store.ActStopImpersonating || e[0].Actor != ana || e[0].Target != vera {
		t.Errorf("on record as %+v", e)
	}
	history := c.get("/users/3/history").is(t, 200)
	history.shows("#timeline", "Ana Pérez stopped seeing the back office as").shows("#timeline", "Ana Pérez saw the back office as")
	if strings.Contains(s.log.String(), "ticket 12") {
		t.Error("the reason is in the log")
	}
}

// TestSeeingEndsByItself: the next page is one's own again and says so; a form that
// was drawn before does nothing; a fragment starts its page over.
func TestSeeingEndsByItself(t *testing.T) {
	t.Parallel()
	pass := func(s *site, c *client) {
		for range 2 {
			s.clock.pass(25 * time.Minute)
			c.get("/users").is(s.t, 200).shows("#seeing", "Björn")
		}
		s.clock.pass(10 * time.Minute)
	}
	for name, end := range map[string]struct {
		do  func(*site, *client)
		why string
	}{
		"the hour is over":   {pass, "The hour was over."},
		"they are promoted":  {func(s *site, _ *client) { s.edit(bjorn, store.FieldRole, "admin") }, "The account that you saw has changed."},
		"one is demoted":     {func(s *site, _ *client) { s.edit(ana, store.FieldRole, "viewer") }, "Your role no longer allows it."},
		"they are locked up": {func(s *site, _ *client) { s.as(zed).post("/users/2/deactivate", "view", "page").is(s.t, 303) }, "The account that you saw has changed."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c := s.seeAs(bjorn)
			end.do(s, c)
			page := c.get("/users").is(t, 200).lacks("#seeing")
			if got := page.toast(); got != "You are back as yourself "+end.why {
				t.Errorf("says %q", got)
			}
			c.get("/users").is(t, 200).lacks("[data-toast]")

			s = newSite(t)
			c = s.seeAs(bjorn)
			end.do(s, c)
			before := s.dump("users")
			c.post("/users/5/deactivate", "view", "page").is(t, 409).shows("main", "Nothing was done.")
			if s.dump("users") != before {
				t.Error("a form that was drawn before was carried out")
			}

			s = newSite(t)
			c = s.seeAs(bjorn)
			end.do(s, c)
			if a := c.on("/users").into("div#results").get("/users?q=n").is(t, 200); a.header.Get("HX-Refresh") != "true" {
				t.Errorf("a fragment is drawn into the page of another: %s", excerpt(a.body))
			}
			if got := c.get("/users").is(t, 200).toast(); got != "You are back as yourself "+end.why {
				t.Errorf("the new page says %q", got)
			}

			s = newSite(t)
			c = s.seeAs(bjorn)
			end.do(s, c)
			c.on("/users").get("/live?since=1&people=5").is(t, 200) // a timer is the first to find out
			before = s.dump("users")
			c.post("/users/5/deactivate", "view", "page").is(t, 409)
			if s.dump("users") != before {
				t.Error("a form was carried out after a timer had found out")
			}
			c.get("/users").is(t, 200).lacks("#seeing").lacks("[data-toast]")
		})
	}
}

// TestDutiesAreNotThoseOfWhoLooks: neither a password that has to be changed nor a
// factor that has to be set up leads who only looks anywhere.
func TestDutiesAreNotThoseOfWhoLooks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.seeAs(fay)
	c.get("/users").is(t, 200).shows("#seeing", name(fay))
	c.get("/").is(t, 200).shows("h1", name(fay))
}

// TestCalmEndsWithSeeing: a page that asks whether anything is new is not told "no"
// any longer than one sees as somebody.
func TestCalmEndsWithSeeing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.seeAs(bjorn)
	watch := func() *answer {
		newest, err := s.db.NewestEntry(context.Background(), commandLine)
		if err != nil {
			t.Fatal(err)
		}
		return c.on("/users").get("/live?since=" + formatID(newest) + "&people=5")
	}
	for range 2 {
		watch().is(t, 204)
		s.clock.pass(25 * time.Minute)
		c.get("/users").is(t, 200)
	}
	watch().is(t, 204)
	s.clock.pass(10 * time.Minute)
	if a := watch(); a.code == 204 {
		t.Error("the page of somebody else is kept alive")
	}
}
