package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// account is one's own account. It is all that a member sees.
func (s *server) account(a *ask) (view, error) { return s.accountPage(a, nil) }

func (s *server) accountPage(a *ask, problems map[string]string) (view, error) {
	u := &a.who.User
	v := components.AccountView{Name: u.Name, Email: u.Email, Avatar: avatar(u), RoleName: u.Role.Label(), Facts: ownFacts(a, u), Looks: a.seeing() != nil}
	v.Password = components.PasswordForm{Forced: u.MustChangePassword && !v.Looks, None: !u.HasPassword, Mail: s.mail}
	for _, f := range []components.Field{
		{Name: "current", Label: "Current password", Autocomplete: "current-password"},
		{Name: "password", Label: "New password", Autocomplete: "new-password", Hint: passwordHint},
		{Name: "repeat", Label: "New password again", Autocomplete: "new-password"},
	} {
		f.ID, f.Type, f.Required, f.Error = "password-"+f.Name, "password", true, problems[f.Name]
		v.Password.Fields = append(v.Password.Fields, f)
	}
	var err error
	if v.Address, err = s.addressCard(a, problems["email"]); err != nil {
		return view{}, err
	}
	if v.Factor, err = s.factorCard(a, u); err != nil {
		return view{}, err
	}
	if v.Sessions, err = s.sessionList(a, u); err != nil {
		return view{}, err
	}
	if a.FormValue("factor") == "changed" && !v.Looks {
		if v.Others, err = s.otherSessions(a); err != nil {
			return view{}, err
		}
	}
	if v.Browsers, err = s.browserList(a); err != nil {
		return view{}, err
	}
	if v.History, err = s.ownTimeline(a, store.TrailQuery{Limit: ownNewest}); err != nil {
		return view{}, err
	}
	if v.History.OlderHref != "" {
		v.AllHref, v.History.OlderHref = "/account/history", "" // this page has no pages
	}
	out := view{title: "Your account", screen: components.AccountPage(v)}
	if problems != nil {
		out.status = http.StatusUnprocessableEntity
	}
	return out, nil
}

func ownFacts(a *ask, u *store.User) []components.Fact {
	out := facts(a, u)
	if u.Phone != "" {
		out = append(out, components.Fact{Label: "Phone", Text: u.Phone})
	}
	return out
}

// changePassword sets a new password. The session goes on under a new token;
// all other sign-ins of the person end.
func (s *server) changePassword(a *ask) (view, error) {
	current, next := a.PostFormValue("current"), a.PostFormValue("password")
	if next != a.PostFormValue("repeat") {
		return s.accountPage(a, map[string]string{"repeat": "This is not the same as above."})
	}
	err := s.store.ChangeOwnPassword(a.Context(), a.actor, current, next)
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		return s.accountPage(a, e.Fields)
	}
	if err != nil {
		return view{}, err
	}
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	return view{goTo: "/account", toast: &components.Toast{Tone: "ok", Title: "Password changed", Detail: "Your other sessions have ended."}}, nil
}

func (s *server) endOwnSession(a *ask) (view, error) {
	n, err := s.store.EndSignIn(a.Context(), a.actor, a.actor.ID, parseID(a.PostFormValue("session")))
	if err != nil {
		return view{}, err
	}
	return s.ownSessionsEnded(a, n)
}

func (s *server) endOwnOthers(a *ask) (view, error) {
	n, err := s.store.EndSignIns(a.Context(), a.actor, a.actor.ID, a.actor.SignIn)
	if err != nil {
		return view{}, err
	}
	return s.ownSessionsEnded(a, n)
}

func (s *server) ownSessionsEnded(a *ask, n int) (view, error) {
	if !a.hx.fragment {
		return view{goTo: "/account", toast: &components.Toast{Tone: "ok", Title: count(n, "session", "sessions") + " ended"}}, nil
	}
	return s.sessionsEnded(a, a.actor.ID, n)
}

func parseID(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// warnBefore is how long before the idle time-out somebody is warned.
func (s *server) warnBefore() time.Duration { return min(2*time.Minute, s.store.IdleTimeout()/4) }

// idleBox wakes when a warning is due, with so much time left.
func (s *server) idleBox(left time.Duration) components.IdleBox {
	if wait := left - s.warnBefore(); wait > 0 {
		return components.IdleBox{Wake: interval(wait)}
	}
	return components.IdleBox{Warn: true, Left: inWords(left), Wake: interval(left + time.Second)}
}

// interval is a length of time as htmx reads it.
func interval(d time.Duration) string {
	return strconv.Itoa(int(max(d, 100*time.Millisecond).Milliseconds())) + "ms"
}

// idle tells a waiting page how much time is left. Asking is no activity.
func (s *server) idle(a *ask) (view, error) {
	if !a.hx.fragment {
		return view{goTo: "/account"}, nil
	}
	left := a.who.SignIn.LastSeen.Add(s.store.IdleTimeout()).Sub(a.words.now)
	return view{part: components.IdleCheck(s.idleBox(left))}, nil
}

// stay is "stay signed in": that it was asked is the sign of life.
func (s *server) stay(a *ask) (view, error) {
	if !a.hx.fragment {
		return view{goTo: backTo(a, "/")}, nil
	}
	return view{part: components.IdleCheck(s.idleBox(s.store.IdleTimeout()))}, nil
}
