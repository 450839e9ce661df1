package handlers

import (
	"context"

	"backoffice/components"
	"backoffice/store"
)

// Ways for somebody new to come in, as the form of a new person has them.
const (
	entryMail     = "mail"     // a link by mail
	entryLink     = "link"     // a link to hand over
	entryPassword = "password" // a password that is set for them
)

// entryField asks how somebody new comes in.
func (s *server) entryField(chosen string) components.Field {
	f := components.Field{ID: "user-entry", Name: "entry", Label: "How they sign in", Type: "select"}
	options := []components.Option{{Value: entryPassword, Label: "With a first password that you set"}, {Value: entryLink, Label: "By an invitation link that you hand over"}}
	if s.mail {
		options = append([]components.Option{{Value: entryMail, Label: "By an invitation that is sent to them"}}, options...)
	}
	for i := range options {
		options[i].Selected = options[i].Value == chosen || chosen == "" && i == 0
	}
	f.Options = options
	return f
}

// inviteUser adds somebody who chooses their password by a link.
func (s *server) inviteUser(a *ask, n store.NewUser, byMail bool) (view, error) {
	l, c, err := s.store.InviteUser(a.Context(), a.actor, n, byMail)
	if err != nil {
		return view{}, err
	}
	if !byMail {
		return s.newLinkView(a, l), nil
	}
	return view{goTo: "/users/" + formatID(c.User.ID),
		toast: &components.Toast{Tone: "ok", Title: c.User.Name + " invited", Detail: "An invitation is on its way to " + c.User.Email + "."}}, nil
}

// byMail reports whether a link is to go by mail.
func (s *server) byMail(a *ask) bool { return s.mail && a.PostFormValue("how") == entryMail }

// invite makes a new link for somebody who has not come yet.
func (s *server) invite(a *ask) (view, error) {
	l, err := s.store.Invite(a.Context(), a.actor, a.pathID(), s.byMail(a))
	if err != nil {
		return view{}, err
	}
	return s.linkMade(a, l, "Invitation sent")
}

// revokeInvite makes the link of an invitation useless.
func (s *server) revokeInvite(a *ask) (view, error) {
	if err := s.store.RevokeInvite(a.Context(), a.actor, a.pathID()); err != nil {
		return view{}, err
	}
	return s.backToPerson(a, a.pathID(), &components.Toast{Tone: "ok", Title: "Invitation revoked", Detail: "Its link no longer works."})
}

// confirmReset asks how somebody is to get a link for a new password.
func (s *server) confirmReset(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	if !a.can(store.ActResetPassword, u.On()) {
		return view{}, s.refuse(a, store.ActResetPassword, u.Name+" ranks too high for you to change.")
	}
	c := components.Confirm{Title: "New password for " + u.Name, Action: a.URL.Path, Cancel: "/users/" + formatID(u.ID), TargetID: components.MainID,
		Body: []string{"They get a link to choose a new password. It works once, for an hour; an earlier link no longer works.",
			"Until then their old password works, and they stay signed in, unless you stop it now."},
		Check: &components.Field{ID: "reset-stop", Name: "stop", Type: "checkbox", Label: "Sign them out everywhere and stop the old password now",
			Hint: "For a password that somebody else may know. They are told by mail. Passkeys and second factors stay; you find those under Sessions."},
		Submit: "Make a link", Name: "how", Value: entryLink}
	if s.mail {
		c.Submit, c.Value = "Send the link to "+u.Email, entryMail
		c.Other = &components.Option{Value: entryLink, Label: "Make a link to hand over"}
	}
	return view{title: c.Title, screen: components.ConfirmPage(c), part: components.ConfirmDialog(c)}, nil
}

// resetLink makes a link by which somebody chooses a new password, and stops the old
// one if that is asked for.
func (s *server) resetLink(a *ask) (view, error) {
	if a.PostFormValue("stop") != "" {
		l, err := s.store.StopPassword(a.Context(), a.actor, a.pathID(), s.byMail(a))
		if err != nil {
			return view{}, err
		}
		return s.linkMade(a, l, "Signed out, and link sent")
	}
	l, err := s.store.ResetLink(a.Context(), a.actor, a.pathID(), s.byMail(a))
	if err != nil {
		return view{}, err
	}
	return s.linkMade(a, l, "Link sent")
}

// mustChange has somebody choose a new password before anything else, or no longer.
func (s *server) mustChange(a *ask) (view, error) {
	return s.carryOut(a, func(ctx context.Context, actor store.Actor, id int64) (store.Change, error) {
		return s.store.RequireNewPassword(ctx, actor, id, a.PostFormValue("must") != "")
	})
}

// linkMade shows a link to hand over, or says that it is on its way.
func (s *server) linkMade(a *ask, l store.NewLink, sent string) (view, error) {
	if l.Token != "" {
		return s.newLinkView(a, l), nil
	}
	return s.backToPerson(a, l.User.ID, &components.Toast{Tone: "ok", Title: sent, Detail: "It is on its way to " + l.User.Email + "."})
}

// newLinkView shows a link this once. No session keeps it for another page: the
// token lies nowhere but in this answer.
func (s *server) newLinkView(a *ask, l store.NewLink) view {
	v := components.NewLinkView{Title: "New password for " + l.User.Name, Person: l.User.Name, URL: s.linkURL(a, l.Token),
		Until: a.words.moment(l.Link.Expires), Back: "/users/" + formatID(l.User.ID), Again: "If it gets lost, make another one: this one then stops working."}
	if l.Link.Kind == store.LinkInvite {
		v.Title = "Invitation for " + l.User.Name
	}
	return view{title: v.Title, screen: components.NewLinkPage(v), hushed: true, beside: []beside{closeDialog()}}
}

// backToPerson shows a person's page, or their row, as it is now.
func (s *server) backToPerson(a *ask, id int64, toast *components.Toast) (view, error) {
	v := view{toast: toast, goTo: "/users/" + formatID(id)}
	if !a.hx.fragment {
		return v, nil
	}
	u, err := s.store.User(a.Context(), a.actor, id)
	if err != nil {
		return view{}, err
	}
	v.goTo = ""
	if a.PostFormValue("view") == "row" {
		v.part = components.UserRowView(s.row(a, listOf(a), &u))
		return v, s.besideChange(a, &u, &v)
	}
	v.beside = []beside{closeDialog()}
	v.part, err = s.userScreen(a, &u, tabOf(a))
	return v, err
}

// inviteCard is how the invitation of somebody stands; nil for who has come.
func (s *server) inviteCard(a *ask, u *store.User) (*components.InviteCard, error) {
	if u.Status != store.Invited || !u.Deleted.IsZero() {
		return nil, nil
	}
	l, err := s.store.LinkOf(a.Context(), a.actor, u.ID, store.LinkInvite)
	if err != nil {
		return nil, err
	}
	card := &components.InviteCard{Person: u.Name, Mail: s.mail}
	if l != nil {
		card.By, card.Made, card.Until = l.MadeByName, a.words.moment(l.Made), a.words.moment(l.Expires)
		card.Expired = l.Expired(a.words.now)
		card.Open = !card.Expired
	}
	if a.can(store.ActInvite, u.On()) {
		card.Send = "/users/" + formatID(u.ID) + "/invite"
		if l != nil {
			card.Revoke = card.Send + "/revoke"
		}
	}
	return card, nil
}
