package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHeadIsGetWithoutBody goes over the wire: what leaves out the body is the
// server of net/http.
func TestHeadIsGetWithoutBody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wire := httptest.NewServer(s.handler)
	defer wire.Close()
	ask := func(method, path string) (int, string, int64) {
		r, _ := http.NewRequest(method, wire.URL+path, nil)
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.seed.cookies[ana]})
		w, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		var b [1]byte
		n, _ := w.Body.Read(b[:])
		return w.StatusCode, w.Header.Get("Content-Type") + w.Header.Get("Location"), int64(n)
	}
	for pattern, e := range routeTable {
		if !strings.HasPrefix(pattern, "GET ") {
			continue
		}
		code, kind, _ := ask("GET", e.url)
		headCode, headKind, body := ask("HEAD", e.url)
		if headCode != code || headKind != kind || body != 0 {
			t.Errorf("HEAD %s: %d %q and %d bytes, GET gives %d %q", e.url, headCode, headKind, body, code, kind)
		}
	}
}

func TestWrongMethodsGetAPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ method, url, allow string }{
		{"PUT", "/users", "GET, HEAD, POST"},
		{"DELETE", "/users/5", "GET, HEAD, POST"},
		{"PATCH", "/users/5/deactivate", "POST"},
		{"GET", "/users/5/deactivate", "POST"},
		{"GET", "/undo/10", "POST"},
		{"GET", "/account/password", "POST"},
		{"GET", "/account/data", "POST"},
		{"POST", "/audit", "GET, HEAD"},
		{"POST", "/healthz", "GET, HEAD"},
		{"OPTIONS", "/login", "GET, HEAD, POST"},
	} {
		for _, who := range []int{nobody, vera, ana} {
			before := s.dump()
			a := s.as(who).send(request{method: c.method, url: c.url}).is(t, http.StatusMethodNotAllowed)
			checkHeaders(t, a)
			if got := a.header.Get("Allow"); got != c.allow {
				t.Errorf("%s: allows %q, want %q", a.what, got, c.allow)
			}
			if !strings.Contains(a.body, "<html") || a.text("h1") != "Not supported here" {
				t.Errorf("%s: no page: %s", a.what, excerpt(a.body))
			}
			if s.dump() != before {
				t.Errorf("%s: changed the database", a.what)
			}
		}
	}
	toast := s.as(ana).on("/users").post("/audit").is(t, http.StatusMethodNotAllowed)
	if toast.header.Get("Allow") != "GET, HEAD" || toast.toast() == "" || strings.Contains(toast.body, "<html") {
		t.Errorf("as a fragment: %v %s", toast.header, toast.body)
	}
}

func TestUnknownAddressesGetAPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/nowhere", "/users/5/nowhere", "/users/new/5", "/login/", "/.env", "/static/", "/users/5/"} {
		for _, who := range []int{nobody, milo, ana} {
			a := s.as(who).get(path).is(t, http.StatusNotFound)
			checkHeaders(t, a)
			a.shows(".oops h1", "Not found")
			a.shows(".oops-id", a.header.Get("X-Request-Id"))
			back := map[int]string{nobody: "/", milo: "/", ana: "/users"}[who]
			if got := a.attr(".oops a.btn", "href"); got != back {
				t.Errorf("%s by %s: leads back to %q, want %q", path, whoIs(who), got, back)
			}
		}
	}
	for _, path := range []string{"/users/0", "/users/99", "/users/-1", "/users/abc", "/users/99999999999999999999", "/users/5x/edit", "/users/99/history", "/users/99/delete"} {
		s.as(ana).get(path).is(t, http.StatusNotFound).shows(".oops h1", "Not found")
	}
	for _, path := range []string{"/users/99", "/users/99/deactivate", "/users/99/delete", "/users/99/restore", "/users/x/deactivate", "/users/99/sessions/end-all", "/undo/999", "/undo/x"} {
		s.as(ana).post(path).is(t, http.StatusNotFound)
		if a := s.as(ana).on("/users").post(path).is(t, http.StatusNotFound); !strings.HasPrefix(a.toast(), "Not found") {
			t.Errorf("%s: the toast says %q", path, a.toast())
		}
	}
}
