package handlers

import (
	"slices"

	"backoffice/components"
	"backoffice/store"
)

// security is the page of who needs a second factor.
func (s *server) security(a *ask) (view, error) {
	since, err := s.store.RequiredFactors(a.Context(), a.actor)
	if err != nil {
		return view{}, err
	}
	v := components.SecurityView{Grace: count(int(store.FactorGrace.Hours()/24), "day", "days")}
	for _, r := range store.Roles() {
		at, required := since[r]
		p := components.RolePolicy{Key: string(r), Label: r.Label(), Required: required}
		if required {
			p.Note = "Since " + at.In(s.location).Format("2 January 2006") + "."
		}
		v.Roles = append(v.Roles, p)
	}
	if a.can(store.ActEndEverybody, nil) {
		v.Everybody = "/sessions/end-all"
	}
	return view{title: "Security", screen: components.SecurityPage(v)}, nil
}

// saveSecurity says who needs a second factor from now on.
func (s *server) saveSecurity(a *ask) (view, error) {
	roles := slices.DeleteFunc(store.Roles(), func(r store.Role) bool { return a.PostFormValue("factor."+string(r)) != "required" })
	changed, err := s.store.RequireFactors(a.Context(), a.actor, roles)
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "Saved", Detail: "It takes effect at the next sign-in."}
	if !changed {
		toast = &components.Toast{Tone: "info", Title: "Nothing to change"}
	}
	return view{goTo: "/security", toast: toast}, nil
}

// confirmResetFactors asks before somebody's factors are taken away.
func (s *server) confirmResetFactors(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	c := components.Confirm{Title: "Reset the second factor of " + u.Name + "?", Action: a.URL.Path, Submit: "Reset it", Danger: true,
		Body: []string{"Their authenticator app, their passkeys and their recovery codes stop working, and they are signed out everywhere.",
			"Whoever has their password gets in from then on. Make sure that it is really them who asked."},
		Cancel: "/users/" + formatID(u.ID) + "/sessions", TargetID: components.MainID}
	if !u.HasPassword {
		c.Body[1] = "They have no password: only a link for a new one lets them in from then on. Make sure that it is really them who asked."
	}
	return view{title: c.Title, screen: components.ConfirmPage(c), part: components.ConfirmDialog(c)}, nil
}

func (s *server) resetFactors(a *ask) (view, error) {
	if err := s.store.ResetFactors(a.Context(), a.actor, a.pathID()); err != nil {
		return view{}, err
	}
	return view{goTo: "/users/" + formatID(a.pathID()) + "/sessions",
		toast: &components.Toast{Tone: "ok", Title: "Second factor reset", Detail: "They are signed out everywhere."}}, nil
}
