package handlers

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"strconv"

	"backoffice/components"
	"backoffice/store"
)

// statusOf is the one place where a kind of error becomes a status.
func statusOf(k store.Kind) int {
	switch k {
	case store.Invalid:
		return http.StatusUnprocessableEntity
	case store.Conflict, store.Refused:
		return http.StatusConflict
	case store.NotFound:
		return http.StatusNotFound
	case store.Forbidden:
		return http.StatusForbidden
	case store.Unauthenticated, store.ProofNeeded:
		return http.StatusUnauthorized
	case store.Throttled:
		return http.StatusTooManyRequests
	case store.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// title is what stands above the sentence of an error.
func title(k store.Kind) string {
	switch k {
	case store.Invalid:
		return "That did not work"
	case store.Conflict:
		return "Somebody else changed this first"
	case store.Refused:
		return "Not done"
	case store.NotFound:
		return "Not found"
	case store.Forbidden:
		return "Not allowed"
	case store.Unauthenticated, store.ProofNeeded:
		return "Please sign in"
	case store.Throttled:
		return "Please wait a little"
	case store.Unavailable:
		return "Not possible just now"
	}
	return "Something went wrong"
}

// errBody is a body that is no form.
var errBody = &store.Error{Kind: store.Invalid, Message: "The request could not be read."}

// badBody answers a form that cannot be read.
func (s *server) badBody(a *ask, err error) (view, error) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return s.oops(a, http.StatusRequestEntityTooLarge, "Too large",
			"What was sent is larger than "+strconv.Itoa(maxBody>>10)+" KB and was not read."), nil
	}
	return view{}, errBody
}

// errorView is what the person sees of an error: a page, or, for a fragment, a
// toast that leaves the page and everything typed into it alone.
func (s *server) errorView(a *ask, err error) view {
	var gone *store.Ended
	if errors.As(err, &gone) {
		a.ended = gone
		return s.mustSignIn(a)
	}
	e := store.Explain(err)
	k := e.Kind
	if k == store.Internal || k == store.Unavailable && e.RetryAfter == 0 { // a crowd is no fault
		s.logError(a, err)
	}
	if k == store.ProofNeeded && a.who != nil {
		return s.mustProve(a)
	}
	if k == store.Unauthenticated && a.who != nil {
		a.who = nil
		a.ended = &store.Ended{Why: store.EndedDeactivated, User: a.actor.ID}
		return s.mustSignIn(a)
	}
	v := s.oops(a, statusOf(k), title(k), e.Message)
	switch k {
	case store.Unavailable, store.Throttled:
		v.retry = cmp.Or(int(math.Ceil(e.RetryAfter.Seconds())), retryLater)
	}
	return v
}

// retryLater is when a program may ask again whose request met a database that
// could not work, in seconds.
const retryLater = 30

// oops is an error as a page and as a toast.
func (s *server) oops(a *ask, status int, heading, message string) view {
	v := view{status: status, title: heading}
	if a.hx.fragment {
		v.toast = &components.Toast{Tone: "bad", Title: heading, Detail: message}
		v.part = components.Nothing()
		return v
	}
	e := components.ErrorView{Status: status, Title: heading, Message: message, RequestID: a.id, BackHref: "/", BackLabel: "Back to the start"}
	if a.who != nil && a.can(store.ActLook, nil) {
		e.BackHref, e.BackLabel = "/users", "Back to the list"
	}
	v.screen = components.ErrorPage(e)
	return v
}

// crossOrigin answers a form that another site sent here.
func (s *server) crossOrigin(w http.ResponseWriter, r *http.Request) {
	a := s.newAsk(r, "cross-origin")
	s.respondBare(w, a, s.oops(a, http.StatusForbidden, "Sent from another site",
		"This form was sent from another site and was not accepted. Open the page here and try again."))
}

// respondFault answers when the answer itself could not be made. What was asked
// for may have been done.
func (s *server) respondFault(w http.ResponseWriter, a *ask, err error) {
	k, why, retry := store.Internal, "This is a fault on our side.", 0
	if store.Explain(err).Kind == store.Unavailable {
		k, why, retry = store.Unavailable, "The database does not answer.", retryLater
	}
	v := s.oops(a, statusOf(k), title(k), why+" Please look whether your change is there before you try again.")
	v.retry = retry
	s.respondBare(w, a, v)
}

// respondBare answers without a session.
func (s *server) respondBare(w http.ResponseWriter, a *ask, v view) {
	v.bare = true
	body, err := s.render(a, &v)
	defer s.sheets.Put(body)
	if err != nil {
		s.logError(a, err)
		http.Error(w, http.StatusText(v.status), v.status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.sayWhen(w.Header())
	w.WriteHeader(v.status)
	w.Write(body.Bytes())
}
