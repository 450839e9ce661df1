package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"

	"backoffice/store"
)

// ask is a request as an action sees it.
type ask struct {
	*http.Request
	id    string         // request id, in the log, the audit trail and on error pages
	hx    hx             // what htmx says of it; zero for a plain request
	actor store.Actor    // who is asking; Kind is Nobody when not signed in
	who   *store.Whoever // their person and sign-in; nil when not signed in
	ended *store.Ended   // why they are not, if they were
	words words          // puts times into words
	note  *note          // for the access log

	newest  int64                   // the newest entry of the trail before people were read; 0: not asked
	fresh   map[int64][]store.Field // what somebody else has just changed, by person
	renewed bool                    // the session goes on under a new token, which has to be stored
	carries *http.Cookie            // what the browser is to keep of a passkey that is asked for; nil: nothing else than before
	shows   string                  // what the browser is to show from now on; "": nothing else than before
}

// recover turns a panic into an error page, if nothing has been written yet.
func (s *server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				return
			}
			a := s.newAsk(r, "panic")
			s.log.Error("panic", "id", a.id, "cause", fmt.Sprint(p), "stack", string(debug.Stack()))
			if sw, ok := w.(*statusWriter); ok && sw.code != 0 {
				return // too late to say anything
			}
			s.respondFault(w, a, fmt.Errorf("panic: %v", p))
		}()
		next.ServeHTTP(w, r)
	})
}

// newAsk describes a request before it is known who is asking.
func (s *server) newAsk(r *http.Request, route string) *ask {
	n := noteOf(r)
	if n.route == "" {
		n.route = route // the first name is the best one
	}
	return &ask{Request: r, id: n.id, hx: readHX(r), note: n,
		words: newWords(s.store.Now(), s.location),
		actor: store.Actor{Kind: store.Nobody, Address: s.address(r), Agent: r.UserAgent(), Request: n.id, Browser: s.shownBy(r)}}
}

// pathID is the id in the address; 0 for something that is none.
func (a *ask) pathID() int64 {
	id, err := strconv.ParseInt(a.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0
	}
	return id
}

// can asks the one table of permissions.
func (a *ask) can(act store.Act, on *store.Target) bool { return store.Can(a.actor, act, on) }
