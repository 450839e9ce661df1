package handlers

import (
	"net/http"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// TestADatabaseThatGoesAway tells people what is wrong, keeps what they typed on
// their page, and goes on by itself when it is back.
func TestADatabaseThatGoesAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.user(nora).Phone
	says, logged := "not where it was", "moved away or replaced"
	bringBack := storetest.TakeAway(t, s.path)
	if storetest.OnPostgres() {
		says, logged = "does not answer", "failed to connect"
		s.as(ana).get("/users").is(t, http.StatusServiceUnavailable)
	} else {
		s.as(ana).get("/users").is(t, http.StatusOK) // the file is open
	}
	page := s.as(ana).post("/users/5", "phone", "+34 600 000 001").is(t, http.StatusServiceUnavailable)
	page.shows(".oops h1", "Not possible just now").shows(".oops", says)
	piece := s.as(ana).on("/users").post("/users/5", "view", "cell", "field", "phone", "phone", "+34 600 000 001").is(t, http.StatusServiceUnavailable)
	if !strings.Contains(piece.toast(), says) || piece.count("hx-partial") != 1 {
		t.Errorf("as a fragment: %s", excerpt(piece.body))
	}
	s.as(nobody).post("/login", "email", email(ana), "password", password).is(t, http.StatusServiceUnavailable)
	for _, a := range []*answer{page, piece} {
		if a.header.Get("Retry-After") != "30" || !strings.Contains(s.log.String(), a.header.Get("X-Request-Id")) {
			t.Errorf("%s: %v", a.what, a.header)
		}
	}
	if !strings.Contains(s.log.String(), logged) {
		t.Error("the cause is not in the log")
	}
	bringBack()
	if got := s.user(nora).Phone; got != before {
		t.Errorf("the phone is %q", got)
	}
	s.as(ana).post("/users/5", "phone", "+34 600 000 001").is(t, http.StatusSeeOther)
}
