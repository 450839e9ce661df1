package main

import c "backoffice/components"

// impersonateStories are seeing the back office as somebody else does.
func impersonateStories() []story {
	bar := framed("Users")
	bar.Seeing = &c.SeeingBar{Name: "Björn Lindqvist", Brand: "Northwind", Reason: "Ticket 4711: the list looks empty to him",
		Until: c.Moment{Text: "15:04", Full: "Monday 23 November 2026, 15:04 UTC", ISO: "2026-11-23T15:04:00Z"}, Stop: "/impersonation/stop"}
	long := framed("Users")
	long.Seeing = &c.SeeingBar{Name: people()[8].name, Brand: "Northwind", Until: bar.Seeing.Until, Stop: bar.Seeing.Stop,
		Reason: "She says that after the merger of the two companies half of the people whom she used to see are no longer in the list, and wants to know from us whether that is as it should be"}
	return []story{
		users("impersonate", "Asking why somebody wants to see as another.", c.ImpersonatePage(impersonateForm(""))),
		users("impersonate-error", "The same without a reason.", c.ImpersonatePage(impersonateForm("Please say why, in 3 to 200 characters."))),
		{Name: "seeing", About: "The list as somebody else sees it.", Page: bar, Body: c.UsersPage(readOnly(list()))},
		{Name: "seeing-long", About: "The same with a long name and a long reason.", Page: long, Body: c.UsersPage(readOnly(list()))},
	}
}

func impersonateForm(problem string) c.ImpersonateForm {
	return c.ImpersonateForm{Person: "Björn Lindqvist", Role: "Editor", Brand: "Northwind", Action: "/users/12/impersonate", Back: "/users/12", Lasts: "1 hour",
		Reason: c.Field{ID: "impersonate-reason", Name: "reason", Label: "Why", Type: "text", Required: true, Autofocus: true, Autocomplete: "off", MaxLength: 200,
			Hint: "Björn Lindqvist can read this. For example: ticket 4711, the list looks empty to them.", Error: problem}}
}
