package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestDrain tells the program to stop. It says at once that it is about to, goes
// on answering, and ends at the second signal, because its drain time is long.
func TestDrain(t *testing.T) {
	t.Parallel()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	d := startDaemon(t, storetest.New(t), nil, log, "--drain", "1h")
	signal := func() {
		t.Helper()
		if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	if r, body := once(t, d.URL, call{path: "/readyz"}); r.StatusCode != http.StatusOK || body != "ok\n" {
		t.Errorf("at first: %s %q", r.Status, body)
	}
	signal()
	waitFor(t, "/readyz to say that it is draining", func() bool {
		r, body := once(t, d.URL, call{path: "/readyz"})
		return r.StatusCode == http.StatusServiceUnavailable && body == "draining\n"
	})
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/login": http.StatusOK} {
		if r, _ := once(t, d.URL, call{path: path}); r.StatusCode != want || !r.Close {
			t.Errorf("%s while draining: %s, closes %v", path, r.Status, r.Close)
		}
	}
	signal()
	select {
	case <-d.ended:
		d.cmd = nil
	case <-time.After(programStopTimeout):
		t.Error("a second signal does not end it")
	}
}

// TestLateCallersAreAnswered opens connections as browsers do, before they need them,
// and asks on one of them when nobody else is let in any more.
func TestLateCallersAreAnswered(t *testing.T) {
	t.Parallel()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	d := startDaemon(t, storetest.New(t), nil, log, "--drain", "1ms")
	host := strings.TrimPrefix(d.URL, "http://")
	early, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close()
	once(t, d.URL, call{path: "/healthz"}) // by then the program knows the connection before
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the door to close", func() bool {
		late, err := net.Dial("tcp", host)
		if err == nil {
			late.Close()
		}
		return err != nil
	})
	// What has come since the program was told to stop was let in and is waited for: so
	// long is the early one as well.
	if _, err := io.WriteString(early, "GET /login HTTP/1.1\r\nHost: "+host+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(early), nil)
	if err != nil {
		t.Fatalf("it was hung up on: %v", err)
	}
	if r.StatusCode != http.StatusOK || !r.Close {
		t.Errorf("%s, closes %v", r.Status, r.Close)
	}
	select {
	case <-d.ended:
		d.cmd = nil
	case <-time.After(programStopTimeout):
		t.Error("it does not stop after that")
	}
}

// waitFor asks again and again until it is so.
func waitFor(t testing.TB, what string, so func() bool) {
	t.Helper()
	again, end := time.NewTicker(5*time.Millisecond), time.After(programStopTimeout)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-end:
			t.Fatalf("waited for %s", what)
		}
	}
}
