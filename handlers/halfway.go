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

// askFactor goes on with a sign-in that needs a second factor, on the page and in the
// dialog alike. Nobody is signed in by it: the session remembers under a new token
// who is halfway.
func (s *server) askFactor(a *ask, h *store.Halfway) (view, error) {
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	kept := []string{formatID(h.User), formatID(h.At.UnixMilli()), h.Mark, ways(h.App, h.Passkey)}
	s.sessions.Put(a.Context(), sessionHalfway, strings.Join(kept, " "))
	form := s.sentForm(a)
	err := s.askFor(a, &form, store.PasskeySecond, *h, "")
	return s.formAgain(a, form, nil), err
}

// ways is what somebody has besides recovery codes, as the session keeps it.
func ways(app, passkey bool) string {
	return "ways" + map[bool]string{true: "-app"}[app] + map[bool]string{true: "-passkey"}[passkey]
}

// halfway is whose password was right; nobody's when there is none such.
func (s *server) halfway(a *ask) store.Halfway {
	parts := strings.Split(s.sessions.GetString(a.Context(), sessionHalfway), " ")
	if len(parts) != 4 {
		return store.Halfway{}
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return store.Halfway{}
	}
	return store.Halfway{User: parseID(parts[0]), At: time.UnixMilli(at), Mark: parts[2],
		App: strings.Contains(parts[3], "-app"), Passkey: strings.Contains(parts[3], "-passkey")}
}

// askFor makes a form ask for the step that was chosen, or for the first of the ways
// that there are: a passkey, which cannot be told to anybody else, before a code.
func (s *server) askFor(a *ask, form *components.SignIn, use store.PasskeyUse, h store.Halfway, chosen components.Step) error {
	form.App, form.Passkeys = h.App, h.Passkey
	if chosen == "" && h.Passkey || chosen == components.AskPasskey {
		form.Step = components.AskPasskey
		err := s.askPasskey(a, form, use, h)
		if err != nil || form.Passkey.Options != "" || chosen != "" {
			return err
		}
	}
	switch {
	case chosen != "" && chosen != components.AskPasskey:
		form.Step = chosen
	case h.App:
		form.Step = components.AskCode
	default:
		form.Step = components.AskRecovery
	}
	return nil
}

// codeForm is the second step as a page, for somebody who loads it again.
func (s *server) codeForm(a *ask) (view, error) {
	h := s.halfway(a)
	if a.who != nil || h.User == 0 {
		return view{goTo: "/login"}, nil
	}
	form := components.SignIn{Brand: s.brand}
	err := s.askFor(a, &form, store.PasskeySecond, h, "")
	return s.formAgain(a, form, nil), err
}

// loginCode is the second step of a sign-in, or another way to take it.
func (s *server) loginCode(a *ask) (view, error) {
	form, h := s.sentForm(a), s.halfway(a)
	if use := a.PostFormValue("use"); use != "" {
		if use == "password" {
			return s.formAgain(a, form, nil), nil
		}
		if h.User == 0 && !a.hx.fragment {
			return view{goTo: "/login"}, nil
		}
		if h.User == 0 { // the dialog begins anew
			return s.formAgain(a, form, store.ErrStartOver), nil
		}
		err := s.askFor(a, &form, store.PasskeySecond, h, stepOf(use))
		return s.formAgain(a, form, nil), err
	}
	who, err := s.secondStep(a, h)
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
		failed := s.askFor(a, &form, store.PasskeySecond, h, stepOf(a.PostFormValue("step")))
		form.Passkey.Now = false
		return s.formAgain(a, form, err), failed
	}
	return view{}, err
}

func (s *server) secondStep(a *ask, h store.Halfway) (store.Whoever, error) {
	if a.PostFormValue("step") != string(components.AskPasskey) {
		return s.store.SignInByCode(a.Context(), a.actor, h, a.PostFormValue("code"))
	}
	site, _ := s.passkeySite(a)
	return s.store.SignInBySecondPasskey(a.Context(), a.actor, h, site, s.takeChallenge(a, store.PasskeySecond), a.PostFormValue("credential"))
}

// codesLeft tells somebody who has used a recovery code how many are left.
func (s *server) codesLeft(a *ask) (*components.Toast, error) {
	f, err := s.store.Factors(a.Context(), a.actor, a.actor.ID)
	t := &components.Toast{Tone: "info", Title: count(f.Codes, "recovery code", "recovery codes") + " left", Detail: "The one you used does not work again."}
	if f.Codes <= store.FewRecoveryCodes {
		t.Tone, t.Detail = "bad", "Create new ones on your account page before you use the last."
	}
	return t, err
}

// stepOf reads what a form of the sign-in asks for; "" is whatever there is.
func stepOf(s string) components.Step {
	switch step := components.Step(s); step {
	case components.AskCode, components.AskRecovery, components.AskPasskey:
		return step
	}
	return ""
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
		for _, field := range []string{"code", "password", "credential"} {
			if e.Fields[field] != "" {
				return e.Fields[field]
			}
		}
	}
	return sentence(err)
}
