package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"backoffice/store"

	"golang.org/x/net/html"
)

// hostile texts try to leave the place where they are shown.
var hostile = map[string]string{
	"script":      `"><script>alert(1)</script>`,
	"image":       `'><img src=x onerror=alert(1)>`,
	"title":       `</title></textarea></option><script>alert(1)</script>`,
	"partial":     `<hx-partial hx-target="#main" hx-swap="innerHTML"><p id="owned">`,
	"template":    `{{7*7}} ${7*7} <%= 7*7 %>`,
	"javascript":  `javascript:alert(1)`,
	"handler":     `" onmouseover="alert(1)" autofocus onfocus="alert(1)" x="`,
	"htmx":        `" hx-get="/users/5/delete" hx-trigger="load" hx-on:click="x`,
	"entities":    `&lt;script&gt;&quot;&#34;&amp;`,
	"comment":     `--><svg onload=alert(1)><!--`,
	"json":        `{"Page-Person":"1"}','"`,
	"bidi":        "\u202egnp.exe\u202c \u2066x\u2069 \u200b",
	"long":        strings.Repeat("W", 200),
	"emoji":       "👩‍👩‍👧‍👦 🏳️‍🌈 <b>é́́",
	"line ends":   "a\r\nSet-Cookie: x=y\r\n\r\n<html>",
	"nothing new": "\x00\xff\xfe<script>",
	"style":       `"><style>*{display:none}</style><base href="//evil.example">`,
}

// plain texts have none of that, but are right and wrong in as many ways. The
// answers to hostile texts may only have elements that these have as well.
var plain = []string{"Plain Name", "plain@example.com", "/users", "7", "member", "2026-11-23",
	strings.Repeat("w", 201), strings.Repeat("w", 200), "two\nlines", "\x00", "\u200b", ""}

// invaded is a back office where every text that somebody can set is p, as far
// as the rules accept it.
func invaded(t testing.TB, p string) *site {
	t.Helper()
	s := newSite(t, func(c *Config) {
		c.Brand = p
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	clip := []rune(p)[:min(len([]rune(p)), 90)]
	for _, id := range []int64{ana, bjorn, nora, otto, ida} {
		for field, to := range map[store.Field]string{store.FieldName: p, store.FieldExternalID: string(clip) + " " + formatID(id),
			store.FieldEmail: string(clip[:min(len(clip), 40)]) + formatID(id) + "@example.com"} {
			_, err := s.db.UpdateUser(context.Background(), commandLine, id, map[store.Field]store.Edit{field: {To: to}})
			if k := store.KindOf(err); k != "" && k != store.Invalid && k != store.Refused {
				t.Fatalf("%s of %d: %v", field, id, err)
			}
		}
	}
	cell := `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
	if err := bring(s.db, p, "name,email,external id,"+cell+"\n"+cell+",new@example.com,"+cell+","+cell+"\n"+cell+",nora@example.com,,\n"+cell+","+cell+",,\n"); err != nil {
		t.Fatal(err)
	}
	return s
}

// tour visits every page and fragment, and sends p in every place that is read.
func tour(s *site, p string) (out []*answer) {
	q := url.QueryEscape(p)
	everywhere := "?q=" + q + "&role=" + q + "&status=" + q + "&sort=" + q + "&after=" + q + "&before=" + q + "&next=" + q + "&act=" + q +
		"&outcome=" + q + "&from=" + q + "&to=" + q + "&below=" + q + "&above=" + q + "&name=" + q + "&email=" + q + "&phone=" + q +
		"&external_id=" + q + "&field=" + q + "&cell=" + q + "&view=" + q + "&out=" + q + "&" + q + "=" + q
	fields := []string{"name", p, "email", p, "phone", p, "role", p, "external_id", p, "password", p, "current", p, "repeat", p, "next", p,
		"person", p, "session", p, "take", "", "kept-action", p, "kept-field." + p, p, "kept-field.name", p, "field", p, p, p, "example", p}
	was := []string{"was.name", p, "was.email", p, "was.phone", p, "was.role", p, "was.external_id", p}
	headers := map[string]string{"X-Forwarded-For": p, "Referer": "http://office.example/" + q}
	ask := func(c *client, method, path string, form []string, header map[string]string) {
		h := map[string]string{}
		for _, from := range []map[string]string{headers, header} {
			for k, v := range from {
				h[k] = strings.Map(func(r rune) rune { // what a server of net/http lets through
					if r < ' ' {
						return -1
					}
					return r
				}, v)
			}
		}
		out = append(out, c.send(request{method: method, url: path, form: formOf(form), header: h}))
	}
	agent := strings.NewReplacer("\x00", "", "\r", "", "\n", "").Replace(p)
	stranger := s.as(nobody)
	stranger.agent = agent
	ask(stranger, "POST", "/login", append([]string{"email", p + "@example.com"}, fields...), nil)
	ask(stranger, "POST", "/login", fields, s.dialog(bjorn).header())
	ask(stranger, "POST", "/login", append([]string{"email", "vera@example.com", "password", password}, fields[14:]...), nil)
	ask(s.as(nobody), "POST", "/users/5", fields, nil)
	ask(s.as(nobody), "POST", "/setup/"+q, fields, nil)
	ask(s.as(nobody), "POST", "/link/"+q, fields, nil)
	ask(s.as(nobody), "GET", s.resetOf(nora), nil, nil)
	ask(s.as(nobody), "POST", s.resetOf(bjorn), []string{"password", "short"}, nil)
	ask(s.as(nobody), "POST", "/forgot", fields, nil)
	ask(s.as(nobody), "GET", "/login"+everywhere, nil, nil)
	ask(s.as(nobody), "GET", "/users"+everywhere, nil, nil)
	ask(s.as(nobody), "GET", "/users/5", nil, s.as(bjorn).on("/users").header())

	w := s.as(ana).on("/users?q=" + q + "&sort=" + q).into("div#results").header()
	onPage := s.as(ana).on("/users/5?q=" + q).into(p).header()
	ask(s.as(vera), "GET", "/users/5/history?q="+q, nil, nil)
	ask(s.as(vera), "GET", "/users?q="+q, nil, nil)
	c := s.as(ana)
	for _, path := range []string{"/", "/account", "/users", "/users/new", "/users/invite", "/mail", "/users/5/reset", "/users/5", "/users/5/sessions", "/users/5/history", "/users/5/edit", "/users/5/delete",
		"/users/8", "/users/1", "/audit", "/imports", "/imports/new", "/imports/2", "/imports/2/refused", "/sessions/end-all", "/logout", "/session", "/users/" + strings.ReplaceAll(q, "+", "%20"), "/" + strings.ReplaceAll(q, "+", "%20")} {
		for _, query := range []string{"?q=" + q, everywhere} {
			ask(c, "GET", path+query, nil, nil)
			ask(c, "GET", path+query, nil, w)
		}
	}
	for _, field := range []string{"name", "email", "external_id", "role"} {
		ask(c, "GET", "/users/5?cell="+field, nil, w)
		ask(c, "GET", "/users/5/edit?field="+field, nil, w)
		ask(c, "POST", "/users/5", append([]string{"view", "cell", "field", field, field, p + " x", "was." + field, p}, was...), w)
	}
	ask(c, "GET", "/users/5/edit?view=row", nil, w)
	ask(c, "POST", "/users/5", append(append([]string{"view", "row"}, fields...), was...), w)
	ask(c, "POST", "/users/5", append(append([]string{"view", "page"}, fields...), was...), nil)
	ask(c, "POST", "/users", fields, nil)
	ask(c, "POST", "/users", fields, w)
	ask(c, "POST", "/users", append([]string{"entry", "link"}, fields...), nil)
	ask(c, "POST", "/users/invite", []string{"addresses", p + " <x@example.com>\n" + p, "role", p}, nil)
	ask(c, "POST", "/users/invite/run", []string{"addresses", p + " <x@example.com>\n" + p, "role", "member"}, nil)
	ask(c, "POST", "/users/5/reset", []string{"how", p}, w)
	ask(c, "POST", "/account/password", fields, nil)
	ask(c, "POST", "/account/sessions/end", fields, nil)
	ask(c, "POST", "/account/address", []string{"email", p}, nil)
	ask(c, "POST", "/account/address", []string{"email", string([]rune(p)[:min(len([]rune(p)), 30)]) + "@example.org"}, w)
	ask(c, "GET", "/account", nil, nil)
	for _, m := range s.posted() {
		if m.Kind == store.MailAddress {
			ask(c, "GET", "/link/"+m.Token, nil, nil)
			ask(c, "POST", "/link/"+m.Token, nil, nil)
		}
	}
	for _, m := range s.posted() {
		if m.Kind == store.MailAddressBack {
			ask(stranger, "GET", "/link/"+m.Token, nil, nil)
		}
	}
	ask(c, "POST", "/users/5/deactivate", []string{"view", "row"}, w)
	ask(c, "POST", "/users/5/reactivate", []string{"view", "page"}, onPage)
	ask(c, "POST", "/users/5/sessions/end-all", fields, onPage)
	ask(c, "GET", "/users/5/delete?view=row", nil, w)
	ask(c, "POST", "/users/7/delete", []string{"view", "row"}, w)
	ask(c, "GET", "/users/7", nil, nil)
	ask(c, "POST", "/undo/"+formatID(s.entries()), nil, w)
	ask(c, "POST", "/undo/"+formatID(s.entries()), nil, onPage)
	ask(c, "POST", "/imports/2/rows/4", []string{"cell.0", p, "cell.1", p, "cell.2", p}, nil)
	ask(c, "POST", "/imports/2/rows/4", []string{"cell.0", p, "cell.1", p, "cell.2", p}, w)
	ask(c, "POST", "/imports/2/plan", []string{"encoding", p, "delimiter", p, "key", p, "column.0", p}, nil)
	ask(c, "POST", "/imports/2/run", nil, nil)
	ask(c, "GET", "/imports/2", nil, nil)
	ask(c, "GET", "/imports/2/undo", nil, w)
	ask(c, "POST", "/imports/2/undo", nil, nil)
	ask(c, "GET", "/imports/2", nil, nil)
	ask(c, "POST", "/audit/export", []string{"q", p, "act", p, "outcome", p, "from", p}, nil)
	return out
}

// shape is every combination of an element and its attributes.
func shape(n *html.Node, into map[string]bool) {
	for e := range n.Descendants() {
		if e.Type == html.ElementNode {
			into[signature(e)] = true
		}
	}
}

func signature(e *html.Node) string {
	var names []string
	for _, a := range e.Attr {
		names = append(names, a.Key)
	}
	slices.Sort(names)
	return e.Data + "[" + strings.Join(names, " ") + "]"
}

func TestNothingTypedBecomesMarkup(t *testing.T) {
	t.Parallel()
	known, mu := map[string]bool{}, sync.Mutex{}
	t.Run("plain", func(t *testing.T) {
		for _, word := range plain {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				answers := tour(invaded(t, word), word)
				mu.Lock()
				defer mu.Unlock()
				for _, a := range answers {
					shape(a.doc(), known)
				}
			})
		}
	})
	for about, p := range hostile {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s := invaded(t, p)
			answers := tour(s, p)
			for _, a := range answers {
				a.t = t
				checkUnharmed(t, a, known)
			}
			if got := s.as(ana).get("/users/5").text("h1"); s.user(nora).Name != name(nora) && got != strings.Join(strings.Fields(s.user(nora).Name), " ") {
				t.Errorf("the name reads %q", got)
			}
		})
	}
}

var (
	places  = []string{"#dialog", "#toasts", "#chips", "#summary", "#user-head", "#import-sum", "#live"}
	urlKeys = []string{"href", "src", "action", "formaction", "hx-get", "hx-post", "hx-push-url"}
)

func checkUnharmed(t *testing.T, a *answer, known map[string]bool) {
	t.Helper()
	if a.code >= 500 {
		t.Errorf("%s: %d", excerpt(a.what), a.code)
	}
	for name, values := range a.header {
		if name == "X" || strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
			t.Errorf("%s: a header of its own: %s %q", excerpt(a.what), name, values)
		}
	}
	for _, header := range []string{"Location", "HX-Redirect", "HX-Push-Url", "HX-Replace-Url"} {
		if to := a.header.Get(header); to != "" && (to[0] != '/' || strings.HasPrefix(to, "//")) {
			t.Errorf("%s: %s leads to %q", excerpt(a.what), header, to)
		}
	}
	if a.header.Get("Content-Type") != "text/html; charset=utf-8" {
		return
	}
	checkElements(t, a, known)
	scripts := 0
	if strings.HasPrefix(a.body, "<!doctype") {
		scripts = 2
	}
	if n := a.count("script"); n != scripts {
		t.Errorf("%s: %d scripts", excerpt(a.what), n)
	}
}

func checkElements(t *testing.T, a *answer, known map[string]bool) {
	t.Helper()
	seen := map[string]bool{}
	for e := range a.doc().Descendants() {
		if e.Type != html.ElementNode {
			continue
		}
		if sig := signature(e); !known[sig] {
			t.Errorf("%s: an element out of nowhere: %s", excerpt(a.what), excerpt(render(e)))
		}
		if id := attr(e, "id"); id != "" && seen[id] {
			t.Errorf("%s: the id %q stands there twice", excerpt(a.what), id)
		} else {
			seen[id] = true
		}
		if e.Data == "hx-partial" && (e.Parent != a.doc() || !slices.Contains(places, attr(e, "hx-target"))) {
			t.Errorf("%s: a forged partial: %s", excerpt(a.what), excerpt(render(e)))
		}
		for _, at := range e.Attr {
			local := at.Val == "" || at.Val[0] == '#' || at.Val[0] == '/' && !strings.HasPrefix(at.Val, "//") || at.Key == "hx-push-url" && at.Val == "true"
			if slices.Contains(urlKeys, at.Key) && !local {
				t.Errorf("%s: %s leads to %q", excerpt(a.what), at.Key, at.Val)
			}
			if strings.HasPrefix(at.Key, "on") || strings.HasPrefix(at.Key, "hx-on") || at.Key == "style" {
				t.Errorf("%s: an attribute that runs: %s", excerpt(a.what), excerpt(render(e)))
			}
		}
	}
}

// TestTheCheckSeesWhatItLooksFor: a test that never fails is none.
func TestTheCheckSeesWhatItLooksFor(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"p[]": true, "p[id]": true, "a[href]": true, "script[]": true, "hx-partial[hx-target]": true, "p[onclick]": true}
	for _, bad := range []string{`<b>x</b>`, `<p title="x">`, `<p id="a"></p><p id="a">`, `<a href="javascript:x">`, `<a href="//evil.example">`,
		`<script>x</script>`, `<hx-partial hx-target="#main">`, `<p><hx-partial hx-target="#toasts"></hx-partial></p>`, `<p onclick="x">`} {
		spy := &testing.T{}
		a := &answer{t: spy, code: http.StatusOK, body: bad, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
		checkUnharmed(spy, a, known)
		if !spy.Failed() {
			t.Errorf("%s passes", bad)
		}
	}
}

func TestEveryPageHasUniqueIDsAndOneHeading(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, who := range []int{nobody, milo, vera, ana} {
		for _, path := range []string{"/", "/login", "/account", "/users", "/users?q=zebra", "/users/new", "/users/5", "/users/5/sessions", "/users/5/history",
			"/users/5/edit", "/users/5/delete", "/users/8", "/audit", "/logout", "/sessions/end-all", "/account/factor", "/security", "/users/5/factors/reset", "/nowhere"} {
			a := s.as(who).get(path)
			if a.code == http.StatusSeeOther {
				continue
			}
			seen := map[string]bool{}
			for _, e := range all(a.doc(), "[id]") {
				if seen[attr(e, "id")] {
					t.Errorf("%s by %s: the id %q stands there twice", path, whoIs(who), attr(e, "id"))
				}
				seen[attr(e, "id")] = true
			}
			if n := a.count("h1"); n != 1 {
				t.Errorf("%s by %s: %d main headings", path, whoIs(who), n)
			}
			if got := a.text("title"); got == "" || !strings.HasSuffix(got, "Backoffice") {
				t.Errorf("%s: the title is %q", path, got)
			}
		}
	}
}
