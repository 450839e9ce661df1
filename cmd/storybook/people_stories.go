package main

import (
	"github.com/a-h/templ"

	c "backoffice/components"
)

// listStories are the list as a whole.
func listStories() []story {
	return []story{
		users("users-list", "The list, sorted by name, for somebody who may edit.", c.UsersPage(list())),
		users("users-list-viewer", "The same list for a viewer: nothing that writes.", c.UsersPage(readOnly(list()))),
		users("users-list-found", "A search with hits, a status and a role.", c.UsersPage(found())),
		users("users-list-filtered", "Filters without chips of their own, each removable.", c.UsersPage(filtered())),
		users("users-list-invited", "Invitations that are open and that have run out.", c.UsersPage(invitations())),
		users("users-list-nothing-found", "A search without hits: clear or create.", c.UsersPage(nothingFound())),
		users("users-list-empty", "Nobody has an account yet.", c.UsersPage(c.UserList{
			Statuses: []c.Chip{{Label: "All", Count: "0", Href: "/users", Current: true}},
			Columns:  columns(), Summary: "0 people", CreateHref: "/users/new", CreateLabel: "New user",
		})),
	}
}

func readOnly(v c.UserList) c.UserList {
	v.Rows, v.CreateHref, v.Exports, v.PrevHref, v.NextHref = nil, "", nil, "/users?before=11", ""
	v.Columns[0].Sort, v.Columns[1].Sort = "", "descending"
	for _, p := range people() {
		v.Rows = append(v.Rows, p.row(false))
	}
	return v
}

func found() c.UserList {
	v := list()
	v.Query, v.Summary, v.Range, v.ClearHref, v.NextHref = "kim", "1 person matches", "Showing 1 of 1", "/users", ""
	v.Kept = []c.Hidden{{Name: "role", Value: "admin"}, {Name: "status", Value: "active"}}
	v.Statuses[0].Current, v.Statuses[1].Current = false, true
	v.Roles[0].Current, v.Roles[1].Current = false, true
	r := people()[6].row(true)
	r.Name.Marks = []c.Mark{{Text: "Grace "}, {Text: "Kim", Hit: true}}
	r.Email.Marks = []c.Mark{{Text: "grace."}, {Text: "kim", Hit: true}, {Text: "@northwind.example"}}
	r.Found = []c.Mark{{Text: "External ID "}, {Text: "KIM", Hit: true}, {Text: "-004211"}}
	v.Rows = []c.UserRow{r}
	return v
}

// invitations is the list of those who have not signed in yet.
func invitations() c.UserList {
	v := list()
	v.Rows, v.NextHref, v.Summary, v.Range, v.ClearHref = nil, "", "3 people match", "Showing 3 of 3", "/users"
	v.Statuses[0].Current, v.Statuses[2].Current = false, true
	for i, st := range []c.Status{
		{Key: "expired", Label: "Invite expired", Note: "3 days ago", By: "Grace Kim"},
		{Key: "invited", Label: "Invited", Note: "7 hours left", By: "Inés Carvalho de la Santísima Trinidad"},
		{Key: "invited", Label: "Invited"},
	} {
		r := people()[2+i].row(true)
		r.Status, r.LastSignIn = st, never()
		v.Rows = append(v.Rows, r)
	}
	return v
}

func nothingFound() c.UserList {
	v := list()
	v.Rows, v.NextHref, v.Query, v.ClearHref = nil, "", "zoe@northwind", "/users"
	v.Summary, v.Range = "Nobody matches", ""
	v.CreateHref, v.CreateLabel = "/users/new?name=zoe%40northwind", "Create “zoe@northwind”"
	return v
}

// rowStories are single rows and cells within the list.
func rowStories() []story {
	return []story{
		open("row-menu", "What may be done with a person.", "u12-menu", swapped(c.UsersPage(list()), c.RowMenu(people()[1].row(true), nil), opened(people()[1]))),
		open("row-menu-invited", "The same with somebody who has not come yet.", "u15-menu", swapped(c.UsersPage(list()), c.RowMenu(people()[4].row(true), nil), opened(people()[4]))),
		open("role-menu", "The choice of a role.", "role-menu", c.UsersPage(found())),
		open("export-menu", "The list as a file.", "export-menu", c.UsersPage(list())),
		open("account-menu", "Who is signed in, and the way out.", "account-menu", c.UsersPage(list())),
		users("cell-edit", "An e-mail being edited in the list.", listWith(2, emailCell(func(*c.Field) {}))),
		users("cell-role", "A role being edited in the list.", listWith(2, roleCell())),
		users("cell-error", "A refused value, with what was typed.", listWith(2, emailCell(func(f *c.Field) {
			f.Value, f.Error = "camille.dubois atelier.example", "An e-mail address needs an @, as in ana@example.com."
		}))),
		users("cell-conflict", "Somebody else changed the same value.", listWith(2, emailCell(func(f *c.Field) {
			f.Value, f.Conflict = "camille@atelier.example", emailConflict()
		}))),
		users("row-edit", "A whole row being edited.", rowEdit(func([]c.Field) {}, "")),
		users("row-edit-error", "The same with errors and a conflict.", rowEdit(func(fs []c.Field) {
			fs[0].Value, fs[0].Error = "", "A person needs a name."
			fs[1].Value, fs[1].Conflict = "camille@atelier.example", emailConflict()
			fs[2].Value, fs[2].Error = "12", "A phone number has at least 5 digits."
		}, "")),
	}
}

func emailConflict() *c.Conflict {
	return &c.Conflict{Yours: "camille@atelier.example", Theirs: "c.dubois@atelier.example", Before: "camille.dubois@atelier.example", Who: "Ana Pérez", When: "2 min ago"}
}

// cellForm stands in the list instead of the cell it belongs to.
type cellForm struct {
	field string
	form  c.CellForm
}

func emailCell(change func(*c.Field)) cellForm {
	p := people()[2]
	f := c.Field{ID: "u13-email-in", Name: "email", Type: "email", Value: p.email, Was: p.email, HasWas: true, Autofocus: true, Autocomplete: "off"}
	change(&f)
	return cellForm{"email", c.CellForm{Field: f, UserID: p.id, Person: p.name, Key: "email", Label: "E-mail"}}
}

func roleCell() cellForm {
	p := people()[2]
	f := c.Field{ID: "u13-role-in", Name: "role", Type: "select", Was: "member", HasWas: true, Autofocus: true, Options: roleOptions(p.role)}
	return cellForm{"role", c.CellForm{Field: f, UserID: p.id, Person: p.name, Key: "role", Label: "Role"}}
}

// listWith is the list with one cell open, as a browser has it after a swap.
func listWith(at int, f cellForm) templ.Component {
	return swapped(c.UsersPage(list()), c.CellView(cellOf(list().Rows[at], f.field)), c.CellEdit(f.form))
}

func cellOf(r c.UserRow, field string) c.Cell {
	if field == "role" {
		return r.Role
	}
	return r.Email
}

func rowEdit(change func([]c.Field), problem string) templ.Component {
	row, p := list().Rows[2], people()[2]
	fs := p.fields("u13-form")
	change(fs)
	edited := row
	edited.Form = &c.UserForm{UserID: p.id, Person: p.name, Action: p.path(""), Fields: fs, CancelHref: "/users", Error: problem}
	return swapped(c.UsersPage(list()), c.UserRowView(row), c.UserRowView(edited))
}

// open is a story among the list with one menu open.
func open(name, about, menu string, body templ.Component) story {
	s := users(name, about, body)
	s.Open = menu
	return s
}
