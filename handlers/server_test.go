package handlers

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"backoffice/assets"
)

func TestNewRefusesHalfAConfiguration(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("no store, and no complaint")
	}
	s := newSite(t)
	for url, ok := range map[string]bool{
		"": true, "https://office.example": true, "http://office.example:8080/": true,
		"office.example": false, "ftp://office.example": false, "https://": false, "https://office.example/backoffice": false, "::": false,
	} {
		if _, err := New(Config{Store: s.db, PublicURL: url}); (err == nil) != ok {
			t.Errorf("PublicURL %q: %v", url, err)
		}
	}
}

func TestBodiesHaveALimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.dump("users")
	long := strings.Repeat("x", maxBody)
	page := s.as(ana).post("/users/5", "name", long).is(t, http.StatusRequestEntityTooLarge)
	page.shows(".oops", "larger than 64 KB")
	piece := s.as(ana).on("/users").post("/users/5", "view", "cell", "field", "name", "name", long).is(t, http.StatusRequestEntityTooLarge)
	if !strings.Contains(piece.toast(), "larger than 64 KB") || piece.count("hx-partial") != 1 {
		t.Errorf("as a fragment: %s", excerpt(piece.body))
	}
	s.as(nobody).post("/login", "email", long).is(t, http.StatusRequestEntityTooLarge)
	for _, damaged := range []string{"name=%zz", "name=a;b=c", "%"} {
		r := httptest.NewRequest("POST", "http://office.example/users/5", strings.NewReader(damaged))
		s.as(ana).do(r, nil).is(t, http.StatusUnprocessableEntity).shows(".oops", "could not be read")
	}
	if s.dump("users") != before {
		t.Error("something was saved")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.PublicURL = "http://public.example" })
	for _, c := range []struct {
		name   string
		header map[string]string
		code   int
	}{
		{"another site", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a sibling", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"another origin, from an old browser", map[string]string{"Origin": "https://evil.example"}, 403},
		{"no origin at all", map[string]string{"Origin": "null"}, 403},
		{"here", map[string]string{"Sec-Fetch-Site": "same-origin"}, 303},
		{"here, from an old browser", map[string]string{"Origin": "http://office.example"}, 303},
		{"typed by hand", map[string]string{"Sec-Fetch-Site": "none"}, 303},
		{"a program", nil, 303},
		{"the public address, behind a proxy", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://public.example"}, 303},
	} {
		before, entries := s.user(nora).Version, s.entries()
		form := formOf([]string{"phone", "0" + formatID(before) + "0123456"})
		a := s.as(ana).send(request{method: "POST", url: "/users/5", form: form, header: c.header})
		a.what = c.name
		a.is(t, c.code)
		checkHeaders(t, a)
		if changed := s.user(nora).Version != before; changed != (c.code == 303) {
			t.Errorf("%s: saved is %v", c.name, changed)
		}
		if c.code != 403 {
			continue
		}
		a.shows(".oops h1", "Sent from another site")
		if s.entries() != entries || a.header.Get("Set-Cookie") != "" || strings.Contains(a.body, name(ana)) {
			t.Errorf("%s: the session was looked at", c.name)
		}
	}
	link := s.as(ana).send(request{method: "GET", url: "/users", header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
	link.is(t, http.StatusOK) // a link from an e-mail must work
}

func TestAddressBehindProxies(t *testing.T) {
	t.Parallel()
	prefixes := func(texts ...string) (out []netip.Prefix) {
		for _, text := range texts {
			out = append(out, netip.MustParsePrefix(text))
		}
		return out
	}
	lan := prefixes("10.0.0.0/8", "fd00::/8", "192.0.2.1/32")
	for _, c := range []struct {
		name    string
		proxies []netip.Prefix
		remote  string
		chain   []string
		want    string
	}{
		{"nobody is trusted", nil, "203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9"},
		{"a stranger claims to be somebody", lan, "203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9"},
		{"one proxy", lan, "10.0.0.1:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a proxy that adds to what the client claims", lan, "10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies", lan, "10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		{"two proxies in two headers", lan, "10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.1", "10.0.0.2"}, "198.51.100.1"},
		{"all the way inside", lan, "10.0.0.1:1234", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"no header", lan, "10.0.0.1:1234", nil, "10.0.0.1"},
		{"rubbish nearest", lan, "10.0.0.1:1234", []string{"198.51.100.1, rubbish"}, "10.0.0.1"},
		{"rubbish farther away", lan, "10.0.0.1:1234", []string{"<script>, 198.51.100.1"}, "198.51.100.1"},
		{"an empty header", lan, "10.0.0.1:1234", []string{""}, "10.0.0.1"},
		{"IPv6", lan, "[fd00::1]:1234", []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv4 in IPv6", lan, "[::ffff:10.0.0.1]:1234", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"a zone that is markup", lan, "10.0.0.1:1234", []string{`fe80::1%"><script>`}, "fe80::1"},
		{"one address exactly", lan, "192.0.2.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"its neighbour", lan, "192.0.2.2:1", []string{"198.51.100.1"}, "192.0.2.2"},
		{"no port", lan, "10.0.0.1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a socket", lan, "@", []string{"198.51.100.1"}, "@"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header["X-Forwarded-For"] = c.chain
		if got := (&server{proxies: c.proxies}).address(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestForwarded reads the header of RFC 7239 where it was chosen, and only the
// one that was chosen: the other may be what the client made up.
func TestForwarded(t *testing.T) {
	t.Parallel()
	lan := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		name, remote string
		chain        []string
		want         string
	}{
		{"one proxy", "10.0.0.1:1", []string{"for=198.51.100.1"}, "198.51.100.1"},
		{"a stranger", "203.0.113.9:1", []string{"for=198.51.100.1"}, "203.0.113.9"},
		{"what the client claims", "10.0.0.1:1", []string{"for=1.1.1.1, for=198.51.100.1;proto=https;by=10.0.0.1"}, "198.51.100.1"},
		{"two proxies in two headers", "10.0.0.1:1", []string{"For=198.51.100.1", `by=x; for="10.0.0.2:4711"`}, "198.51.100.1"},
		{"IPv6 with a port", "10.0.0.1:1", []string{`for="[2001:db8::7]:4711"`}, "2001:db8::7"},
		{"IPv6", "10.0.0.1:1", []string{`for="[2001:db8::7]"`}, "2001:db8::7"},
		{"hidden", "10.0.0.1:1", []string{"for=1.1.1.1, for=_hidden"}, "10.0.0.1"},
		{"unknown", "10.0.0.1:1", []string{"for=1.1.1.1, for=unknown"}, "10.0.0.1"},
		{"not told", "10.0.0.1:1", []string{"for=1.1.1.1, proto=https"}, "10.0.0.1"},
		{"a comma in quotes", "10.0.0.1:1", []string{`for=198.51.100.1;host="a, for=1.1.1.1"`}, "198.51.100.1"},
		{"a quote that does not close", "10.0.0.1:1", []string{`for="1.1.1.1, for=198.51.100.1`}, "10.0.0.1"},
		{"none", "10.0.0.1:1", nil, "10.0.0.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header["Forwarded"] = c.chain
		r.Header["X-Forwarded-For"] = []string{"192.0.2.66"}
		if got := (&server{proxies: lan, forwarded: true}).address(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		r.Header.Del("X-Forwarded-For")
		if got := (&server{proxies: lan}).address(r); got != strings.TrimSuffix(c.remote, ":1") {
			t.Errorf("%s, where the other header was chosen: %q", c.name, got)
		}
	}
}

// TestNoHeaderMakesItTLS says that whether cookies are for TLS only is a setting,
// whatever a client or a proxy says of the connection.
func TestNoHeaderMakesItTLS(t *testing.T) {
	t.Parallel()
	for _, tls := range []bool{false, true} {
		s := newSite(t, func(c *Config) {
			c.TLS, c.TrustedProxies = tls, []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
		})
		for _, scheme := range []string{"", "http", "https"} {
			header := map[string]string{"X-Forwarded-Proto": scheme, "Forwarded": "proto=" + scheme, "X-Forwarded-Host": "evil.example", "X-Forwarded-Ssl": "on"}
			c := s.as(nobody)
			a := c.send(request{method: "POST", url: "/login", form: formOf([]string{"email", email(ana), "password", password}), header: header}).is(t, http.StatusSeeOther)
			k, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
			if err != nil || k.Secure != tls || strings.HasPrefix(k.Name, "__Host-") != tls || (a.header.Get("Strict-Transport-Security") != "") != tls {
				t.Errorf("TLS is %v, a header says %q: %v, %v", tls, scheme, a.header, err)
			}
			if strings.Contains(a.header.Get("Location"), "evil") {
				t.Errorf("goes to %s", a.header.Get("Location"))
			}
		}
	}
}

func TestAddressIsWhatTheTrailAndTheSessionsSay(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	c := s.as(nobody)
	c.remote = "10.0.0.1:4000"
	form := formOf([]string{"email", email(ana), "password", password})
	c.send(request{method: "POST", url: "/login", form: form, header: map[string]string{"X-Forwarded-For": "198.51.100.77"}}).is(t, 303)
	if got := s.trail(1)[0].Address; got != "198.51.100.77" {
		t.Errorf("the trail says %q", got)
	}
	c.get("/account").is(t, 200).shows("#sessions", "198.51.100.77")
}

func TestCookie(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, name, sts string }{
		{"", "backoffice", ""},
		{"http://office.example", "backoffice", ""},
		{"https://office.example", "__Host-backoffice", "max-age=31536000; includeSubDomains"},
	} {
		s := newSite(t, func(cfg *Config) { cfg.PublicURL = c.url })
		browser := s.as(nobody)
		a := browser.signIn(ana).is(t, http.StatusSeeOther)
		k, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
		if err != nil {
			t.Fatal(err)
		}
		secure := strings.HasPrefix(c.url, "https")
		if k.Name != c.name || !k.HttpOnly || k.Secure != secure || k.SameSite != http.SameSiteLaxMode || k.Path != "/" || k.Domain != "" {
			t.Errorf("with %q: %s", c.url, k.Raw)
		}
		if k.MaxAge != 0 || !k.Expires.IsZero() {
			t.Errorf("with %q: the cookie outlives the browser: %s", c.url, k.Raw)
		}
		if got := a.header.Get("Strict-Transport-Security"); got != c.sts {
			t.Errorf("with %q: Strict-Transport-Security is %q", c.url, got)
		}
		browser.get("/users").is(t, http.StatusOK)
	}
}

func TestAssetsNeedNoSessionAndNoDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.db.Close()
	a := s.as(ana).get(assets.URL("app.css")).is(t, http.StatusOK)
	if got := a.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("kept as %q", got)
	}
	if a.header.Get("Set-Cookie") != "" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/css") || a.header.Get("Content-Security-Policy") == "" {
		t.Errorf("headers: %v", a.header)
	}
	s.as(nobody).get("/favicon.ico").is(t, http.StatusFound).to(t, assets.URL("icon.svg"))
	s.as(nobody).get("/assets/").is(t, http.StatusNotFound)
	s.as(nobody).get("/assets/../server.go").is(t, http.StatusNotFound)
	if log := s.log.String(); strings.Contains(log, "app.css") || strings.Contains(log, "level=INFO") {
		t.Errorf("every asset stands in the access log:\n%s", log)
	}
}

func TestPagesAreCompressedForThoseWhoAsk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plain := s.as(ana).get("/users").is(t, 200)
	packed := s.as(ana).send(request{method: "GET", url: "/users", header: map[string]string{"Accept-Encoding": "gzip, br"}}).is(t, 200)
	if plain.header.Get("Content-Encoding") != "" || packed.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("encodings %q and %q", plain.header.Get("Content-Encoding"), packed.header.Get("Content-Encoding"))
	}
	for _, a := range []*answer{plain, packed} {
		if vary := strings.Join(a.header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Encoding") || !strings.Contains(vary, "Cookie") || !strings.Contains(vary, "HX-Request-Type") {
			t.Errorf("varies by %q", vary)
		}
	}
	r, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil || len(b) != len(plain.body) {
		t.Errorf("unpacked: %d bytes, want %d (%v)", len(b), len(plain.body), err)
	}
	if len(packed.body)*3 > len(plain.body) {
		t.Errorf("%d of %d bytes left", len(packed.body), len(plain.body))
	}
	small := s.as(ana).send(request{method: "GET", url: "/healthz", header: map[string]string{"Accept-Encoding": "gzip"}})
	if small.header.Get("Content-Encoding") != "" {
		t.Error("three bytes were compressed")
	}
}

func TestTheAccessLogHoldsNothingTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.restart(faults()...)
	c := s.as(nobody)
	c.agent = "typed-agent"
	c.post("/login", "email", "typed-email@example.com", "password", "typed-password")
	c.signIn(ana)
	token := c.cookies[cookieName]
	c.get("/users?q=typed-search&sort=-created")
	c.get("/login?next=/typed-next")
	c.get("/setup/typed-token")
	c.get("/link/typed-token")
	c.post("/link/typed-token", "password", "typed-new")
	c.post("/forgot", "email", "typed-email@example.com")
	c.get("/typed-path")
	c.on("/users?q=typed-page").post("/users/5", "view", "cell", "field", "phone", "phone", "typed-phone", "was.phone", "typed-was")
	c.post("/account/password", "current", "typed-current", "password", "typed-new", "repeat", "typed-new")
	c.get("/fault/error")
	c.send(request{method: "GET", url: "/users", header: map[string]string{"Traceparent": "00-typed-trace-01", "X-Request-Id": "typed-id", "X-Forwarded-For": "typed-address", "Referer": "http://office.example/typed"}})
	log := s.log.String()
	for _, private := range []string{"typed", token, email(ana), password, name(ana)} {
		if strings.Contains(log, private) {
			t.Errorf("the log says %q:\n%s", private, log)
		}
	}
	for _, want := range []string{`route="POST /login"`, `route="GET /users"`, `route="GET /setup/{token}"`, "route=none", `route="POST /users/{id}"`,
		"status=422", "status=404", "status=303", "status=500", "person=1", "method=GET", "id="} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}
