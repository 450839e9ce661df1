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

// inRow is the name of a person as the list shows it: it leads to the person.
func inRow(r *UserRow) *Cell {
	c := r.Name
	c.Href = either(c.Href, r.Href)
	return &c
}

// otherColumns stand after the name in this order.
var otherColumns = []string{"role", "status", "phone", "signin", "created"}

// sortAttribute is the aria-sort of a column's head.
func sortAttribute(cols []Column, keys ...string) templ.Attributes {
	a := templ.Attributes{}
	setText(a, "aria-sort", sortOf(cols, keys...))
	return a
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
