package handlers

import (
	"net/http"
	"strconv"

	"backoffice/components"
	"backoffice/store"
)

// browserCookie is the name of the cookie of a browser that somebody is remembered
// in. It is no session: it makes nobody signed in.
func (s *server) browserCookie() string {
	if s.secure {
		return "__Host-backoffice-browser"
	}
	return "backoffice-browser"
}

// shownBy is what a browser shows of those who are remembered in it.
func (s *server) shownBy(r *http.Request) string {
	c, err := r.Cookie(s.browserCookie())
	if err != nil {
		return ""
	}
	return c.Value
}

// writeBrowser sets the cookie of a browser in which somebody has just asked to
// be remembered, and of one that is asked for a passkey. No other site gets to send them.
func (s *server) writeBrowser(w http.ResponseWriter, a *ask) {
	if a.carries != nil {
		http.SetCookie(w, a.carries)
	}
	if a.shows == "" {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: s.browserCookie(), Value: a.shows, Path: "/", MaxAge: int(store.RememberFor.Seconds()),
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// rememberBrowser remembers the browser that somebody has signed in with, if they
// ticked the box.
func (s *server) rememberBrowser(a *ask) (err error) {
	if a.PostFormValue("remember") == "" {
		return nil
	}
	a.shows, err = s.store.RememberBrowser(a.Context(), a.actor)
	return err
}

// browserList is where one is remembered.
func (s *server) browserList(a *ask) ([]components.Browser, error) {
	all, err := s.store.Browsers(a.Context(), a.actor)
	var out []components.Browser
	for _, b := range all {
		one := components.Browser{ID: b.ID, Address: b.Address, Seen: a.words.moment(b.Seen), This: b.This,
			Until: b.Made.Add(store.RememberFor).In(s.location).Format("2 January 2006")}
		one.Device, one.Icon = device(b.Agent)
		out = append(out, one)
	}
	return out, err
}

// forgetBrowser forgets one of the browsers that one is remembered in.
func (s *server) forgetBrowser(a *ask) (view, error) {
	there, err := s.store.ForgetBrowser(a.Context(), a.actor, parseID(a.PostFormValue("browser")))
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "Browser forgotten", Detail: "It is slowed down like any other when others guess your password."}
	if !there {
		toast = &components.Toast{Tone: "info", Title: "Nothing to forget", Detail: "This browser was forgotten already."}
	}
	if !a.hx.fragment {
		return view{goTo: "/account", toast: toast}, nil
	}
	list, err := s.browserList(a)
	return view{part: components.BrowsersView(list), toast: toast}, err
}

// slowed is what stands on a person's page while tries to sign in as them are
// slowed down; nil when they are not.
func (s *server) slowed(a *ask, u *store.User) (*components.Slowed, error) {
	slow, err := s.store.Slowdown(a.Context(), a.actor, u)
	if err != nil || slow.Failures == 0 {
		return nil, err
	}
	v := &components.Slowed{Person: u.Name, Failures: count(slow.Failures, "failed try", "failed tries"), Last: a.words.moment(slow.Last)}
	if wait := slow.Next.Sub(a.words.now); wait > 0 {
		v.Wait = inWords(wait)
	}
	trail, err := s.store.Trail(a.Context(), a.actor, store.TrailQuery{Target: u.ID, Act: string(store.ActSignIn), Outcome: store.Failure, Limit: 1})
	if err == nil && len(trail.Entries) > 0 {
		v.From = trail.Entries[0].Address
	}
	if a.can(store.ActLift, u.On()) {
		v.Lift = "/users/" + strconv.FormatInt(u.ID, 10) + "/lift"
	}
	return v, err
}

// lift forgets the failed tries to sign in as a person.
func (s *server) lift(a *ask) (view, error) {
	n, err := s.store.Lift(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "Sign-in is no longer slowed down", Detail: count(n, "failed try", "failed tries") + " forgotten. A network that tries many accounts stays slowed down."}
	if n == 0 {
		toast = &components.Toast{Tone: "info", Title: "Nothing to lift", Detail: "Sign-in was no longer slowed down."}
	}
	if !a.hx.fragment {
		return view{goTo: "/users/" + formatID(a.pathID()), toast: toast}, nil
	}
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	screen, err := s.userScreen(a, &u, tabOf(a))
	return view{part: screen, toast: toast}, err
}
