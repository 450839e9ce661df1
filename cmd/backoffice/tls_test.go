package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pair is a certificate for names, signed by itself, and its key, in PEM.
type pair struct{ cert, key []byte }

func newPair(t testing.TB, names ...string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: b})}
}

// put writes a file under another name first, as tools that renew certificates do.
func put(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// believer asks a program for pages under a name, and believes one certificate.
func believer(name string, believes ...pair) *http.Client {
	roots := x509.NewCertPool()
	for _, p := range believes {
		roots.AppendCertsFromPEM(p.cert)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: name}, DisableKeepAlives: true, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// TestTLSByFiles speaks TLS, and takes a renewed certificate without a restart.
func TestTLSByFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	cert, key := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	first, second := newPair(t, "office.example"), newPair(t, "office.example")
	put(t, cert, first.cert)
	put(t, key, first.key)
	p := startProgram(t, map[string]string{"BACKOFFICE_ADMIN_EMAIL": adminEmail, "BACKOFFICE_ADMIN_PASSWORD": adminPassword},
		"--tls-cert", cert, "--tls-key", key)
	r, err := believer("office.example", first).PostForm(p.URL+"/login", url.Values{"email": {adminEmail}, "password": {adminPassword}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.ProtoMajor != 2 || r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 || r.Cookies()[0].Name != "__Host-backoffice" || !r.Cookies()[0].Secure ||
		r.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s %s %v", r.Proto, r.Status, r.Header)
	}
	shows := func(want, other pair) {
		t.Helper()
		if r, err := believer("office.example", want).Get(p.URL + "/healthz"); err != nil {
			t.Error(err)
		} else {
			r.Body.Close()
		}
		if _, err := believer("office.example", other).Get(p.URL + "/healthz"); err == nil {
			t.Error("it shows the other certificate")
		}
	}
	shows(first, second)
	put(t, cert, second.cert) // and for a moment they do not fit
	shows(first, second)
	put(t, key, second.key)
	shows(second, first)
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	shows(second, first)
	put(t, key, second.key)
	shows(second, first)
	if n := strings.Count(p.Output(), "was not read anew"); n != 2 {
		t.Errorf("%d complaints:\n%s", n, p.Output())
	}
}

var plainLine = regexp.MustCompile(`Plain HTTP at (http://127\.0\.0\.1:[0-9]+)`)

// TestACMECertificate serves a certificate that was fetched earlier, and for a
// name that was not asked for, none. Nothing here talks to an authority.
func TestACMECertificate(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	authority := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		http.Error(w, "closed today", http.StatusServiceUnavailable)
	}))
	defer authority.Close()
	folder := t.TempDir()
	mine := newPair(t, "office.example")
	put(t, filepath.Join(folder, "office.example"), append(bytes.Clone(mine.key), mine.cert...))
	p := startProgram(t, nil, "--acme-host", "office.example", "--acme-dir", folder, "--acme-ca", authority.URL, "--http-addr", "127.0.0.1:0")
	r, err := believer("office.example", mine).Get(p.URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK || r.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	if _, err := believer("other.example", mine).Get(p.URL + "/healthz"); err == nil {
		t.Error("it speaks for a name that it was not given")
	}
	select {
	case path := <-asked:
		t.Errorf("the authority was asked for %s", path)
	default:
	}
	waitFor(t, "the address of plain HTTP", func() bool { return plainLine.MatchString(p.Output()) })
	at := plainLine.FindStringSubmatch(p.Output())[1]
	if r, _ := once(t, at, call{path: "/users?q=x"}); r.StatusCode != http.StatusPermanentRedirect || r.Header.Get("Location") != "https://office.example/users?q=x" {
		t.Errorf("plain HTTP: %s to %q", r.Status, r.Header.Get("Location"))
	}
	if r, _ := once(t, at, call{path: "/.well-known/acme-challenge/guess"}); r.StatusCode == http.StatusPermanentRedirect {
		t.Errorf("a challenge is sent elsewhere: %s", r.Status)
	}
	if !strings.Contains(p.Output(), "https://office.example/setup/") {
		t.Errorf("it wrote:\n%s", p.Output())
	}
}

// TestACMEFailureIsTold asks an authority that refuses: whoever runs the server
// reads why in the log.
func TestACMEFailureIsTold(t *testing.T) {
	t.Parallel()
	authority := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "closed today", http.StatusForbidden)
	}))
	defer authority.Close()
	p := startProgram(t, nil, "--acme-host", "office.example", "--acme-dir", t.TempDir(), "--acme-ca", authority.URL)
	for _, name := range []string{"other.example", "office.example"} {
		if _, err := believer(name).Get(p.URL + "/healthz"); err == nil {
			t.Errorf("%s is answered without a certificate", name)
		}
	}
	waitFor(t, "the failure in the log", func() bool {
		return strings.Contains(p.Output(), `level=ERROR msg="no certificate" host=office.example`)
	})
	if strings.Contains(p.Output(), "other.example") {
		t.Errorf("the log says:\n%s", p.Output())
	}
}

// TestToHTTPS sends people to the same page, and nobody anywhere else.
func TestToHTTPS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origin, port, method, host, path string
		code                             int
		to                               string
	}{
		{"https://office.example", "8443", "GET", "evil.example", "/users?q=a%20b", 308, "https://office.example/users?q=a%20b"},
		{"https://office.example", "443", "HEAD", "", "//evil.example/", 308, "https://office.example//evil.example/"},
		{"", "443", "GET", "office.example", "/", 308, "https://office.example/"},
		{"", "8443", "GET", "office.example:8080", "/", 308, "https://office.example:8443/"},
		{"", "8443", "GET", "[::1]:80", "/", 308, "https://[::1]:8443/"},
		{"", "443", "GET", "office.example/evil?", "/", 400, ""},
		{"", "443", "GET", "me@evil.example", "/", 400, ""},
		{"", "443", "GET", "", "/", 400, ""},
		{"https://office.example", "443", "POST", "office.example", "/login", 400, ""},
		{"https://office.example", "443", "GET", "office.example", "*", 400, ""},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.Host, r.URL = c.host, &url.URL{Path: c.path}
		if c.path != "*" {
			u, err := url.ParseRequestURI(c.path)
			if err != nil {
				t.Fatal(err)
			}
			r.URL = u
		}
		w := httptest.NewRecorder()
		toHTTPS(c.origin, c.port).ServeHTTP(w, r)
		if w.Code != c.code || w.Header().Get("Location") != c.to {
			t.Errorf("%+v: %d to %q", c, w.Code, w.Header().Get("Location"))
		}
	}
}
