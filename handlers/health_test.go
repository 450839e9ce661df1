package handlers

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"backoffice/store/storetest"
)

// TestHealth says what each of the two probes is for.
func TestHealth(t *testing.T) {
	t.Parallel()
	var draining atomic.Bool
	s := newSite(t, func(c *Config) { c.Draining = draining.Load })
	both := func(when string, ready int, says string) {
		t.Helper()
		for _, who := range []int{nobody, ana} { // a browser with a session asks as well as a machine
			if a := s.as(who).get("/healthz").is(t, http.StatusOK); a.body != "ok\n" {
				t.Errorf("%s: /healthz says %q", when, a.body)
			}
		}
		if a := s.as(nobody).get("/readyz").is(t, ready); a.body != says {
			t.Errorf("%s: /readyz says %q", when, a.body)
		}
	}
	both("at first", http.StatusOK, "ok\n")
	draining.Store(true)
	both("when about to stop", http.StatusServiceUnavailable, "draining\n")
	if a := s.as(ana).get("/users").is(t, http.StatusOK); a.header.Get("Connection") != "close" {
		t.Error("a connection stays open while the program is about to stop")
	}
	draining.Store(false)
	if a := s.as(ana).get("/users").is(t, http.StatusOK); a.header.Get("Connection") != "" {
		t.Error("connections are closed for nothing")
	}
	bringBack := storetest.TakeAway(t, s.path)
	both("without its file", http.StatusServiceUnavailable, "the database is not ready\n")
	bringBack()
	both("with its file again", http.StatusOK, "ok\n")
	if _, err := s.raw().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)"); err != nil {
		t.Fatal(err)
	}
	both("beside a newer version", http.StatusServiceUnavailable, "the database belongs to a newer version of this program: start that here\n")
	if _, err := s.raw().Exec("DELETE FROM goose_db_version WHERE version_id = 9999"); err != nil {
		t.Fatal(err)
	}
	both("without the newer version", http.StatusOK, "ok\n")
	if _, err := s.raw().Exec("DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)"); err != nil {
		t.Fatal(err)
	}
	both("without a migration", http.StatusServiceUnavailable, "the database is not ready\n")
	s.db.Close()
	both("without its database", http.StatusServiceUnavailable, "the database is not ready\n")
}

// TestProbesAreQuiet keeps what is asked every few seconds out of the log.
func TestProbesAreQuiet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(nobody).get("/healthz")
	s.as(nobody).get("/readyz")
	for _, line := range strings.Split(s.log.String(), "\n") {
		if strings.Contains(line, "z\"") && !strings.Contains(line, "level=DEBUG") {
			t.Errorf("in the log: %s", line)
		}
	}
}
