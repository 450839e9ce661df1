package handlers

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// FuzzForm sends whatever body to the one address that takes edits: it may be
// refused, but nothing breaks, and what comes back is one screen or fragment.
func FuzzForm(f *testing.F) {
	for _, body := range []string{
		"", "name=Nora", "view=cell&field=name&name=&was.name=x", "view=row&role=admin&was.role=member", "take=phone&view=page",
		"view=cell&field=role&role=%00", "name=%zz", "email=a%40b.c&email=d", "was.name=only", "view=page&name=%F0%9F%91%A9&phone=%2B1",
		"field=deleted&deleted=x", "name=" + strings.Repeat("%E2%80%AE", 100), "external_id=" + strings.Repeat("x", 300), "a;b", "=&=", "&&&",
	} {
		for _, fragment := range []bool{false, true} {
			f.Add(body, fragment, "5")
		}
	}
	f.Add("name=x", true, "8")
	f.Add("name=x", true, "-1")
	f.Add("role=viewer&view=cell&field=role", true, "1")
	s := newSite(f)
	c := s.as(ana)
	f.Fuzz(func(t *testing.T, body string, fragment bool, id string) {
		s.t = t
		r := httptest.NewRequest("POST", "http://office.example/users/"+url.PathEscape(id), strings.NewReader(body))
		var header map[string]string
		if fragment {
			header = c.on("/users").into("div#u5-name").header()
		}
		a := c.do(r, header)
		if a.code >= 500 || a.code < 200 {
			t.Fatalf("%d for %q to %q", a.code, body, id)
		}
		checkFuzzed(t, a, fragment)
	})
}

// FuzzListQuery asks with whatever query for every page that reads one.
func FuzzListQuery(f *testing.F) {
	for _, query := range []string{
		"", "q=nora", "q=%25_%5C", "q=600+123&sort=-phone", "sort=--name", "role=admin&status=active&after=WyJuYW1lIiwiYSIsMCwxXQ",
		"after=WyJuYW1lIiwiYSIsMCwxXQ&before=WyJuYW1lIiwiYSIsMCwxXQ", "q=%00&after=%ff", "below=-1&above=9999999999999999999", "from=0000-01-01&to=9999-12-31",
		"q=%E2%80%AE&act=x&outcome=y", "field=name&view=row&cell=phone", "q=a+b+c+d+e+f+g+h+i+j", "%zz", ";", "q=" + strings.Repeat("x", 5000), "next=//evil.example",
	} {
		f.Add(query, true)
		f.Add(query, false)
	}
	s := newSite(f)
	c := s.as(ana)
	f.Fuzz(func(t *testing.T, query string, fragment bool) {
		s.t = t
		for _, path := range []string{"/users", "/users/new", "/users/5", "/users/5/history", "/users/5/edit", "/audit"} {
			r := httptest.NewRequest("GET", "http://office.example"+path, nil)
			r.URL.RawQuery = query
			var header map[string]string
			if fragment {
				header = c.on("/users?q=x").into("div#results").header()
			}
			a := c.do(r, header)
			if a.code != 200 {
				t.Fatalf("%d for %s?%q", a.code, path, query)
			}
			checkFuzzed(t, a, fragment)
			for _, h := range []string{"HX-Push-Url", "HX-Replace-Url"} {
				if to := a.header.Get(h); to != "" && to != "/users" && !strings.HasPrefix(to, "/users?") {
					t.Fatalf("%s?%q: %s is %q", path, query, h, to)
				}
			}
		}
	})
}

// checkFuzzed wants a page or a fragment, whole and without foreign scripts.
func checkFuzzed(t *testing.T, a *answer, fragment bool) {
	t.Helper()
	if a.code/100 == 3 {
		return
	}
	checkBody(t, a, fragment)
	for e := range a.doc().Descendants() {
		if e.Type == html.ElementNode && e.Data == "script" && (fragment || !strings.HasPrefix(attr(e, "src"), "/assets/")) {
			t.Fatalf("%s: a foreign script: %s", a.what, render(e))
		}
	}
}
