package components

import (
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

// chip is a filter with the number of people behind it.
func chip(c Chip, id string) templ.Component {
	return drawn(func(p *pen) {
		p.listLink("chip", id, c.Href, c.Current)
		p.put(``, c.Label)
		if c.Count != "" {
			p.put(` <b>`, c.Count, `</b>`)
		}
		p.put(`</a>`)
	})
}

// roleItem is a role in the menu of roles.
func roleItem(c Chip, id string) templ.Component {
	return drawn(func(p *pen) {
		p.listLink("menu-item", id, c.Href, c.Current)
		p.put(`<span class="menu-label">`, c.Label, `</span>`)
		if c.Count != "" {
			p.put(` <small>`, c.Count, `</small>`)
		}
		if c.Current {
			p.icon("check")
		}
		p.put(`</a>`)
	})
}

// sortLink is the head of a column; it sorts by it.
func sortLink(c Column) templ.Component {
	return drawn(func(p *pen) {
		if c.Href == "" {
			p.put(``, c.Label)
			return
		}
		p.listLink("sort", "sort-"+c.Key, c.Href, false)
		p.put(``, c.Label, ` `)
		switch c.Sort {
		case "ascending":
			p.icon("up")
		case "descending":
			p.icon("down")
		}
		p.put(`</a>`)
	})
}

// listLink begins a link with the attributes of the helper of the same name.
func (p *pen) listLink(class, id, href string, current bool) {
	p.put(`<a class="`, class, `" id="`, id, `" href="`, link(href), `"`)
	if current {
		p.put(` aria-current="true"`)
	}
	p.put(` hx-get="`, href, `" hx-swap="outerMorph" hx-target="#`+ResultsID+`" hx-trigger="`+onClick+`" hx-push-url="true">`)
}

// otherColumns stand after the name in this order.
var otherColumns = []string{"role", "status", "phone", "signin", "created"}

// columnHead is the class of a column, and its order if it has one.
func columnHead(class, sort string) attributes {
	if sort == "" {
		return attributes{"class", class}
	}
	return attributes{"class", class, "aria-sort", sort}
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
