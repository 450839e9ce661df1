package main

import c "backoffice/components"

// trailStories are the audit trail and the home page.
func trailStories() []story {
	return []story{
		{Name: "home", About: "The page after signing in.", Page: framed("Home"), Body: c.HomePage(home())},
		{Name: "audit", About: "The audit trail.", Page: framed("Audit log"), Body: c.AuditPage(audit(timeline(false)))},
		{Name: "audit-filtered", About: "Filtered, with nothing found and a wrong date.", Page: framed("Audit log"), Body: c.AuditPage(noAudit())},
		{Name: "audit-archived", About: "The end of a trail whose older part is in an archive.", Page: framed("Audit log"), Body: c.AuditPage(archivedAudit())},
	}
}

func archivedAudit() c.AuditView {
	t := timeline(false)
	t.OlderHref, t.NewerHref = "", "/audit?above=9"
	t.Archived = "Older history was archived on 1 November 2026; it ends with entry 3."
	return audit(t)
}

func home() c.HomeView {
	return c.HomeView{
		Greeting: "Good morning, Grace", AllHref: "/audit", Recent: timeline(false),
		Tiles: []c.Tile{
			{Label: "People", Figure: "1,000,000", Note: "412 more than a week ago", Href: "/users"},
			{Label: "Invited", Figure: "69,204", Note: "have not signed in yet", Href: "/users?status=invited"},
			{Label: "Admins", Figure: "1", Note: "One is not enough: add a second", Href: "/users?role=admin", Tone: "warn"},
			{Label: "Invitations expiring", Figure: "31", Note: "within two days", Href: "/users?invite=soon", Tone: "warn"},
			{Label: "Admins without second factor", Figure: "2", Note: "may do everything", Href: "/users?factor=no&role=admin&status=active", Tone: "warn"},
			{Label: "Slowed down now", Figure: "0", Note: "no sign-in is", Href: "/users?slowed=yes"},
			{Label: "Failed sign-ins today", Figure: "38", Note: "31 of them for one account", Href: "/audit?act=signin&outcome=failed", Tone: "bad"},
		},
	}
}

func audit(t c.Timeline) c.AuditView {
	return c.AuditView{
		Acts:     []c.Option{{Value: "", Label: "Anything", Selected: true}, {Value: "update", Label: "Changes"}, {Value: "signin", Label: "Sign-ins"}},
		Outcomes: []c.Option{{Value: "", Label: "Any", Selected: true}, {Value: "refused", Label: "Refused"}, {Value: "failed", Label: "Failed"}},
		Timeline: t, Export: "/audit/export",
	}
}

func noAudit() c.AuditView {
	v := audit(c.Timeline{Empty: "No entry matches these filters."})
	v.Query, v.From, v.To, v.Clear, v.Error = "zoe@northwind", "2026-11-20", "2026-11-01", "/audit", "The last day is before the first one."
	return v
}

func party(name, initials string, hue int, href string) c.Party {
	return c.Party{Name: name, Href: href, Avatar: c.Avatar{Initials: initials, Hue: hue}}
}

func timeline(aboutOne bool) c.Timeline {
	ana, grace := party("Ana Pérez", "AP", 3, "/users/9"), party("Grace Kim", "GK", 6, "/users/17")
	bjorn := party("Björn Lindqvist", "BL", 1, "/users/12")
	return c.Timeline{Person: aboutOne, OlderHref: "/audit?before=4", Days: []c.Day{
		{Label: "Today", Entries: []c.Entry{
			{ID: 9, Icon: "pen", Actor: ana, Verb: "changed", Target: &bjorn, Time: at("15:04"), From: "203.0.113.7", Device: "Firefox on Linux", Request: "01JD9Z6Q8R3T", Undo: "/undo/9", UndoName: "Undo: role and phone of Björn Lindqvist",
				Changes: []c.Change{{Label: "Role", Before: "Member", After: "Editor"}, {Label: "Phone", Before: "", After: "+46 8 555 014 22"}}},
			{ID: 8, Icon: "lock", Tone: "bad", Actor: c.Party{Name: "Somebody", System: true}, Verb: "could not sign in as", Target: &bjorn, Note: "— wrong password", Time: at("14:58"), From: "198.51.100.99", Request: "01JD9Z1C7YVA"},
			{ID: 7, Icon: "ban", Tone: "warn", Actor: party("Björn Lindqvist", "BL", 1, "/users/12"), Verb: "was not allowed to delete", Target: &grace, Note: "— Grace Kim ranks too high for you to change. Ask an admin.", Time: at("11:20"), From: "203.0.113.9", Device: "Chrome on Windows", Request: "01JD9PB0S1EM"},
		}},
		{Label: "Yesterday", Entries: []c.Entry{
			{ID: 6, Icon: "login", Actor: grace, Verb: "signed in", Time: at("18:30"), From: "203.0.113.7", Device: "Safari on iPhone", Request: "01JD7F3KX2QT"},
			{ID: 5, Icon: "user-plus", Tone: "ok", Actor: grace, Verb: "created", Target: &bjorn, Time: at("09:12"), From: "203.0.113.7", Device: "Firefox on Linux", Request: "01JD6EYH4A7N",
				Changes: []c.Change{{Label: "Name", After: "Björn Lindqvist"}, {Label: "E-mail", After: "bjorn@northwind.example"}, {Label: "Role", After: "Member"}}, Undone: "Undone by Ana Pérez, 2 min ago"},
			{ID: 4, Icon: "shield", Actor: c.Party{Name: "The command line", System: true}, Verb: "created", Target: &grace, Time: at("09:01")},
		}},
	}}
}
