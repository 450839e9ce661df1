package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// TestTwoProcessesOnOneFile lets two servers and the command line write to one
// file at the same time. Whatever was acknowledged is there, the audit trail has
// one order, a session is good at both, and one goes on when the other is killed.
func TestTwoProcessesOnOneFile(t *testing.T) {
	t.Parallel()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s := newShell(t)
	s.create(adminEmail, "Ana", "admin")
	one, two := startDaemon(t, s.db, nil, log), startDaemon(t, s.db, nil, log)
	cookie := signIn(t, one.URL, adminEmail, adminPassword)
	add := func(base, who string) bool {
		r, _ := once(t, base, call{path: "/users", cookie: cookie, form: url.Values{"name": {who}, "email": {who + "@example.com"}, "role": {"member"}, "password": {adminPassword}}})
		return r.StatusCode == http.StatusSeeOther
	}
	var added atomic.Int64
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			for i := range 5 {
				if add([]string{one.URL, two.URL}[n%2], fmt.Sprintf("p%d-%d", n, i)) {
					added.Add(1)
				}
			}
		})
	}
	s.create("cmd@example.com", "By Command", "member")
	all.Wait()
	if n := len(s.list()); added.Load() != 30 || n != 32 {
		t.Errorf("%d were acknowledged, %d people are there, want 30 and 32", added.Load(), n)
	}
	s.must("", "audit", "verify")
	one.kill()
	if !add(two.URL, "after") {
		t.Error("the second does not go on after the first was killed")
	}
	two.kill()
	s.must("", "audit", "verify")
	if n := len(s.list()); n != 33 {
		t.Errorf("%d people after both were killed, want 33", n)
	}
}
