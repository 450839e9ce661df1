package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// program is the back office as it is built from this source, and what it
// works on.
type program struct {
	path string // of the executable
	db   string // what --db says
	log  io.Writer
}

// build compiles the program into a folder.
func build(ctx context.Context, dir, db string, log io.Writer) (*program, error) {
	path := filepath.Join(dir, "backoffice")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "backoffice/cmd/backoffice").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return &program{path: path, db: db, log: log}, nil
}

// run runs a command of the program to its end and gives what it printed.
func (p *program) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, p.path, append(args, "--db", p.db)...)
	cmd.Env = p.environment()
	out, err := cmd.CombinedOutput()
	text := string(bytes.TrimSpace(out))
	if err != nil {
		return text, fmt.Errorf("backoffice %s: %w: %s", strings.Join(args, " "), err, text)
	}
	return text, nil
}

// environment is what the program finds in its environment, and nothing else.
func (p *program) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"),
		"BACKOFFICE_ADMIN_EMAIL=" + bossEmail, "BACKOFFICE_ADMIN_PASSWORD=" + bossPassword,
		"BACKOFFICE_KEY_FILE=" + filepath.Join(filepath.Dir(p.path), "keys")}
}

// instance is one running server of the program.
type instance struct {
	*program
	name   string
	args   []string
	URL    string
	socket *os.File // held by the drill as systemd does: while nobody serves, connections wait; may be nil

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
}

const (
	startTime = time.Minute      // a server has to listen by then
	stopTime  = 40 * time.Second // and to have stopped
)

// newInstance finds an address for a server that is not started yet. It stays
// open all the time if it is held, and dies with the server otherwise.
func (p *program) newInstance(name string, held bool, args ...string) (*instance, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	i := &instance{program: p, name: name, args: args, URL: "http://" + l.Addr().String()}
	if held {
		i.socket, err = l.(*net.TCPListener).File()
	}
	return i, err
}

// command is how the server is started.
func (i *instance) command() *exec.Cmd {
	serve := append([]string{i.path, "serve", "--addr", strings.TrimPrefix(i.URL, "http://"), "--db", i.db}, i.args...)
	cmd := exec.Command(serve[0], serve[1:]...)
	if i.socket != nil {
		cmd = exec.Command("/bin/sh", append([]string{"-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"`}, serve...)...)
		cmd.ExtraFiles = []*os.File{i.socket}
	}
	cmd.Env, cmd.Stderr = i.environment(), i.log
	return cmd
}

// start starts the server and waits until it serves.
func (i *instance) start(ctx context.Context) error {
	cmd := i.command()
	said, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	ended, serves := make(chan struct{}), make(chan struct{})
	go func() {
		awaitLine(said, "listens on", serves)
		cmd.Wait()
		close(ended)
	}()
	i.mu.Lock()
	i.cmd, i.ended = cmd, ended
	i.mu.Unlock()
	select {
	case <-serves:
		return nil
	case <-ended:
		return fmt.Errorf("%s ended before it served", i.name)
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(startTime):
		return fmt.Errorf("%s does not serve after %v", i.name, startTime)
	}
}

// awaitLine reads to the end, and closes found at the first line with a text.
func awaitLine(r io.Reader, text string, found chan struct{}) {
	lines, seen := bufio.NewScanner(r), false
	for lines.Scan() {
		if !seen && strings.Contains(lines.Text(), text) {
			seen = true
			close(found)
		}
	}
}

// pid is the number of the running process; 0 when there is none.
func (i *instance) pid() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.cmd == nil {
		return 0
	}
	return i.cmd.Process.Pid
}

// kill ends the process at once and waits until it is gone.
func (i *instance) kill() error { return i.end(syscall.SIGKILL) }

// stop lets the process finish what it is at.
func (i *instance) stop() error { return i.end(syscall.SIGTERM) }

func (i *instance) end(s syscall.Signal) error {
	i.mu.Lock()
	cmd, ended := i.cmd, i.ended
	i.cmd = nil
	i.mu.Unlock()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-time.After(stopTime):
		cmd.Process.Kill()
		return fmt.Errorf("%s did not end within %v of %v", i.name, stopTime, s)
	}
}

// close ends the server for good.
func (i *instance) close() {
	i.kill()
	if i.socket != nil {
		i.socket.Close()
	}
}
