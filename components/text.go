package components

import (
	"context"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// marked draws a text with its hits marked. It is written by hand because a
// template would put white space between the pieces of one word.
func marked(text []Mark) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString("<bdi>")
		for _, m := range text {
			piece := templ.EscapeString(m.Text)
			if m.Hit {
				piece = "<mark>" + piece + "</mark>"
			}
			b.WriteString(piece)
		}
		b.WriteString("</bdi>")
		_, err := io.WriteString(w, b.String())
		return err
	})
}

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

// hue is the class of an avatar's colour.
func hue(n int) string { return "h" + strconv.Itoa(n) }

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
