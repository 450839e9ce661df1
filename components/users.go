package components

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// column finds a column by its key; a list that does not show it has none.
func column(cols []Column, key string) Column {
	for _, c := range cols {
		if c.Key == key {
			return c
		}
	}
	return Column{Key: key}
}

// sortOf is the order of the first of these columns that has one, for aria-sort.
func sortOf(cols []Column, keys ...string) string {
	for _, key := range keys {
		if s := column(cols, key).Sort; s != "" {
			return s
		}
	}
	return ""
}

// current is the label of the chosen chip.
func current(chips []Chip) Chip {
	for _, c := range chips {
		if c.Current {
			return c
		}
	}
	return Chip{}
}

// exportItems are the kinds of files that a list can be had as.
func exportItems(kinds []Option) templ.Component {
	return drawn(func(p *pen) {
		for _, k := range kinds {
			p.put(`<button type="submit" class="menu-item" id="export-`, k.Value, `" name="format" value="`, k.Value, `">`,
				k.Label, ` <small>.`, k.Value, `</small></button>`)
		}
	})
}

// statusChips are filters with the number of people behind each.
func statusChips(chips []Chip) templ.Component {
	return drawn(func(p *pen) {
		for i, c := range chips {
			p.listLink("chip", "chip-status-", strconv.Itoa(i), c.Href, c.Current)
			p.data(c.Label)
			if c.Count != "" {
				p.put(` <b>`, c.Count, `</b>`)
			}
			p.raw(`</a>`)
		}
	})
}

// roleItems are the roles in their menu.
func roleItems(chips []Chip) templ.Component {
	return drawn(func(p *pen) {
		for i, c := range chips {
			p.listLink("menu-item", "chip-role-", strconv.Itoa(i), c.Href, c.Current)
			p.put(`<span class="menu-label">`, c.Label, `</span>`)
			if c.Count != "" {
				p.put(` <small>`, c.Count, `</small>`)
			}
			if c.Current {
				p.icon("check")
			}
			p.raw(`</a>`)
		}
	})
}

// columnHeads are the heads of the columns, each of which sorts by it. Name and
// e-mail share one.
func columnHeads(cols []Column) templ.Component {
	return drawn(func(p *pen) {
		p.columnHead("who", sortOf(cols, "name", "email"))
		p.sortLink(column(cols, "name"))
		p.raw(`<span class="sep" aria-hidden="true">·</span>`)
		p.sortLink(column(cols, "email"))
		p.raw(`</th>`)
		for _, key := range otherColumns {
			p.columnHead(key, sortOf(cols, key))
			p.sortLink(column(cols, key))
			p.raw(`</th>`)
		}
	})
}

// otherColumns stand after the name in this order.
var otherColumns = []string{"role", "status", "phone", "signin", "created"}

// columnHead begins the head of a column, which says its order if it has one.
func (p *pen) columnHead(key, sort string) {
	p.put(`<th scope="col" class="c-`, key)
	if sort != "" {
		p.put(`" aria-sort="`, sort)
	}
	p.raw(`">`)
}

func (p *pen) sortLink(c Column) {
	if c.Href == "" {
		p.data(c.Label)
		return
	}
	p.listLink("sort", "sort-", c.Key, c.Href, false)
	p.data(c.Label)
	p.raw(` `)
	switch c.Sort {
	case "ascending":
		p.icon("up")
	case "descending":
		p.icon("down")
	}
	p.raw(`</a>`)
}

// listLink begins a link with the attributes of the helper of the same name. Its
// id is in two pieces.
func (p *pen) listLink(class, id, of, href string, current bool) {
	p.put(`<a class="`, class, `" id="`, id, ``, of, `" href="`, link(href))
	if current {
		p.raw(`" aria-current="true`)
	}
	p.put(`" hx-get="`, href, `" hx-swap="outerMorph" hx-target="#`+ResultsID+`" hx-trigger="`+onClick+`" hx-push-url="true">`)
}

// confirmPath is where a confirmation is; it says what will be redrawn after it.
func confirmPath(href, view string) string {
	if view == "page" {
		return href
	}
	if strings.Contains(href, "?") {
		return href + "&view=" + view
	}
	return href + "?view=" + view
}
