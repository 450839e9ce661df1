package components

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lower turns a label into the middle of a sentence: "E-mail" into "e-mail",
// "External ID" into "external ID".
func lower(label string) string {
	r, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToLower(r)) + label[size:]
}

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
