package main

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

const (
	// programStartTimeout is generous: the race detector on a busy machine is slow.
	programStartTimeout = 60 * time.Second
	programStopTimeout  = 30 * time.Second
)

// listeningLine is the part of the line that the program prints when it is ready.
var listeningLine = regexp.MustCompile(`https?://127\.0\.0\.1:[0-9]+`)

// program is the real program, run inside the test process on a port and a
// data file of its own.
type program struct {
	URL string // such as http://127.0.0.1:40123
	DB  string // path of the data file

	t      testing.TB
	env    map[string]string
	args   []string
	cancel context.CancelFunc
	code   chan int // the exit code, when run has returned
	output *programOutput
}

// startProgram starts the program on a fresh data file and waits until it
// listens. It stops when the test ends; what it wrote is shown if the test
// failed. The environment is env alone, not the one of the machine.
func startProgram(t testing.TB, env map[string]string, args ...string) *program {
	t.Helper()
	p := &program{t: t, DB: storetest.New(t), env: maps.Clone(env), args: append([]string{"--key-file", filepath.Join(t.TempDir(), "keys")}, args...)}
	p.start("127.0.0.1:0")
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("the program wrote:\n%s", p.output)
		}
	})
	return p
}

// start runs the program on an address and fills URL in.
func (p *program) start(addr string) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := newProgramOutput()
	code := make(chan int, 1)
	args := append([]string{"serve", "--addr", addr, "--db", p.DB, "--drain", "0s"}, p.args...)
	env := func(name string) string { return p.env[name] }
	go func() { code <- run(ctx, args, env, strings.NewReader(""), out, out) }()
	p.cancel, p.code, p.output = cancel, code, out

	select {
	case p.URL = <-out.url:
	case c := <-code:
		cancel()
		p.code = nil
		p.t.Fatalf("the program ended with %d before it listened:\n%s", c, out)
	case <-time.After(programStartTimeout):
		cancel()
		p.t.Fatalf("the program did not listen within %v:\n%s", programStartTimeout, out)
	}
}

// Stop ends the program as a signal would and waits until it has. A second
// call does nothing.
func (p *program) Stop() {
	p.t.Helper()
	if p.code == nil {
		return
	}
	p.cancel()
	select {
	case c := <-p.code:
		if c != 0 {
			p.t.Errorf("the program ended with %d", c)
		}
	case <-time.After(programStopTimeout):
		p.t.Errorf("the program did not stop within %v", programStopTimeout)
	}
	p.code = nil
}

// Restart stops the program and starts it again on the same data file and the
// same port, so that a browser that knew the old one meets the new one.
func (p *program) Restart() {
	p.t.Helper()
	p.Stop()
	p.start(strings.TrimPrefix(p.URL, "http://"))
}

// Output returns what the running program has written to both its streams.
func (p *program) Output() string { return p.output.String() }

// programOutput collects what the program writes and sends the first address in it.
type programOutput struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	url  chan string
	sent bool
}

func newProgramOutput() *programOutput { return &programOutput{url: make(chan string, 1)} }

// Write looks at complete lines only, as a port may come in two pieces.
func (o *programOutput) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf.Write(b)
	if o.sent {
		return len(b), nil
	}
	complete := o.buf.Bytes()[:bytes.LastIndexByte(o.buf.Bytes(), '\n')+1]
	if url := listeningLine.Find(complete); url != nil {
		o.url <- string(url)
		o.sent = true
	}
	return len(b), nil
}

func (o *programOutput) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
