package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postgres is one PostgreSQL server with data of its own.
type postgres struct {
	name string
	bin  string // folder of its programs
	data string
	port int
	who  *syscall.Credential // nil: whoever runs the drill
	log  *os.File
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
}

// The user and the database of the program.
const (
	pgUser     = "backoffice"
	pgDatabase = "backoffice"
)

// newPostgres finds a place for a server that does not exist yet.
func newPostgres(dir, name string, log *os.File) (*postgres, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	home := filepath.Join(dir, "postgres-"+strings.ReplaceAll(name, " ", "-"))
	if err := os.Mkdir(home, 0o700); err != nil {
		return nil, err
	}
	who, err := givePostgres(home)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	return &postgres{name: name, bin: bin, data: filepath.Join(home, "data"), port: port, who: who, log: log}, err
}

// postgresPrograms is the folder of the newest PostgreSQL's programs.
func postgresPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("PostgreSQL is missing (Debian: apt-get install postgresql)")
	}
	return filepath.Dir(path), nil
}

// givePostgres gives a folder to whom the server runs as: it refuses to be root.
func givePostgres(folder string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// command is a program that runs as whom the server runs as, where it is at home.
func (p *postgres) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.SysProcAttr = filepath.Dir(p.data), &syscall.SysProcAttr{Credential: p.who, Setpgid: true}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + cmd.Dir}
	return cmd
}

// run runs one of PostgreSQL's own programs to its end and gives what it said.
func (p *postgres) run(ctx context.Context, name string, args ...string) (string, error) {
	out, err := p.command(ctx, filepath.Join(p.bin, name), args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s of %s: %w: %s", name, p.name, err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// create makes an empty server.
func (p *postgres) create(ctx context.Context) error {
	_, err := p.run(ctx, "initdb", "-D", p.data, "-U", pgUser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums")
	return err
}

// start starts the server and waits until it answers.
func (p *postgres) start(ctx context.Context) error {
	if err := p.launch(filepath.Join(p.bin, "postgres"), "-D", p.data, "-p", strconv.Itoa(p.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "wal_keep_size=1GB", "-c", "shared_buffers=64MB"); err != nil {
		return err
	}
	return p.until(ctx, "it answers", func() bool { return p.ask(ctx, `SELECT 1`) == "1" })
}

// launch starts the process that belongs to the server.
func (p *postgres) launch(path string, args ...string) error {
	cmd := p.command(context.Background(), path, args...)
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		return err
	}
	gone := make(chan struct{})
	go func() {
		cmd.Wait()
		close(gone)
	}()
	p.cmd, p.gone = cmd, gone
	return nil
}

// until waits for something of a server.
func (p *postgres) until(ctx context.Context, what string, ok func() bool) error {
	look, end := time.NewTicker(50*time.Millisecond), time.After(startTime)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-p.gone:
			return fmt.Errorf("%s ended before %s", p.name, what)
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return fmt.Errorf("%s: not after %v: %s", p.name, startTime, what)
		}
	}
	return nil
}

// do lets the server carry out a statement.
func (p *postgres) do(ctx context.Context, statement string) (string, error) {
	return p.run(ctx, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", p.address("postgres"), "-c", statement)
}

// ask is do for what is asked again and again until it is so.
func (p *postgres) ask(ctx context.Context, question string) string {
	answer, err := p.do(ctx, question)
	if err != nil {
		return ""
	}
	return answer
}

func (p *postgres) host() string { return "127.0.0.1:" + strconv.Itoa(p.port) }

func (p *postgres) address(database string) string { return addressOf(database, p) }

// addressOf is a database on one server, or on whichever of several takes
// changes.
func addressOf(database string, servers ...*postgres) string {
	var hosts []string
	for _, p := range servers {
		hosts = append(hosts, p.host())
	}
	u := url.URL{Scheme: "postgres", User: url.User(pgUser), Host: strings.Join(hosts, ","), Path: "/" + database, RawQuery: "sslmode=disable"}
	if len(servers) > 1 {
		u.RawQuery += "&target_session_attrs=read-write"
	}
	return u.String()
}

// kill ends the server as a power cut would: all its processes at once.
func (p *postgres) kill() error {
	if p.cmd == nil {
		return nil
	}
	pid := p.cmd.Process.Pid
	errs := []error{syscall.Kill(pid, syscall.SIGKILL)}
	for _, child := range children(pid) {
		if err := syscall.Kill(child, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			errs = append(errs, err)
		}
	}
	<-p.gone
	p.cmd = nil
	return errors.Join(errs...)
}

// stop tells the server to stop at once, without finishing anything: what is
// called an immediate shutdown.
func (p *postgres) stop() error {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-p.gone
	p.cmd = nil
	return nil
}

// endConnections ends those of the program, as pg_terminate_backend does.
func (p *postgres) endConnections() (n int, err error) {
	var errs []error
	for _, child := range children(p.cmd.Process.Pid) {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
		if err == nil && strings.HasPrefix(string(name), "postgres: "+pgUser+" "+pgDatabase+" ") {
			n++
			errs = append(errs, syscall.Kill(child, syscall.SIGTERM))
		}
	}
	return n, errors.Join(errs...)
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
