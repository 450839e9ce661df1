package handlers

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestADatabaseThatGoesAway tells people what is wrong, keeps what they typed on
// their page, and goes on by itself when it is back.
func TestADatabaseThatGoesAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.user(nora).Phone
	if err := os.Rename(s.path, s.path+".away"); err != nil {
		t.Fatal(err)
	}
	s.as(ana).get("/users").is(t, http.StatusOK)
	page := s.as(ana).post("/users/5", "phone", "+34 600 000 001").is(t, http.StatusServiceUnavailable)
	page.shows(".oops h1", "Not possible just now").shows(".oops", "not where it was")
	piece := s.as(ana).on("/users").post("/users/5", "view", "cell", "field", "phone", "phone", "+34 600 000 001").is(t, http.StatusServiceUnavailable)
	if !strings.Contains(piece.toast(), "not where it was") || piece.count("hx-partial") != 1 {
		t.Errorf("as a fragment: %s", excerpt(piece.body))
	}
	s.as(nobody).post("/login", "email", email(ana), "password", password).is(t, http.StatusServiceUnavailable)
	for _, a := range []*answer{page, piece} {
		if a.header.Get("Retry-After") != "30" || !strings.Contains(s.log.String(), a.header.Get("X-Request-Id")) {
			t.Errorf("%s: %v", a.what, a.header)
		}
	}
	if !strings.Contains(s.log.String(), "moved away or replaced") {
		t.Error("the cause is not in the log")
	}
	if err := os.Rename(s.path+".away", s.path); err != nil {
		t.Fatal(err)
	}
	if got := s.user(nora).Phone; got != before {
		t.Errorf("the phone is %q", got)
	}
	s.as(ana).post("/users/5", "phone", "+34 600 000 001").is(t, http.StatusSeeOther)
}
