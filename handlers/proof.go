package handlers

import (
	"net/http"

	"backoffice/components"
	"backoffice/store"
)

const confirmTitle = "Confirm it’s you"

// mustProve is the answer to an act for which the last proof is too old. It is
// mustSignIn for somebody who is signed in: the same dialog over the same page, and
// the very same request runs once they have proved it, or the form is kept.
func (s *server) mustProve(a *ask) view {
	form, err := s.proofForm(a, "")
	if err != nil {
		return s.errorView(a, err)
	}
	form.Reason = "You last proved who you are more than " + inWords(store.ProofLasts) + " ago."
	form.Person = formatID(a.who.User.ID)
	if a.hx.fragment {
		form.KeptFor = "What you asked for runs as soon as you confirm."
		return view{status: http.StatusUnauthorized, part: components.Nothing(),
			beside: []beside{{components.Sel(components.DialogID), "innerHTML", components.SignInDialog(form)}}}
	}
	if a.Method == http.MethodPost {
		form.Kept = keptFields(a)
		form.KeptFor = "What you asked for is kept."
	} else {
		form.Next = a.URL.RequestURI()
	}
	return view{status: http.StatusUnauthorized, title: confirmTitle, screen: components.SignInPage(form)}
}

// proofForm asks somebody who has a second factor for it, and else for the password.
func (s *server) proofForm(a *ask, chosen components.Step) (components.SignIn, error) {
	form := s.sentForm(a)
	form.Again, form.Email = true, a.who.User.Email
	if !a.who.HasFactor() {
		return form, nil
	}
	err := s.askFor(a, &form, store.PasskeyProof, store.Halfway{App: a.who.HasApp, Passkey: a.who.Passkeys > 0}, chosen)
	return form, err
}

// prove takes the proof, or shows another way to give it.
func (s *server) prove(a *ask) (view, error) {
	if use := a.PostFormValue("use"); use != "" {
		form, err := s.proofForm(a, stepOf(use))
		return s.formAgain(a, form, nil), err
	}
	err := s.takeProof(a)
	if store.KindOf(err) == store.Invalid || refusedAtDoor(err) && store.KindOf(err) != store.Unauthenticated {
		form, failed := s.proofForm(a, stepOf(a.PostFormValue("step")))
		form.Passkey.Now = false
		return s.formAgain(a, form, err), failed
	}
	if err != nil {
		return view{}, err
	}
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	if a.hx.fragment {
		return s.signedInAgain(a, *a.who), nil
	}
	kept := readKept(a)
	if kept.Action != "" && a.PostFormValue("person") != formatID(a.who.User.ID) {
		return startOver(a), nil
	}
	if kept.Action != "" {
		kept.Title = "Thank you, " + a.who.User.Name
		kept.Lead = "What you asked for has not been done yet. Nothing is lost."
		return view{title: kept.Title, screen: components.KeptPage(kept)}, nil
	}
	return view{goTo: safeNext(a.PostFormValue("next"))}, nil
}

func (s *server) takeProof(a *ask) error {
	if a.PostFormValue("step") != string(components.AskPasskey) {
		return s.store.Prove(a.Context(), a.actor, a.PostFormValue("password"), a.PostFormValue("code"))
	}
	site, _ := s.passkeySite(a)
	return s.store.ProveByPasskey(a.Context(), a.actor, site, s.takeChallenge(a, store.PasskeyProof), a.PostFormValue("credential"))
}
