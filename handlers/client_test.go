package handlers

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// client is a browser: it keeps cookies and sends what it is told.
type client struct {
	s       *site
	id      int // whose session it begins with
	cookies map[string]string
	agent   string
	remote  string
}

const cookieName = "backoffice"

// as is the browser of somebody who is signed in; as(nobody) is a new one.
func (s *site) as(id int) *client {
	s.t.Helper()
	c := &client{s: s, id: id, cookies: map[string]string{}, remote: "192.0.2.7:50000",
		agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
	if id == nobody {
		return c
	}
	token := s.seed.cookies[id]
	if token == "" {
		s.t.Fatalf("%s is not signed in", name(id))
	}
	c.cookies[cookieName] = token
	return c
}

// fresh signs somebody in anew, in a browser of its own.
func (s *site) fresh(id int) *client {
	s.t.Helper()
	c := s.as(nobody)
	c.id = id
	c.signIn(id).is(s.t, http.StatusSeeOther)
	return c
}

func (c *client) signIn(id int) *answer {
	return c.post("/login", "email", email(id), "password", password)
}

// request is what is sent, before it is.
type request struct {
	method, url string
	form        url.Values
	header      map[string]string
}

// send sends a request as a browser would and reads the answer.
func (c *client) send(q request) *answer {
	c.s.t.Helper()
	var body io.Reader
	if q.method == http.MethodPost {
		body = strings.NewReader(q.form.Encode())
	}
	return c.do(httptest.NewRequest(q.method, "http://office.example"+q.url, body), q.header)
}

func (c *client) do(r *http.Request, header map[string]string) *answer {
	c.s.t.Helper()
	r.RemoteAddr = c.remote
	r.Header.Set("User-Agent", c.agent)
	if r.Method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	for k, v := range c.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	w := httptest.NewRecorder()
	c.s.handler.ServeHTTP(w, r)
	for _, k := range w.Result().Cookies() {
		c.cookies[k.Name] = k.Value
		if k.MaxAge < 0 {
			delete(c.cookies, k.Name)
		}
	}
	return &answer{t: c.s.t, what: r.Method + " " + r.URL.RequestURI(), code: w.Code, header: w.Result().Header, body: w.Body.String()}
}

// get asks for a page.
func (c *client) get(url string) *answer {
	c.s.t.Helper()
	return c.send(request{method: http.MethodGet, url: url})
}

// post sends a form as a page; fields are names and values in turn.
func (c *client) post(url string, fields ...string) *answer {
	c.s.t.Helper()
	return c.send(request{method: http.MethodPost, url: url, form: formOf(fields)})
}

func formOf(fields []string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return v
}

// swap is a browser that sends by htmx from a page.
type swap struct {
	*client
	page   string // where it is sent from
	target string // what the answer is for
}

// on is the browser on a page, whose elements send by htmx.
func (c *client) on(page string) swap { return swap{c, page, ""} }

// into says what the answer is meant for: "div#results".
func (w swap) into(target string) swap { w.target = target; return w }

func (w swap) header() map[string]string {
	h := map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Source": "form#some-form",
		"HX-Current-URL": "http://office.example" + w.page}
	if w.target != "" {
		h["HX-Target"] = w.target
	}
	if w.id != nobody {
		h["Page-Person"] = formatID(int64(w.id))
	}
	return h
}

func (w swap) get(url string) *answer {
	w.s.t.Helper()
	return w.send(request{method: http.MethodGet, url: url, header: w.header()})
}

func (w swap) post(url string, fields ...string) *answer {
	w.s.t.Helper()
	return w.send(request{method: http.MethodPost, url: url, form: formOf(fields), header: w.header()})
}

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string
	code   int
	header http.Header
	body   string
	parsed *html.Node
}

func (a *answer) doc() *html.Node {
	if a.parsed == nil {
		a.parsed = parse(a.t, a.body)
	}
	return a.parsed
}

// is demands a status.
func (a *answer) is(t testing.TB, code int) *answer {
	t.Helper()
	if a.code != code {
		t.Fatalf("%s: %d, want %d\n%v\n%s", a.what, a.code, code, a.header, excerpt(a.body))
	}
	return a
}

// to demands a redirect: of a page by its status, of a fragment by its header.
func (a *answer) to(t testing.TB, place string) *answer {
	t.Helper()
	if got := a.header.Get("Location") + a.header.Get("HX-Redirect"); got != place {
		t.Fatalf("%s: goes to %q, want %q (%d)\n%s", a.what, got, place, a.code, excerpt(a.body))
	}
	return a
}

// one is the single element that a selector matches.
func (a *answer) one(selector string) *html.Node {
	a.t.Helper()
	return one(a.t, a.doc(), selector)
}

func (a *answer) count(selector string) int { return len(all(a.doc(), selector)) }

// text is what stands in the single element that a selector matches.
func (a *answer) text(selector string) string {
	a.t.Helper()
	return text(a.one(selector))
}

// attr is an attribute of the single element that a selector matches.
func (a *answer) attr(selector, name string) string {
	a.t.Helper()
	return attr(a.one(selector), name)
}

// shows demands that a piece of text can be read in an element.
func (a *answer) shows(selector, piece string) *answer {
	a.t.Helper()
	if got := a.text(selector); !strings.Contains(got, piece) {
		a.t.Errorf("%s: %q reads %q, want %q in it", a.what, selector, got, piece)
	}
	return a
}

// lacks demands that nothing matches a selector.
func (a *answer) lacks(selector string) *answer {
	a.t.Helper()
	if n := a.count(selector); n != 0 {
		a.t.Errorf("%s: %d elements match %q, want none", a.what, n, selector)
	}
	return a
}

// toast is what the toast of an answer says.
func (a *answer) toast() string {
	a.t.Helper()
	return a.text("[data-toast] .toast-text")
}

// submit fills in a form of the answer and sends it, as a browser does: all
// its fields, with those that somebody types laid over them.
func (c *client) submit(a *answer, form string, typed ...string) *answer {
	c.s.t.Helper()
	f := a.one(form)
	v := url.Values{}
	for _, in := range append(all(f, "input"), all(a.doc(), "input[form="+attr(f, "id")+"]")...) {
		if attr(in, "type") != "checkbox" || has(in, "checked") {
			v.Add(attr(in, "name"), attr(in, "value"))
		}
	}
	for _, in := range all(f, "select") {
		for _, o := range all(in, "option[selected]") {
			v.Add(attr(in, "name"), attr(o, "value"))
		}
	}
	for _, in := range all(f, "textarea") {
		if in.FirstChild != nil {
			v.Add(attr(in, "name"), in.FirstChild.Data)
		}
	}
	for k, values := range formOf(typed) {
		v[k] = values
	}
	return c.send(request{method: http.MethodPost, url: attr(f, "action"), form: v})
}
