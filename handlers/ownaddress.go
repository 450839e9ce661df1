package handlers

import (
	"errors"
	"net/http"

	"backoffice/components"
	"backoffice/store"
)

// addressCard is one's own address, and the one that one has asked for.
func (s *server) addressCard(a *ask, problem string) (components.AddressCard, error) {
	v := components.AddressCard{Email: a.who.User.Email, NoMail: !s.mail, Action: "/account/address"}
	v.New = components.Field{ID: "address-email", Name: "email", Label: "New address", Type: "email", Autocomplete: "email", Required: true,
		MaxLength: 254, Value: a.PostFormValue("email"), Error: problem}
	asked, err := s.store.AskedAddress(a.Context(), a.actor)
	if err == nil && asked != nil {
		v.Asked, v.Until, v.Cancel = asked.Address, a.words.moment(asked.Expires), "/account/address/cancel"
	}
	return v, err
}

// askAddress asks for another address. What it says does not tell whose it is.
func (s *server) askAddress(a *ask) (view, error) {
	changed, err := s.store.AskAddress(a.Context(), a.actor, a.PostFormValue("email"))
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		return s.accountPage(a, e.Fields)
	}
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "Check your mail", Detail: "A mail with a link is on its way. Nothing changes until you open it and confirm."}
	switch {
	case changed:
		toast = &components.Toast{Tone: "ok", Title: "Address changed", Detail: "It is the same mailbox, written as you typed it."}
	case !s.mail:
		toast = &components.Toast{Tone: "info", Title: "The mail waits", Detail: "No mail is sent from here now. Nothing changes until it has come and you have confirmed."}
	}
	return view{goTo: "/account", toast: toast}, nil
}

// cancelAddress forgets the address that one has asked for.
func (s *server) cancelAddress(a *ask) (view, error) {
	there, err := s.store.CancelAddress(a.Context(), a.actor)
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "Your address stays as it is", Detail: "The link in the mail no longer works."}
	if !there {
		toast = &components.Toast{Tone: "info", Title: "Nothing to cancel", Detail: "No other address waits to be confirmed."}
	}
	return view{goTo: "/account", toast: toast}, nil
}

// actPage is where a link leads that has one thing done.
func (s *server) actPage(v components.LinkAct) view {
	v.Brand = s.brand
	return view{bare: true, hushed: true, title: v.Title, screen: components.LinkActPage(v)}
}

// confirmPage asks before the address changes. Who is not signed in has to be
// first; somebody else who is cannot.
func (s *server) confirmPage(a *ask, l store.Link, u *store.User) view {
	if a.who != nil && a.who.User.ID != u.ID {
		return s.actPage(components.LinkAct{Title: "This link is for another account", Action: "/logout", Submit: "Sign out",
			Lead: "You are signed in as " + a.who.User.Name + ". Sign out, and open the link in the mail again."})
	}
	v := components.LinkAct{Title: "Confirm your new address", Name: u.Name, Email: l.Address, Action: a.URL.Path, Submit: "Confirm this address",
		Lead: "You sign in with it from then on, and mails go there.", Notes: []string{"The address that you have now is told, and for three days can be put back from there.", "You stay signed in where you are."}}
	if a.who == nil {
		v.Submit, v.Notes = "Sign in and confirm", append([]string{"You are asked to sign in first, with the address that you have now."}, v.Notes...)
	}
	return s.actPage(v)
}

// confirmAddress gives somebody their new address. Who is not signed in signs in
// first, and confirms then.
func (s *server) confirmAddress(a *ask, l store.Link, u *store.User) (view, error) {
	if a.who == nil {
		form := components.SignIn{Brand: s.brand, Reason: s.whyEnded(a.ended), Kept: keptFields(a), KeptFor: "You confirm your new address after that.", Person: formatID(u.ID)}
		return view{status: http.StatusUnauthorized, bare: true, hushed: true, title: "Sign in", screen: components.SignInPage(form)}, nil
	}
	if a.who.User.ID != u.ID {
		return s.confirmPage(a, l, u), nil
	}
	if first := dutyOf(a); first != "" { // the link is good afterwards as well
		return view{goTo: first}, nil
	}
	if err := s.store.ConfirmAddress(a.Context(), a.actor, a.PathValue("token")); err != nil {
		return s.linkOver(err)
	}
	return view{goTo: "/account", hushed: true, toast: &components.Toast{Tone: "ok", Title: "Your address is changed", Detail: "You sign in with " + l.Address + " from now on."}}, nil
}

// takeBackPage asks before an account goes back to the address that it had.
func (s *server) takeBackPage(a *ask, l store.Link, u *store.User) view {
	return s.actPage(components.LinkAct{Title: "Take your account back?", Name: u.Name, Email: l.Address, Action: a.URL.Path, Submit: "Take the account back", Danger: true,
		Lead: "It was given another address than this one.",
		Notes: []string{"This address is put back.", "All sessions end, on all devices, and the current password stops working.",
			"You get a link here to choose a new one.", "If you expected the change, close this page: nothing happens."}})
}

// takeBack gives an account the address back that it had.
func (s *server) takeBack(a *ask, l store.Link) (view, error) {
	u, err := s.store.TakeAddressBack(a.Context(), a.actor, a.PathValue("token"))
	if err != nil {
		return s.linkOver(err)
	}
	if u.Email != l.Address {
		return s.actPage(notBack(l, &u)), nil
	}
	v := components.LinkAct{Title: "The account has your address again", Leave: "/login",
		Lead:  "A mail with a link for a new password is on its way to " + l.Address + ". The old password no longer works, and all sessions have ended.",
		Notes: []string{"If you are asked for codes that you do not have, ask an administrator to reset the second factor."}}
	if !s.mail {
		v.Lead = "The old password no longer works, and all sessions have ended. No mail is sent from here: ask an administrator for a link for a new password."
	}
	return s.actPage(v), nil
}

// notBack is what is left to do when somebody else has the address by now.
func notBack(l store.Link, u *store.User) components.LinkAct {
	v := components.LinkAct{Title: "Whoever had your account is out", Leave: "/login",
		Lead: "All sessions have ended, and the old password no longer works. But another account has " + l.Address + " by now, so your account could not be given this address again.",
		Notes: []string{"Your account is deactivated, so that nobody can use it.",
			"Ask an administrator: they can give it an address of yours, reactivate it and send you a link for a new password."}}
	if u.Status == store.Active { // the last administrator
		v.Notes = []string{"Ask whoever runs the server: on the command line they can give your account an address of yours and set a new password."}
	}
	return v
}

// devicePage asks before a sign-in ends that a mail told of.
func (s *server) devicePage(a *ask, l store.Link, u *store.User) view {
	name, _ := device(l.SignIn.Agent)
	return s.actPage(components.LinkAct{Title: "Was this you?", Name: u.Name, Action: a.URL.Path, Submit: "It was not me: end this session", Danger: true,
		Lead:  "Somebody signed in to your account with a device that it had not been seen with.",
		Facts: []components.Fact{{Label: "Device", Text: name}, {Label: "From", Text: l.SignIn.Address}, {Label: "Signed in", When: a.words.moment(l.SignIn.Started)}},
		Notes: []string{"You stay signed in elsewhere.", "If it was you, close this page: nothing happens."}})
}

// endByLink ends a sign-in that a mail told of, and offers a new password.
func (s *server) endByLink(a *ask, l store.Link, u *store.User) (view, error) {
	if err := s.store.EndByLink(a.Context(), a.actor, a.PathValue("token")); err != nil {
		return s.linkOver(err)
	}
	v := components.LinkAct{Title: "The session has ended", Leave: "/login",
		Lead: "If it was not you, somebody knows your password: choose a new one. The others of your sessions end with that as well."}
	switch {
	case !s.mail:
		v.Notes = []string{"No mail is sent from here: change it on your account page, or ask an administrator for a link."}
	case !l.Reaches(u):
		v.Notes = []string{"Your account has another address by now. If that was not you either, use the link in the mail about it, or ask an administrator."}
	default:
		v.Action, v.Submit, v.Email = "/forgot", "Send me a link for a new password", u.Email
		v.Hidden = []components.Hidden{{Name: "email", Value: u.Email}}
	}
	return s.actPage(v), nil
}
