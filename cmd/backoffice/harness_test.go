package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"backoffice/store/storetest"
)

// The tests of the harness itself: a helper that sees nothing wrong would make
// every browser test worthless.

// strictCSP is a policy as strict as the program's own.
const strictCSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

// testSite serves pages by path, under strictCSP. A path that ends in .js or .css
// is served as such; the query of the request is shown where a page says %QUERY%.
func testSite(t testing.TB, pages map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strictCSP)
		switch filepath.Ext(r.URL.Path) {
		case ".js":
			w.Header().Set("Content-Type", "text/javascript")
		case ".css":
			w.Header().Set("Content-Type", "text/css")
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/", HttpOnly: true})
		page, ok := pages[r.URL.Path]
		switch {
		case strings.HasPrefix(r.URL.Path, "/broken"):
			w.WriteHeader(http.StatusInternalServerError)
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, strings.ReplaceAll(page, "%QUERY%", r.URL.RawQuery))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// htmlPage is a whole valid document around a body.
func htmlPage(head, body string) string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Page</title>` +
		head + `</head><body>` + body + `</body></html>`
}

func TestHarnessActs(t *testing.T) {
	if storetest.OnPostgres() {
		return // about the harness
	}
	form := htmlPage(`<script src="/a.js" defer></script>`, `<main><h1>Form</h1>
		<p hidden id="off">hidden</p>
		<form action="/sent"><label>Name <input id="name" name="name" value="old text"></label>
		<label>Role <select id="role" name="role"><option value="a">A</option><option value="b">B</option></select></label>
		<button id="send">Send</button></form>
		<div id="keys"></div><a id="far" href="/sent?far=1">Far</a></main>`)
	url := testSite(t, map[string]string{
		"/":     form,
		"/sent": htmlPage("", `<main><h1>Sent</h1><p id="query">%QUERY%</p></main>`),
		"/a.js": `document.addEventListener('keydown', e => { document.querySelector('#keys').textContent += (e.ctrlKey ? 'C-' : '') + (e.shiftKey ? 'S-' : '') + e.key + ' '; });`,
	})
	for _, mode := range []struct {
		name string
		opts []browserOption
	}{
		{"desktop", nil},
		{"phone", []browserOption{phone(), dark()}},
		{"scripts off", []browserOption{scriptsOff(), viewport(800, 600)}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			b := newBrowser(t, url, mode.opts...)
			b.open("/")
			b.waitGone("#off")
			b.fill("#name", "Zoë O'Brien 🐝 يوسف")
			if got := b.value("#name"); got != "Zoë O'Brien 🐝 يوسف" {
				t.Errorf("typed value: %q", got)
			}
			if got := b.focused(); got != "input#name" {
				t.Errorf("focus on %q", got)
			}
			b.fill("#name", "")
			b.waitValue("#name", "")
			b.fill("#name", "two words")
			b.choose("#role", "b")
			b.follow("#send")
			b.waitPath("/sent?name=two+words&role=b")
			if got := b.text("#query"); got != "name=two+words&role=b" {
				t.Errorf("sent %q", got)
			}
			b.leaving(b.back)
			b.follow("#far")
			b.waitText("#query", "far=1")
			b.reload()
			b.noSideways()
		})
	}
}

func TestHarnessKeys(t *testing.T) {
	if storetest.OnPostgres() {
		return // about the harness
	}
	url := testSite(t, map[string]string{
		"/":     htmlPage(`<script src="/a.js" defer></script>`, `<form action="/sent"><input id="one"><input id="two" name="two"><button>Go</button></form><p id="keys"></p>`),
		"/sent": htmlPage("", `<p id="query">%QUERY%</p>`),
		"/a.js": `document.addEventListener('keydown', e => { document.querySelector('#keys').textContent += (e.ctrlKey ? 'C-' : '') + (e.shiftKey ? 'S-' : '') + e.key + ' '; });`,
	})
	b := newBrowser(t, url)
	b.open("/")
	b.focus("#one")
	b.press(kb.Tab, "Shift+"+kb.Tab, kb.Tab, "Control+k", "x", kb.Escape)
	b.waitFocus("input#two")
	if got := b.text("#keys"); got != "Tab S-Tab Tab C-k x Escape" {
		t.Errorf("keys seen by the page: %q", got)
	}
	b.leaving(func() { b.press(kb.Enter) })
	b.waitText("#query", "two=x")
}

func TestHarnessWindowsAreApart(t *testing.T) {
	if storetest.OnPostgres() {
		return // about the harness
	}
	url := testSite(t, map[string]string{"/": htmlPage("", `<p>hello</p>`)})
	a := newBrowser(t, url, dark(), reducedMotion())
	z := a.another()
	a.open("/")
	z.open("/")
	a.deleteCookies()
	if n, m := len(a.cookies()), len(z.cookies()); n != 0 || m != 1 {
		t.Errorf("cookies after deleting those of the first window: %d and %d, want 0 and 1", n, m)
	}
	var isDark, otherDark, still bool
	a.eval(`matchMedia('(prefers-color-scheme: dark)').matches`, &isDark)
	a.eval(`matchMedia('(prefers-reduced-motion: reduce)').matches`, &still)
	z.eval(`matchMedia('(prefers-color-scheme: dark)').matches`, &otherDark)
	if !isDark || otherDark || !still {
		t.Errorf("dark %v, other dark %v, reduced motion %v", isDark, otherDark, still)
	}
	file := filepath.Join(t.TempDir(), "page.png")
	a.screenshot(file)
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		t.Errorf("no picture: %v", err)
	}
}

func TestHarnessScriptsOff(t *testing.T) {
	if storetest.OnPostgres() {
		return // about the harness
	}
	url := testSite(t, map[string]string{
		"/":     htmlPage(`<script src="/a.js" defer></script>`, `<p id="said">nothing</p><noscript><p id="no">no scripts</p></noscript>`),
		"/a.js": `document.querySelector('#said').textContent = 'something'`,
	})
	on, off := newBrowser(t, url), newBrowser(t, url, scriptsOff())
	on.open("/")
	off.open("/")
	on.waitText("#said", "something")
	off.waitText("#no", "no scripts")
	if got := off.text("#said"); got != "nothing" {
		t.Errorf("a script ran: %q", got)
	}
}

// TestHarnessSeesProblems proves that each kind of problem is noticed.
func TestHarnessSeesProblems(t *testing.T) {
	if storetest.OnPostgres() {
		return // about the harness
	}
	url := testSite(t, map[string]string{
		"/csp-script":    htmlPage("", `<script>window.ran = true</script>`),
		"/csp-style":     htmlPage("", `<p style="color:red">red</p>`),
		"/csp-image":     htmlPage("", `<img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`),
		"/exception":     htmlPage(`<script src="/throw.js"></script>`, ``),
		"/throw.js":      `throw new Error('thrown on purpose')`,
		"/rejection":     htmlPage(`<script src="/reject.js"></script>`, ``),
		"/reject.js":     `Promise.reject(new Error('rejected on purpose'))`,
		"/console":       htmlPage(`<script src="/console.js"></script>`, ``),
		"/console.js":    `console.error('said on purpose')`,
		"/broken":        htmlPage("", `broken`),
		"/fetch":         htmlPage(`<script src="/fetch.js"></script>`, ``),
		"/fetch.js":      `fetch('/broken/part')`,
		"/fine":          htmlPage(`<script src="/fine.js"></script>`, `<p>fine</p>`),
		"/fine.js":       `console.log('fine'); console.warn('fine'); fetch('/not-there')`,
		"/dialog":        htmlPage(`<script src="/dialog.js" defer></script>`, ``),
		"/dialog.js":     `setTimeout(() => alert('asked on purpose'))`,
		"/sticking-out":  htmlPage(`<link rel="stylesheet" href="/wide.css">`, `<p id="wide">wide</p>`),
		"/wide.css":      `#wide { width: 3000px }`,
		"/in-its-scroll": htmlPage(`<link rel="stylesheet" href="/scroll.css">`, `<div><p>wide</p></div>`),
		"/scroll.css":    `p { width: 3000px } div { overflow: auto }`,
	})
	for path, want := range map[string]string{
		"/csp-script": "Content Security Policy",
		"/csp-style":  "Content Security Policy",
		"/csp-image":  "Content Security Policy",
		"/exception":  "thrown on purpose",
		"/rejection":  "rejected on purpose",
		"/console":    "said on purpose",
		"/broken":     "answer 500",
		"/fetch":      "answer 500",
		"/dialog":     "asked on purpose",
		"/fine":       "",
	} {
		t.Run(path, func(t *testing.T) {
			b := newBrowser(t, url)
			b.open(path)
			if want == "" {
				b.eval(`new Promise(done => setTimeout(done, 50))`, nil)
				return // its own report fails the test if it saw anything
			}
			for range 200 {
				if strings.Contains(strings.Join(b.unexpected(), "\n"), want) {
					break
				}
				b.eval(`new Promise(done => setTimeout(done, 20))`, nil)
			}
			if got := strings.Join(b.unexpected(), "\n"); !strings.Contains(got, want) {
				t.Errorf("saw %q, want %q", got, want)
			}
			b.allow(want)
			if want == "answer 500" {
				b.allow5xx()
			}
		})
	}
	t.Run("sideways", func(t *testing.T) {
		b := newBrowser(t, url)
		for path, sticksOut := range map[string]bool{"/sticking-out": true, "/in-its-scroll": false} {
			b.open(path)
			rec := &recorder{TB: t}
			b.t = rec
			b.noSideways()
			b.t = t
			if rec.failed != sticksOut {
				t.Errorf("%s: reported %v, want %v (%s)", path, rec.failed, sticksOut, rec.message)
			}
		}
	})
}

// TestHarnessStartsTheProgram starts the real program, stops it and starts it
// again where it was.
func TestHarnessStartsTheProgram(t *testing.T) {
	if storetest.OnPostgres() {
		return // about the harness
	}
	p := startProgram(t, map[string]string{
		"BACKOFFICE_ADMIN_EMAIL":    "ana@example.com",
		"BACKOFFICE_ADMIN_PASSWORD": "correct horse battery staple",
	})
	answers := func() {
		t.Helper()
		r, err := http.Get(p.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Errorf("/healthz: %d", r.StatusCode)
		}
	}
	answers()
	before := p.URL
	p.Restart()
	answers()
	if p.URL != before {
		t.Errorf("after the restart it listens on %s, not on %s", p.URL, before)
	}
	p.Stop()
	if _, err := http.Get(p.URL + "/healthz"); err == nil {
		t.Error("it answers after it was stopped")
	}
}

// recorder is a test that notes its failure instead of failing.
type recorder struct {
	testing.TB
	failed  bool
	message string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = true
	r.message += fmt.Sprintf(format, args...) + "\n"
}
