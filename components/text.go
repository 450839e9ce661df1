package components

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// plain is a marked text without its marks.
func plain(text []Mark) string {
	var b strings.Builder
	for _, m := range text {
		b.WriteString(m.Text)
	}
	return b.String()
}

// lower turns a label into the middle of a sentence: "E-mail" into "e-mail",
// "External ID" into "external ID".
func lower(label string) string {
	r, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToLower(r)) + label[size:]
}

// marked is a text with its hits marked.
func marked(text []Mark) templ.Component { return drawn(func(p *pen) { p.marked(text) }) }

// slug turns an address into a DOM id: "/undo/12" into "undo-12".
func slug(address string) string {
	keep := func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '-'
	}
	return strings.Trim(strings.Map(keep, address), "-")
}

// either returns a if it is not empty, and otherwise b.
func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
