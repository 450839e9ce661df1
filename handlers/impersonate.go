package handlers

import (
	"errors"
	"net/http"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// stopPath is where somebody becomes themselves again.
const stopPath = "/impersonation/stop"

// sessionLapsed is where the session keeps why it ended by itself that somebody saw
// the back office as another, until they are told.
const sessionLapsed = "lapsed"

// stillAllowed are the forms that may be sent while somebody sees the back office as
// another person does: they change nothing but the own session.
var stillAllowed = map[string]bool{"POST " + stopPath: true, "POST /logout": true, "POST /session": true}

// seeing is as whom somebody sees the back office; nil when they are themselves.
func (a *ask) seeing() *store.Seeing {
	if a.who == nil {
		return nil
	}
	return a.who.Seeing
}

// self is who really acts.
func (a *ask) self() store.Actor {
	actor := a.actor
	if in := a.seeing(); in != nil {
		actor.ID, actor.Role, actor.By = in.Real.ID, in.Real.Role, 0
	}
	return actor
}

// onlyLooks refuses what somebody may not do who sees the back office as another
// does: all that changes something, and what is between a person and their own
// secrets.
func (s *server) onlyLooks(a *ask, r route) error {
	changes := a.Method != http.MethodGet && a.Method != http.MethodHead
	if a.seeing() == nil || stillAllowed[r.pattern] || !changes && !r.need.self {
		return nil
	}
	return s.store.RefuseChange(a.Context(), a.actor, r.pattern)
}

// lapsed tells somebody whose view as another has ended by itself that they are
// themselves again, on the next page that is theirs. What a form asks for before they
// have seen that is not done: they meant it as somebody who only looks.
func (s *server) lapsed(a *ask) error {
	ctx := a.Context()
	why := s.sessions.GetString(ctx, sessionLapsed)
	switch {
	case why == "" || a.who == nil:
		return nil
	case a.Method == http.MethodPost:
		s.sessions.Remove(ctx, sessionLapsed)
		return &store.Error{Kind: store.Refused, Message: "You are back as yourself: " + lowerFirst(why) + " Nothing was done."}
	case a.hx.fragment:
		return nil
	}
	s.sessions.Remove(ctx, sessionLapsed)
	return s.keepToast(a, &components.Toast{Tone: "info", Title: "You are back as yourself", Detail: why})
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// impersonateForm asks why somebody wants to see the back office as a person does.
func (s *server) impersonateForm(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	if !a.can(store.ActImpersonate, u.On()) {
		return view{}, s.refuse(a, store.ActImpersonate, tooHighToSee(a, &u))
	}
	return s.impersonateView(a, &u, nil), nil
}

func tooHighToSee(a *ask, u *store.User) string {
	if u.ID == a.actor.ID {
		return "You see the back office as yourself already."
	}
	return "You can only see as people who rank below you, and " + u.Name + " does not."
}

// impersonateView is the form, with what was wrong with it.
func (s *server) impersonateView(a *ask, u *store.User, wrong *store.Error) view {
	f := components.ImpersonateForm{Person: u.Name, Role: u.Role.Label(), Brand: s.brand, Action: "/users/" + formatID(u.ID) + "/impersonate",
		Back: "/users/" + formatID(u.ID), Lasts: inWords(store.ImpersonationLasts)}
	f.Reason = components.Field{ID: "impersonate-reason", Name: "reason", Label: "Why", Type: "text", Value: a.PostFormValue("reason"), Required: true,
		Autofocus: true, Autocomplete: "off", MaxLength: store.MaxReason, Hint: u.Name + " can read this. For example: ticket 4711, the list looks empty to them."}
	v := view{title: "See as " + u.Name}
	if wrong != nil {
		f.Reason.Error, v.status = wrong.Fields["reason"], statusOf(wrong.Kind)
	}
	v.screen = components.ImpersonatePage(f)
	return v
}

// impersonate lets somebody see the back office as a person does, from the start
// page on.
func (s *server) impersonate(a *ask) (view, error) {
	_, err := s.store.Impersonate(a.Context(), a.actor, a.pathID(), a.PostFormValue("reason"))
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		u, err := s.findUser(a)
		return s.impersonateView(a, &u, e), err
	}
	if err != nil {
		return view{}, err
	}
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	return view{goTo: "/"}, nil
}

// stopImpersonating leads back to the page of the person whom one saw as.
func (s *server) stopImpersonating(a *ask) (view, error) {
	seen, err := s.store.StopImpersonating(a.Context(), a.self())
	if err != nil {
		return view{}, err
	}
	if seen == 0 {
		return view{goTo: "/"}, nil
	}
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	return view{goTo: "/users/" + formatID(seen), toast: &components.Toast{Tone: "ok", Title: "You are back as yourself"}}, nil
}

// seenAs is as whom the back office is seen in a sign-in, until when.
func (s *server) seenAs(a *ask, in *store.SignIn) (string, error) {
	if in.As == 0 || !a.words.now.Before(in.AsUntil) || !a.can(store.ActLook, nil) {
		return "", nil
	}
	u, err := s.store.User(a.Context(), a.actor, in.As)
	if store.KindOf(err) == store.NotFound {
		return "", nil
	}
	return u.Name + " until " + a.words.clock(in.AsUntil).Text, err
}

// banner says on each page as whom somebody sees the back office.
func (s *server) banner(a *ask) *components.SeeingBar {
	in := a.seeing()
	if in == nil {
		return nil
	}
	return &components.SeeingBar{Name: a.who.User.Name, Brand: s.brand, Reason: in.Reason, Until: a.words.clock(in.Until), Stop: stopPath}
}
