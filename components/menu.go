package components

import "github.com/a-h/templ"

// actionMenu is the button of a person's page and the acts behind it.
func actionMenu(a Actions, id int64) templ.Component {
	return drawn(func(p *pen) {
		p.menuButton(a.Name, id)
		p.acts(a, "page", id)
		p.put(`</div>`)
	})
}

// RowMenu is what stands in the menu of a row: the way to the person, and the
// acts that the viewer may carry out. A page has dozens of menus and few are ever
// opened, so at first there are no acts (nil), and coming into sight fetches
// them. With scripts off the way to the person's page is left, where they are too.
func RowMenu(r UserRow, a *Actions) templ.Component {
	return drawn(func(p *pen) { p.rowMenu(&r, a) })
}

func (p *pen) rowMenu(r *UserRow, a *Actions) {
	id := p.id(r.ID)
	p.raw(`<a class="menu-item" id="u`)
	p.raw(id)
	p.raw(`-page" href="`)
	p.data(link(r.Href))
	if a == nil {
		p.raw(`" hx-get="/users/`)
		p.raw(id)
		p.raw(`/menu" hx-target="#u`)
		p.raw(id)
		p.raw(`-menu" hx-swap="innerHTML" hx-sync="this:drop" hx-trigger="` + onSight)
	}
	p.raw(`">`)
	p.icon("user")
	p.put(`Open</a>`)
	if a != nil {
		p.acts(*a, "row", r.ID)
	}
}

// menuButton is the button and the beginning of the menu that it opens.
func (p *pen) menuButton(person string, id int64) {
	row := p.id(id)
	p.raw(`<button type="button" class="btn sq gho more" id="u`)
	p.raw(row)
	p.raw(`-more" popovertarget="u`)
	p.raw(row)
	p.raw(`-menu">`)
	p.icon("dots")
	p.raw(`<span class="vh">Actions for `)
	p.by(person)
	p.raw(`</span></button><div class="menu" id="u`)
	p.raw(row)
	p.raw(`-menu" popover>`)
}

// acts are the items of a menu. view is "row" or "page": what the answer redraws.
func (p *pen) acts(a Actions, view string, id int64) {
	row := p.id(id)
	if a.EditHref != "" && view == "row" {
		p.put(`<a class="menu-item" id="u`, row, `-edit" href="`, link(a.EditHref), `" hx-get="/users/`, row,
			`/edit?view=row" hx-target="#u`, row, `" hx-swap="outerHTML" hx-trigger="`, onClick, `">`)
		p.icon("pen")
		p.put(`Edit</a>`)
	}
	p.act(a.DeactivateHref, "Deactivate", "ban", view, id)
	p.act(a.ReactivateHref, "Reactivate", "check-circle", view, id)
	p.act(a.RestoreHref, "Restore", "undo", view, id)
	if a.ResetHref != "" && view == "page" {
		p.put(`<a class="menu-item" id="u`, row, `-reset" href="`, link(a.ResetHref), `" hx-get="`, link(a.ResetHref),
			`" hx-target="#dialog" hx-swap="innerHTML" hx-trigger="`, onClick, `">`)
		p.icon("key")
		p.put(`New password…</a>`)
	}
	if view == "page" {
		p.mustAct(a, id)
	}
	if view == "row" {
		p.inviteActs(a, id)
	}
	if a.SeeHref != "" && view == "page" {
		p.put(`<a class="menu-item" id="u`, row, `-see" href="`, link(a.SeeHref), `">`)
		p.icon("user")
		p.put(`See as they do…</a>`)
	}
	p.act(a.EndSessions, "End all sessions", "logout", view, id)
	p.last(a.DeleteHref, "delete", "Delete…", view, row)
	if view == "page" {
		p.last(a.EraseHref, "erase", "Erase for good…", view, row)
	}
}

// last is an act that asks first, below all others.
func (p *pen) last(href, name, label, view, row string) {
	if href == "" {
		return
	}
	p.put(`<hr><a class="menu-item bad" id="u`, row, `-`, name, `" href="`, link(href), `" hx-get="`,
		confirmPath(href, view), `" hx-target="#dialog" hx-swap="innerHTML" hx-trigger="`, onClick, `">`)
	p.icon("trash")
	p.put(label, "", `</a>`)
}

// act is an act that a button is enough for. With scripts off its form is sent
// as it is; otherwise its answer is the row, or on the person's page the screen.
func (p *pen) act(action, label, icon, view string, id int64) {
	if action == "" {
		return
	}
	p.form(action, "act", view, id)
	p.item(label, icon)
}

// form begins the form of an act.
func (p *pen) form(action, name, view string, id int64) {
	p.put(`<form method="post" action="`, link(action), `" id="`, slug(action), `-`, name, `"`)
	if view == "page" {
		p.attributes(pageForm(action))
	} else {
		p.attributes(postForm(action, "#u"+p.id(id), "outerMorph"))
	}
	p.put(`><input type="hidden" name="view" value="`, view, `"> `)
}

// item ends it with its button.
func (p *pen) item(label, icon string) {
	p.raw(`<button type="submit" class="menu-item">`)
	p.icon(icon)
	p.put(label, "", `</button></form>`)
}

// mustAct has somebody choose a new password, or no longer.
func (p *pen) mustAct(a Actions, id int64) {
	if a.MustHref == "" {
		return
	}
	p.form(a.MustHref, "act", "page", id)
	if a.Must {
		p.item("May keep the password", "lock")
		return
	}
	p.raw(`<input type="hidden" name="must" value="1">`)
	p.item("Must choose a new password", "lock")
}

// inviteActs are those on the invitation of somebody: on their page they stand with
// it. A link to hand over is shown instead of the list.
func (p *pen) inviteActs(a Actions, id int64) {
	if a.InviteHref == "" {
		return
	}
	if a.Mail {
		p.form(a.InviteHref, "mail", "row", id)
		p.raw(`<input type="hidden" name="how" value="mail">`)
		p.item("Resend invitation", "mail")
	}
	p.form(a.InviteHref, "link", "page", id)
	p.raw(`<input type="hidden" name="how" value="link">`)
	p.item("Create an invitation link", "copy")
	p.act(a.RevokeHref, "Revoke invitation", "x", "row", id)
}
