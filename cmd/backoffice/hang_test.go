package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestDatabaseThatHangs freezes the server of the database under the program: pages,
// a save and the probe are answered by 503 within seconds, all at once, and when the
// server goes on, so does everything else.
func TestDatabaseThatHangs(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	server := storetest.Apart(t)
	p := &program{t: t, DB: server.Database(t, ""), args: []string{"--key-file", filepath.Join(t.TempDir(), "keys")},
		env: map[string]string{"BACKOFFICE_ADMIN_EMAIL": adminEmail, "BACKOFFICE_ADMIN_PASSWORD": adminPassword}}
	p.start("127.0.0.1:0")
	t.Cleanup(p.Stop)
	cookie := signIn(t, p.URL, adminEmail, adminPassword)
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, path string, form url.Values) (*http.Response, string, time.Duration) {
		r, err := http.NewRequest(method, p.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Error(err)
			return nil, "", 0
		}
		r.Header.Set("Cookie", cookie)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		began := time.Now()
		a, err := client.Do(r)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return nil, "", 0
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		return a, string(body), time.Since(began)
	}
	somebody := url.Values{"name": {"Ben"}, "email": {"ben@example.com"}, "role": {"member"}, "password": {adminPassword}}
	const soon = 20 * time.Second // of which the program takes six; the machine may be busy

	thaw := server.Freeze(t)
	var all sync.WaitGroup
	unavailable := func(method, path string, form url.Values) {
		a, body, took := ask(method, path, form)
		if a == nil {
			return
		}
		if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(body, "The database does not answer.") || took > soon {
			t.Errorf("%s %s: %s after %v, Retry-After %q\n%.2000s", method, path, a.Status, took, a.Header.Get("Retry-After"), body)
		}
	}
	for i := range 24 {
		all.Go(func() { unavailable(http.MethodGet, []string{"/users", "/account", "/audit"}[i%3], nil) })
	}
	all.Go(func() { unavailable(http.MethodPost, "/users", somebody) })
	all.Go(func() {
		if a, _, took := ask(http.MethodGet, "/readyz", nil); a != nil && (a.StatusCode != http.StatusServiceUnavailable || took > soon/2) {
			t.Errorf("/readyz: %s after %v", a.Status, took)
		}
	})
	all.Wait()
	if a, _, took := ask(http.MethodGet, "/users", nil); a != nil && (a.StatusCode != http.StatusServiceUnavailable || took > soon/4) {
		t.Errorf("by then it is known, and /users says %s after %v", a.Status, took)
	}
	thaw()

	for until := time.Now().Add(time.Minute); ; {
		if a, _, _ := ask(http.MethodGet, "/readyz", nil); a != nil && a.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(until) {
			t.Fatal("it never is ready again")
		}
	}
	if a, body, _ := ask(http.MethodPost, "/users", somebody); a != nil && a.StatusCode != http.StatusSeeOther {
		t.Errorf("afterwards, a save: %s\n%.2000s", a.Status, body)
	}
	if a, body, _ := ask(http.MethodGet, "/users", nil); a != nil && (a.StatusCode != http.StatusOK || !strings.Contains(body, "ben@example.com")) {
		t.Errorf("afterwards, the list: %s", a.Status)
	}
}

// TestNamesOfDatabases refuses what is none, by the name of the setting, and does not
// repeat it.
func TestNamesOfDatabases(t *testing.T) {
	if storetest.OnPostgres() {
		return // about names
	}
	t.Parallel()
	s := newShell(t)
	db := s.db
	s.db, s.secret = "", "otter-42"
	for _, wrong := range []string{"host=127.0.0.1 password=otter-42", "mysql://u:otter-42@h/db", "postgres:u:otter-42@h/db"} {
		for _, args := range [][]string{{"user", "list", "--db", wrong}, {"serve", "--db", wrong}, {"audit", "verify", "--db", wrong}, {"backup", "x.db", "--db", wrong},
			{"copy", "--from", wrong, "--to", db}, {"copy", "--from", db, "--to", wrong}} {
			o := s.run("", args...)
			flag := "--db"
			if args[0] == "copy" {
				flag = args[len(args)-2]
				if args[2] == wrong {
					flag = "--from"
				}
			}
			if o.code != exitUsage || !strings.Contains(o.err, flag+" names no database") {
				t.Errorf("%v: exit code %d, %s", args, o.code, o.err)
			}
		}
	}
	s.env["BACKOFFICE_DB"] = "POSTGRES://u:otter-42@127.0.0.1:1/db?connect_timeout=1"
	if o := s.run("", "user", "list"); o.code != exitFailed || !strings.Contains(o.err, "postgres://127.0.0.1:1/db") {
		t.Errorf("exit code %d, %s", o.code, o.err)
	}
	s.secret = adminPassword
	s.env["BACKOFFICE_DB"] = "sqlite:" + db
	s.create("ana@example.com", "Ana", "admin")
	s.env["BACKOFFICE_DB"] = db
	if n := len(s.list()); n != 1 {
		t.Errorf("%s", fmt.Sprint(n, " people"))
	}
}
