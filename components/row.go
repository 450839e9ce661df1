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
	p.put(`<tr id="u`, p.id(r.ID), `"><th scope="row" class="c-who" aria-label="`, plain(r.Name.Text),
		`"><div class="who"><a class="who-av" href="`, link(r.Href), `" tabindex="-1" aria-hidden="true">`)
	p.avatar(r.Avatar, "")
	p.put(`</a><div class="who-text">`)
	p.cell(inRow(r))
	p.cell(&r.Email)
	if len(r.Found) > 0 {
		p.put(`<small class="found">`)
		p.marked(r.Found)
		p.put(`</small>`)
	}
	p.put(`</div></div></th><td class="c-role">`)
	p.cell(&r.Role)
	p.put(`</td><td class="c-status">`)
	p.status(r.Status)
	p.put(`</td><td class="c-phone">`)
	p.cell(&r.Phone)
	p.put(`</td><td class="c-signin">`)
	p.when(r.LastSignIn)
	p.put(`</td><td class="c-created">`)
	p.when(r.Created)
	p.put(`</td><td class="c-menu">`)
	if r.HasMenu {
		p.menuButton(plain(r.Name.Text), r.ID)
		p.rowMenu(r, nil)
		p.put(`</div>`)
	}
	p.put(`</td></tr>`)
}
