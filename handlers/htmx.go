package handlers

import (
	"net/http"
	"net/url"
	"strconv"
)

// hx is what a request says of itself by the headers of htmx. Nothing else
// reads them.
type hx struct {
	fragment bool     // it wants a fragment, not a page
	target   string   // DOM id that the answer is meant for; may be empty
	current  *url.URL // the page it was sent from; nil when unknown
	person   int64    // whom that page was drawn for; 0 when it does not say
}

func readHX(r *http.Request) hx {
	h := hx{fragment: r.Header.Get("HX-Request-Type") == "partial"}
	if !h.fragment {
		return h
	}
	_, h.target = splitIdentifier(r.Header.Get("HX-Target"))
	if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil && u.Path != "" {
		h.current = u
	}
	h.person, _ = strconv.ParseInt(r.Header.Get("Page-Person"), 10, 64)
	return h
}

// splitIdentifier takes "form#u12-email-form" apart.
func splitIdentifier(s string) (tag, id string) {
	for i := range s {
		if s[i] == '#' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// on reports whether the request was sent from the page with this path.
func (h hx) on(path string) bool { return h.current != nil && h.current.Path == path }

// instruct are the instructions to htmx that an answer carries.
type instruct struct {
	push, replace string // the address bar
	reswap        string // how to swap instead
	trigger       string // events, as JSON
	redirect      string // load another page
	refresh       bool   // load this page again
}

func (i instruct) write(h http.Header) {
	for name, value := range map[string]string{
		"HX-Push-Url": i.push, "HX-Replace-Url": i.replace, "HX-Reswap": i.reswap,
		"HX-Trigger": i.trigger, "HX-Redirect": i.redirect,
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	if i.refresh {
		h.Set("HX-Refresh", "true")
	}
}

// Events that an answer may fire in the page.
const (
	redrawMain   = `{"page:refresh":{"target":"#main"}}`
	signedInBack = `{"session:back":{}}`
)
