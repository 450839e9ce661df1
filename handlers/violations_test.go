package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
)

// report sends what a browser says it has refused.
func (s *site) report(kind, body string) int {
	s.t.Helper()
	r := httptest.NewRequest("POST", violationsAt, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Header().Get("Set-Cookie") != "" {
		s.t.Error("a report begins a session")
	}
	return w.Code
}

// TestViolationsAreLogged takes reports of both shapes that browsers send, without the
// addresses of pages and not more than one a second.
func TestViolationsAreLogged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, body, want string }{
		"CSP level 2": {"application/csp-report",
			`{"csp-report":{"document-uri":"http://office/link/SECRETSECRET","violated-directive":"script-src-elem","effective-directive":"script-src-elem","blocked-uri":"https://evil.example/x?SECRETSECRET","line-number":1}}`,
			"directive=script-src-elem blocked=https://evil.example"},
		"an old browser": {"application/csp-report", `{"csp-report":{"violated-directive":"style-src 'self'","blocked-uri":"inline"}}`, "directive=style-src blocked=inline"},
		"the Reporting API": {"application/reports+json",
			`[{"type":"csp-violation","url":"http://office/link/SECRETSECRET","body":{"effectiveDirective":"img-src","blockedURL":"data"}}]`, "directive=img-src blocked=data"},
		"lines of its own": {"application/csp-report", `{"csp-report":{"effective-directive":"x\nlevel=ERROR msg=forged","blocked-uri":"eval"}}`, "directive=\"xlevel=ERRORmsg=forged\" blocked=eval"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			for range 3 {
				if code := s.report(c.kind, c.body); code != http.StatusNoContent {
					t.Errorf("answered by %d", code)
				}
			}
			log := s.log.String()
			if !strings.Contains(log, c.want) || strings.Contains(log, "SECRET") {
				t.Errorf("logged: %s", log)
			}
			if n := strings.Count(log, c.want); n > 2 { // the second may have changed
				t.Errorf("logged %d times at once", n)
			}
		})
	}
	s := newSite(t)
	for _, body := range []string{"", "{}", "[]", "null", `[{"type":"deprecation","body":{}}]`, `{"csp-report":7}`} {
		if code := s.report("application/csp-report", body); code != http.StatusNoContent {
			t.Errorf("%q is answered by %d", body, code)
		}
	}
	if log := s.log.String(); strings.Contains(log, "refused something") {
		t.Errorf("logged: %s", log)
	}
	if code := s.report("application/csp-report", strings.Repeat(" ", maxBody+1)); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large a report is answered by %d", code)
	}
}

func FuzzReadViolation(f *testing.F) {
	f.Add([]byte(`{"csp-report":{"violated-directive":"style-src 'self'","blocked-uri":"inline"}}`))
	f.Add([]byte(`[{"type":"csp-violation","body":{"effectiveDirective":"img-src","blockedURL":"https://a@b:1/c"}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		v, ok := readViolation(body)
		for _, s := range []string{v.directive, v.blocked} {
			if len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }) {
				t.Errorf("%q may be logged", s)
			}
		}
		if ok && v.directive == "" {
			t.Error("of nothing")
		}
	})
}
