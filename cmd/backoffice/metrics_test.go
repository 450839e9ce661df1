package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backoffice/handlers"
)

// scraped are figures by their name and labels, as a Prometheus reads them.
type scraped map[string]float64

var sampleLine = regexp.MustCompile(`^([a-z_]+)(\{[a-z_]+="(?:[^"\\]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\]|\\["\\n])*")*\})? (\S+)$`)

// scrape reads the text as strictly as the format says: a family is begun once,
// with help and kind, and all its lines follow.
func scrape(t testing.TB, text string) scraped {
	t.Helper()
	got, kinds, family := scraped{}, map[string]string{}, ""
	if !strings.HasSuffix(text, "\n") {
		t.Error("the last line has no end")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "# HELP "); ok {
			family, _, _ = strings.Cut(name, " ")
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if kinds[name] != "" || name != family || kind != "counter" && kind != "gauge" && kind != "histogram" {
				t.Errorf("a family is begun wrongly: %s", line)
			}
			kinds[name] = kind
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("no line of the format: %s", line)
		}
		name := m[1]
		if kinds[family] == "histogram" {
			name = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		}
		if name != family || strings.HasSuffix(name, "_total") != (kinds[family] == "counter") {
			t.Errorf("in family %s, a %s: %s", family, kinds[family], line)
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if _, twice := got[m[1]+m[2]]; err != nil || twice || value < 0 {
			t.Errorf("%s: %v, twice %v", line, err, twice)
		}
		got[m[1]+m[2]] = value
	}
	return got
}

var metricsLine = regexp.MustCompile(`Metrics at (http://127\.0\.0\.1:[0-9]+)/metrics`)

// TestMetrics asks as a Prometheus does, before and after something happens.
func TestMetrics(t *testing.T) {
	t.Parallel()
	p := startProgram(t, map[string]string{"BACKOFFICE_ADMIN_EMAIL": adminEmail, "BACKOFFICE_ADMIN_PASSWORD": adminPassword}, "--metrics-addr", "127.0.0.1:0")
	waitFor(t, "the address of the metrics", func() bool { return metricsLine.MatchString(p.Output()) })
	at := metricsLine.FindStringSubmatch(p.Output())[1]
	figures := func() scraped {
		t.Helper()
		r, body := once(t, at, call{path: "/metrics"})
		if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
			t.Fatalf("%s, %v", r.Status, r.Header)
		}
		return scrape(t, body)
	}
	before := figures()
	cookie := signIn(t, p.URL, adminEmail, adminPassword)
	once(t, p.URL, call{path: "/login", form: url.Values{"email": {adminEmail}, "password": {"wrong"}}})
	for range 3 {
		once(t, p.URL, call{path: "/users", cookie: cookie})
	}
	once(t, p.URL, call{path: "/users?q=ana@example.com"})
	once(t, p.URL, call{path: "/nowhere/ana@example.com"})
	want := map[string]float64{
		`backoffice_http_request_duration_seconds_count{route="GET /users",status="200"}`:  3,
		`backoffice_http_request_duration_seconds_count{route="GET /users",status="303"}`:  1,
		`backoffice_http_request_duration_seconds_count{route="POST /login",status="303"}`: 1,
		`backoffice_http_request_duration_seconds_count{route="POST /login",status="401"}`: 1,
		`backoffice_http_request_duration_seconds_count{route="none",status="404"}`:        1,
		`backoffice_signins_total{outcome="done"}`:                                         1,
		`backoffice_signins_total{outcome="failed"}`:                                       1,
		`backoffice_sessions`: 1,
	}
	var after scraped
	waitFor(t, "the figures to have grown", func() bool { // a request is counted after it was answered
		after = figures()
		return !slices.ContainsFunc(slices.Collect(maps.Keys(want)), func(name string) bool { return after[name]-before[name] < want[name] })
	})
	for name, n := range want {
		if got := after[name] - before[name]; got != n {
			t.Errorf("%s grew by %v, want %v", name, got, n)
		}
	}
	if after["backoffice_database_up"] != 1 || after["backoffice_commits_total"] <= before["backoffice_commits_total"] || after["go_goroutines"] == 0 || after["backoffice_database_bytes"] == 0 {
		t.Errorf("figures: %v", after)
	}
	for name := range after {
		if strings.Contains(name, "ana") {
			t.Errorf("somebody stands in %s", name)
		}
	}
	if r, _ := once(t, p.URL, call{path: "/metrics", cookie: cookie}); r.StatusCode != http.StatusNotFound {
		t.Errorf("on the public address: %s", r.Status)
	}
	if r, _ := once(t, at, call{path: "/login"}); r.StatusCode != http.StatusNotFound {
		t.Errorf("the back office at the address of the metrics: %s", r.Status)
	}
}

// TestHistogram puts times at the ends of the buckets.
func TestHistogram(t *testing.T) {
	t.Parallel()
	m := newMonitor(nil, time.Time{})
	for _, took := range []time.Duration{0, 500 * time.Microsecond, 501 * time.Microsecond, 10 * time.Second, time.Minute} {
		m.observe(handlers.Answered{Route: `GET /a"b\c` + "\n", Status: 200, Took: took})
	}
	e := &exposition{}
	m.writeRequests(e)
	got := scrape(t, e.text.String())
	labels := `{route="GET /a\"b\\c\n",status="200"`
	for le, want := range map[string]float64{"0.0005": 2, "0.001": 3, "2.5": 3, "10": 4, "+Inf": 5} {
		if n := got[fmt.Sprintf(`backoffice_http_request_duration_seconds_bucket%s,le="%s"}`, labels, le)]; n != want {
			t.Errorf("up to %s: %v, want %v", le, n, want)
		}
	}
	if sum := got["backoffice_http_request_duration_seconds_sum"+labels+"}"]; sum != 70.001001 {
		t.Errorf("sum %v", sum)
	}
	if n := got["backoffice_http_request_duration_seconds_count"+labels+"}"]; n != 5 {
		t.Errorf("count %v", n)
	}
}

// TestMetricsWithoutADatabase tells what it knows, and of the rest nothing.
func TestMetricsWithoutADatabase(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.create(adminEmail, "Ana", "admin")
	db, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	e := &exposition{}
	newMonitor(db, time.Time{}).writeStore(t.Context(), e)
	got := scrape(t, e.text.String())
	if _, told := got["backoffice_sessions"]; told || got["backoffice_database_up"] != 0 {
		t.Errorf("%v", got)
	}
}
