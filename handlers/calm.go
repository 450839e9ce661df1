package handlers

import (
	"crypto/sha256"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"backoffice/store"
)

// calm remembers who has been let in since the newest entry of the trail. Whatever
// ends a session or takes a role away is an entry: while there is none, they would
// be let in again, until a time-out. So a page that asks whether anything is new is
// told "no" without looking up who asks, two hundred pages a second at a time. All
// that anybody could learn by it is that nothing has happened.
type calm struct {
	mu     sync.Mutex
	newest int64                        // what follows is forgotten with the next entry
	until  map[[sha256.Size]byte]calmed // by the digest of their cookie
}

type calmed struct {
	person int64
	until  time.Time // when a time-out may end the session
}

// maxCalm is how many sessions are remembered.
const maxCalm = 10_000

// note remembers somebody whom the guard has let in, and to whom nothing is new.
func (c *calm) note(newest int64, cookie string, who *store.Whoever, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newest != newest || len(c.until) >= maxCalm {
		c.newest, c.until = newest, map[[sha256.Size]byte]calmed{}
	}
	c.until[sha256.Sum256([]byte(cookie))] = calmed{who.User.ID, until}
}

// knows reports whether the cookie is that of somebody who may still be told, on a
// page that was drawn for this person.
func (c *calm) knows(newest int64, cookie string, person int64, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newest != newest {
		return false
	}
	known, ok := c.until[sha256.Sum256([]byte(cookie))]
	return ok && known.person == person && now.Before(known.until)
}

// nothingNew answers a page that asks what is new while nothing is, before any
// session is looked at. Everything else goes on.
func (s *server) nothingNew(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/live" || !s.isCalm(r) {
			next.ServeHTTP(w, r)
			return
		}
		n := noteOf(r)
		n.route, n.probe = "GET /live", true
		w.WriteHeader(http.StatusNoContent)
	})
}

func (s *server) isCalm(r *http.Request) bool {
	h := readHX(r)
	cookie, err := r.Cookie(s.sessions.Cookie.Name)
	query := r.URL.Query()
	since, bad := strconv.ParseInt(query.Get("since"), 10, 64)
	if r.Method != http.MethodGet || !h.fragment || err != nil || bad != nil || more(query) {
		return false
	}
	newest, err := s.store.NewestEntry(r.Context(), store.Actor{Kind: store.System})
	if err != nil {
		s.log.Debug("what is new is not known", slog.String("cause", err.Error()))
		return false // who asks in the ordinary way is told why
	}
	return newest == since && s.calm.knows(newest, cookie.Value, h.person, s.store.Now())
}

// rememberCalm notes that the person of a request was told that nothing is new.
func (s *server) rememberCalm(a *ask, newest int64) {
	cookie, err := a.Cookie(s.sessions.Cookie.Name)
	if err != nil {
		return
	}
	idle, end := a.who.SignIn.LastSeen.Add(s.store.IdleTimeout()), a.who.SignIn.Started.Add(s.store.AbsoluteTimeout())
	if end.Before(idle) {
		idle = end
	}
	if in := a.seeing(); in != nil && in.Until.Before(idle) {
		idle = in.Until
	}
	s.calm.note(newest, cookie.Value, a.who, idle)
}
