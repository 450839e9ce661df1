package main

import (
	c "backoffice/components"
)

// liveStories are what others do while one looks.
func liveStories() []story {
	return []story{
		users("live-arrived", "New people wait to be shown; a changed value lights up.", c.UsersPage(watched(c.Live{Arrived: "3 new people", ShowHref: "/users"}))),
		users("live-ended", "The session has ended; the page stays.", c.UsersPage(watched(c.Live{Ended: "You are signed out", Note: "Nothing you typed is lost."}))),
		users("cell-newer", "Somebody else changes a value that is being edited.", listWith(2, emailCell(func(f *c.Field) {
			f.UserID, f.Value, f.Newer = 13, "camille@atelier.example", newer("email", "E-mail", "c.dubois@atelier.example")
		}))),
		users("row-edit-newer", "The same in a whole row.", rowEdit(func(fs []c.Field) {
			for i := range fs {
				fs[i].UserID = 13
			}
			fs[1].Newer = newer("email", "E-mail", "c.dubois@atelier.example")
			fs[2].Newer = newer("phone", "Phone", "+33 1 70 18 99 00")
		}, "")),
		users("form-newer", "The same in the form of a page.", c.UserFormPage(formWithNewer())),
	}
}

func newer(field, label, text string) *c.Newer {
	return &c.Newer{UserID: 13, Field: field, Label: label, Person: people()[2].name, Text: text, Who: "Ana Pérez"}
}

func formWithNewer() c.UserForm {
	p := people()[2]
	form := c.UserForm{UserID: p.id, Person: p.name, Action: p.path(""), Fields: p.fields("user"), Submit: "Save changes", CancelHref: p.path("")}
	form.Fields[1].UserID, form.Fields[1].Newer = 13, newer("email", "E-mail", "c.dubois@atelier.example")
	return form
}

// watched is the list with a watch that hardly ever asks: here nobody answers.
func watched(l c.Live) c.UserList {
	l.Href, l.Pace = "/live?since=812", "9999s"
	v := list()
	v.Live = l
	v.Rows[1].Phone.Fresh = true
	return v
}
