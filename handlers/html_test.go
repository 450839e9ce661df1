package handlers

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parse reads a page, or the pieces of a fragment, as a browser would.
func parse(t testing.TB, body string) *html.Node {
	t.Helper()
	text := strings.TrimSpace(body)
	if strings.HasPrefix(strings.ToLower(text), "<!doctype") {
		doc, err := html.Parse(strings.NewReader(text))
		if err != nil {
			t.Fatalf("the page does not parse: %v", err)
		}
		return doc
	}
	within := atom.Body
	if strings.HasPrefix(text, "<tr") {
		within = atom.Tbody // elsewhere a row loses its cells
	}
	pieces, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: within.String(), DataAtom: within})
	if err != nil {
		t.Fatalf("the fragment does not parse: %v", err)
	}
	root := &html.Node{Type: html.DocumentNode}
	for _, n := range pieces {
		root.AppendChild(n)
	}
	return root
}

// all gives the elements that a selector matches. It knows tag, #id, .class,
// [name], [name=value] and descendants: enough to ask for what a person sees.
func all(root *html.Node, selector string) []*html.Node {
	found := []*html.Node{root}
	for _, step := range steps(selector) {
		var next []*html.Node
		for _, n := range found {
			for child := range n.Descendants() {
				if matches(child, step) && !slices.Contains(next, child) && !dormant(child) {
					next = append(next, child)
				}
			}
		}
		found = next
	}
	return found
}

// dormant elements lie in a template: they are on no screen yet.
func dormant(n *html.Node) bool {
	for p := range n.Ancestors() {
		if p.DataAtom == atom.Template {
			return true
		}
	}
	return false
}

// steps splits a selector at its spaces, but not within brackets.
func steps(selector string) []string {
	depth := 0
	return strings.FieldsFunc(selector, func(r rune) bool {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		}
		return r == ' ' && depth == 0
	})
}

// matches holds one element against one compound selector such as
// "a.chip[href=/users]".
func matches(n *html.Node, compound string) bool {
	if n.Type != html.ElementNode {
		return false
	}
	for compound != "" {
		end := 1 + strings.IndexAny(compound[1:]+"#", "#.[")
		if compound[0] == '[' {
			end = strings.IndexByte(compound, ']') + 1
		}
		if !matchesPart(n, compound[:end]) {
			return false
		}
		compound = compound[end:]
	}
	return true
}

func matchesPart(n *html.Node, part string) bool {
	switch part[0] {
	case '#':
		return attr(n, "id") == part[1:]
	case '.':
		return slices.Contains(strings.Fields(attr(n, "class")), part[1:])
	case '[':
		name, value, hasValue := strings.Cut(part[1:len(part)-1], "=")
		return has(n, name) && (!hasValue || attr(n, name) == value)
	}
	return n.Data == part
}

// one gives the single element that a selector matches.
func one(t testing.TB, root *html.Node, selector string) *html.Node {
	t.Helper()
	found := all(root, selector)
	if len(found) != 1 {
		t.Fatalf("%d elements match %q, want 1, in:\n%s", len(found), selector, excerpt(render(root)))
	}
	return found[0]
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// text is what a person reads of an element, with its spaces collapsed.
func text(n *html.Node) string {
	var b strings.Builder
	read(n, &b)
	return strings.Join(strings.Fields(b.String()), " ")
}

// read parts what stands in different blocks, and joins the pieces of a word.
func read(n *html.Node, b *strings.Builder) {
	inline := n.Type != html.ElementNode || slices.Contains([]string{"a", "b", "bdi", "mark", "span", "strong", "small", "code"}, n.Data)
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	if !inline {
		b.WriteByte(' ')
	}
	for child := range n.ChildNodes() {
		read(child, b)
	}
	if !inline {
		b.WriteByte(' ')
	}
}

func render(n *html.Node) string {
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		return err.Error()
	}
	return b.String()
}

func excerpt(s string) string {
	if len(s) > 900 {
		return s[:900] + "…"
	}
	return s
}

func TestSelectors(t *testing.T) {
	doc := parse(t, `<ul id="a"><li class="x y" data-k="v w"><a href="/u?q=1#z">one</a></li><li class="x">two <b>bold</b></li></ul>`)
	for selector, want := range map[string]int{
		"li": 2, "#a": 1, ".x": 2, "li.x.y": 1, "ul li": 2, "#a a": 1, "[data-k=v w]": 1, "[data-k]": 1,
		"a[href=/u?q=1#z]": 1, "li.z": 0, "b a": 0, "ul b": 1,
	} {
		if got := len(all(doc, selector)); got != want {
			t.Errorf("%q matches %d elements, want %d", selector, got, want)
		}
	}
	if got := text(parse(t, `<dl><dt>Name</dt><dd><bdi>No<mark>ra</mark></bdi> G</dd></dl><template><p id="t">x</p></template>`)); got != "Name Nora G x" {
		t.Errorf("reads %q", got)
	}
	if row := parse(t, `<tr id="r"><td>1</td></tr><hx-partial hx-target="#toasts">2</hx-partial>`); len(all(row, "tr#r td")) != 1 || len(all(row, "hx-partial")) != 1 {
		t.Errorf("a row is read as %s", render(row))
	}
}
