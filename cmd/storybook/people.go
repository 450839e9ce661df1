package main

import (
	"github.com/a-h/templ"
	"strconv"
	"strings"

	c "backoffice/components"
)

// person is what the fixtures are made from.
type person struct {
	id                         int64
	initials                   string
	hue                        int
	name, email, phone         string
	role, status, seen, joined string
}

// people are as different as people are: scripts, lengths, missing values.
func people() []person {
	return []person{
		{11, "AO", 5, "Amara Okafor", "amara.okafor@northwind.example", "+234 802 555 0142", "Admin", "Active", "2 min ago", "12 Mar 2022"},
		{12, "BL", 1, "Björn Lindqvist", "bjorn@northwind.example", "+46 8 555 014 22", "Editor", "Active", "14 min ago", "3 Jun 2022"},
		{13, "CD", 2, "Camille Dubois", "camille.dubois@atelier.example", "+33 1 99 00 14 20", "Member", "Active", "1 h ago", "18 Jul 2023"},
		{14, "DR", 3, "Daniel Reyes", "daniel.reyes@northwind.example", "", "Viewer", "Active", "3 h ago", "9 Sep 2023"},
		{15, "EY", 4, "Elif Yıldız", "elif@bosphorus.example", "+90 212 555 01 42", "Member", "Invited", "", "yesterday"},
		{16, "FH", 5, "فريد حداد", "farid.haddad@cedarline.example", "+961 1 555 014", "Member", "Active", "yesterday", "2 Feb 2024"},
		{17, "GK", 6, "Grace Kim", "grace.kim@northwind.example", "+82 2-555-0142", "Admin", "Active", "yesterday", "21 Jan 2021"},
		{18, "田中", 7, "田中 博", "tanaka@kumo.example", "+81 3-5550-0142", "Member", "Deactivated", "6 days ago", "30 Nov 2021"},
		{19, "IC", 5, "Inés Carvalho de la Santísima Trinidad y Bustamante-Echeverría Ruiz de los Monteros", "ines.carvalho.santisima.trinidad@lusomar-internacional.example", "+351 21 555 0142 ext. 4417", "Viewer", "Active", "6 days ago", "14 Feb 2025"},
		{20, "JW", 1, "Jonas Weber", "jonas.weber@werkhaus.example", "", "Member", "Active", "", "5 May 2025"},
		{21, "КМ", 2, "Катя Морозова", "katya@sever.example", "+7 495 555-01-42", "Editor", "Active", "2 weeks ago", "19 Aug 2020"},
		{22, "SO", 6, "Siobhán “Shiv” O’Brien 🎈", "shiv@liffey.example", "+353 1 555 0142", "Member", "Active", "3 weeks ago", "1 Oct 2024"},
	}
}

// row is a person in the list; mayEdit is what an editor sees.
func (p person) row(mayEdit bool) c.UserRow {
	r := c.UserRow{
		ID: p.id, Avatar: c.Avatar{Initials: p.initials, Hue: p.hue},
		Name:       p.cell("name", "Name", p.name, mayEdit),
		Email:      p.cell("email", "E-mail", p.email, mayEdit),
		Phone:      p.cell("phone", "Phone", p.phone, mayEdit),
		Role:       p.cell("role", "Role", p.role, mayEdit),
		Status:     c.Status{Key: strings.ToLower(p.status), Label: p.status},
		LastSignIn: never(), Created: at(p.joined), Href: p.path(""),
	}
	if p.status == "Invited" {
		r.Status.Note, r.Status.By = "5 days left", "Amara Okafor"
	}
	r.Role.Badge = strings.ToLower(p.role)
	if p.seen != "" {
		r.LastSignIn = at(p.seen)
	}
	if mayEdit {
		r.HasMenu = true
	}
	return r
}

// opened is what stands in the menu of a person's row once it is open.
func opened(p person) templ.Component {
	acts := p.actions()
	return c.RowMenu(p.row(true), &acts)
}

func (p person) path(rest string) string { return "/users/" + strconv.FormatInt(p.id, 10) + rest }

func (p person) cell(key, label, value string, mayEdit bool) c.Cell {
	return c.Cell{UserID: p.id, Field: key, Label: label, Text: value, Person: p.name, CanEdit: mayEdit}
}

func (p person) actions() c.Actions {
	a := c.Actions{Name: p.name, EditHref: p.path("/edit"), DeleteHref: p.path("/delete")}
	if p.status == "Invited" {
		a.InviteHref, a.RevokeHref, a.Mail = p.path("/invite"), p.path("/invite/revoke"), true
	}
	if p.status != "Invited" {
		a.MustHref = p.path("/must-change")
	}
	if p.status == "Deactivated" {
		a.ReactivateHref = p.path("/reactivate")
	} else {
		a.DeactivateHref = p.path("/deactivate")
	}
	return a
}

// fields are the controls of a form about this person; prefix keeps their ids
// apart from those of other forms.
func (p person) fields(prefix string) []c.Field {
	return []c.Field{
		{ID: prefix + "-name", Name: "name", Label: "Name", Type: "text", Value: p.name, Was: p.name, HasWas: true, Required: true, Autofocus: true, Autocomplete: "off", MaxLength: 200},
		{ID: prefix + "-email", Name: "email", Label: "E-mail", Type: "email", Value: p.email, Was: p.email, HasWas: true, Required: true, Autocomplete: "off"},
		{ID: prefix + "-phone", Name: "phone", Label: "Phone", Type: "tel", Value: p.phone, Was: p.phone, HasWas: true, Autocomplete: "off"},
		{ID: prefix + "-role", Name: "role", Label: "Role", Type: "select", Value: p.role, Was: p.role, HasWas: true, Options: roleOptions(p.role)},
	}
}

func roleOptions(chosen string) []c.Option {
	var os []c.Option
	for _, r := range []string{"Member", "Viewer", "Editor", "Admin"} {
		os = append(os, c.Option{Value: strings.ToLower(r), Label: r, Selected: r == chosen})
	}
	return os
}

// list is the list as it stands on most days.
func list() c.UserList {
	v := c.UserList{
		Statuses: []c.Chip{
			{Label: "All", Count: "1.0M", Href: "/users", Current: true}, {Label: "Active", Count: "882k", Href: "/users?status=active"},
			{Label: "Invited", Count: "69k", Href: "/users?status=invited"}, {Label: "Deactivated", Count: "49k", Href: "/users?status=deactivated"},
		},
		Roles: []c.Chip{
			{Label: "Any role", Href: "/users", Current: true}, {Label: "Admin", Count: "2k", Href: "/users?role=admin"}, {Label: "Editor", Count: "15k", Href: "/users?role=editor"},
			{Label: "Viewer", Count: "50k", Href: "/users?role=viewer"}, {Label: "Member", Count: "933k", Href: "/users?role=member"},
		},
		FilterHref: "/users/filter", Columns: columns(), Summary: "1,000,000 people", Range: "Showing 12 of 1,000,000",
		NextHref: "/users?after=22", CreateHref: "/users/new", CreateLabel: "New user",
		Exports: []c.Option{{Value: "csv", Label: "CSV"}, {Value: "xlsx", Label: "Excel"}, {Value: "jsonl", Label: "JSON lines"}, {Value: "json", Label: "JSON"}},
	}
	for _, p := range people() {
		v.Rows = append(v.Rows, p.row(true))
	}
	return v
}

func columns() []c.Column {
	var cs []c.Column
	for _, kv := range [][2]string{{"name", "Name"}, {"email", "E-mail"}, {"role", "Role"}, {"status", "Status"}, {"phone", "Phone"}, {"signin", "Last sign-in"}, {"created", "Created"}} {
		cs = append(cs, c.Column{Key: kv[0], Label: kv[1], Href: "/users?sort=" + kv[0]})
	}
	cs[0].Sort, cs[0].Href = "ascending", "/users?sort=-name"
	return cs
}
