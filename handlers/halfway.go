package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// sessionHalfway is where the session keeps whose password was right, while the
// code is waited for.
const sessionHalfway = "halfway"

// askCode goes on with a sign-in that needs a second factor, on the page and in the
// dialog alike. Nobody is signed in by it: the session remembers under a new token
// who is halfway.
func (s *server) askCode(a *ask, h *store.Halfway) (view, error) {
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	kept := strings.Join([]string{formatID(h.User), formatID(h.At.UnixMilli()), h.Mark}, " ")
	s.sessions.Put(a.Context(), sessionHalfway, kept)
	form := s.sentForm(a)
	form.Step = components.AskCode
	return s.formAgain(a, form, nil), nil
}

// halfway is whose password was right; nobody's when there is none such.
func (s *server) halfway(a *ask) store.Halfway {
	parts := strings.Split(s.sessions.GetString(a.Context(), sessionHalfway), " ")
	if len(parts) != 3 {
		return store.Halfway{}
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return store.Halfway{}
	}
	return store.Halfway{User: parseID(parts[0]), At: time.UnixMilli(at), Mark: parts[2]}
}

// codeForm is the second step as a page, for somebody who loads it again.
func (s *server) codeForm(a *ask) (view, error) {
	if a.who != nil || s.halfway(a).User == 0 {
		return view{goTo: "/login"}, nil
	}
	return s.formAgain(a, components.SignIn{Brand: s.brand, Step: components.AskCode}, nil), nil
}

// loginCode is the second step of a sign-in, or another way to take it.
func (s *server) loginCode(a *ask) (view, error) {
	form := s.sentForm(a)
	if use := a.PostFormValue("use"); use != "" {
		form.Step = stepOf(use)
		return s.formAgain(a, form, nil), nil
	}
	who, err := s.store.SignInByCode(a.Context(), a.actor, s.halfway(a), a.PostFormValue("code"))
	switch store.KindOf(err) {
	case "":
		v, err := s.signedIn(a, who)
		if err == nil && who.SignIn.Factor == store.ByRecovery {
			v.toast, err = s.codesLeft(a)
		}
		return v, err
	case store.Unauthenticated:
		s.sessions.Remove(a.Context(), sessionHalfway)
		return s.formAgain(a, form, err), nil
	case store.Invalid, store.Throttled:
		form.Step = stepOf(a.PostFormValue("step"))
		return s.formAgain(a, form, err), nil
	}
	return view{}, err
}

// codesLeft tells somebody who has used a recovery code how many are left.
func (s *server) codesLeft(a *ask) (*components.Toast, error) {
	f, err := s.store.Factors(a.Context(), a.actor, a.actor.ID)
	t := &components.Toast{Tone: "info", Title: count(f.Codes, "recovery code", "recovery codes") + " left", Detail: "The one you used does not work again."}
	if f.Codes <= store.FewRecoveryCodes {
		t.Tone, t.Detail = "bad", "Make new ones on your account page, before they run out."
	}
	return t, err
}

// stepOf reads what a form of the sign-in asks for.
func stepOf(s string) components.Step {
	switch step := components.Step(s); step {
	case components.AskCode, components.AskRecovery:
		return step
	case "password":
		return components.AskPassword
	}
	return components.AskCode
}

// sentForm is a form of the sign-in as it was sent, without what is secret.
func (s *server) sentForm(a *ask) components.SignIn {
	return components.SignIn{Brand: s.brand, Email: a.PostFormValue("email"), Next: a.PostFormValue("next"),
		Kept: rekeep(a.PostForm), Person: a.PostFormValue("person"), Remember: a.PostFormValue("remember") != ""}
}

// formAgain shows a form of the sign-in, with what was wrong with it.
func (s *server) formAgain(a *ask, form components.SignIn, wrong error) view {
	out := view{bare: !form.Again, title: "Sign in"}
	if form.Again {
		out.title = confirmTitle
	}
	if wrong != nil {
		v := s.errorView(&ask{Request: a.Request, id: a.id, note: a.note}, wrong)
		out.status, out.retry, form.Error = v.status, v.retry, whatIsWrong(wrong)
	}
	out.screen = components.SignInPage(form)
	if !a.hx.fragment {
		return out
	}
	out.part = components.SignInBox(form)
	if out.status == http.StatusUnauthorized {
		out.status = http.StatusUnprocessableEntity // 401 asks for the dialog, which is there already
	}
	return out
}

// whatIsWrong is the sentence of an error that is about the one secret of a form.
func whatIsWrong(err error) string {
	var e *store.Error
	if errors.As(err, &e) {
		for _, field := range []string{"code", "password"} {
			if e.Fields[field] != "" {
				return e.Fields[field]
			}
		}
	}
	return sentence(err)
}
