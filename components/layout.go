package components

import (
	"context"
	"strings"
	"sync"
)

// htmxConfig: refusals reach the screen through partials only (two of them are
// let through again by the body's attributes), a request that hangs is given up
// in time to say so, and no style is injected, which the policy would refuse.
// What is swapped in works from the moment it is seen: with a delay to settle,
// a link chosen within it would lead to its page instead of its fragment.
const htmxConfig = `{"noSwap":[204,304,"4xx","5xx"],"defaultTimeout":15000,"defaultSettleDelay":0,"includeIndicatorCSS":false}`

// documentTitle is "Users · Northwind".
func documentTitle(p Page) string {
	switch {
	case p.Title == "":
		return p.Brand
	case p.Brand == "":
		return p.Title
	}
	return p.Title + " · " + p.Brand
}

// toastTemplates are drawn once: they are the same on every page.
var toastTemplates = sync.OnceValue(func() string {
	var b strings.Builder
	if err := toastsOfScript().Render(context.Background(), &b); err != nil {
		return "" // a strings.Builder takes everything
	}
	return b.String()
})
