package components

import "github.com/a-h/templ"

// UserRowView is one person in the list, or, while it is edited, the form for
// all of that person's fields spread over the cells of the row.
func UserRowView(r UserRow) templ.Component {
	if r.Form != nil {
		return rowEdit(r, *r.Form)
	}
	return drawn(func(p *pen) { p.row(&r) })
}

// userRows are the rows of a page, by one pen.
func userRows(rows []UserRow) templ.Component {
	return drawn(func(p *pen) {
		for i := range rows {
			p.row(&rows[i])
		}
	})
}

func (p *pen) row(r *UserRow) {
	p.raw(`<tr id="u`)
	p.raw(p.id(r.ID))
	p.raw(`"><th scope="row" class="c-who" aria-label="`)
	p.by(r.Name.Person)
	p.raw(`"><div class="who"><a class="who-av" href="`)
	p.data(link(r.Href))
	p.raw(`" tabindex="-1" aria-hidden="true">`)
	p.avatar(r.Avatar, "")
	p.raw(`</a><div class="who-text">`)
	p.cell(&r.Name, r.Href)
	p.cell(&r.Email, "")
	if len(r.Found) > 0 {
		p.raw(`<small class="found">`)
		p.marked(r.Found)
		p.raw(`</small>`)
	}
	p.raw(`</div></div></th><td class="c-role">`)
	p.cell(&r.Role, "")
	p.raw(`</td><td class="c-status">`)
	p.standing(r.Status)
	p.raw(`</td><td class="c-phone">`)
	p.cell(&r.Phone, "")
	p.raw(`</td><td class="c-signin">`)
	p.when(r.LastSignIn)
	p.raw(`</td><td class="c-created">`)
	p.when(r.Created)
	p.raw(`</td><td class="c-menu">`)
	if r.HasMenu {
		p.menuButton(r.Name.Person, r.ID)
		p.rowMenu(r, nil)
		p.raw(`</div>`)
	}
	p.raw(`</td></tr>`)
}
