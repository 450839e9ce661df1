package handlers

import (
	"net/http"
	"strings"
	"testing"
)

// TestTrace holds the header against the standard: what is not as it says is as
// if it were not there.
func TestTrace(t *testing.T) {
	t.Parallel()
	const id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for header, want := range map[string]trace{
		"":                                                     {},
		"00-" + id + "-" + parent + "-01":                      {id: id, parent: parent},
		"00-" + id + "-" + parent + "-00":                      {id: id, parent: parent},
		"cc-" + id + "-" + parent + "-01-later":                {id: id, parent: parent},
		"00-" + id + "-" + parent + "-01-later":                {},
		"ff-" + id + "-" + parent + "-01":                      {},
		"00-" + id + "-" + parent:                              {},
		"00-" + strings.ToUpper(id) + "-" + parent + "-01":     {},
		"00-" + strings.Repeat("0", 32) + "-" + parent + "-01": {},
		"00-" + id + "-" + strings.Repeat("0", 16) + "-01":     {},
		"00-" + id + "x-" + parent + "-01":                     {},
		"00-ana@example.com-" + parent + "-01":                 {},
		"00-" + strings.Repeat("z", 32) + "-" + parent + "-01": {},
		"000-" + id + "-" + parent + "-01":                     {},
		"00-" + id + "-" + parent + "-1":                       {},
		"00-" + id + "-" + strings.Repeat("é", 8) + "-01":      {},
	} {
		r := &http.Request{Header: http.Header{}}
		if header != "" {
			r.Header.Set("traceparent", header)
		}
		got := readTrace(r)
		if (got.own != "") != (want.id != "") {
			t.Errorf("%q: a part of its own: %q", header, got.own)
		}
		if got.own = ""; got != want {
			t.Errorf("%q: %+v, want %+v", header, got, want)
		}
	}
	if got := readTrace(&http.Request{Header: http.Header{"Traceparent": {"00-" + id + "-" + parent + "-01", "00-" + id + "-" + parent + "-01"}}}); got != (trace{}) {
		t.Errorf("two headers: %+v", got)
	}
}

// TestTheLogNamesTheTrace reads the line of a request that came with one.
func TestTheLogNamesTheTrace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(ana).send(request{method: "GET", url: "/users", header: map[string]string{"Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}})
	want := "id=" + a.header.Get("X-Request-Id") + ` method=GET route="GET /users" status=200 took_ms=0 person=1 trace=4bf92f3577b34da6a3ce929d0e0e4736 parent=00f067aa0ba902b7 span=`
	if a.header.Get("X-Request-Id") == "" || !strings.Contains(s.log.String(), want) {
		t.Errorf("the log lacks %q:\n%s", want, s.log)
	}
	back := strings.Split(a.header.Get("Traceresponse"), "-")
	if len(back) != 4 || back[1] != "4bf92f3577b34da6a3ce929d0e0e4736" || !isHex(back[2], 16) || !strings.Contains(s.log.String(), want+back[2]) {
		t.Errorf("passed on as %q", back)
	}
	if a := s.as(ana).get("/users"); a.header.Get("Traceresponse") != "" {
		t.Error("a trace that nobody began is passed on")
	}
}
