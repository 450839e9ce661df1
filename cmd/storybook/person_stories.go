package main

import c "backoffice/components"

// personStories are one person's page, its tabs and its forms.
func personStories() []story {
	long := view(people()[8], "profile")
	long.Notice = "Deleted on 20 November 2026 by Ana Pérez. Can be restored until 20 December 2026."
	long.Status = c.Status{Key: "deleted", Label: "Deleted"}
	long.Actions = c.Actions{Name: long.Name, RestoreHref: "/users/19/restore", EraseHref: "/users/19/erase"}
	sessions, history := view(people()[1], "sessions"), view(people()[1], "history")
	slowed, slowedViewer := view(people()[1], "profile"), viewed(people()[3])
	slowed.Slowed = &c.Slowed{Person: slowed.Name, Failures: "12 failed tries", Last: at("3 min ago"), From: "203.0.113.7", Wait: "40 seconds", Lift: "/users/12/lift"}
	slowedViewer.Slowed = &c.Slowed{Person: slowedViewer.Name, Failures: "6 failed tries", Last: at("just now")}
	return []story{
		users("user-profile", "A person at a glance.", c.UserPage(view(people()[1], "profile"))),
		users("user-profile-conflict", "A value of the profile in conflict.", swapped(c.UserPage(view(people()[2], "profile")),
			c.CellView(view(people()[2], "profile").Profile[1]), c.CellEdit(emailCell(func(f *c.Field) { f.Conflict = emailConflict() }).form))),
		users("user-profile-viewer", "The same for a viewer.", c.UserPage(viewed(people()[3]))),
		users("user-deleted", "Long values; deleted, and can be restored.", c.UserPage(long)),
		users("user-sessions", "Where somebody is signed in.", c.UserPage(sessions)),
		users("user-history", "What happened to somebody.", c.UserPage(history)),
		users("user-slowed", "Others guess at the password of this person.", c.UserPage(slowed)),
		users("user-slowed-viewer", "The same for a viewer, when the wait is over.", c.UserPage(slowedViewer)),
		users("user-new", "A new person.", c.UserFormPage(newPerson())),
		users("user-edit-conflict", "All fields of a person, with an error, a conflict and a disabled control.", c.UserFormPage(editPerson())),
		{Name: "account", About: "One's own account.", Page: framed("Your account"), Body: c.AccountPage(account(false))},
		{Name: "account-address", About: "Another address waits to be confirmed.", Page: framed("Your account"), Body: c.AccountPage(accountAsking(false, ""))},
		{Name: "account-address-wrong", About: "What was typed is no address.", Page: framed("Your account"), Body: c.AccountPage(accountAsking(false, "There is a space in the address."))},
		{Name: "account-address-no-mail", About: "The same where no mail is sent.", Page: framed("Your account"), Body: c.AccountPage(accountAsking(true, ""))},
		{Name: "account-history", About: "All that others did to one's own account.", Page: framed("Your account"), Body: c.OwnHistoryPage(timeline(true))},
		{Name: "account-forced", About: "A new password must be chosen.", Page: framed("New password"), Body: c.AccountPage(account(true))},
	}
}

func view(p person, tab string) c.UserView {
	r := p.row(true)
	v := c.UserView{
		ID: p.id, Avatar: r.Avatar, Name: p.name, Email: p.email, Role: r.Role, Status: r.Status, Tab: tab,
		Facts:   []c.Fact{{Label: "Last sign-in", When: r.LastSignIn}, {Label: "Created", When: r.Created}, {Label: "Changed", When: at("3 days ago")}, {Label: "ID", Text: "12"}},
		Tabs:    []c.Link{{Label: "Profile", Href: p.path(""), Current: tab == "profile"}, {Label: "Sessions", Href: p.path("/sessions"), Current: tab == "sessions"}, {Label: "History", Href: p.path("/history"), Current: tab == "history"}},
		Profile: []c.Cell{r.Name, r.Email, r.Phone, r.Role, p.cell("external_id", "External ID", "", true)},
		Grants:  grants(), Sessions: sessionList(p.name, false), History: timeline(true), Actions: p.actions(),
		BackHref: "/users", PrevHref: "/users/11", PrevName: "Amara Okafor", NextHref: "/users/13", NextName: "Camille Dubois",
	}
	v.Actions.SeeHref = p.path("/impersonate")
	v.Actions.EndSessions = p.path("/sessions/end")
	return v
}

func viewed(p person) c.UserView {
	v, r := view(p, "profile"), p.row(false)
	v.Actions, v.You, v.PrevHref = c.Actions{}, true, ""
	v.Profile = []c.Cell{r.Name, r.Email, r.Phone, r.Role}
	return v
}

func grants() []c.Grant {
	return []c.Grant{
		{Label: "See people and their history", Given: true}, {Label: "Create people", Given: true}, {Label: "Change members and viewers", Given: true},
		{Label: "Change editors and admins"}, {Label: "End other people’s sessions"}, {Label: "Read the whole audit log"},
	}
}

func sessionList(name string, own bool) c.SessionList {
	s := c.SessionList{Person: name, Own: own, Sessions: []c.Session{
		{ID: 1, Device: "Firefox on Linux", Icon: "laptop", Address: "203.0.113.7", Started: at("3 days ago"), Seen: at("just now"), This: own, End: "/sessions/1/end"},
		{ID: 2, Device: "Safari on iPhone", Icon: "phone", Address: "2001:db8:85a3::8a2e:370:7334", Started: at("2 weeks ago"), Seen: at("yesterday"), New: true, End: "/sessions/2/end"},
		{ID: 3, Device: "Chrome on Windows", Icon: "laptop", Address: "198.51.100.23", Started: at("2 weeks ago"), Seen: at("6 days ago"), End: "/sessions/3/end", As: "Elif Yıldız until 15:04"},
	}}
	if own {
		s.EndOthers = "/account/sessions/end"
	} else {
		s.EndAll = "/users/12/sessions/end"
	}
	return s
}

func newPerson() c.UserForm {
	fs := person{}.fields("new")
	for i := range fs {
		fs[i].HasWas = false
	}
	fs[3].Options = roleOptions("Member")
	fs = append(fs, c.Field{ID: "new-password", Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "new-password", Hint: "At least 12 characters. A few words in a row are easy to remember and hard to guess."})
	return c.UserForm{Action: "/users", Fields: fs, Submit: "Create user", CancelHref: "/users"}
}

func editPerson() c.UserForm {
	p := people()[2]
	fs := p.fields("edit")
	fs[0].Value, fs[0].Error = "", "A person needs a name."
	fs[1].Value, fs[1].Conflict = "camille@atelier.example", emailConflict()
	fs[3].Disabled, fs[3].Hint = true, "Only an admin may change the role of an admin."
	return c.UserForm{UserID: p.id, Person: p.name, Action: p.path(""), Fields: fs, Submit: "Save changes", CancelHref: p.path(""), Error: "Nothing has been saved yet. Two fields need a look."}
}

func account(forced bool) c.AccountView {
	return c.AccountView{
		Name: "Grace Kim", Email: "grace.kim@northwind.example", Avatar: c.Avatar{Initials: "GK", Hue: 6}, RoleName: "Admin",
		Facts: []c.Fact{{Label: "Last sign-in", When: at("2 h ago")}, {Label: "Created", When: at("21 Jan 2021")}},
		Password: c.PasswordForm{Forced: forced, Fields: []c.Field{
			{ID: "pw-current", Name: "current", Label: "Current password", Type: "password", Required: true, Autocomplete: "current-password"},
			{ID: "pw-new", Name: "new", Label: "New password", Type: "password", Required: true, Autocomplete: "new-password", Hint: "At least 12 characters.", Error: "This is one of the most common passwords."},
		}},
		Sessions: sessionList("Grace Kim", true),
		Browsers: []c.Browser{
			{ID: 1, Device: "Firefox on Linux", Icon: "laptop", Address: "203.0.113.7", Seen: at("3 days ago"), Until: "21 February 2027", This: true},
			{ID: 2, Device: "Safari on iPhone", Icon: "phone", Address: "2001:db8:85a3::8a2e:370:7334", Seen: at("2 weeks ago"), Until: "3 January 2027"},
		},
		History: timeline(true),
		AllHref: "/account/history",
		Factor:  c.FactorCard{Own: true, Begin: "/account/factor", Add: "/account/passkeys/new"},
		Address: c.AddressCard{Email: "grace.kim@northwind.example", New: newAddress(), Action: "/account/address"},
	}
}

func newAddress() c.Field {
	return c.Field{ID: "address-email", Name: "email", Label: "New address", Type: "email", Required: true, Autocomplete: "email"}
}

// accountAsking is one's own account while another address waits.
func accountAsking(noMail bool, problem string) c.AccountView {
	v := account(false)
	v.Address.NoMail, v.Address.New.Error = noMail, problem
	if problem != "" {
		v.Address.New.Value = "grace kim@example.com"
		return v
	}
	v.Address.Asked, v.Address.Until, v.Address.Cancel = "a.very.long.address.of.grace@subdomain.of.an.organisation.example", at("24 Nov 2026, 12:00"), "/account/address/cancel"
	return v
}
