package main

import (
	"github.com/a-h/templ"

	c "backoffice/components"
)

// stories are all of them, in the order of the index.
func stories() []story {
	var all []story
	for _, some := range [][]story{listStories(), rowStories(), personStories(), trailStories(), importStories(), doorStories(), factorStories(), passkeyStories(), mailStories(), impersonateStories(), feedbackStories(), liveStories()} {
		all = append(all, some...)
	}
	return all
}

// framed is a page as an administrator sees it.
func framed(title string) c.Page {
	return c.Page{
		Title:  title,
		Brand:  "Northwind",
		Viewer: &c.Viewer{ID: 7, Name: "Grace Kim", Email: "grace.kim@northwind.example", Role: "Admin", Avatar: c.Avatar{Initials: "GK", Hue: 6}},
		Nav: []c.Link{
			{Label: "Home", Href: "/", Icon: "home", Current: title == "Home"},
			{Label: "Users", Href: "/users", Icon: "users", Current: title == "Users"},
			{Label: "Audit log", Href: "/audit", Icon: "history", Current: title == "Audit log"},
			{Label: "Mail", Href: "/mail", Icon: "mail", Current: title == "Mail"},
		},
	}
}

// bare is a page for somebody who is not signed in.
func bare(title string) c.Page { return c.Page{Title: title, Brand: "Northwind"} }

// users is a story among the list of people.
func users(name, about string, body templ.Component) story {
	return story{Name: name, About: about, Page: framed("Users"), Body: body}
}

// at is a moment in the storybook's only day.
func at(words string) c.Moment {
	return c.Moment{Text: words, Full: "Monday 23 November 2026, 15:04 UTC", ISO: "2026-11-23T15:04:00Z"}
}

func never() c.Moment { return c.Moment{Text: "—"} }
