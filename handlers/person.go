package handlers

import (
	"context"
	"path"

	"backoffice/components"
	"backoffice/store"

	"github.com/a-h/templ"
)

// findUser loads the person in the address.
func (s *server) findUser(a *ask) (store.User, error) {
	if err := s.notedNow(a); err != nil {
		return store.User{}, err
	}
	return s.store.User(a.Context(), a.actor, a.pathID())
}

// user is a person's page, or for a fragment one cell or the row as it stands.
func (s *server) user(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	if a.hx.fragment {
		if f := store.Field(a.FormValue("cell")); inForms(f) {
			return view{part: components.CellView(s.cell(a, &u, f))}, nil
		}
		if a.FormValue("view") == "row" {
			return view{part: components.UserRowView(s.row(a, listOf(a), &u))}, nil
		}
	}
	return s.userTab(a, &u, "profile")
}

// rowMenu is what stands in the menu of a row once it is opened; as a page of
// its own it is the person's.
func (s *server) rowMenu(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	l := listOf(a)
	if !a.hx.fragment {
		return view{goTo: l.at("/users/" + formatID(u.ID))}, nil
	}
	acts := actions(a, &u)
	acts.Mail = s.mail
	return view{part: components.RowMenu(s.row(a, l, &u), &acts)}, nil
}

// cell is a value as the page shows it that the fragment is for: in the list
// the name leads to the person.
func (s *server) cell(a *ask, u *store.User, f store.Field) components.Cell {
	l := listOf(a)
	inList := a.hx.on("/users")
	if !inList {
		l.q = ""
	}
	c := cellOf(a, u, f, l.q)
	if f == store.FieldName && inList {
		c.Href = l.at("/users/" + formatID(u.ID))
	}
	return c
}

func (s *server) userSessions(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	return s.userTab(a, &u, "sessions")
}

func (s *server) userHistory(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	return s.userTab(a, &u, "history")
}

// tabOf is the tab of a person's page that a request belongs to.
func tabOf(a *ask) string {
	switch tab := path.Base(pageOf(a).Path); tab {
	case "sessions", "history":
		return tab
	}
	return "profile"
}

// userTab is a person's page with one of its tabs.
func (s *server) userTab(a *ask, u *store.User, tab string) (view, error) {
	screen, err := s.userScreen(a, u, tab)
	return view{title: u.Name, screen: screen}, err
}

func (s *server) userScreen(a *ask, u *store.User, tab string) (templ.Component, error) {
	v, err := s.userView(a, u, tab)
	if err != nil {
		return nil, err
	}
	switch tab {
	case "sessions":
		if v.Sessions, err = s.sessionList(a, u); err == nil && a.can(store.ActResetFactors, nil) {
			var card components.FactorCard
			card, err = s.factorCard(a, u)
			v.Factor = &card
		}
	case "history":
		v.History, err = s.personTimeline(a, u)
	default:
		for _, f := range store.FormFields() {
			v.Profile = append(v.Profile, cellOf(a, u, f, ""))
		}
		v.Grants = grants(u.Role)
		v.Invite, err = s.inviteCard(a, u)
	}
	return components.UserPage(v), err
}

func (s *server) userView(a *ask, u *store.User, tab string) (components.UserView, error) {
	l := listOf(a)
	base := "/users/" + formatID(u.ID)
	v := components.UserView{ID: u.ID, Avatar: avatar(u), Name: u.Name, Email: u.Email, Role: cellOf(a, u, store.FieldRole, ""),
		Status: status(u), Tab: tab, Actions: actions(a, u), BackHref: l.href(), You: u.ID == a.actor.ID, Facts: facts(a, u),
		Live: watchOf(a, u.ID)}
	if u.MustChangePassword {
		v.Facts = append(v.Facts, components.Fact{Label: "Password", Text: "Has to be replaced at the next sign-in"})
	}
	v.Tabs = []components.Link{{Label: "Profile", Href: l.at(base), Current: tab == "profile"}}
	if a.can(store.ActSeeSessions, u.On()) {
		v.Tabs = append(v.Tabs, components.Link{Label: "Sessions", Href: l.at(base + "/sessions"), Current: tab == "sessions"})
	}
	v.Tabs = append(v.Tabs, components.Link{Label: "History", Href: l.at(base + "/history"), Current: tab == "history"})
	if !u.Deleted.IsZero() {
		v.Notice = "This account was deleted " + a.words.ago(u.Deleted) + ". It can be restored until " +
			u.Deleted.Add(store.KeepDeleted).In(s.location).Format("2 January 2006") + "; then its data is gone."
		return v, nil
	}
	var err error
	if v.Slowed, err = s.slowed(a, u); err != nil {
		return v, err
	}
	return v, s.neighbours(a.Context(), a, l, u, tab, &v)
}

// neighbours are the people before and after in the list one came from, on the
// same tab.
func (s *server) neighbours(ctx context.Context, a *ask, l listState, u *store.User, tab string, v *components.UserView) error {
	prev, next, err := s.store.Neighbours(ctx, a.actor, l.query(a.words), u)
	if err != nil {
		return err
	}
	suffix := ""
	if tab != "profile" {
		suffix = "/" + tab
	}
	if prev != nil {
		v.PrevHref, v.PrevName = l.at("/users/"+formatID(prev.ID)+suffix), prev.Name
	}
	if next != nil {
		v.NextHref, v.NextName = l.at("/users/"+formatID(next.ID)+suffix), next.Name
	}
	return nil
}

func facts(a *ask, u *store.User) []components.Fact {
	return []components.Fact{
		{Label: "Last sign-in", When: a.words.moment(u.LastSignIn)},
		{Label: "Created", When: a.words.moment(u.Created)},
		{Label: "Changed", When: a.words.moment(u.Changed)},
		{Label: "ID", Text: formatID(u.ID)},
	}
}

// grants tells what a role may do.
func grants(r store.Role) []components.Grant {
	var out []components.Grant
	for _, act := range store.Acts() {
		out = append(out, components.Grant{Label: actLabels[act], Given: store.Can(store.Actor{Kind: store.Person, Role: r}, act, nil)})
	}
	return out
}

var actLabels = map[store.Act]string{
	store.ActLook: "See people", store.ActReadTrail: "Read the audit log", store.ActCreate: "Create people", store.ActInvite: "Invite people",
	store.ActEdit: "Edit people", store.ActSetRole: "Give roles", store.ActDeactivate: "Deactivate people",
	store.ActReactivate: "Reactivate people", store.ActDelete: "Delete people", store.ActRestore: "Restore deleted people", store.ActPurge: "Erase deleted people for good",
	store.ActSeeSessions: "See where people are signed in", store.ActEndSessions: "End other people’s sessions",
	store.ActEndEverybody: "Sign everybody out", store.ActResetPassword: "Reset passwords",
	store.ActResetFactors: "Reset second factors", store.ActFactorPolicy: "Say who needs a second factor",
	store.ActLift:        "Lift a slowed-down sign-in",
	store.ActExport:      "Export the list of people",
	store.ActImport:      "Import people",
	store.ActExportTrail: "Export the audit log",
	store.ActMail:        "See the mails that are sent",
	store.ActImpersonate: "See the back office as others do",
}

// sessionList is where a person is signed in.
func (s *server) sessionList(a *ask, u *store.User) (components.SessionList, error) {
	own := u.ID == a.actor.ID
	list := components.SessionList{Person: u.Name, Own: own}
	signIns, err := s.store.SignIns(a.Context(), a.actor, u.ID)
	if err != nil {
		return list, err
	}
	base := "/users/" + formatID(u.ID)
	if own {
		base = "/account"
	}
	for _, in := range signIns {
		one := components.Session{ID: in.ID, Address: in.Address, Started: a.words.moment(in.Started),
			Seen: a.words.moment(in.LastSeen), This: in.ID == a.actor.SignIn, New: in.NewDevice}
		one.Device, one.Icon = device(in.Agent)
		if in.Factor != store.PasswordOnly {
			one.Factor = in.Factor.Label()
		}
		if one.As, err = s.seenAs(a, &in); err != nil {
			return list, err
		}
		if !one.This && a.can(store.ActEndSessions, u.On()) {
			one.End = base + "/sessions/end"
		}
		list.Sessions = append(list.Sessions, one)
	}
	if own && len(signIns) > 1 {
		list.EndOthers = base + "/sessions/end-others"
	}
	if !own && len(signIns) > 0 && a.can(store.ActEndSessions, u.On()) {
		list.EndAll = base + "/sessions/end-all"
	}
	return list, nil
}
