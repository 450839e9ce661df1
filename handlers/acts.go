package handlers

import (
	"context"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// changeToast says what a change did and offers to undo it; nil when there was
// nothing to change.
func changeToast(c store.Change) *components.Toast {
	if c.Entry == 0 {
		return nil
	}
	t := &components.Toast{Tone: "ok", Title: c.User.Name + " updated", UndoAction: "/undo/" + formatID(c.Entry),
		UndoName: "Undo: change of " + c.User.Name}
	var parts []string
	for _, f := range c.Fields {
		parts = append(parts, f.Field.Label()+" changed to "+shown(f.Field, f.After))
	}
	t.Detail = clipText(strings.Join(parts, ", "), 160)
	for _, f := range c.Fields {
		switch {
		case f.Field == store.FieldMustChange && f.After != "":
			t.Title, t.Detail = c.User.Name+" has to choose a new password", "At the next sign-in, or the next step where they are signed in."
		case f.Field == store.FieldMustChange:
			t.Title, t.Detail = c.User.Name+" may keep the password", ""
		case f.Field == store.FieldDeleted && f.After != "":
			t.Title, t.Detail = c.User.Name+" deleted", "Can be restored for 30 days."
		case f.Field == store.FieldDeleted:
			t.Title, t.Detail = c.User.Name+" restored", ""
		case f.Field == store.FieldStatus && f.After == string(store.Deactivated):
			t.Title, t.Detail = c.User.Name+" deactivated", "They are signed out everywhere."
		case f.Field == store.FieldStatus && f.Before == string(store.Deactivated):
			t.Title, t.Detail = c.User.Name+" reactivated", ""
		}
	}
	return t
}

// shown is a value as people read it.
func shown(f store.Field, v string) string {
	switch {
	case v == "":
		return "nothing"
	case f == store.FieldRole:
		return store.Role(v).Label()
	case f == store.FieldStatus:
		return store.Status(v).Label()
	}
	return v
}

func clipText(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n])) + "…"
}

type operation func(context.Context, store.Actor, int64) (store.Change, error)

// carryOut does one act on the person in the address and shows them as they are
// now, where the act was asked for: in their row or on their page.
func (s *server) carryOut(a *ask, do operation) (view, error) {
	if err := s.notedNow(a); err != nil {
		return view{}, err
	}
	c, err := do(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	v := view{toast: changeToast(c), goTo: "/users/" + formatID(c.User.ID)}
	if !a.hx.fragment {
		return v, nil
	}
	v.goTo = ""
	if a.PostFormValue("view") == "row" {
		v.part = components.UserRowView(s.row(a, listOf(a), &c.User))
		return v, s.besideChange(a, &c.User, &v)
	}
	v.part, err = s.userScreen(a, &c.User, tabOf(a))
	return v, err
}

func (s *server) deactivate(a *ask) (view, error) { return s.carryOut(a, s.store.Deactivate) }
func (s *server) reactivate(a *ask) (view, error) { return s.carryOut(a, s.store.Reactivate) }
func (s *server) restore(a *ask) (view, error)    { return s.carryOut(a, s.store.Restore) }

// confirmDelete asks before a deletion, in a dialog or as a page.
func (s *server) confirmDelete(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	if !a.can(store.ActDelete, u.On()) {
		return view{}, s.refuse(a, store.ActDelete, u.Name+" ranks too high for you to delete.")
	}
	place := "page"
	c := components.Confirm{
		Title:  "Delete " + u.Name + "?",
		Body:   []string{"They are signed out everywhere and leave the list.", "You can restore the account for 30 days. After that, its data is gone for good."},
		Action: a.URL.Path, Submit: "Delete " + u.Name, Danger: true, Cancel: "/users/" + formatID(u.ID), TargetID: components.MainID,
	}
	if a.FormValue("view") == "row" {
		place, c.TargetID = "row", components.RowID(u.ID)
	}
	c.Hidden = []components.Hidden{{Name: "view", Value: place}}
	return view{title: c.Title, screen: components.ConfirmPage(c), part: components.ConfirmDialog(c)}, nil
}

// deleteUser deletes the person. In the list their row goes; anything else
// goes back to the list.
func (s *server) deleteUser(a *ask) (view, error) {
	c, err := s.store.Delete(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	v := view{toast: changeToast(c), goTo: "/users"}
	if a.hx.fragment && a.PostFormValue("view") == "row" {
		v.goTo, v.part = "", components.Nothing()
		v.tell.reswap = "delete"
		v.beside = []beside{closeDialog()}
		return v, s.besideChange(a, &c.User, &v)
	}
	return v, nil
}

// confirmErase asks before somebody who is deleted is removed for good.
func (s *server) confirmErase(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	if u.Deleted.IsZero() {
		return view{}, &store.Error{Kind: store.Refused, Message: u.Name + " has to be deleted first."}
	}
	c := components.Confirm{
		Title: "Erase " + u.Name + " for good?",
		Body: []string{"Their name, addresses and all other values are removed at once, also from the audit log, and so is where they signed in from. Nothing brings them back.",
			"The audit log keeps that there was an account with the number " + formatID(u.ID) + ", and stays whole. Backups and archives that were made before keep what they hold."},
		Action: a.URL.Path, Submit: "Erase for good", Danger: true, Cancel: "/users/" + formatID(u.ID), TargetID: components.MainID,
	}
	return view{title: c.Title, screen: components.ConfirmPage(c), part: components.ConfirmDialog(c)}, nil
}

func (s *server) erase(a *ask) (view, error) {
	if err := s.store.Erase(a.Context(), a.actor, a.pathID()); err != nil {
		return view{}, err
	}
	return view{goTo: "/users?status=deleted", toast: &components.Toast{Tone: "ok", Title: "Erased for good", Detail: "Account no. " + formatID(a.pathID())}}, nil
}

// undo takes back what an entry of the trail did. What the page shows of it is
// drawn anew, and what was done can be done again from the toast.
func (s *server) undo(a *ask) (view, error) {
	c, err := s.store.Undo(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	t := changeToast(c)
	if t != nil {
		t.Title = "Undone: " + c.User.Name
		if len(c.Left) > 0 {
			var left []string
			for _, f := range c.Left {
				left = append(left, f.Field.Label())
			}
			t.Detail = "Left as it is, because it has changed since: " + strings.Join(left, ", ")
		}
	}
	if a.hx.fragment {
		return view{part: components.Nothing(), toast: t, tell: instruct{trigger: redrawMain}}, nil
	}
	return view{goTo: backTo(a, "/users/"+formatID(c.User.ID)), toast: t}, nil
}

// endSession ends one sign-in of somebody.
func (s *server) endSession(a *ask) (view, error) {
	id := parseID(a.PostFormValue("session"))
	n, err := s.store.EndSignIn(a.Context(), a.actor, a.pathID(), id)
	if err != nil {
		return view{}, err
	}
	return s.sessionsEnded(a, a.pathID(), n)
}

// endSessions ends all sign-ins of somebody.
func (s *server) endSessions(a *ask) (view, error) {
	n, err := s.store.EndSignIns(a.Context(), a.actor, a.pathID(), a.actor.SignIn)
	if err != nil {
		return view{}, err
	}
	return s.sessionsEnded(a, a.pathID(), n)
}

func (s *server) sessionsEnded(a *ask, user int64, n int) (view, error) {
	toast := &components.Toast{Tone: "ok", Title: count(n, "session", "sessions") + " ended"}
	if n == 0 {
		toast = &components.Toast{Tone: "info", Title: "Nothing to end", Detail: "This session had ended already."}
	}
	if !a.hx.fragment {
		return view{goTo: backTo(a, "/users/"+formatID(user)+"/sessions"), toast: toast}, nil
	}
	u, err := s.store.User(a.Context(), a.actor, user)
	if err != nil {
		return view{}, err
	}
	list, err := s.sessionList(a, &u)
	return view{part: components.SessionsView(list), toast: toast}, err
}

// confirmEndEverybody asks before everybody is signed out.
func (s *server) confirmEndEverybody(a *ask) (view, error) {
	c := components.Confirm{Title: "Sign everybody out?", Action: a.URL.Path, Submit: "Sign everybody out", Danger: true, Cancel: "/security",
		Body:     []string{"Every session of every person ends at its next request, but this one of yours.", "Forms that people are filling in are kept: they sign in again and carry on."},
		TargetID: components.MainID}
	return view{title: c.Title, screen: components.ConfirmPage(c), part: components.ConfirmDialog(c)}, nil
}

func (s *server) endEverybody(a *ask) (view, error) {
	n, err := s.store.EndEverybody(a.Context(), a.actor)
	if err != nil {
		return view{}, err
	}
	return view{goTo: "/security", toast: &components.Toast{Tone: "ok", Title: "Everybody is signed out", Detail: count(n, "session", "sessions") + " ended"}}, nil
}

// backTo is the page a plain form was sent from, if it says so.
func backTo(a *ask, otherwise string) string {
	i := strings.Index(a.Referer(), "://"+a.Host+"/")
	if i < 0 {
		return otherwise
	}
	next := safeNext(a.Referer()[i+len("://"+a.Host):])
	if next == "/" {
		return otherwise
	}
	return next
}
