package components

import (
	"context"
	"strconv"
)

// PageOf is the name of the hidden field that says for whom the page of a form was
// drawn. What htmx sends says it in a header.
const PageOf = "page-person"

type drawnKey struct{}

// DrawnFor is the context of a page, or a part of one, that is drawn for a person.
// Forms that people type into say so when they are sent as a page: whoever else has
// signed in meanwhile sends nothing of what was typed there.
func DrawnFor(ctx context.Context, person int64) context.Context {
	return context.WithValue(ctx, drawnKey{}, strconv.FormatInt(person, 10))
}

func personOf(ctx context.Context) string {
	person, _ := ctx.Value(drawnKey{}).(string)
	return person
}
