package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// note collects what the access log says of a request.
type note struct {
	id     string // of the request
	trace  trace
	route  string
	person int64
	probe  bool // a machine asks every few seconds
}

type noteKey struct{}

// noteOf is the note of a request, or an empty one.
func noteOf(r *http.Request) *note {
	if n, ok := r.Context().Value(noteKey{}).(*note); ok {
		return n
	}
	return &note{}
}

// newRequestID is short enough to be read out over the telephone.
func newRequestID() string { return strings.ToLower(rand.Text()[:12]) }

// Answered is a request that has been answered.
type Answered struct {
	Route  string // as in the table of routes, such as "GET /users/{id}"
	Status int
	Took   time.Duration
}

// identify gives the request an id, and tells the log and whoever observes when
// it has been answered.
func (s *server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.store.Now()
		n := &note{id: newRequestID(), trace: readTrace(r)}
		w.Header().Set("X-Request-Id", n.id)
		n.trace.answer(w.Header())
		sw := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(sw, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
		if n.route == "" { // nobody has asked what it is about
			n.route = "assets"
		}
		done := Answered{n.route, sw.status(), s.store.Now().Sub(began)}
		s.observe(done)
		s.logAccess(r, n, done)
	})
}

// logAccess writes a line of the access log: the route, not the address, so that
// nothing typed or secret stands in a log.
func (s *server) logAccess(r *http.Request, n *note, done Answered) {
	level := slog.LevelInfo
	if n.probe || n.route == "assets" {
		level = slog.LevelDebug
	}
	if !s.log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{slog.String("id", n.id), slog.String("method", r.Method), slog.String("route", n.route),
		slog.Int("status", done.Status), slog.Float64("took_ms", float64(done.Took.Microseconds())/1000)}
	if n.person != 0 {
		attrs = append(attrs, slog.Int64("person", n.person))
	}
	s.log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", append(attrs, n.trace.attrs()...)...)
}

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
	attrs := []slog.Attr{slog.String("id", a.id), slog.String("route", a.note.route), slog.String("cause", err.Error())}
	s.log.LogAttrs(context.WithoutCancel(a.Context()), slog.LevelError, "failed", append(attrs, a.note.trace.attrs()...)...)
}
