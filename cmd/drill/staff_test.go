package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestSignInGivesUp ends the drill of a program that never recovers.
func TestSignInGivesUp(t *testing.T) {
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "<!doctype html><html><h1>Not possible just now</h1></html>")
	}))
	defer away.Close()
	team := newTeam([]string{away.URL}, 1, time.Millisecond)
	team.patience = 50 * time.Millisecond
	s := &staff{team: team, browser: team.browser(1), email: "ana@example.com"}
	s.signInAgain(t.Context())
	if bad := strings.Join(team.notes.bad, "\n"); !strings.Contains(bad, "ana@example.com cannot sign in for 50ms") {
		t.Errorf("complaints: %s", bad)
	}
}

// TestBrokenDownload is to be expected while the database is away, and else a
// complaint, as is any other answer that breaks off.
func TestBrokenDownload(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/users/export" {
			w.Header().Set("Content-Disposition", `attachment; filename="users.csv"`)
		}
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "id,name\n")
	}))
	defer site.Close()
	for _, c := range []struct {
		path     string
		away     bool
		complain bool
	}{{"/users/export", false, true}, {"/users/export", true, false}, {"/users", true, true}} {
		team := newTeam([]string{site.URL}, 1, time.Millisecond)
		if c.away {
			defer team.away.begin()()
		}
		team.browser(1).post(t.Context(), c.path, nil)
		if (len(team.notes.bad) > 0) != c.complain {
			t.Errorf("%+v: complaints: %q", c, team.notes.bad)
		}
	}
}
