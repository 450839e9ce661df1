package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// postgres is one PostgreSQL server with data of its own.
type postgres struct {
	*server
	bin  string // folder of its programs
	data string
	port int
}

// The user and the database of the program.
const (
	pgUser     = "backoffice"
	pgDatabase = "backoffice"
)

// newPostgres finds a place for a server that does not exist yet.
func (d *drill) newPostgres(name string) (*postgres, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	s, err := d.newServer(name)
	if err != nil {
		return nil, err
	}
	d.finally = append(d.finally, func() { s.stop(atOnce) })
	port, err := freePort()
	return &postgres{server: s, bin: bin, data: filepath.Join(s.home, "data"), port: port}, err
}

// atOnce is PostgreSQL's immediate shutdown: nothing is finished.
const atOnce = syscall.SIGQUIT

// postgres makes and starts a server that lives until the drill ends, with an
// empty database.
func (d *drill) postgres(ctx context.Context, name string) (*postgres, error) {
	p, err := d.newPostgres(name)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(p.create(ctx), p.start(ctx)); err != nil {
		return nil, err
	}
	d.say("%s: PostgreSQL on port %d", name, p.port)
	_, err = p.do(ctx, `CREATE DATABASE `+pgDatabase)
	return p, err
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

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
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

// do lets the server carry out a statement.
func (p *postgres) do(ctx context.Context, statement string) (string, error) {
	return p.run(ctx, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", addressOf("postgres", p), "-c", statement)
}

// ask is do for what is asked again and again until it is so.
func (p *postgres) ask(ctx context.Context, question string) string {
	answer, err := p.do(ctx, question)
	if err != nil {
		return ""
	}
	return answer
}

// addressOf is a database on one server, or on whichever of several takes
// changes.
func addressOf(database string, servers ...*postgres) string {
	var hosts []string
	for _, p := range servers {
		hosts = append(hosts, "127.0.0.1:"+strconv.Itoa(p.port))
	}
	u := url.URL{Scheme: "postgres", User: url.User(pgUser), Host: strings.Join(hosts, ","), Path: "/" + database, RawQuery: "sslmode=disable"}
	if len(servers) > 1 {
		u.RawQuery += "&target_session_attrs=read-write"
	}
	return u.String()
}

// endConnections ends those of the program, as pg_terminate_backend does.
func (p *postgres) endConnections() (n int, err error) {
	for _, child := range children(p.cmd.Process.Pid) {
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
		if strings.HasPrefix(string(name), "postgres: "+pgUser+" "+pgDatabase+" ") {
			n++
			err = errors.Join(err, syscall.Kill(child, syscall.SIGTERM))
		}
	}
	return n, err
}
