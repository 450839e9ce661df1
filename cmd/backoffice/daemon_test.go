package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// built is the program as `go build` makes it, made once for all tests that
// need a process of its own: to kill it, or to measure it.
var built struct {
	once      sync.Once
	dir, path string
	err       error
	output    []byte
}

// removeBuilt takes the program away again, when all tests are done.
func removeBuilt() {
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
}

func builtProgram(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "backoffice-test-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "backoffice")
		built.output, built.err = exec.Command("go", "build", "-o", built.path, ".").CombinedOutput()
	})
	if built.err != nil {
		t.Fatalf("go build: %v\n%s", built.err, built.output)
	}
	return built.path
}

// daemon is the program as a process of its own.
type daemon struct {
	URL string
	cmd *exec.Cmd
	out *programOutput

	t     testing.TB
	ended chan error
}

// startDaemon starts the program on a data file and waits until it listens.
// Its environment is env alone. What it logs goes to log.
func startDaemon(t testing.TB, db string, env []string, log *os.File, args ...string) *daemon {
	t.Helper()
	cmd := exec.Command(builtProgram(t), append([]string{"serve", "--addr", "127.0.0.1:0", "--db", db, "--key-file", keysOf(t, db)}, args...)...)
	cmd.Env, cmd.Stderr = env, log
	return startServer(t, cmd)
}

// keysOf is where the keys of a database lie: all who are started on it have the same.
func keysOf(t testing.TB, db string) string {
	t.Helper()
	builtProgram(t)
	sum := sha256.Sum256([]byte(db))
	return filepath.Join(built.dir, hex.EncodeToString(sum[:8])+".key")
}

// startServer starts a process that prints its address when it listens.
func startServer(t testing.TB, cmd *exec.Cmd) *daemon {
	t.Helper()
	d := &daemon{t: t, cmd: cmd, out: newProgramOutput(), ended: make(chan error, 1)}
	cmd.Stdout = d.out
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { d.ended <- d.cmd.Wait() }()
	t.Cleanup(d.kill)
	select {
	case d.URL = <-d.out.url:
	case err := <-d.ended:
		d.cmd = nil
		t.Fatalf("the program ended before it listened: %v\n%s", err, d.out)
	case <-time.After(programStartTimeout):
		t.Fatalf("the program did not listen within %v:\n%s", programStartTimeout, d.out)
	}
	return d
}

// kill ends the process at once, as a power cut of the program alone would, and
// waits until it is gone. A second call does nothing.
func (d *daemon) kill() {
	if d.cmd == nil {
		return
	}
	if err := d.cmd.Process.Kill(); err != nil {
		d.t.Errorf("kill: %v", err)
	}
	<-d.ended
	d.cmd = nil
}
