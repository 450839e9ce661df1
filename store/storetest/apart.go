package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Server is a PostgreSQL of one test alone, with which it may do what all others on
// the same server would feel.
type Server struct{ *cluster }

// Apart starts a server for one test, which ends with it. Where there are no
// programs of PostgreSQL, the test ends.
func Apart(t testing.TB) *Server {
	t.Helper()
	if _, err := programs(); err != nil {
		t.Skip("PostgreSQL: ", err)
	}
	c, err := begin("")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{c}
	t.Cleanup(func() {
		s.signal(syscall.SIGCONT)
		c.stop()
	})
	return s
}

// Database makes an empty database, with options of CREATE DATABASE, and gives its
// address.
func (s *Server) Database(t testing.TB, options string) string {
	t.Helper()
	name := fmt.Sprintf("apart_%d", numbers.Add(1))
	s.Do(t, `CREATE DATABASE `+name+` TEMPLATE template0 `+options)
	return s.address(name)
}

// Do lets the server carry out a statement as whoever may do everything.
func (s *Server) Do(t testing.TB, statement string) {
	t.Helper()
	if err := s.do(statement); err != nil {
		t.Fatal(err)
	}
}

// Freeze stops all processes of the server where they are: what it is sent arrives,
// and is not answered. The returned function lets them go on.
func (s *Server) Freeze(t testing.TB) (thaw func()) {
	t.Helper()
	if err := s.signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := s.signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
}

// signal goes to the server and all its children: those that it has made until it
// hears it as well.
func (s *Server) signal(signal syscall.Signal) error {
	pid := s.server.Process.Pid
	err := syscall.Kill(pid, signal)
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		for _, field := range strings.Fields(string(text)) {
			child, _ := strconv.Atoi(field)
			if kerr := syscall.Kill(child, signal); !errors.Is(kerr, syscall.ESRCH) {
				err = errors.Join(err, kerr)
			}
		}
	}
	return err
}
