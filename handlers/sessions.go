package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"backoffice/store"

	"github.com/alexedwards/scs/v2"
)

// What the session holds: who, by which sign-in, and a toast for the next page.
const (
	sessionPerson = "person"
	sessionSignIn = "signin"
	sessionToast  = "toast"
)

// newSessions sets the session manager up. The token in the cookie is stored as
// a digest only. Time-outs are judged by the sign-in's row in the store: the
// session itself outlives them a little, so that the person can be told which
// time-out it was.
func newSessions(db *store.Store, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = db.Sessions()
	m.HashTokenInStore = true
	m.Codec = codec{}
	m.Lifetime = db.AbsoluteTimeout() + 24*time.Hour
	m.Cookie.Name = "backoffice"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	m.Cookie.Persist = false
	if secure {
		m.Cookie.Secure = true
		m.Cookie.Name = "__Host-backoffice"
	}
	return m
}

// codec writes a session as the values of a form, in which the same session
// always has the same bytes. All values are strings.
type codec struct{}

// sessionDeadline is when the session ends, in seconds since 1970.
const sessionDeadline = "deadline"

// Encode implements scs.Codec.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	form := url.Values{sessionDeadline: {strconv.FormatInt(deadline.Unix(), 10)}}
	for k, v := range values {
		s, ok := v.(string)
		if !ok || k == sessionDeadline {
			return nil, fmt.Errorf("session value %s is no text", k)
		}
		form.Set(k, s)
	}
	return []byte(form.Encode()), nil
}

// Decode implements scs.Codec. What it cannot read is a session of nobody.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	form, err := url.ParseQuery(string(b))
	deadline, atoi := strconv.ParseInt(form.Get(sessionDeadline), 10, 64)
	if err != nil || atoi != nil {
		return time.Time{}, map[string]any{}, nil
	}
	delete(form, sessionDeadline)
	values := make(map[string]any, len(form))
	for k := range form {
		values[k] = form.Get(k)
	}
	return time.Unix(deadline, 0).UTC(), values, nil
}

// loadSession puts the session of the cookie into the context. It is stored
// again by respond, before the first byte, where a failure can still be told. That
// the program is alive is told without asking the database for one.
func (s *server) loadSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := ""
		if c, err := r.Cookie(s.sessions.Cookie.Name); err == nil && r.URL.Path != aliveAt {
			token = c.Value
		}
		ctx, err := s.sessions.Load(r.Context(), token)
		if err != nil {
			a := s.newAsk(r, "session")
			s.respondBare(w, a, s.errorView(a, err))
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// guestLifetime is how long a session lasts in which nobody is signed in: longer than
// somebody may be halfway.
const guestLifetime = 2 * store.HalfwayWithin

// saveSession stores what changed of the session and sets its cookie.
func (s *server) saveSession(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	switch s.sessions.Status(ctx) {
	case scs.Modified:
		if end := s.wall().Add(guestLifetime); s.sessions.GetString(ctx, sessionPerson) == "" && s.sessions.Deadline(ctx).After(end) {
			s.sessions.SetDeadline(ctx, end)
		}
		token, expiry, err := s.sessions.Commit(ctx)
		if err != nil {
			return err
		}
		s.sessions.WriteSessionCookie(ctx, w, token, expiry)
	case scs.Destroyed:
		s.sessions.WriteSessionCookie(ctx, w, "", time.Time{})
	}
	return nil
}

// beginSession ties the session to a sign-in, under a new token.
func (s *server) beginSession(a *ask, w store.Whoever) error {
	ctx := a.Context()
	if err := s.renewSession(a); err != nil {
		return err
	}
	s.sessions.Remove(ctx, sessionHalfway)
	s.sessions.Remove(ctx, sessionLapsed)
	s.sessions.Put(ctx, sessionPerson, strconv.FormatInt(w.User.ID, 10))
	s.sessions.Put(ctx, sessionSignIn, strconv.FormatInt(w.SignIn.ID, 10))
	a.setWho(w)
	return nil
}

// renewSession goes on under a new token, after something that others may have
// known has changed.
func (s *server) renewSession(a *ask) error {
	a.renewed = true
	return s.sessions.RenewToken(a.Context())
}

// resume finds out who is asking. A session that is no longer good leaves the
// reason in a.ended.
func (s *server) resume(a *ask, passive bool) error {
	ctx := a.Context()
	person, _ := strconv.ParseInt(s.sessions.GetString(ctx, sessionPerson), 10, 64)
	signIn, _ := strconv.ParseInt(s.sessions.GetString(ctx, sessionSignIn), 10, 64)
	if person == 0 || signIn == 0 {
		return nil
	}
	w, err := s.store.Resume(ctx, signIn, person, passive)
	if e, ok := err.(*store.Ended); ok {
		a.ended = e
		return nil
	}
	if err != nil {
		return err
	}
	a.setWho(w)
	if w.Lapsed != "" {
		s.sessions.Put(ctx, sessionLapsed, w.Lapsed)
	}
	return nil
}

func (a *ask) setWho(w store.Whoever) {
	a.who = &w
	a.actor.Kind, a.actor.ID, a.actor.Role, a.actor.SignIn = store.Person, w.User.ID, w.User.Role, w.SignIn.ID
	a.note.person = w.User.ID
	if w.Seeing != nil {
		a.actor.By, a.note.person = w.Seeing.Real.ID, w.Seeing.Real.ID
	}
}
