package components

import "github.com/a-h/templ"

// CellView is one value of a person. Where it may be edited it is a link to
// its form; a name in a list leads to the person, with a pencil beside it.
func CellView(c Cell) templ.Component { return drawn(func(p *pen) { p.cell(&c) }) }

func (p *pen) cell(c *Cell) {
	p.put(`<div class="cell" id="u`, p.id(c.UserID), `-`, c.Field, `">`)
	if c.Href != "" {
		p.put(`<a class="cell-go" href="`, link(c.Href), `">`)
		p.cellText(c)
		p.put(`</a> `)
	}
	switch {
	case c.CanEdit:
		p.cellLink(c)
	case c.Href == "":
		p.put(`<span class="cell-text">`)
		p.cellText(c)
		p.put(`</span>`)
	}
	p.put(`</div>`)
}

// cellLink opens the form of a cell: a fragment in place, or with scripts off a
// page. It holds the value itself unless that leads elsewhere. What a click on
// it does stands with its cellHost.
func (p *pen) cellLink(c *Cell) {
	id := p.id(c.UserID)
	p.put(`<a class="cell-open`)
	if c.Href != "" {
		p.put(` cell-pen`)
	}
	p.put(`" id="u`, id, `-`, c.Field, `-open" href="/users/`, id, `/edit?field=`, c.Field, `" hx-get="/users/`, id,
		`/edit?field=`, c.Field, `">`)
	p.cellName(c)
	if c.Href == "" {
		p.cellText(c)
	}
	p.icon("pen")
	p.put(`</a>`)
}

// cellName is read out before the value: "Edit phone of Camille Dubois: ".
func (p *pen) cellName(c *Cell) {
	verb := "Edit "
	if len(c.Text) == 0 {
		verb = "Add "
	}
	p.put(`<span class="vh">`, verb, ``, lower(c.Label), ` of `, c.Person)
	if c.Href == "" && len(c.Text) > 0 {
		p.put(`: `)
	}
	p.put(`</span> `)
}

func (p *pen) cellText(c *Cell) {
	switch {
	case len(c.Text) == 0 && c.CanEdit:
		p.put(`<span class="mut" aria-hidden="true">Add `, lower(c.Label), `</span>`)
	case len(c.Text) == 0:
		p.put(`<span class="mut" aria-hidden="true">—</span> <span class="vh">none</span>`)
	case c.Badge != "":
		p.put(`<span class="badge badge-`, c.Badge, `">`)
		p.marked(c.Text)
		p.put(`</span>`)
	default:
		p.marked(c.Text)
	}
}

// closeCellPath is where a cell is shown again as it now stands.
func closeCellPath(f CellForm) string {
	return userPath(f.UserID) + "?cell=" + f.Key
}
