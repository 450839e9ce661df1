package handlers

import (
	"net/http"

	"backoffice/components"
	"backoffice/store"
)

// firstPasskey asks somebody who is invited for a passkey in place of a password.
func (s *server) firstPasskey(a *ask, wrong error) (view, error) {
	site, ok := s.passkeySite(a)
	if !ok {
		return s.link(a)
	}
	token := a.PathValue("token")
	l, u, err := s.store.OpenLink(a.Context(), a.actor, token)
	if err != nil {
		return s.linkOver(err)
	}
	asked, err := s.store.AskFirstPasskey(a.Context(), a.actor, token, site)
	if err != nil {
		return s.linkOver(err)
	}
	if err := s.keepChallenge(a, asked.Challenge); err != nil {
		return view{}, err
	}
	form := s.linkForm(a, l, &u)
	form.Passkey = components.PasskeyAsk{Options: asked.Options, New: true, Site: site.Origin}
	v := view{bare: true, hushed: true, title: "Create a passkey"}
	if wrong != nil {
		v.status, form.Error = http.StatusUnprocessableEntity, whatIsWrong(wrong)
	}
	v.screen = components.LinkPage(form)
	return v, nil
}

// acceptByPasskey takes an invitation by the passkey that was made, and shows the
// recovery codes this once. To sign in with the passkey comes next: it shows that it
// works. Whoever was signed in in this browser is so no more.
func (s *server) acceptByPasskey(a *ask) (view, error) {
	site, _ := s.passkeySite(a)
	name, _ := device(a.actor.Agent)
	codes, err := s.store.AcceptByPasskey(a.Context(), a.actor, a.PathValue("token"), site, s.takeChallenge(a, store.PasskeyFirst),
		store.NewPasskey{Answer: a.PostFormValue("credential"), Device: name})
	if store.KindOf(err) == store.Invalid {
		return s.firstPasskey(a, err)
	}
	if err != nil {
		return s.linkOver(err)
	}
	if a.who != nil {
		if _, err := s.logout(a); err != nil && store.KindOf(err) != store.Unauthenticated {
			return view{}, err
		}
	}
	v := components.RecoveryCodes{Title: "Your passkey is set", Codes: codes, Next: "/login",
		Lead: "You sign in with it next. Should it ever be lost, a link lets you choose a password, and one of these codes comes after it. Each works once."}
	return view{bare: true, hushed: true, title: v.Title, screen: components.RecoveryCodesPage(v)}, nil
}
