package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

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
}

// note collects what the access log says of a request.
type note struct {
	route  string
	person int64
	probe  bool
}

type noteKey struct{}
type idKey struct{}

// newRequestID is short enough to be read out over the telephone.
func newRequestID() string { return strings.ToLower(rand.Text()[:12]) }

// identify gives the request an id and writes the access log: the route, not
// the address, so that nothing typed or secret stands in a log.
func (s *server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.store.Now()
		n := &note{}
		id := newRequestID()
		w.Header().Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), noteKey{}, n)
		ctx = context.WithValue(ctx, idKey{}, id)
		sw := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(sw, r.WithContext(ctx))
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			return
		}
		attrs := []any{"id", id, "method", r.Method, "route", n.route, "status", sw.status(), "took", s.store.Now().Sub(began).Round(time.Microsecond).String()}
		if n.person != 0 {
			attrs = append(attrs, "person", n.person)
		}
		level := slog.LevelInfo
		if n.probe {
			level = slog.LevelDebug
		}
		s.log.Log(ctx, level, "request", attrs...)
	})
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
			s.respondFault(w, a)
		}()
		next.ServeHTTP(w, r)
	})
}

func requestID(r *http.Request) string {
	id, _ := r.Context().Value(idKey{}).(string)
	return id
}

// newAsk describes a request before it is known who is asking.
func (s *server) newAsk(r *http.Request, route string) *ask {
	n, _ := r.Context().Value(noteKey{}).(*note)
	if n == nil {
		n = &note{}
	}
	if n.route == "" {
		n.route = route // the first name is the best one
	}
	return &ask{Request: r, id: requestID(r), hx: readHX(r), note: n,
		words: newWords(s.store.Now(), s.location),
		actor: store.Actor{Kind: store.Nobody, Address: s.address(r), Agent: r.UserAgent(), Request: requestID(r)}}
}

// address is where the request came from: the nearest address that is not one
// of the trusted proxies.
func (s *server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(host); i-- {
		hop := strings.TrimSpace(hops[i])
		ip, err := netip.ParseAddr(hop)
		if err != nil {
			break
		}
		host = ip.Unmap().WithZone("").String()
	}
	return host
}

func (s *server) trusts(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.proxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
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

// statusWriter remembers the status for the access log.
type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

// WriteHeader remembers the first status.
func (w *statusWriter) WriteHeader(code int) {
	if w.code == 0 && code >= 200 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// logError notes what went wrong beyond what the person sees.
func (s *server) logError(a *ask, err error) {
	if errors.Is(err, context.Canceled) && a.Context().Err() != nil {
		return // they left
	}
	s.log.LogAttrs(context.WithoutCancel(a.Context()), slog.LevelError, "failed", slog.String("id", a.id),
		slog.String("route", a.note.route), slog.String("cause", err.Error()))
}
