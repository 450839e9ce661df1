package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestSocketsOfAnother leaves alone what was meant for another process, and
// refuses what is damaged.
func TestSocketsOfAnother(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pid, n string
		ok     bool
	}{{"", "", true}, {"1", "1", true}, {strconv.Itoa(os.Getpid()), "0", true}, {strconv.Itoa(os.Getpid()), "many", false}} {
		env := map[string]string{"LISTEN_PID": c.pid, "LISTEN_FDS": c.n}
		if got, err := inherit(func(name string) string { return env[name] }); len(got) != 0 || (err == nil) != c.ok {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
}

// handOver starts the program on a socket that is open already, as systemd does.
func handOver(t testing.TB, socket *os.File, db string, log *os.File) *daemon {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"`,
		builtProgram(t), "serve", "--addr", "127.0.0.1:1", "--db", db, "--drain", "300ms")
	cmd.Env, cmd.Stderr, cmd.ExtraFiles = []string{}, log, []*os.File{socket}
	return startServer(t, cmd)
}

// end tells the program to stop and waits until it has.
func (d *daemon) end() {
	d.t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	select {
	case err := <-d.ended:
		d.cmd = nil
		if err != nil {
			d.t.Errorf("it ended with %v", err)
		}
	case <-time.After(programStopTimeout):
		d.t.Error("it does not stop")
	}
}

// TestUpgradeDropsNoRequest replaces the program twice while people work: as
// systemd restarts it, one after the other on a socket that stays open; and the
// new one beside the old one. Every request is answered, and every change that
// was answered is there.
func TestUpgradeDropsNoRequest(t *testing.T) {
	t.Parallel()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	socket, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	s := newShell(t)
	s.create(adminEmail, "Ana", "admin")
	var workers []*worker
	for n := range 3 {
		// One connection each. Go's client otherwise keeps one in hand that it has
		// never used, and asks no second time when the server closes that one.
		workers = append(workers, &worker{t: t, client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
			person: s.create(fmt.Sprintf("p%d@example.com", n), fmt.Sprint("Person ", n), "member")})
	}
	first := handOver(t, socket, s.db, log)
	if first.URL != "http://"+l.Addr().String() {
		t.Fatalf("it listens on %s and not on %s", first.URL, l.Addr())
	}
	cookie := signIn(t, first.URL, adminEmail, adminPassword)
	var answered atomic.Int64
	var stop atomic.Bool
	var all sync.WaitGroup
	for _, w := range workers {
		w.base, w.cookie = first.URL, cookie
		all.Go(func() {
			for !stop.Load() && w.work() {
				answered.Add(1)
			}
		})
	}
	more := func(n int64) {
		t.Helper()
		until := answered.Load() + n
		waitFor(t, "more answers", func() bool { return answered.Load() >= until || t.Failed() })
	}
	more(20)
	first.end()
	second := handOver(t, socket, s.db, log)
	more(20)
	third := handOver(t, socket, s.db, log)
	second.end()
	more(20)
	stop.Store(true)
	all.Wait()
	third.end()
	for _, w := range workers {
		if got := s.one("#" + w.person); got.Phone != w.phone() {
			t.Errorf("%s has the phone %q, what was answered is %q", got.Name, got.Phone, w.phone())
		}
	}
	s.must("", "audit", "verify")
}

// worker is a colleague who works over a connection that lives on.
type worker struct {
	t                    *testing.T
	client               *http.Client
	base, cookie, person string
	saved                int // changes that were answered
}

func (w *worker) phone() string { return fmt.Sprintf("+34 600 %06d", w.saved) }

// work reads a page and gives the person another phone number.
func (w *worker) work() bool {
	if !w.ask(http.MethodGet, "/users", nil, http.StatusOK) {
		return false
	}
	w.saved++
	return w.ask(http.MethodPost, "/users/"+w.person, url.Values{"phone": {w.phone()}}, http.StatusSeeOther)
}

func (w *worker) ask(method, path string, form url.Values, want int) bool {
	r, err := http.NewRequest(method, w.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Error(err)
		return false
	}
	r.Header.Set("Cookie", w.cookie)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := w.client.Do(r)
	if err != nil {
		w.t.Errorf("%s %s: %v", method, path, err)
		return false
	}
	defer answer.Body.Close()
	if _, err = io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != want {
		w.t.Errorf("%s %s: %s, %v", method, path, answer.Status, err)
		return false
	}
	return true
}
