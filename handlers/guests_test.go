package handlers

import (
	"net/http"
	"strings"
	"testing"

	"backoffice/store"
	"backoffice/store/storetest"
)

// refuseAccount makes the database fail when somebody with this address is added.
func (s *site) refuseAccount(email string) {
	s.t.Helper()
	statements := []string{`CREATE TRIGGER no_account BEFORE INSERT ON users WHEN NEW.email = '` + email + `' BEGIN SELECT RAISE(ABORT, '` + secret + `'); END`}
	if storetest.OnPostgres() {
		statements = []string{`ALTER TABLE users ADD CONSTRAINT "` + secret + `" CHECK (email <> '` + email + `')`}
	}
	for _, statement := range statements {
		if _, err := s.raw().Exec(statement); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestInvitingManyIsBrokenOff by a fault: the links that were made until then are
// shown, and whose turn had not come. What speaks against one stops nobody else.
func TestInvitingManyIsBrokenOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	s.refuseAccount("stop@example.com")
	const pasted = "lena@example.com\n\"Li, Bo\" <bo@example.com>\nnowhere\nstop@example.com\n\"Zoë \\\"Zo\\\" Ruiz\" <zoe@example.com>"
	done := c.post("/users/invite/run", "addresses", pasted, "role", "viewer").is(t, http.StatusOK)
	done.shows("#guests-done-title", "2 people invited, 1 cannot").shows("#guests-fault", "Stopped at stop@example.com: This is a fault on our side.")
	links := done.text("#guests-links")
	if strings.Count(links, "/link/") != 2 || strings.Contains(done.body, secret) || !strings.Contains(s.log.String(), secret) {
		t.Errorf("links %q, answer %s", links, excerpt(done.body))
	}
	_, link, _ := strings.Cut(links, "bo@example.com http://office.example")
	s.as(nobody).get(link).is(t, http.StatusOK).shows(".whose", "Bo Li")
	rest := c.submit(done, "#guests-rest-form").is(t, http.StatusOK).shows("#guests-plan-title", "2 people can be invited")
	rest.shows("#guests-plan", `Zoë "Zo" Ruiz`)
	if rest.count("#guests-role option[value=viewer][selected]") != 1 {
		t.Error("the role got lost")
	}
	c.post("/users/invite/run", "addresses", "stop@example.com\nzoe@example.com").is(t, http.StatusInternalServerError).lacks("#guests-done-title")
}

// TestInvitingThemAgain makes new links for who was invited before and has not come,
// if it is asked for: who has come, or ranks too high, gets none.
func TestInvitingThemAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	first := c.post("/users/invite/run", "addresses", "lena@example.com").is(t, http.StatusOK).text("#guests-links")
	_, old, _ := strings.Cut(strings.TrimSpace(first), " http://office.example")
	s.as(ana).post("/users/invite/run", "addresses", "chief@example.com", "role", "admin").is(t, http.StatusOK)
	lena, err := s.db.UserByEmail(t.Context(), commandLine, "lena@example.com")
	if err != nil {
		t.Fatal(err)
	}
	const pasted = "gil@example.com, lena@example.com, chief@example.com, nora@example.com"
	plan := c.post("/users/invite", "addresses", pasted).is(t, http.StatusOK).shows("#guests-plan-title", "1 person can be invited, 3 cannot")
	plan.shows("#guests-plan", "Lena has been invited already, but has not accepted yet.").shows(".guest-again", "2 people have been invited already, but have not accepted yet.")
	if plan.count(`#guests-plan a[href=/users/`+formatID(lena.ID)+`]`) != 1 {
		t.Error("no way to their page")
	}
	c.submit(plan, "#guests-run").is(t, http.StatusOK).shows("#guests-done-title", "1 person invited, 3 cannot")
	s.as(nobody).get(old).is(t, http.StatusOK)
	plan = c.post("/users/invite", "addresses", strings.TrimPrefix(pasted, "gil@example.com, ")).is(t, http.StatusOK).lacks("#guests-run")
	again := c.submit(plan, "#guests-again").is(t, http.StatusOK).shows("#guests-done-title", "1 person invited, 2 cannot")
	_, link, _ := strings.Cut(again.text("#guests-links"), "lena@example.com http://office.example")
	s.as(nobody).get(old).is(t, http.StatusGone)
	s.as(nobody).get(link).is(t, http.StatusOK).shows(".whose", "Lena")
	if strings.Count(again.text("#guests-links"), "/link/") != 1 || s.trail(1)[0].Act != store.ActInvite {
		t.Errorf("links %q, trail %+v", again.text("#guests-links"), s.trail(1))
	}
	c.post("/users/invite", "addresses", "nora@example.com").is(t, http.StatusOK).lacks(".guest-again")
}
