package handlers

import (
	"errors"
	"net/http"

	"backoffice/store"
)

// aliveAt is where healthz is asked.
const aliveAt = "/healthz"

// healthz says that the program is alive. It does not ask the database: to be
// started again would not bring that back.
func (s *server) healthz(*ask) (view, error) { return view{text: "ok\n"}, nil }

// readyz says whether requests should be sent here: the program is not about to
// stop, and its database answers and is up to date.
func (s *server) readyz(a *ask) (view, error) {
	if s.draining() {
		return view{status: http.StatusServiceUnavailable, text: "draining\n"}, nil
	}
	if err := s.store.Ready(a.Context()); err != nil {
		s.logError(a, err)
		text := "the database is not ready\n"
		if errors.Is(err, store.ErrNewer) {
			text = "the database belongs to a newer version of this program: start that here\n"
		}
		return view{status: http.StatusServiceUnavailable, text: text}, nil
	}
	return view{text: "ok\n"}, nil
}
