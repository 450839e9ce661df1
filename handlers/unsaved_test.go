package handlers

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"backoffice/store"

	"github.com/alexedwards/scs/v2"
)

// frozen is a store of sessions that can be read and not written.
type frozen struct {
	scs.Store
	err  error
	find error
}

func (f frozen) Find(token string) ([]byte, bool, error) {
	if f.find != nil {
		return nil, false, f.find
	}
	return f.Store.Find(token)
}

func (f frozen) Commit(string, []byte, time.Time) error { return f.err }
func (f frozen) Delete(string) error                    { return f.err }

// TestSessionsThatCannotBeStored keep nobody from reading, though every page
// takes its toast out of the session, and from nothing that was done; a
// sign-in that could not be kept is none.
func TestSessionsThatCannotBeStored(t *testing.T) {
	t.Parallel()
	full := &store.Error{Kind: store.Unavailable, Message: "The disk of the server is full."}
	for err, code := range map[error]int{full: http.StatusServiceUnavailable, errors.New(secret): http.StatusInternalServerError} {
		s := newSite(t)
		whole := s.server.sessions.Store
		s.as(ana).post("/users/5", "phone", "+34 600 000 001").is(t, http.StatusSeeOther)
		s.server.sessions.Store = frozen{Store: whole, err: err}
		if got := s.as(ana).get("/users").is(t, http.StatusOK).toast(); !strings.Contains(got, "600 000 001") {
			t.Errorf("the toast is %q", got)
		}
		s.as(ana).post("/users/5", "phone", "+34 600 000 002").is(t, http.StatusSeeOther)
		if got := s.user(nora).Phone; got != "+34 600 000 002" {
			t.Errorf("the phone is %q", got)
		}
		a := s.as(nobody).post("/login", "email", email(ana), "password", password).is(t, code)
		a.shows(".oops", "look whether your change is there")
		s.server.sessions.Store = frozen{Store: whole, find: err}
		b := s.as(ana).get("/users").is(t, code)
		for _, x := range []*answer{a, b} {
			if (x.header.Get("Retry-After") != "") != (code == http.StatusServiceUnavailable) || len(x.header["Set-Cookie"]) != 0 {
				t.Errorf("%s: %v", x.what, x.header)
			}
		}
	}
}
