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
	form := s.proofForm(a)
	form.Reason = "You last proved who you are more than " + inWords(store.ProofLasts) + " ago."
	if a.hx.fragment {
		form.Person = formatID(a.who.User.ID)
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

// proofForm asks for a code of somebody who has an authenticator app, and else for
// the password.
func (s *server) proofForm(a *ask) components.SignIn {
	form := s.sentForm(a)
	form.Again, form.Email = true, a.who.User.Email
	if a.who.HasApp {
		form.Step = components.AskCode
	}
	return form
}

// prove takes the proof, or shows another way to give it.
func (s *server) prove(a *ask) (view, error) {
	form := s.proofForm(a)
	if a.who.HasApp {
		form.Step = stepOf(a.PostFormValue("step"))
	}
	if use := a.PostFormValue("use"); use != "" && a.who.HasApp {
		form.Step = stepOf(use)
		return s.formAgain(a, form, nil), nil
	}
	err := s.store.Prove(a.Context(), a.actor, a.PostFormValue("password"), a.PostFormValue("code"))
	if store.KindOf(err) == store.Invalid || refusedAtDoor(err) && store.KindOf(err) != store.Unauthenticated {
		return s.formAgain(a, form, err), nil
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
	if kept := readKept(a); kept.Action != "" {
		kept.Title = "Thank you, " + a.who.User.Name
		kept.Lead = "What you asked for has not been done yet. Nothing is lost."
		return view{title: kept.Title, screen: components.KeptPage(kept)}, nil
	}
	return view{goTo: safeNext(a.PostFormValue("next"))}, nil
}
