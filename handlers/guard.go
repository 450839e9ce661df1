package handlers

import (
	"net/http"
	"net/url"
	"slices"

	"backoffice/components"
	"backoffice/store"
)

// guarded finds out who is asking, decides whether they may come in, and only
// then lets the action run.
func (s *server) guarded(a *ask, r route) (view, error) {
	if err := s.resume(a, r.need.passive); err != nil {
		return view{}, err
	}
	if a.Method == http.MethodPost {
		if err := a.ParseForm(); err != nil {
			return s.badBody(a, err)
		}
	}
	if r.need.quiet {
		return s.quietly(a, r)
	}
	if drawn := drawnFor(a); a.who != nil && drawn != 0 && drawn != a.who.User.ID {
		return startOver(a), nil
	}
	if err := s.lapsed(a); err != nil {
		return view{}, err
	}
	if err := s.onlyLooks(a, r); err != nil {
		return view{}, err
	}
	if r.need.open {
		return r.do(a)
	}
	if a.who == nil {
		return s.mustSignIn(a), nil
	}
	if first := dutyOf(a); first != "" && !slices.Contains(beforeAll[first], a.URL.Path) {
		return view{goTo: first}, nil
	}
	if r.need.act != "" && !s.maySomewhere(a, r.need.act) {
		return view{}, s.refuse(a, r.need.act, "Your role does not allow this.")
	}
	return r.do(a)
}

// refuse is the answer to what somebody may not do. That they tried is on record.
func (s *server) refuse(a *ask, act store.Act, message string) error {
	if err := s.store.Refuse(a.Context(), a.actor, act, a.pathID()); err != nil {
		return err
	}
	return &store.Error{Kind: store.Forbidden, Message: message}
}

// maySomewhere asks for the permission to act on anybody at all; whether it
// holds for this very person is asked by the operation, on fresh data. One's
// own sessions and history are one's own.
func (s *server) maySomewhere(a *ask, act store.Act) bool {
	return a.can(act, nil) || act == store.ActSeeSessions && a.can(store.ActLook, nil) && a.can(act, &store.Target{ID: a.pathID()})
}

// dutyOf is the page of what somebody has to do before anything else: choose a new
// password, or set up the second factor that their role has needed for too long.
// It is "" for everybody else, and for who sees as somebody: the duty is not theirs.
func dutyOf(a *ask) string {
	if a.seeing() != nil {
		return ""
	}
	due := a.who.FactorDue()
	switch {
	case a.who.User.MustChangePassword:
		return "/account"
	case !due.IsZero() && !a.words.now.Before(due):
		return factorPath
	}
	return ""
}

// beforeAll is where somebody may go who has to do something first.
var beforeAll = map[string][]string{
	"/account": {"/account", "/account/password", "/session"},
	factorPath: {factorPath, factorPath + "/confirm", passkeysPath, passkeysPath + "/new", "/proof", "/session"},
}

// drawnFor is the person for whom the page was drawn that asks; 0 when nothing says so.
func drawnFor(a *ask) int64 {
	switch {
	case a.hx.fragment:
		return a.hx.person
	case a.Method == http.MethodPost:
		return parseID(a.PostFormValue(components.PageOf))
	}
	return 0
}

// startOver is the answer to a page that belongs to somebody else: nothing of what they
// typed there is done.
func startOver(a *ask) view {
	if a.hx.fragment {
		return view{tell: instruct{refresh: true}}
	}
	return view{goTo: "/", toast: &components.Toast{Tone: "info", Title: "Nothing was sent", Detail: "That page belonged to somebody else who was signed in here."}}
}

// mustSignIn is the answer to a request whose session is missing or gone. A
// fragment gets the sign-in dialog and nothing else: the page stays as it is,
// and what was asked for has not been done. A page goes to the sign-in page and
// back. A form that was sent as a page is carried through the sign-in of its person;
// when nobody knows whose it is, it is not kept: somebody else might sign in.
func (s *server) mustSignIn(a *ask) view {
	form := components.SignIn{Brand: s.brand, Reason: s.whyEnded(a.ended), Person: personBehind(a)}
	if a.hx.fragment {
		form.Email = s.lastEmail(a)
		form.KeptFor = "The page behind this stays as it is."
		return view{status: http.StatusUnauthorized, part: components.Nothing(),
			beside: []beside{{components.Sel(components.DialogID), "innerHTML", components.SignInDialog(form)}}}
	}
	if a.Method == http.MethodPost {
		form.KeptFor = "Nothing was changed. Please try again after signing in."
		if form.Person != "" {
			form.Kept, form.KeptFor = keptFields(a), "What you typed is kept."
		}
		return view{status: http.StatusUnauthorized, bare: true, title: "Sign in", screen: components.SignInPage(form)}
	}
	next := a.URL.RequestURI()
	return view{goTo: "/login?" + url.Values{"next": {next}}.Encode()}
}

// personBehind is the number of the person whose page or session it is that asks for
// a sign-in, as far as anything tells.
func personBehind(a *ask) string {
	person := drawnFor(a)
	if person == 0 && !a.hx.fragment && a.ended != nil {
		person = a.ended.User
	}
	if person == 0 {
		return ""
	}
	return formatID(person)
}

// whyEnded explains why somebody has to sign in again.
func (s *server) whyEnded(e *store.Ended) string {
	if e == nil {
		return ""
	}
	switch e.Why {
	case store.EndedIdle:
		return "You were signed out after " + inWords(s.store.IdleTimeout()) + " without activity."
	case store.EndedAbsolute:
		return "You were signed out because you signed in more than " + inWords(s.store.AbsoluteTimeout()) + " ago."
	case store.EndedByAdmin:
		return "An administrator ended your session."
	case store.EndedByOwner:
		return "You ended this session from another device."
	case store.EndedDeactivated:
		return "Your account has been deactivated. Ask an administrator if this is a mistake."
	case store.EndedDeleted:
		return "Your account has been deleted. Ask an administrator if this is a mistake."
	case store.EndedFactor:
		return "An administrator removed the second factor of this account."
	case store.EndedPassword:
		return "The password of this account was changed."
	case store.EndedBySelf:
		return "You signed out."
	}
	return ""
}

// lastEmail is the address of the person whose session ended, if the session
// still says who that was: one thing less to type.
func (s *server) lastEmail(a *ask) string {
	if a.ended == nil || a.ended.User == 0 {
		return ""
	}
	u, err := s.store.User(a.Context(), store.Actor{Kind: store.Person, ID: a.ended.User}, a.ended.User)
	if err != nil {
		return ""
	}
	return u.Email
}
