package handlers

import (
	"errors"
	"net/http"

	"backoffice/components"
	"backoffice/store"
)

// linkURL is the address of a one-time link.
func (s *server) linkURL(a *ask, token string) string {
	return s.originOf(a) + "/link/" + token
}

// originOf is the address that people use: the one of the configuration, or else what
// was asked for.
func (s *server) originOf(a *ask) string {
	switch {
	case s.origin != "":
		return s.origin
	case s.secure:
		return "https://" + a.Host
	}
	return "http://" + a.Host
}

// link is where a one-time link leads. The scanners of mail servers open links:
// it changes nothing.
func (s *server) link(a *ask) (view, error) {
	l, u, err := s.store.OpenLink(a.Context(), a.actor, a.PathValue("token"))
	if err != nil {
		return s.linkOver(err)
	}
	switch l.Kind {
	case store.LinkAddress:
		return s.confirmPage(a, l, &u), nil
	case store.LinkAddressBack:
		return s.takeBackPage(a, l, &u), nil
	case store.LinkDevice:
		return s.devicePage(a, l, &u), nil
	}
	return s.linkPage(a, l, &u, nil), nil
}

// linkOver is what is shown for each link that is not good, whatever the reason.
func (s *server) linkOver(err error) (view, error) {
	if store.KindOf(err) != store.NotFound {
		return view{}, err
	}
	v := components.LinkOver{Brand: s.brand}
	if s.mail {
		v.Forgot = "/forgot"
	}
	return view{status: http.StatusGone, bare: true, hushed: true, title: "This link no longer works", screen: components.LinkOverPage(v)}, nil
}

// linkForm is the form behind a one-time link, without what it asks for.
func (s *server) linkForm(a *ask, l store.Link, u *store.User) components.LinkForm {
	_, ok := s.passkeySite(a)
	invited := l.Kind == store.LinkInvite
	return components.LinkForm{Brand: s.brand, Name: u.Name, Email: u.Email, Invited: invited, Action: a.URL.Path, Passkeys: ok && invited}
}

func (s *server) linkPage(a *ask, l store.Link, u *store.User, problems map[string]string) view {
	f := components.Field{ID: "link-password", Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password",
		Hint: passwordHint, Error: problems["password"], Required: true, Autofocus: true}
	form := s.linkForm(a, l, u)
	form.Fields = []components.Field{f}
	v := view{bare: true, hushed: true, title: "Choose a password", screen: components.LinkPage(form)}
	if problems != nil {
		v.status = http.StatusUnprocessableEntity
	}
	return v
}

// redeem does what a link is for.
func (s *server) redeem(a *ask) (view, error) {
	l, u, err := s.store.OpenLink(a.Context(), a.actor, a.PathValue("token"))
	if err != nil {
		return s.redeemPassword(a) // which counts a token that was wrong
	}
	switch l.Kind {
	case store.LinkAddress:
		return s.confirmAddress(a, l, &u)
	case store.LinkAddressBack:
		return s.takeBack(a, l)
	case store.LinkDevice:
		return s.endByLink(a, l, &u)
	}
	return s.redeemPassword(a)
}

// redeemPassword sets the password that was chosen, and signs in. Whoever was
// signed in in this browser is so no more.
func (s *server) redeemPassword(a *ask) (view, error) {
	switch {
	case a.PostFormValue("use") == "password":
		return s.link(a)
	case a.PostFormValue("use") == "passkey":
		return s.firstPasskey(a, nil)
	case a.PostFormValue("step") == string(components.AskPasskey):
		return s.acceptByPasskey(a)
	}
	token, password := a.PathValue("token"), a.PostFormValue("password")
	u, err := s.store.RedeemLink(a.Context(), a.actor, token, password)
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		l, u, err := s.store.OpenLink(a.Context(), a.actor, token)
		if err != nil {
			return s.linkOver(err)
		}
		return s.linkPage(a, l, &u, e.Fields), nil
	}
	if err != nil {
		return s.linkOver(err)
	}
	return s.enterBy(a, u.Email, password)
}

// enterBy signs somebody in who has just chosen this password. Where that is not
// enough, or not possible now, the sign-in page asks for the rest.
func (s *server) enterBy(a *ask, email, password string) (view, error) {
	if a.who != nil {
		if err := s.store.SignOut(a.Context(), a.actor); err != nil && store.KindOf(err) != store.Unauthenticated {
			return view{}, err
		}
	}
	who, err := s.store.SignIn(a.Context(), a.actor, email, password)
	var half *store.Halfway
	if errors.As(err, &half) {
		return s.askFactor(a, half)
	}
	if k := store.KindOf(err); k == store.Unauthenticated || k == store.Throttled {
		return view{goTo: "/login"}, nil
	}
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "Your password is set", Detail: "You are signed in."}
	return view{goTo: "/", toast: toast, hushed: true}, s.beginSession(a, who)
}

// forgotForm asks for an address.
func (s *server) forgotForm(a *ask) (view, error) {
	return s.forgotPage(a, ""), nil
}

func (s *server) forgotPage(a *ask, problem string) view {
	form := components.ForgotForm{Brand: s.brand, NoMail: !s.mail, Sent: s.mail && a.URL.Query().Get("sent") != ""}
	form.Email = components.Field{ID: "forgot-email", Name: "email", Label: "E-mail", Type: "email", Autocomplete: "username", Required: true,
		Autofocus: true, MaxLength: 254, Value: a.PostFormValue("email"), Error: problem}
	v := view{bare: true, title: "Forgot your password?", screen: components.ForgotPage(form)}
	if problem != "" {
		v.status = http.StatusUnprocessableEntity
	}
	return v
}

// forgot has a link sent, if there is anybody to send it to: the answer does not
// say, and does not wait for it.
func (s *server) forgot(a *ask) (view, error) {
	if !s.mail {
		return view{goTo: "/forgot"}, nil
	}
	err := s.store.ForgotPassword(a.Context(), a.actor, a.PostFormValue("email"), func(err error) {
		if err != nil {
			s.log.Error("a link for a new password was not made", "id", a.id, "cause", err.Error())
		}
	})
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		return s.forgotPage(a, e.Fields["email"]), nil
	}
	return view{goTo: "/forgot?sent=1"}, err
}
