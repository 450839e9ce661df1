package components

import "github.com/a-h/templ"

// CellView is one value of a person. Where it may be edited it is a link to
// its form; a name in a list leads to the person, with a pencil beside it.
func CellView(c Cell) templ.Component { return drawn(func(p *pen) { p.cell(&c, c.Href) }) }

func (p *pen) cell(c *Cell, href string) {
	p.raw(`<div class="cell`)
	if c.Fresh {
		p.raw(` is-fresh`)
	}
	p.raw(`" id="u`)
	p.raw(p.id(c.UserID))
	p.raw(`-`)
	p.data(c.Field)
	p.raw(`">`)
	if href != "" {
		p.put(`<a class="cell-go" href="`, link(href), `">`)
		p.cellText(c)
		p.raw(`</a> `)
	}
	switch {
	case c.CanEdit:
		p.cellLink(c, href != "")
	case href == "":
		p.raw(`<span class="cell-text">`)
		p.cellText(c)
		p.raw(`</span>`)
	}
	p.raw(`</div>`)
}

// cellLink opens the form of a cell: a fragment in place, or with scripts off a
// page. It holds the value itself, or is a pencil beside it. What a click on it
// does stands with its cellHost.
func (p *pen) cellLink(c *Cell, beside bool) {
	id := p.id(c.UserID)
	p.raw(`<a class="cell-open`)
	if beside {
		p.raw(` cell-pen`)
	}
	p.raw(`" id="u`)
	p.raw(id)
	p.raw(`-`)
	p.data(c.Field)
	p.raw(`-open" href="/users/`)
	p.raw(id)
	p.raw(`/edit?field=`)
	p.data(c.Field)
	p.raw(`" hx-get="/users/`)
	p.raw(id)
	p.raw(`/edit?field=`)
	p.data(c.Field)
	p.raw(`">`)
	p.cellName(c, beside)
	if !beside {
		p.cellText(c)
	}
	p.raw(`</a>`)
}

// cellName is read out before the value: "Edit phone of Camille Dubois: ".
func (p *pen) cellName(c *Cell, beside bool) {
	if c.Text == "" {
		p.raw(`<span class="vh">Add `)
	} else {
		p.raw(`<span class="vh">Edit `)
	}
	p.label(c.Label)
	p.raw(` of `)
	p.by(c.Person)
	if !beside && c.Text != "" {
		p.raw(`: `)
	}
	p.raw(`</span> `)
}

func (p *pen) cellText(c *Cell) {
	switch {
	case c.Text == "" && c.CanEdit:
		p.raw(`<span class="mut" aria-hidden="true">Add `)
		p.label(c.Label)
		p.raw(`</span>`)
	case c.Text == "":
		p.raw(`<span class="mut" aria-hidden="true">—</span> <span class="vh">none</span>`)
	case c.Badge != "":
		p.put(`<span class="badge badge-`, c.Badge, `">`)
		p.value(c)
		p.raw(`</span>`)
	default:
		p.value(c)
	}
}

// value is the text itself, with its hits marked.
func (p *pen) value(c *Cell) {
	if len(c.Marks) > 0 {
		p.marked(c.Marks)
		return
	}
	p.raw(`<bdi>`)
	p.data(c.Text)
	p.raw(`</bdi>`)
}

// label writes a label as the middle of a sentence, as lower does.
func (p *pen) label(text string) {
	if text == "" || text[0] < 'A' || text[0] > 'Z' {
		p.data(lower(text))
		return
	}
	p.text = append(p.text, text[0]+'a'-'A')
	p.data(text[1:])
}

// closeCellPath is where a cell is shown again as it now stands.
func closeCellPath(f CellForm) string {
	return userPath(f.UserID) + "?cell=" + f.Key
}
