package handlers

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"backoffice/store"
)

// nowhere is a response that is thrown away.
type nowhere struct {
	header http.Header
	code   int
	bytes  int
}

func (n *nowhere) Header() http.Header { return n.header }

func (n *nowhere) WriteHeader(code int) { n.code = code }

func (n *nowhere) Write(b []byte) (int, error) {
	n.bytes += len(b)
	return len(b), nil
}

// BenchmarkHandler answers requests one after the other without a network: what
// the program itself costs. cmd/backoffice measures it over connections, beside
// a bare handler.
func BenchmarkHandler(b *testing.B) {
	for _, people := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			s := newSite(b, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
			if _, err := s.db.AddExamples(b.Context(), commandLine, people); err != nil {
				b.Fatal(err)
			}
			c := s.as(ana)
			b.Run("list", func(b *testing.B) { c.bench(b, "GET", "/users", "", nil) })
			b.Run("results", func(b *testing.B) {
				c.bench(b, "GET", "/users?role=viewer", "", c.on("/users").into("results").header())
			})
			b.Run("search", func(b *testing.B) { c.bench(b, "GET", "/users?q=garcia", "", c.on("/users").into("results").header()) })
			b.Run("person", func(b *testing.B) { c.bench(b, "GET", "/users/5", "", nil) })
			b.Run("edit", func(b *testing.B) {
				c.bench(b, "POST", "/users/5", "view=cell&field=phone&phone=%%2B34+91+%07d", c.on("/users").into("u5-phone").header())
			})
			b.Run("session", func(b *testing.B) { c.bench(b, "GET", "/session", "", c.on("/users").into("idle").header()) })
		})
	}
}

// BenchmarkLive answers pages that ask by themselves what is new. Its last figure
// is what 200 of them take of one core, each asking once a second.
func BenchmarkLive(b *testing.B) {
	s := newSite(b, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
	if _, err := s.db.AddExamples(b.Context(), commandLine, 1_000); err != nil {
		b.Fatal(err)
	}
	page := s.as(ana).watch("/users")
	change := func(id, n int) { s.edit(int64(id), store.FieldPhone, fmt.Sprintf("+34 91 %07d", n)) }
	for _, c := range []struct {
		name   string
		happen func(n int)
	}{
		{"nothing new", func(int) {}},
		{"changed elsewhere", func(n int) { change(nora, n) }},
		{"changed on the page", func(n int) { change(ana, n) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				page.ask()
				c.happen(b.N + i)
				r := httptest.NewRequest("GET", "http://office.example"+page.href, nil)
				r.Header.Set("Cookie", cookieName+"="+page.cookies[cookieName])
				for name, value := range page.header() {
					r.Header.Set(name, value)
				}
				b.StartTimer()
				s.handler.ServeHTTP(&nowhere{header: http.Header{}}, r)
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*200*100, "%core/200pages")
		})
	}
}

// bench sends the same request again and again; a form has a number in it that
// grows, so that there is something to change.
func (c *client) bench(b *testing.B, method, url, form string, header map[string]string) {
	b.ReportAllocs()
	size := 0
	for i := 0; b.Loop(); i++ {
		body := form
		if form != "" {
			body = fmt.Sprintf(form, b.N+i)
		}
		r := httptest.NewRequest(method, "http://office.example"+url, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", cookieName+"="+c.cookies[cookieName])
		for name, value := range header {
			r.Header.Set(name, value)
		}
		w := &nowhere{header: http.Header{}}
		c.s.handler.ServeHTTP(w, r)
		if w.code != http.StatusOK {
			b.Fatalf("%s %s: %d", method, url, w.code)
		}
		size = w.bytes
	}
	b.ReportMetric(float64(size)/1024, "KiB/answer")
}
