package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// browser is what one member of staff sits at: it keeps cookies, has one
// connection to each address, and follows no redirect by itself.
type browser struct {
	http   *http.Client
	bases  []string // any of them is as good as another
	notes  *figures
	rough  func() bool // whether connections may break just now
	away   func() bool // whether a download may break off just now
	random *rand.Rand
}

// patience is how long somebody waits for an answer.
const patience = 60 * time.Second

func newBrowser(bases []string, notes *figures, rough, away func() bool, random *rand.Rand) *browser {
	jar, _ := cookiejar.New(nil) // its only error is none
	return &browser{bases: bases, notes: notes, rough: rough, away: away, random: random,
		// One connection each: Go's client otherwise keeps one in hand that it has
		// never used, and asks no second time when the server closes that one.
		http: &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{MaxConnsPerHost: 1},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	what   string // method and path
	status int
	header http.Header
	body   []byte
	err    error // no answer came
}

// notDone is what the program says when it knows that it has not done what it
// was asked for. It may also say that nobody knows.
const notDone = "Nothing was changed"

// fate is what the answer says of a write.
func (a *answer) fate() fate {
	switch {
	case a.err != nil || a.status >= 500 && !bytes.Contains(a.body, []byte(notDone)):
		return open
	case a.status < 400 && !a.signedOut() && !a.heldUp():
		return done
	}
	return refused
}

// kind is what the answer is counted as.
func (a *answer) kind() string {
	if a.request() == "" { // the program gives each of its answers an id
		return fmt.Sprintf("%d of the balancer", a.status)
	}
	return strconv.Itoa(a.status)
}

// request is the id that the program gave the request.
func (a *answer) request() string { return a.header.Get("X-Request-Id") }

// signedOut reports whether the answer asks to sign in.
func (a *answer) signedOut() bool {
	return a.status == http.StatusUnauthorized || strings.HasPrefix(a.header.Get("Location"), "/login")
}

// heldUp reports whether the answer leads to what has to be done before anything else:
// to choose a new password.
func (a *answer) heldUp() bool {
	return a.header.Get("Location") == "/account" && !strings.Contains(a.what, " /account/")
}

// download reports whether a file has begun to come. It is cut off when there is no
// more of it to be had: nobody is to take a part for the whole.
func (a *answer) download() bool {
	return a.status == http.StatusOK && strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment")
}

// ok reports whether the page that was asked for came.
func (a *answer) ok() bool { return a.err == nil && a.status == http.StatusOK }

func (b *browser) get(ctx context.Context, path string) *answer {
	return b.send(ctx, http.MethodGet, path, nil)
}

func (b *browser) post(ctx context.Context, path string, form url.Values) *answer {
	return b.send(ctx, http.MethodPost, path, form)
}

// send asks, reads the whole answer, counts it and judges it.
func (b *browser) send(ctx context.Context, method, path string, form url.Values) *answer {
	began, rough, away := time.Now(), b.rough(), b.away()
	a := b.exchange(ctx, method, path, form)
	if a.err == nil {
		b.notes.took(a.kind(), method == http.MethodPost, time.Since(began))
		b.judge(a)
		return a
	}
	switch {
	case ctx.Err() != nil: // the asker hung up
		b.notes.without("hung up")
	case rough || b.rough():
		b.notes.without("broken off with the program")
	case a.download() && (away || b.away()):
		b.notes.without("download broken off")
	default:
		b.notes.without("no answer")
		b.notes.complain("%s: no answer: %v", a.what, a.err)
	}
	return a
}

func (b *browser) exchange(ctx context.Context, method, path string, form url.Values) *answer {
	a := &answer{what: method + " " + path, header: http.Header{}}
	base := b.bases[b.random.IntN(len(b.bases))]
	r, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(form.Encode()))
	if err != nil {
		a.err = err
		return a
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answered, err := b.http.Do(r)
	if err != nil {
		a.err = err
		return a
	}
	defer answered.Body.Close()
	a.status, a.header = answered.StatusCode, answered.Header
	a.body, a.err = io.ReadAll(answered.Body)
	return a
}

// judge complains about an answer that a person could make nothing of.
func (b *browser) judge(a *answer) {
	switch {
	case a.signedOut() && !strings.HasSuffix(a.what, " /login"):
		b.notes.out("%s: %d %s", a.what, a.status, a.header.Get("Location"))
	case a.heldUp():
		b.notes.complain("%s: has to choose a password first", a.what)
	case a.status == http.StatusServiceUnavailable:
		if err := a.excuse(); err != nil {
			b.notes.complain("%s: 503 %v", a.what, err)
		}
	case a.status >= 400 && a.status != http.StatusConflict && a.status != http.StatusUnprocessableEntity && a.status != http.StatusTooManyRequests:
		b.notes.complain("%s: %d (request %s)", a.what, a.status, a.request())
	}
}

// excuse wants of a 503 that it says when to come back and shows a page.
func (a *answer) excuse() error {
	if a.header.Get("Retry-After") == "" {
		return errors.New("without Retry-After")
	}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !bytes.Contains(a.body, []byte("<h1")) {
		return errors.New("without a page")
	}
	return nil
}

// fields are the values of the form that is sent to an address.
func (a *answer) fields(action string) url.Values {
	doc, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		return nil
	}
	for n := range doc.Descendants() {
		if n.Data == "form" && attribute(n, "action") == action && attribute(n, "id") == "user-form" {
			return inputs(n)
		}
	}
	return nil
}

func inputs(form *html.Node) url.Values {
	out := url.Values{}
	for n := range form.Descendants() {
		switch n.Data {
		case "input":
			out.Set(attribute(n, "name"), attribute(n, "value"))
		case "option":
			if _, chosen := lookUp(n, "selected"); chosen {
				out.Set(attribute(n.Parent, "name"), attribute(n, "value"))
			}
		}
	}
	return out
}

func attribute(n *html.Node, name string) string {
	value, _ := lookUp(n, name)
	return value
}

func lookUp(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
