package handlers

import (
	"compress/gzip"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// wireOf serves the site over real connections, and beside it a download that
// write makes. A request may last so long; 0 is for ever.
func (s *site) wireOf(timeout time.Duration, write func(*ask, io.Writer) error) *httptest.Server {
	s.t.Helper()
	s.restart(route{"GET /download", need{open: true}, func(a *ask) (view, error) {
		return view{file: &file{"people.csv", "text/csv; charset=utf-8", func(w io.Writer) error { return write(a, w) }}}, nil
	}})
	wire := httptest.NewUnstartedServer(s.handler)
	wire.Config.ReadTimeout, wire.Config.WriteTimeout = timeout, timeout
	wire.Start()
	s.t.Cleanup(wire.Close)
	return wire
}

const piece = "a piece of a download that is long enough for nothing to hold it back "

// TestDownloadsOutliveTimeouts: what ends a slow page must not end a long file.
func TestDownloadsOutliveTimeouts(t *testing.T) {
	t.Parallel()
	wire := newSite(t).wireOf(500*time.Millisecond, func(a *ask, w io.Writer) error {
		for range 4 {
			if _, err := io.WriteString(w, strings.Repeat(piece, 1000)); err != nil {
				return err
			}
			select {
			case <-a.Context().Done():
				return a.Context().Err()
			case <-time.After(200 * time.Millisecond):
			}
		}
		return nil
	})
	r, err := http.Get(wire.URL + "/download")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if b, err := io.ReadAll(r.Body); err != nil || len(b) != 4000*len(piece) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

// TestReaderWhoStopsReading ends a download that nobody takes any more.
func TestReaderWhoStopsReading(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	s := newSite(t)
	wire := s.wireOf(0, func(_ *ask, w io.Writer) error {
		for {
			if _, err := io.WriteString(w, strings.Repeat(piece, 1000)); err != nil {
				ended <- err
				return err
			}
		}
	})
	s.server.wall = func() time.Time { return time.Now().Add(50*time.Millisecond - patience) }
	knock(t, wire)
	var timeout net.Error
	if err := <-ended; !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("ended by %v", err)
	}
	wire.Close() // waits for the handler
	if log := s.log.String(); !strings.Contains(log, "download broken off") || strings.Contains(log, "ERROR") {
		t.Errorf("a reader's matter is logged as ours: %s", log)
	}
}

// TestReaderWhoLeaves ends a download at its next look at the context.
func TestReaderWhoLeaves(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan bool), make(chan error, 1)
	s := newSite(t)
	wire := s.wireOf(0, func(a *ask, w io.Writer) error {
		begun <- true
		<-a.Context().Done()
		ended <- a.Context().Err()
		return a.Context().Err()
	})
	c := knock(t, wire)
	<-begun
	c.Close()
	if err := <-ended; err == nil {
		t.Error("ended by nothing")
	}
}

// knock sends a request and reads nothing of its answer.
func knock(t *testing.T, wire *httptest.Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", wire.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, "GET /download HTTP/1.1\r\nHost: office.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestABrokenDownloadIsCut: nobody may take a part for the whole, compressed or
// not. What fails before its first byte is an error like any other.
func TestABrokenDownloadIsCut(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"identity", "gzip"} {
		for _, pieces := range []int{0, 1, 100_000} {
			wire := newSite(t).wireOf(0, func(_ *ask, w io.Writer) error {
				for range pieces {
					if _, err := io.WriteString(w, piece); err != nil {
						return err
					}
				}
				return errors.New("the disk broke")
			})
			a, err := fetch(t, wire, "/download", nil, encoding, "")
			if err != nil && pieces > 0 {
				continue // cut before its head: as good
			} else if err != nil {
				t.Fatal(err)
			}
			_, err = io.ReadAll(a.Body)
			if pieces > 0 && err == nil {
				t.Errorf("%s: %d pieces look like the whole file", encoding, pieces)
			}
			if pieces == 0 && (err != nil || a.StatusCode != http.StatusInternalServerError || a.Header.Get("Content-Disposition") != "") {
				t.Errorf("%s: without a byte: %d %v %v", encoding, a.StatusCode, a.Header, err)
			}
		}
	}
}

// fetch sends a form over the wire, or without one asks for a page.
func fetch(t *testing.T, wire *httptest.Server, path string, form url.Values, encoding, cookie string) (*http.Response, error) {
	t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequest(method, wire.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Encoding", encoding)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: cookie})
	a, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		t.Cleanup(func() { a.Body.Close() })
	}
	return a, err
}

// TestExportsAreCompressed where that makes them smaller.
func TestExportsAreCompressed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.AddExamples(t.Context(), commandLine, 90); err != nil {
		t.Fatal(err)
	}
	wire := httptest.NewServer(s.handler)
	defer wire.Close()
	for _, f := range ExportFormats() {
		r, err := fetch(t, wire, "/users/export", url.Values{"format": {f.Key}}, "gzip", s.seed.cookies[ana])
		if err != nil {
			t.Fatal(err)
		}
		body := io.Reader(r.Body)
		if zipped := r.Header.Get("Content-Encoding") == "gzip"; zipped != (f.Key != "xlsx") {
			t.Fatalf("%s: compressed: %v", f.Key, zipped)
		} else if zipped {
			if body, err = gzip.NewReader(r.Body); err != nil {
				t.Fatal(err)
			}
		}
		b, err := io.ReadAll(body)
		if rows := readers[f.Key](t, b); err != nil || len(rows) != 90+len(people)-1 {
			t.Errorf("%s: %d people, %v", f.Key, len(rows), err)
		}
	}
}
