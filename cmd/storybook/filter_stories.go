package main

import c "backoffice/components"

// filtered is the list with filters that have no chips of their own.
func filtered() c.UserList {
	v := list()
	v.Summary, v.Range, v.ClearHref = "3,000+ people match", "Showing 12 of 3,000+", "/users"
	v.Statuses[0].Count, v.Statuses[1].Count, v.Statuses[2].Count, v.Statuses[3].Count = "", "", "", ""
	v.Chosen = []c.Chip{{Label: "Created: 1 Jan 2026 – 31 Mar 2026", Href: "/users?signin=older-90d"}, {Label: "Last sign-in: not for 90 days", Href: "/users?created=2026-01-01..2026-03-31"}}
	return v
}

func filterForm() c.FilterForm {
	choice := func(name, label string, options ...c.Option) c.Field {
		return c.Field{ID: "filter-" + name, Name: name, Label: label, Type: "select", Options: options}
	}
	return c.FilterForm{
		Created: choice("created", "Created", c.Option{Label: "Any time"}, c.Option{Value: "7d", Label: "Last 7 days (1,000+)"},
			c.Option{Value: "dates", Label: "Between two days…", Selected: true}),
		From: "2026-01-01", To: "2026-03-31",
		SignIn: choice("signin", "Last sign-in", c.Option{Label: "Any time"}, c.Option{Value: "never", Label: "Never (1,000+)"},
			c.Option{Value: "older-90d", Label: "Not for 90 days (1,000+)", Selected: true}),
		Password: choice("password", "Password", c.Option{Label: "Any", Selected: true}, c.Option{Value: "no", Label: "None (12)"}),
		Standing: []c.Field{
			choice("invite", "Invitation", c.Option{Label: "Any", Selected: true}, c.Option{Value: "pending", Label: "Pending (412)"},
				c.Option{Value: "soon", Label: "Expires in 2 days (31)"}, c.Option{Value: "expired", Label: "Expired (57)"}, c.Option{Value: "none", Label: "None open (61)"}),
			choice("factor", "Second factor", c.Option{Label: "Any", Selected: true}, c.Option{Value: "yes", Label: "With one (1,000+)"},
				c.Option{Value: "no", Label: "Without one (1,000+)"}),
			choice("slowed", "Sign-in", c.Option{Label: "Any", Selected: true}, c.Option{Value: "yes", Label: "Slowed down now (3)"}),
		},
		DeletedCount: "3", Kept: []c.Hidden{{Name: "role", Value: "member"}}, ClearHref: "/users", BackHref: "/users?role=member",
	}
}
