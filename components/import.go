package components

import "github.com/a-h/templ"

// progressAttributes make the progress ask again in a second; without an address
// it rests.
func progressAttributes(p ImportProgress) templ.Attributes {
	if p.Poll == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{
		"hx-get":     p.Poll,
		"hx-target":  Sel(ImportProgressID),
		"hx-swap":    "outerHTML",
		"hx-trigger": "load delay:1s, session:restored from:self",
	}
}

// rowsFragment makes a link change the rows of an import in place; the address
// bar follows.
func rowsFragment(href string) attributes {
	return append(getFragment(href, Sel(ImportRowsID), "outerMorph"), "hx-push-url", "true")
}
