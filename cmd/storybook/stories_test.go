package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestStories asks for every story as a browser does: each answers, shows
// something, uses no id twice, and ties each label and description to a thing
// that is there.
func TestStories(t *testing.T) {
	handler := newHandler(stories())
	for _, s := range append(stories(), story{Name: ""}) {
		t.Run("/"+s.Name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, httptest.NewRequest("GET", "/"+s.Name, nil))
			if rec.Code != http.StatusOK {
				t.Fatalf("status %d: %s", rec.Code, rec.Body)
			}
			doc, err := html.Parse(rec.Body)
			if err != nil {
				t.Fatal(err)
			}
			p := read(doc)
			if len(strings.Fields(p.text)) < 8 {
				t.Errorf("hardly any text: %q", p.text)
			}
			for id, n := range p.ids {
				if n > 1 {
					t.Errorf("id %q is used %d times", id, n)
				}
			}
			for _, ref := range p.refs {
				if p.ids[ref] == 0 {
					t.Errorf("something refers to the id %q, which is not there", ref)
				}
			}
			for _, el := range p.askers {
				t.Errorf("an element that sends requests needs an id and session:restored: %s", el)
			}
		})
	}
}

// page is what the test wants to know of a document.
type page struct {
	text   string
	ids    map[string]int
	refs   []string // ids that are referred to
	askers []string // elements with hx-get or hx-post that could not be replayed
}

func read(doc *html.Node) page {
	p := page{ids: map[string]int{}}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.TextNode:
			p.text += n.Data + " "
		case html.ElementNode:
			p.readElement(n)
		}
	}
	return p
}

func (p *page) readElement(n *html.Node) {
	attrs := map[string]string{}
	for _, a := range n.Attr {
		attrs[a.Key] = a.Val
	}
	if id := attrs["id"]; id != "" {
		p.ids[id]++
	}
	for _, key := range []string{"for", "form", "aria-labelledby", "aria-describedby", "popovertarget"} {
		p.refs = append(p.refs, strings.Fields(attrs[key])...)
	}
	if trigger := attrs["hx-trigger"]; trigger == "" && n.Parent != nil {
		attrs["hx-trigger"] = inherited(n, "hx-trigger")
	}
	_, gets := attrs["hx-get"]
	_, posts := attrs["hx-post"]
	if (gets || posts) && (attrs["id"] == "" || !strings.Contains(attrs["hx-trigger"], "session:restored")) {
		p.askers = append(p.askers, "<"+n.Data+" id="+attrs["id"]+">")
	}
}

// inherited is an attribute that htmx takes from an element around this one.
func inherited(n *html.Node, name string) string {
	for around := range n.Ancestors() {
		for _, a := range around.Attr {
			if a.Key == name+":inherited" {
				return a.Val
			}
		}
	}
	return ""
}
