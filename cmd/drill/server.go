package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is another program than ours that runs for as long as the drill, or
// until it is killed.
type server struct {
	name string
	home string              // a folder of its own
	who  *syscall.Credential // whom it runs as; nil: whoever runs the drill
	log  *os.File
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
}

// newServer makes the folder of a server that is not started yet. None of them
// runs as root: PostgreSQL refuses to.
func (d *drill) newServer(name string) (*server, error) {
	log, err := d.open(name + ".log")
	if err != nil {
		return nil, err
	}
	s := &server{name: name, home: filepath.Join(d.dir, name), log: log}
	if err := os.Mkdir(s.home, 0o700); err != nil || os.Geteuid() != 0 {
		return s, err
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	s.who = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return s, os.Chown(s.home, uid, gid)
}

// command is a program that runs as whom the server runs as, where it is at home.
func (s *server) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.SysProcAttr = s.home, &syscall.SysProcAttr{Credential: s.who, Setpgid: true}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + s.home}
	return cmd
}

// launch starts the server.
func (s *server) launch(path string, args ...string) error {
	cmd := s.command(context.Background(), path, args...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		return err
	}
	gone := make(chan struct{})
	go func() {
		cmd.Wait()
		close(gone)
	}()
	s.cmd, s.gone = cmd, gone
	return nil
}

// until waits for something of a server.
func (s *server) until(ctx context.Context, what string, ok func() bool) error {
	look, end := time.NewTicker(50*time.Millisecond), time.After(startTime)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-s.gone:
			return fmt.Errorf("%s ended before %s; see %s", s.name, what, s.log.Name())
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return fmt.Errorf("%s: not after %v: %s; see %s", s.name, startTime, what, s.log.Name())
		}
	}
	return nil
}

// kill ends the server as a power cut would: all its processes at once.
func (s *server) kill() error {
	if s.cmd == nil {
		return nil
	}
	pid := s.cmd.Process.Pid
	err := kill(append(children(pid), pid))
	<-s.gone
	s.cmd = nil
	return err
}

// signal goes to the server and all its processes: SIGSTOP has it take what it is
// sent and answer nothing, until SIGCONT.
func (s *server) signal(signal syscall.Signal) error {
	pid := s.cmd.Process.Pid
	err := send(signal, []int{pid}) // which makes no more of them then
	return errors.Join(err, send(signal, children(pid)))
}

// kill kills processes that may be gone already.
func kill(pids []int) error { return send(syscall.SIGKILL, pids) }

// send sends a signal to processes that may be gone already.
func send(signal syscall.Signal, pids []int) error {
	var errs []error
	for _, pid := range pids {
		if err := syscall.Kill(pid, signal); !errors.Is(err, syscall.ESRCH) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// stop ends the server by a signal that it knows.
func (s *server) stop(signal syscall.Signal) error {
	if s.cmd == nil {
		return nil
	}
	if err := s.cmd.Process.Signal(signal); err != nil {
		return err
	}
	<-s.gone
	s.cmd = nil
	return nil
}

// children are the processes that a process has started.
func children(pid int) []int {
	var out []int
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				out = append(out, child)
			}
		}
	}
	return out
}
