package main

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"
)

// swapped draws a screen in which one part has been replaced by another, as
// htmx does in the browser.
func swapped(screen, part, by templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var pieces [3]bytes.Buffer
		for i, piece := range []templ.Component{screen, part, by} {
			if err := piece.Render(ctx, &pieces[i]); err != nil {
				return err
			}
		}
		_, err := w.Write(bytes.Replace(pieces[0].Bytes(), pieces[1].Bytes(), pieces[2].Bytes(), 1))
		return err
	})
}
