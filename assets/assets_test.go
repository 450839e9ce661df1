package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// get asks the handler for a path with the given headers ("Name: value").
func get(t *testing.T, method, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVendoredHtmxIsTheReleasedFile(t *testing.T) {
	const want = "Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"
	content, err := embedded.ReadFile("htmx.min.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum384(content)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != want {
		t.Errorf("sha384 of htmx.min.js is %s, want %s", got, want)
	}
}

func TestEveryFileIsServed(t *testing.T) {
	hashed := regexp.MustCompile(`^/assets/[a-z.-]+\.[0-9a-f]{8}\.(js|css|svg)$`)
	entries, err := embedded.ReadDir(".")
	if err != nil || len(entries) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			want, _ := embedded.ReadFile(e.Name())
			want = bytes.ReplaceAll(want, []byte(`url("pen.svg")`), []byte(`url("`+URL("pen.svg")+`")`))
			url := URL(e.Name())
			if !hashed.MatchString(url) {
				t.Errorf("address %q has no hash", url)
			}
			r := get(t, "GET", url)
			if r.StatusCode != 200 || !bytes.Equal(body(t, r), want) {
				t.Fatalf("status %d or other bytes than the file's", r.StatusCode)
			}
			for name, value := range map[string]string{
				"Cache-Control":          "public, max-age=31536000, immutable",
				"X-Content-Type-Options": "nosniff",
				"Vary":                   "Accept-Encoding",
				"Content-Encoding":       "",
				"Content-Length":         strconv.Itoa(len(want)),
			} {
				if got := r.Header.Get(name); got != value {
					t.Errorf("%s: %q, want %q", name, got, value)
				}
			}
			if ct := r.Header.Get("Content-Type"); !strings.HasSuffix(ct, "; charset=utf-8") {
				t.Errorf("Content-Type: %q", ct)
			}
		})
	}
}

func TestGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"":                         false,
		"gzip":                     true,
		"br, GZIP;q=0.5":           true,
		"gzip;q=0":                 false,
		"gzip; q=0.000, deflate":   false,
		"*":                        true,
		"*;q=0":                    false,
		"gzip;q=0, *":              false,
		"identity;q=1, *;q=0":      false,
		"deflate, br, zstd":        false,
		"gzip, deflate, br, zstd":  true,
		"compress;q=0.5, gzip;q=1": true,
	} {
		r := get(t, "GET", URL("htmx.min.js"), "Accept-Encoding: "+header)
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("Accept-Encoding %q: gzip %v, want %v", header, got, want)
		}
	}
	r := get(t, "GET", URL("htmx.min.js"), "Accept-Encoding: gzip")
	packed := body(t, r)
	if r.Header.Get("Content-Length") != strconv.Itoa(len(packed)) {
		t.Errorf("Content-Length %q for %d bytes", r.Header.Get("Content-Length"), len(packed))
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	want, _ := embedded.ReadFile("htmx.min.js")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("unpacked is not the file (%v)", err)
	}
}

func TestConditionalRequests(t *testing.T) {
	url := URL("htmx.min.js")
	plain := get(t, "GET", url).Header.Get("ETag")
	packed := get(t, "GET", url, "Accept-Encoding: gzip").Header.Get("ETag")
	if plain == packed || strings.HasPrefix(plain, "W/") || !strings.HasPrefix(plain, `"`) {
		t.Fatalf("tags %s and %s: want two strong ones", plain, packed)
	}
	for _, c := range []struct {
		match, accept string
		want          int
	}{
		{plain, "", 304},
		{packed, "gzip", 304},
		{"W/" + plain, "", 304},
		{`"other", ` + plain, "", 304},
		{"*", "", 304},
		{plain, "gzip", 200},
		{`"other"`, "", 200},
	} {
		r := get(t, "GET", url, "If-None-Match: "+c.match, "Accept-Encoding: "+c.accept)
		if r.StatusCode != c.want {
			t.Errorf("If-None-Match %s: %d, want %d", c.match, r.StatusCode, c.want)
		}
		if r.StatusCode == 304 && (len(body(t, r)) > 0 || r.Header.Get("Cache-Control") == "") {
			t.Errorf("If-None-Match %s: the 304 has a body or no Cache-Control", c.match)
		}
	}
}

func TestMethods(t *testing.T) {
	r := get(t, "HEAD", URL("icon.svg"))
	if r.StatusCode != 200 || len(body(t, r)) > 0 || r.Header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %d, Content-Length %q", r.StatusCode, r.Header.Get("Content-Length"))
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		r := get(t, method, URL("icon.svg"))
		if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
}

func TestUnknownAddresses(t *testing.T) {
	for _, path := range []string{
		"/assets/", "/assets", "/assets/app.css", "/assets/htmx.min.js", "/assets/htmx.min.00000000.js",
		"/assets/assets.go", "/assets/../go.mod", "/assets/%2e%2e/go.mod", "/assets/..%2f..%2fgo.mod",
		"/assets/x" + URL("icon.svg"), URL("icon.svg") + "/", URL("nothing.css"),
	} {
		r := get(t, "GET", path)
		if r.StatusCode != 404 || r.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %s", path, r.StatusCode, r.Header.Get("Content-Type"))
		}
		if cc := r.Header.Get("Cache-Control"); cc != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, cc)
		}
	}
}

// TestFirstVisitIsSmall keeps a budget: what a first visit loads besides the page.
func TestFirstVisitIsSmall(t *testing.T) {
	const budget = 40 << 10
	total := 0
	for _, name := range []string{"htmx.min.js", "app.js", "app.css"} {
		r := get(t, "GET", URL(name), "Accept-Encoding: gzip")
		if r.StatusCode != 200 {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
		n := len(body(t, r))
		t.Logf("%s: %d bytes gzipped", name, n)
		total += n
	}
	if total > budget {
		t.Errorf("a first visit loads %d bytes, more than %d", total, budget)
	}
}

func BenchmarkServe(b *testing.B) {
	h, url := Handler(), URL("app.css")
	r := httptest.NewRequest("GET", url, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// TestStyleSheetNamesFiles looks for every file that the style sheet names.
func TestStyleSheetNamesFiles(t *testing.T) {
	sheet := string(body(t, get(t, "GET", URL("app.css"))))
	found := regexp.MustCompile(`url\("([^")]+)"`).FindAllStringSubmatch(sheet, -1)
	if len(found) == 0 {
		t.Error("it names none")
	}
	for _, m := range found {
		if r := get(t, "GET", m[1]); r.StatusCode != 200 {
			t.Errorf("%s: status %d", m[1], r.StatusCode)
		}
	}
}
