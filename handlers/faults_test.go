package handlers

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"backoffice/components"

	"github.com/a-h/templ"
)

// secret stands for what must not reach a screen.
const secret = "the secret cause"

// faults are routes that no product has: each goes wrong in its own way.
func faults() []route {
	fails := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		io.WriteString(w, "<p>half a page")
		return errors.New(secret)
	})
	open := need{open: true}
	return []route{
		{"GET /fault/panic", open, func(*ask) (view, error) { panic(secret) }},
		{"GET /fault/component", open, func(*ask) (view, error) { return view{title: "x", screen: fails}, nil }},
		{"GET /fault/beside", open, func(*ask) (view, error) {
			return view{title: "x", screen: fails, part: components.Nothing(), beside: []beside{{"#x", "innerHTML", fails}}}, nil
		}},
		{"GET /fault/panicking-component", open, func(*ask) (view, error) {
			return view{screen: templ.ComponentFunc(func(context.Context, io.Writer) error { panic(secret) })}, nil
		}},
		{"GET /fault/error", open, func(*ask) (view, error) { return view{}, errors.New(secret) }},
		{"GET /fault/file", open, func(*ask) (view, error) {
			return view{file: &file{"x.csv", "text/csv", func(io.Writer) error { return errors.New(secret) }}}, nil
		}},
	}
}

func TestFaultsEndCleanly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.restart(faults()...)
	for _, r := range faults() {
		path := strings.TrimPrefix(r.pattern, "GET ")
		for _, packed := range []bool{false, true} {
			q := request{method: "GET", url: path}
			if packed {
				q.header = map[string]string{"Accept-Encoding": "gzip"}
			}
			a := s.as(ana).send(q)
			if packed {
				a.body = unpack(t, a)
			}
			a.is(t, http.StatusInternalServerError)
			checkHeaders(t, a)
			if strings.Contains(a.body, secret) || strings.Contains(a.body, "half a page") || strings.Contains(a.body, "goroutine") {
				t.Errorf("%s tells: %s", path, excerpt(a.body))
			}
			if a.header.Get("Content-Type") != "text/html; charset=utf-8" || a.header.Get("Content-Disposition") != "" {
				t.Errorf("%s: %v", path, a.header)
			}
			a.shows(".oops h1", "Something went wrong").shows(".oops-id", a.header.Get("X-Request-Id"))
			if !strings.Contains(s.log.String(), a.header.Get("X-Request-Id")) || !strings.Contains(s.log.String(), secret) {
				t.Errorf("%s: the cause is not in the log", path)
			}
		}
		piece := s.as(ana).on("/users").get(path).is(t, http.StatusInternalServerError)
		if piece.count("hx-partial") != 1 || !strings.HasPrefix(piece.toast(), "Something went wrong") || strings.Contains(piece.body, secret) {
			t.Errorf("%s as a fragment: %s", path, excerpt(piece.body))
		}
	}
}

func unpack(t *testing.T, a *answer) string {
	t.Helper()
	if a.header.Get("Content-Encoding") != "gzip" {
		return a.body
	}
	r, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestADatabaseThatFailsShowsNothingOfItself(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"sessions", "signins", "users", "user_counts", "audit_values"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			if _, err := s.raw().Exec("ALTER TABLE " + table + " RENAME TO gone"); err != nil {
				t.Fatal(err)
			}
			failed := 0
			for _, q := range []request{
				{method: "GET", url: "/users"}, {method: "GET", url: "/audit"}, {method: "GET", url: "/users/5"}, {method: "GET", url: "/account"},
				{method: "POST", url: "/users/5", form: formOf([]string{"name", "Nora Gil"})},
				{method: "POST", url: "/users/5/deactivate"},
				{method: "POST", url: "/login", form: formOf([]string{"email", email(ana), "password", password})},
			} {
				for _, header := range []map[string]string{nil, s.as(ana).on("/users").header()} {
					q.header = header
					a := s.as(ana).send(q)
					checkHeaders(t, a)
					for _, word := range []string{"SQL", "no such", "table", "gone", "sqlite"} {
						if a.code == 500 && strings.Contains(text(one(t, a.doc(), map[bool]string{true: "hx-partial", false: "main"}[header != nil])), word) {
							t.Errorf("%s tells about %q: %s", a.what, word, a.body)
						}
					}
					if a.code >= 500 {
						failed++
					}
				}
			}
			if failed == 0 {
				t.Error("nothing failed: the test does not reach the table")
			}
		})
	}
}
