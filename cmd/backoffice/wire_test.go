package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The load tests talk HTTP over connections of their own that stay open: an
// http.Client would cost as much as the server that is measured.

// wire is one connection to a server.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(t testing.TB, base string) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &wire{conn, bufio.NewReaderSize(conn, 64<<10)}
}

// send sends a request and reads its answer, whose body goes to out.
func (w *wire) send(request []byte, out io.Writer) (*http.Response, error) {
	if _, err := w.conn.Write(request); err != nil {
		return nil, err
	}
	r, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	_, err = io.Copy(out, r.Body)
	return r, err
}

// call is a request before it is bytes: a GET, or with a form a POST.
type call struct {
	path   string
	form   url.Values
	cookie string
	target string // the DOM id that htmx wants a fragment for; "" asks for a page
}

func (c call) bytes() []byte {
	var b bytes.Buffer
	method, body := http.MethodGet, ""
	if c.form != nil {
		method, body = http.MethodPost, c.form.Encode()
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: office.example\r\nUser-Agent: load test\r\n", method, c.path)
	if c.cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", c.cookie)
	}
	if c.target != "" {
		fmt.Fprintf(&b, "HX-Request: true\r\nHX-Request-Type: partial\r\nHX-Target: div#%s\r\n", c.target)
	}
	if c.form != nil {
		fmt.Fprintf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

// once sends one request over a connection of its own.
func once(t testing.TB, base string, c call) (*http.Response, string) {
	t.Helper()
	w := dial(t, base)
	defer w.conn.Close()
	var body strings.Builder
	r, err := w.send(c.bytes(), &body)
	if err != nil {
		t.Fatalf("%s: %v", c.path, err)
	}
	return r, body.String()
}

// signIn signs somebody in and gives the cookie of the session.
func signIn(t testing.TB, base, email, password string) string {
	t.Helper()
	r, body := once(t, base, call{path: "/login", form: url.Values{"email": {email}, "password": {password}}})
	if r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
		t.Fatalf("signing in: %s, %d cookies\n%s", r.Status, len(r.Cookies()), body)
	}
	return r.Cookies()[0].Name + "=" + r.Cookies()[0].Value
}

// connections is how many clients ask at once.
const connections = 16

// crowd is that many connections to one server.
type crowd []*wire

func gather(t testing.TB, base string) crowd {
	t.Helper()
	var c crowd
	for range connections {
		c = append(c, dial(t, base))
	}
	return c
}

// ask sends n requests, shared among the connections, and gives how long that
// took. next gives the i-th request; every answer must have the given status.
func (c crowd) ask(t testing.TB, n, status int, next func(i int) []byte) time.Duration {
	t.Helper()
	var asked atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for _, w := range c {
		all.Go(func() {
			for {
				i := int(asked.Add(1)) - 1
				if i >= n {
					return
				}
				r, err := w.send(next(i), io.Discard)
				if err != nil || r.StatusCode != status {
					t.Errorf("request %d: %v, %v; want status %d", i, r, err, status)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}
