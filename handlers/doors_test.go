package handlers

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"backoffice/store"

	"github.com/alexedwards/scs/v2"
)

// sessionsKept is how many sessions are in the database.
func (s *site) sessionsKept(db *sql.DB) (n int) {
	s.t.Helper()
	if err := db.QueryRow(`SELECT count(*) FROM sessions`).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestAskingFillsNothing: whoever is not known may ask as often as they like, from
// wherever they like, and nothing is kept of it.
func TestAskingFillsNothing(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	link := s.resetOf(nora)
	s.as(nobody).post("/login", "use", "passkey").is(t, 200) // which makes the keys
	db := s.raw()
	defer db.Close()
	before, kept := s.dump(), s.sessionsKept(db)
	for i := range 2000 {
		c := s.as(nobody)
		c.remote = fmt.Sprintf("[2001:db8:%x::1]:5000", i)
		switch i % 8 {
		case 0:
			c.post("/login/code", "use", "passkey").is(t, 303).to(t, "/login")
		case 1:
			c.post("/login/code", "use", "code").is(t, 303).to(t, "/login")
		case 2:
			c.get("/link/GUESSED").is(t, http.StatusGone)
		case 3:
			c.get(link).is(t, 200)
		default:
			c.post("/login", "use", "passkey").is(t, 200)
		}
		if c.cookies[cookieName] != "" {
			t.Fatalf("%d has a session", i)
		}
	}
	if n := s.sessionsKept(db); n != kept {
		t.Errorf("%d sessions, before it %d", n, kept)
	}
	if s.dump() != before {
		t.Error("something is kept of it")
	}
	s.as(vera).get("/users").is(t, 200)
	s.dialog(vera).post("/login/code", "use", "passkey").is(t, 422).shows("#signin-error", "That took too long")
}

// TestColleaguesAskAndSignInByPasskey whatever somebody else at their address tries.
func TestColleaguesAskAndSignInByPasskey(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	k, _ := s.as(vera).addKey("K")
	for n := 0; ; n++ {
		c := s.as(nobody)
		c.submit(c.post("/login", "use", "passkey").is(t, 200), "#signin-form", "credential", "{}")
		if a := c.submit(c.post("/login", "use", "passkey"), "#signin-form", "credential", "{}"); a.code == http.StatusTooManyRequests {
			break
		}
		if n > 50 {
			t.Fatal("nobody is slowed down")
		}
	}
	c := s.as(nobody)
	asked := c.post("/login", "use", "passkey").is(t, 200)
	c.submit(asked, "#signin-form", "credential", k.Sign(t, asked.options())).is(t, 303)
	c.submit(asked, "#signin-form", "credential", k.Sign(t, asked.options())).is(t, 422).shows("#signin-error", "too long")
}

// TestTheBrowserKeepsWhatItIsAsked, where no other site and no script gets at it, and only
// until it has answered.
func TestTheBrowserKeepsWhatItIsAsked(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	k, _ := s.as(vera).addKey("K")
	c := s.as(nobody)
	asked := c.post("/login", "use", "passkey").is(t, 200)
	set := asked.header.Get("Set-Cookie")
	for _, part := range []string{"backoffice-asked-alone=", "Path=/", "Max-Age=300", "HttpOnly", "SameSite=Strict"} {
		if !strings.Contains(set, part) {
			t.Errorf("%s lacks %s", set, part)
		}
	}
	kept := c.cookies["backoffice-asked-alone"]
	s.clock.pass(store.ChallengeWithin)
	c.submit(asked, "#signin-form", "credential", k.Sign(t, asked.options())).is(t, 422).shows("#signin-error", "too long")
	c.cookies["backoffice-asked-alone"] = kept[:len(kept)-4] + "AAAA"
	c.submit(asked, "#signin-form", "credential", k.Sign(t, asked.options())).is(t, 422).shows("#signin-error", "too long")
	asked = c.post("/login", "use", "passkey").is(t, 200)
	c.submit(asked, "#signin-form", "credential", k.Sign(t, asked.options())).is(t, 303)
	if c.cookies["backoffice-asked-alone"] != "" {
		t.Error("it is kept after the answer")
	}
}

// lastCommit knows until when the session is kept that was stored last.
type lastCommit struct {
	scs.Store
	expiry time.Time
}

func (l *lastCommit) Commit(token string, data []byte, expiry time.Time) error {
	l.expiry = expiry
	return l.Store.Commit(token, data, expiry)
}

// TestGuestsHaveShortSessions, and those who are signed in long ones.
func TestGuestsHaveShortSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as(vera).enrol()
	now := time.Now()
	s.server.wall = func() time.Time { return now }
	kept := &lastCommit{Store: s.server.sessions.Store}
	s.server.sessions.Store = kept
	c := s.as(nobody)
	asked := c.post("/login", "email", email(vera), "password", password).is(t, 200)
	if got := kept.expiry.Sub(now); got != guestLifetime {
		t.Errorf("who is halfway has a session of %v", got)
	}
	c.submit(asked, "#signin-form", "code", p.code()).is(t, 303)
	if got := kept.expiry.Sub(now); got < s.db.AbsoluteTimeout() {
		t.Errorf("who is signed in has a session of %v", got)
	}
	c.get("/users").is(t, 200)
}
