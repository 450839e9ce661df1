package main

import (
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestSettingsStandInTheEnvironmentToo says that each setting of the server has
// a name in the environment that follows from the flag's.
func TestSettingsStandInTheEnvironmentToo(t *testing.T) {
	t.Parallel()
	seen := 0
	everyNode(t, func(path string, n *kong.Node) {
		if path != "backoffice" && path != "backoffice serve" {
			return
		}
		for _, f := range n.Flags {
			want := "BACKOFFICE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
			if f.Name != "help" && f.Name != "version" && (len(f.Envs) != 1 || f.Envs[0] != want) {
				t.Errorf("%s --%s is %v in the environment, want %s", path, f.Name, f.Envs, want)
			}
			seen++
		}
	})
	if seen < 10 {
		t.Errorf("%d flags seen", seen)
	}
}

// TestEnvironmentEqualsFlags starts the program by the one and by the other.
func TestEnvironmentEqualsFlags(t *testing.T) {
	t.Parallel()
	byFlag := startProgram(t, nil, "--brand", "Northwind", "--public-url", "https://office.example", "--log-level", "error")
	byEnv := startProgram(t, map[string]string{"BACKOFFICE_BRAND": "Northwind", "BACKOFFICE_PUBLIC_URL": "https://office.example", "BACKOFFICE_LOG_LEVEL": "error"})
	for _, p := range []*program{byFlag, byEnv} {
		r, body := once(t, p.URL, call{path: "/login"})
		if !strings.Contains(body, "Northwind") || r.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: %s, Northwind %v, %v", p.URL, r.Status, strings.Contains(body, "Northwind"), r.Header)
		}
		if !strings.Contains(p.Output(), "https://office.example/setup/") || strings.Contains(p.Output(), "level=INFO") {
			t.Errorf("it wrote:\n%s", p.Output())
		}
	}
	s := newShell(t)
	s.create("ana@example.com", "Ana Pérez", "admin")
	s.env["BACKOFFICE_DB"], s.db = s.db, ""
	if got := s.one("ana"); got.Name != "Ana Pérez" {
		t.Errorf("BACKOFFICE_DB: %+v", got)
	}
	other := filepath.Join(t.TempDir(), "other.db")
	if o := s.run("", "user", "list", "--json", "--db", other); o.code != exitNotFound || !strings.Contains(o.err, other) {
		t.Errorf("the flag does not win over the environment: %+v", o)
	}
}

// TestWrongSettings says that a setting that cannot be taken is refused by its
// name, before anything is served.
func TestWrongSettings(t *testing.T) {
	t.Parallel()
	admin := func(name, email, password string) map[string]string {
		return map[string]string{"BACKOFFICE_ADMIN_NAME": name, "BACKOFFICE_ADMIN_EMAIL": email, "BACKOFFICE_ADMIN_PASSWORD": password}
	}
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		code int
		says string
	}{
		{"time zone", nil, []string{"--time-zone", "Mars/Olympus"}, exitUsage, "--time-zone"},
		{"proxies", nil, []string{"--trusted-proxies", "10.0.0.0/8,here"}, exitUsage, "--trusted-proxies"},
		{"idle time-out", nil, []string{"--idle-timeout", "1ms"}, exitUsage, "--idle-timeout"},
		{"absolute time-out", nil, []string{"--idle-timeout", "2h", "--absolute-timeout", "1h"}, exitUsage, "--absolute-timeout"},
		{"no length of time", nil, []string{"--idle-timeout", "soon"}, exitUsage, "--idle-timeout"},
		{"no length of time in the environment", map[string]string{"BACKOFFICE_IDLE_TIMEOUT": "soon"}, nil, exitUsage, "--idle-timeout"},
		{"no address", nil, []string{"--public-url", "office.example"}, exitUsage, "--public-url"},
		{"address with a path", nil, []string{"--public-url", "https://office.example/back"}, exitUsage, "--public-url"},
		{"drain", nil, []string{"--drain=-1s"}, exitUsage, "--drain"},
		{"no list of breached passwords", nil, []string{"--breached-passwords", "missing"}, exitUsage, "--breached-passwords"},
		{"another list", map[string]string{"BACKOFFICE_BREACHED_PASSWORDS": "start_test.go"}, nil, exitUsage, "--breached-passwords"},
		{"backups too often", nil, []string{"--backup-every", "1s"}, exitUsage, "--backup-every"},
		{"no backups", nil, []string{"--backup-keep", "0"}, exitUsage, "--backup-keep"},
		{"an authority that is none", nil, []string{"--acme-host", "office.example.com", "--acme-ca", "nonsense"}, exitUsage, "--acme-ca"},
		{"certificates that cannot be kept", nil, []string{"--acme-host", "office.example.com", "--acme-dir", "/dev/null/acme"}, exitFailed, "--acme-dir"},
		{"a password for nobody", map[string]string{"BACKOFFICE_ADMIN_PASSWORD": adminPassword}, nil, exitUsage, "BACKOFFICE_ADMIN_EMAIL is missing"},
		{"backups into a file", nil, []string{"--backup-dir", "/dev/null/backups"}, exitFailed, "--backup-dir"},
		{"port of the metrics", nil, []string{"--metrics-addr", "127.0.0.1:99999"}, exitFailed, "--metrics-addr"},
		{"a certificate without a key", nil, []string{"--tls-cert", "x"}, exitUsage, "--tls-cert"},
		{"a key without a certificate", nil, []string{"--tls-key", "x"}, exitUsage, "--tls-key"},
		{"a certificate that is missing", nil, []string{"--tls-cert", "missing", "--tls-key", "missing"}, exitFailed, "--tls-cert"},
		{"two kinds of certificate", nil, []string{"--tls-cert", "x", "--tls-key", "x", "--acme-host", "office.example"}, exitUsage, "--acme-host"},
		{"plain HTTP alone", nil, []string{"--http-addr", "127.0.0.1:0"}, exitUsage, "--http-addr"},
		{"TLS and a plain address", nil, []string{"--acme-host", "office.example", "--public-url", "http://office.example"}, exitUsage, "--public-url"},
		{"no name for a certificate", nil, []string{"--acme-host", "office.example,localhost"}, exitUsage, "--acme-host"},
		{"an address for a certificate", nil, []string{"--acme-host", "192.0.2.1"}, exitUsage, "--acme-host"},
		{"header of proxies", nil, []string{"--forwarded-header", "x-real-ip"}, exitUsage, "--forwarded-header"},
		{"log level", nil, []string{"--log-level", "loud"}, exitUsage, "--log-level"},
		{"log format", map[string]string{"BACKOFFICE_LOG_FORMAT": "xml"}, nil, exitUsage, "--log-format"},
		{"port", nil, []string{"--addr", "127.0.0.1:99999"}, exitFailed, "--addr"},
		{"admin's address", admin("Ana", "no address", adminPassword), nil, exitUsage, "BACKOFFICE_ADMIN_EMAIL"},
		{"admin's password", admin("Ana", "ana@example.com", "short"), nil, exitUsage, "BACKOFFICE_ADMIN_PASSWORD"},
		{"admin without a password", map[string]string{"BACKOFFICE_ADMIN_EMAIL": "ana@example.com"}, nil, exitUsage, "BACKOFFICE_ADMIN_PASSWORD"},
		{"admin's name", admin(strings.Repeat("x", 300), "ana@example.com", adminPassword), nil, exitUsage, "BACKOFFICE_ADMIN_NAME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShell(t)
			if slices.Contains(c.args, "--backup-dir") {
				s.db = filepath.Join(t.TempDir(), "people.db") // PostgreSQL has its own backups
			}
			s.env = c.env
			o := s.run("", append([]string{"serve", "--addr", "127.0.0.1:0"}, c.args...)...)
			if o.code != c.code || !strings.Contains(o.err, c.says) || strings.Contains(o.out, "listens") {
				t.Errorf("exit code %d, want %d; wrote %q and as an error %q, want %q in it", o.code, c.code, o.out, o.err, c.says)
			}
		})
	}
}

// TestFirstAdminFromTheEnvironment is made once: what stands in the environment
// later changes nobody.
func TestFirstAdminFromTheEnvironment(t *testing.T) {
	t.Parallel()
	p := startProgram(t, map[string]string{"BACKOFFICE_ADMIN_EMAIL": adminEmail, "BACKOFFICE_ADMIN_PASSWORD": adminPassword, "BACKOFFICE_ADMIN_NAME": "Ana Pérez"})
	s := &shell{t: t, db: p.DB, secret: adminPassword}
	if got := s.one(); got.Name != "Ana Pérez" || got.Role != "admin" || !strings.Contains(p.Output(), "Made the first admin, "+adminEmail) {
		t.Errorf("made %+v; the program wrote:\n%s", got, p.Output())
	}
	signIn(t, p.URL, adminEmail, adminPassword)
	p.env["BACKOFFICE_ADMIN_PASSWORD"], p.env["BACKOFFICE_ADMIN_NAME"] = "quite another password", "Somebody"
	p.Restart()
	signIn(t, p.URL, adminEmail, adminPassword)
	p.env["BACKOFFICE_ADMIN_EMAIL"] = "eve@example.com"
	p.Restart()
	if got := s.one(); got.Name != "Ana Pérez" {
		t.Errorf("after two more starts: %+v", got)
	}
	if out := p.Output(); strings.Contains(out, "Made") || strings.Contains(out, "/setup/") || strings.Contains(out, adminPassword) {
		t.Errorf("the third start wrote:\n%s", out)
	}
}

// setupLink finds the one-time link in what the program wrote.
var setupLink = regexp.MustCompile(`http://[^/]+(/setup/[A-Z0-9]+)\n`)

func oneTimeLink(t testing.TB, p *program) string {
	t.Helper()
	found := setupLink.FindStringSubmatch(p.Output())
	if found == nil || !strings.HasPrefix(found[0], p.URL) {
		t.Fatalf("no one-time link of %s in:\n%s", p.URL, p.Output())
	}
	return found[1]
}

// TestOneTimeLink says that the link dies by a restart and by being used.
func TestOneTimeLink(t *testing.T) {
	t.Parallel()
	p := startProgram(t, nil)
	status := func(c call) int {
		r, _ := once(t, p.URL, c)
		return r.StatusCode
	}
	first := oneTimeLink(t, p)
	if got := status(call{path: first}); got != http.StatusOK {
		t.Errorf("the link: %d", got)
	}
	p.Restart()
	second := oneTimeLink(t, p)
	admin := url.Values{"name": {"Ana Pérez"}, "email": {adminEmail}, "password": {adminPassword}}
	for _, step := range []struct {
		what string
		ask  call
		want int
	}{
		{"the link of the first start", call{path: first}, http.StatusNotFound},
		{"its form", call{path: first, form: admin}, http.StatusNotFound},
		{"a guess", call{path: "/setup/" + strings.Repeat("A", 26), form: admin}, http.StatusNotFound},
		{"the link", call{path: second}, http.StatusOK},
		{"the form with an error", call{path: second, form: url.Values{"name": {"Ana"}}}, http.StatusUnprocessableEntity},
		{"the form", call{path: second, form: admin}, http.StatusSeeOther},
		{"the link when used", call{path: second}, http.StatusNotFound},
		{"its form when used", call{path: second, form: admin}, http.StatusNotFound},
	} {
		if got := status(step.ask); got != step.want {
			t.Errorf("%s: %d, want %d", step.what, got, step.want)
		}
	}
	s := &shell{t: t, db: p.DB, secret: adminPassword}
	if got := s.one(); got.Role != "admin" {
		t.Errorf("%+v", got)
	}
	if strings.Contains(p.Output(), adminPassword) {
		t.Error("the program wrote the password")
	}
	p.Restart()
	if strings.Contains(p.Output(), "/setup/") {
		t.Error("there is an admin, and a link again")
	}
}
