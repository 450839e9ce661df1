package main

import (
	"bytes"
	_ "embed"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"backoffice/assets"
	"backoffice/components"
)

// policy is the one that the program itself sends, so that a story shows only
// what the program can show.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// policyOf admits the style sheet that a mail brings along: there is no other way for
// mails, and the program itself shows none.
func policyOf(s story) string {
	if s.Document == nil {
		return policy
	}
	return strings.Replace(policy, "style-src 'self'", "style-src 'unsafe-inline'", 1)
}

//go:embed storybook.js
var script []byte

// story is one component in one state.
type story struct {
	Name  string          // its address
	About string          // what to look at
	Page  components.Page // what stands around it
	Open  string          // the id of a menu to open; may be empty
	Body  templ.Component

	Document templ.Component // shown as it is, instead of Body in a page; may be nil
}

// newHandler serves an index, each story by its name, and the assets.
func newHandler(all []story) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", assets.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		write(w, r, story{Page: framed("Storybook"), Body: index(all)})
	})
	mux.HandleFunc("GET /storybook.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(script)
	})
	for _, s := range all {
		mux.HandleFunc("GET /"+s.Name, func(w http.ResponseWriter, r *http.Request) { write(w, r, s) })
	}
	return mux
}

func write(w http.ResponseWriter, r *http.Request, s story) {
	var page bytes.Buffer
	document := s.Document
	if document == nil {
		document = components.Layout(s.Page, stage(s))
	}
	if err := document.Render(r.Context(), &page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policyOf(s))
	_, _ = w.Write(page.Bytes())
}
