package handlers

import (
	"errors"
	"net/http"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// guestsForm asks whom to invite.
func (s *server) guestsForm(a *ask) (view, error) {
	return guestsView(s.guestForm(a)), nil
}

func guestsView(form components.GuestForm) view {
	v := view{title: "Invite people", screen: components.GuestsPage(form)}
	if form.Error != "" {
		v.status = http.StatusUnprocessableEntity
	}
	return v
}

// guestForm is the form as it was sent.
func (s *server) guestForm(a *ask) components.GuestForm {
	return components.GuestForm{Text: a.PostFormValue("addresses"), Roles: roleOptions(a, nil, guestRole(a)), Mail: s.mail}
}

func guestRole(a *ask) store.Role {
	if role := store.Role(a.PostFormValue("role")); role.Valid() {
		return role
	}
	return store.Member
}

// guests reads those who were pasted, and says how each of them stands.
func (s *server) guests(a *ask) ([]store.Guest, error) {
	guests := store.ParseGuests(a.PostFormValue("addresses"))
	if len(guests) == 0 {
		return nil, &store.Error{Kind: store.Invalid, Fields: map[string]string{"addresses": "Paste at least one address."}}
	}
	return s.store.CheckGuests(a.Context(), a.actor, guests, guestRole(a))
}

// checkGuests says what inviting them would do.
func (s *server) checkGuests(a *ask) (view, error) {
	form := s.guestForm(a)
	guests, err := s.guests(a)
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		form.Error = e.Fields["addresses"]
		return guestsView(form), nil
	}
	if err != nil {
		return view{}, err
	}
	form.Checked = true
	waiting := 0
	for _, g := range guests {
		form.Guests = append(form.Guests, guestRow(&form, g, "Can be invited"))
		if g.Waiting != 0 {
			waiting++
		}
	}
	form.Summary = count(form.Fine, "person", "people") + " can be invited" + without(len(guests)-form.Fine)
	if waiting > 0 {
		form.Waiting = count(waiting, "person has been invited already, but has", "people have been invited already, but have") +
			" not accepted yet. A new invitation ends the one before it."
	}
	return guestsView(form), nil
}

// without says how many were left out.
func without(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + thousands(n) + " cannot"
}

// guestRow is one of them, who is counted if fine.
func guestRow(form *components.GuestForm, g store.Guest, fine string) components.GuestRow {
	row := components.GuestRow{Name: g.Name, Email: g.Email, Problem: g.Problem, Status: components.Status{Key: "refused", Label: "Cannot"}}
	switch {
	case g.Problem == "":
		form.Fine++
		row.Status = components.Status{Key: "create", Label: fine}
	case g.Waiting != 0:
		row.Status = components.Status{Key: "invited", Label: "Not accepted yet"}
	}
	if g.Waiting != 0 {
		row.Href = "/users/" + formatID(g.Waiting)
	}
	return row
}

// inviteGuests invites those who can be, each for themselves: whom somebody else has
// added meanwhile, or what is wrong with one, holds up nobody else. A fault that
// would stop the others too does so; the links that were made until then are shown
// nevertheless, because they stand nowhere but in this answer.
func (s *server) inviteGuests(a *ask) (view, error) {
	form := s.guestForm(a)
	guests, err := s.guests(a)
	if err != nil {
		return view{}, err
	}
	form.Done, form.Again = true, a.PostFormValue("again") != ""
	var links strings.Builder
	for i, g := range guests {
		row, link, err := s.inviteGuest(a, &form, g)
		if err != nil && form.Fine == 0 {
			return view{}, err
		}
		if err != nil {
			s.stopAt(a, &form, guests[i:], err)
			break
		}
		form.Guests = append(form.Guests, row)
		links.WriteString(link)
	}
	form.Links = links.String()
	form.Summary = count(form.Fine, "person", "people") + " invited" + without(len(form.Guests)-form.Fine)
	v := guestsView(form)
	v.hushed = true
	return v, nil
}

// stopAt says at whom it stopped and why, and who is left.
func (s *server) stopAt(a *ask, form *components.GuestForm, rest []store.Guest, err error) {
	e := store.Explain(err)
	if e.Kind == store.Internal || e.Kind == store.Unavailable {
		s.logError(a, err)
	}
	form.Fault = "Not everyone was invited. Stopped at " + rest[0].Email + ": " + e.Message
	for _, g := range rest {
		form.Rest += `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(g.Name) + `" <` + g.Email + ">\n"
	}
}

// inviteGuest invites one of them. Where no mail is sent it gives the link.
func (s *server) inviteGuest(a *ask, form *components.GuestForm, g store.Guest) (row components.GuestRow, link string, err error) {
	var l store.NewLink
	switch {
	case g.Problem == "":
		n := store.NewUser{Name: g.Name, Email: g.Email, Role: guestRole(a)}
		l, _, err = s.store.InviteUser(a.Context(), a.actor, n, s.mail)
	case g.Waiting != 0 && form.Again:
		g.Problem = ""
		l, err = s.store.Invite(a.Context(), a.actor, g.Waiting, s.mail)
	}
	if problem := aboutGuest(err); problem != "" {
		g.Problem, g.Waiting, err = problem, 0, nil
	}
	if err != nil {
		return row, "", err
	}
	if row = guestRow(form, g, "Invited"); g.Problem == "" {
		row.Href = "/users/" + formatID(l.User.ID)
	}
	if l.Token != "" {
		link = l.User.Email + " " + s.linkURL(a, l.Token) + "\n"
	}
	return row, link, nil
}

// aboutGuest is why one of them was not invited; "" for what would stop the others
// as well.
func aboutGuest(err error) string {
	var e *store.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Kind {
	case store.Invalid:
		return firstProblem(e.Fields)
	case store.Refused, store.Forbidden, store.NotFound:
		return e.Message
	}
	return ""
}

// firstProblem is what is wrong with somebody, in the order of the form.
func firstProblem(problems map[string]string) string {
	for _, f := range store.FormFields() {
		if p := problems[string(f)]; p != "" {
			return p
		}
	}
	return "This did not work."
}
