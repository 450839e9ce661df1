package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestSlowClientsAreCut opens connections that never finish a request. Each is
// closed by the server's time-out, and meanwhile others are answered.
func TestSlowClientsAreCut(t *testing.T) {
	if storetest.OnPostgres() {
		return // about no data
	}
	t.Parallel()
	p := startProgram(t, nil)
	var slow []net.Conn
	for range 64 {
		slow = append(slow, half(t, p, "GET /login HTTP/1.1\r\nHost: office.example\r\nX-Slow: and not yet"))
	}
	body := half(t, p, "POST /login HTTP/1.1\r\nHost: office.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail=and+not")
	began := time.Now()
	for range 20 {
		if r, _ := once(t, p.URL, call{path: "/login"}); r.StatusCode != http.StatusOK {
			t.Errorf("beside slow clients: %s", r.Status)
		}
	}
	for _, c := range slow {
		closes(t, c, began, 5*time.Second)
	}
	if answer := closes(t, body, began, 15*time.Second); strings.Contains(answer, " 200 ") || strings.Contains(answer, " 303 ") {
		t.Errorf("half a form was answered with:\n%s", answer)
	}
}

// half sends the beginning of a request.
func half(t *testing.T, p *program, text string) net.Conn {
	t.Helper()
	c := dial(t, p.URL).conn
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// closes waits until the server closes a connection, which it must do at about
// the given time after they began, and gives what it said before.
func closes(t *testing.T, c net.Conn, began time.Time, after time.Duration) string {
	t.Helper()
	if err := c.SetReadDeadline(began.Add(after + 8*time.Second)); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("still open after %v", time.Since(began))
	}
	if took := time.Since(began); took < after-time.Second {
		t.Errorf("closed after %v already, want about %v", took, after)
	}
	return string(said)
}

// TestTooLargeHeadersAreRefused sends more than any browser would.
func TestTooLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	p := startProgram(t, nil)
	r, _ := once(t, p.URL, call{path: "/login", cookie: "junk=" + strings.Repeat("x", 64<<10)})
	if r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KB of cookies: %s", r.Status)
	}
}

// TestStoppingFinishesWhatRuns stops the program while a sign-in is on its way.
// No new connection is taken, and the one that is there gets its answer.
func TestStoppingFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	p := startProgram(t, map[string]string{"BACKOFFICE_ADMIN_EMAIL": adminEmail, "BACKOFFICE_ADMIN_PASSWORD": adminPassword})
	form := url.Values{"email": {adminEmail}, "password": {adminPassword}}.Encode()
	w := dial(t, p.URL)
	fmt.Fprintf(w.conn, "POST /login HTTP/1.1\r\nHost: office.example\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", len(form))
	if line, err := w.in.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := w.in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	p.cancel() // the handler runs by now: it has asked for the form
	refusesConnections(t, p)
	r, err := w.send([]byte(form), io.Discard)
	if err != nil {
		t.Fatalf("no answer to what was running: %v", err)
	}
	if r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
		t.Errorf("answered %s with %d cookies", r.Status, len(r.Cookies()))
	}
	p.Stop()
	p.start(strings.TrimPrefix(p.URL, "http://"))
	if r, _ := once(t, p.URL, call{path: "/users", cookie: r.Cookies()[0].Name + "=" + r.Cookies()[0].Value}); r.StatusCode != http.StatusOK {
		t.Errorf("the session after the next start: %s", r.Status)
	}
}

// refusesConnections waits until nobody listens any more.
func refusesConnections(t *testing.T, p *program) {
	t.Helper()
	for until := time.Now().Add(programStopTimeout); time.Now().Before(until); {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			return
		}
		c.Close()
	}
	t.Fatal("it still takes connections")
}

// TestHealth asks as a monitor does: without a session, as often as it likes.
func TestHealth(t *testing.T) {
	t.Parallel()
	p := startProgram(t, nil)
	w := dial(t, p.URL)
	for range 3 {
		var body strings.Builder
		r, err := w.send(call{path: "/healthz"}.bytes(), &body)
		if err != nil || r.StatusCode != http.StatusOK || strings.TrimSpace(body.String()) != "ok" ||
			!strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") || len(r.Cookies()) != 0 {
			t.Fatalf("%v, %v, %q", r, err, body.String())
		}
	}
}

// TestPortTaken says that a second program on the same port ends at once and
// leaves the first alone.
func TestPortTaken(t *testing.T) {
	t.Parallel()
	p := startProgram(t, nil)
	s := newShell(t)
	if o := s.run("", "serve", "--addr", strings.TrimPrefix(p.URL, "http://")); o.code != exitFailed || !strings.Contains(o.err, "--addr") {
		t.Errorf("exit code %d: %s", o.code, o.err)
	}
	if _, err := http.ReadResponse(bufio.NewReader(half(t, p, "GET /healthz HTTP/1.0\r\n\r\n")), nil); err != nil {
		t.Error(err)
	}
}

// TestIdleProcessIsSmall looks at the real program when it has just started:
// room enough for a machine that does other things as well.
func TestIdleProcessIsSmall(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("", "demo", "--users", "1000")
	d := startDaemon(t, s.db, nil, nil)
	if r, _ := once(t, d.URL, call{path: "/login"}); r.StatusCode != http.StatusOK {
		t.Fatal(r.Status)
	}
	if mb := d.memory(t); mb >= 40 {
		t.Errorf("%.1f MB, want less than 40", mb)
	}
}
