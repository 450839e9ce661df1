package storetest

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cluster is a PostgreSQL with nothing in it but databases of tests.
type cluster struct {
	base    *url.URL // of the database to manage it from
	admin   *sql.DB
	folder  string    // "": somebody else's server
	server  *exec.Cmd // nil: somebody else's
	copying string    // how a database is copied
	pool    pool
}

// template is the database that others are copies of.
const template = "backoffice_template"

// start starts a server, or takes the one that is named.
func start() (*cluster, error) { return begin(os.Getenv("BACKOFFICE_TEST_POSTGRES")) }

// begin takes the server at an address, or starts one in a temporary folder.
func begin(address string) (*cluster, error) {
	c := &cluster{}
	if address == "" {
		if err := c.launch(); err != nil {
			return nil, errors.Join(err, os.RemoveAll(c.folder))
		}
		address = (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {c.folder}}.Encode()}).String()
	}
	var err error
	if c.base, err = url.Parse(address); err != nil {
		return nil, err
	}
	if c.admin, err = sql.Open("pgx", address); err != nil {
		return nil, err
	}
	if err := c.answers(); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// launch makes an empty server and starts it. For tests it is as quick as it can
// be: what they keep need not outlive the machine. Benchmarks get one that keeps
// what it promises, on a disk.
func (c *cluster) launch() error {
	bin, err := programs()
	if err != nil {
		return err
	}
	parent := ""
	if inMemory() && !benchmarks() {
		parent, c.copying = memory, " STRATEGY file_copy"
	}
	if c.folder, err = os.MkdirTemp(parent, "pg"); err != nil {
		return err
	}
	who, err := c.owner()
	if err != nil {
		return err
	}
	data := filepath.Join(c.folder, "data")
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = c.folder, &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGQUIT}
		return cmd
	}
	if out, err := run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	c.server = run("postgres", append([]string{"-D", data, "-k", c.folder, "-c", "listen_addresses=", "-c", "max_connections=500"}, serverSettings()...)...)
	return c.server.Start()
}

// benchmarks reports whether benchmarks were asked for.
func benchmarks() bool {
	f := flag.Lookup("test.bench")
	return f != nil && f.Value.String() != ""
}

func serverSettings() []string {
	if benchmarks() {
		return []string{"-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB"}
	}
	return []string{"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB",
		"-c", "autovacuum=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0"}
}

// memory is where Linux keeps files in memory. A database is copied there in a
// tenth of the time, and each test copies one.
const memory = "/dev/shm"

// inMemory reports whether there is room for all databases of a moment.
func inMemory() bool {
	var room syscall.Statfs_t
	return syscall.Statfs(memory, &room) == nil && room.Bavail*uint64(room.Bsize) > 2<<30
}

// programs is the folder of PostgreSQL's programs, of the newest version.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		path, err = filepath.EvalSymlinks(path)
		return filepath.Dir(path), err
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("its programs are not there (Debian: apt-get install postgresql)")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// owner is whom the server runs as, and gives them the folder: PostgreSQL does
// not run as root.
func (c *cluster) owner() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(c.folder, uid, gid)
}

// answers waits until the server does.
func (c *cluster) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		err := c.admin.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (c *cluster) stop() {
	if c.server == nil { // it goes on without us
		for _, names := range c.pool.idle {
			for _, name := range names {
				c.do(`DROP DATABASE ` + name)
			}
		}
	}
	c.admin.Close()
	if c.server != nil {
		c.server.Process.Signal(syscall.SIGQUIT)
		c.server.Wait()
		os.RemoveAll(c.folder)
	}
}

func (c *cluster) do(statement string) error {
	_, err := c.admin.Exec(statement)
	return err
}

// lockOut ends all connections to a database and lets nobody in.
func (c *cluster) lockOut(name string) func() error {
	return func() error {
		return errors.Join(c.do(`ALTER DATABASE `+name+` WITH ALLOW_CONNECTIONS false`),
			c.do(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '`+name+`'`))
	}
}

func (c *cluster) letIn(name string) func() error {
	return func() error { return c.do(`ALTER DATABASE ` + name + ` WITH ALLOW_CONNECTIONS true`) }
}

// address names a database of the server.
func (c *cluster) address(name string) string {
	u := *c.base
	u.Path = "/" + name
	return u.String()
}

func baseName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Path, "/")
}

func (c *cluster) prepare(make func(db string) error) error {
	if err := errors.Join(c.do(`DROP DATABASE IF EXISTS `+template), c.do(`CREATE DATABASE `+template+` TEMPLATE template0`)); err != nil {
		return err
	}
	return make(c.address(template))
}

// create makes a database for one test, or gives it one that another test is through
// with.
func (c *cluster) create(t testing.TB, from string) string {
	t.Helper()
	name, ok := c.pool.take(from)
	if !ok {
		name = fmt.Sprintf("test_%d_%d", os.Getpid(), numbers.Add(1))
		if err := c.do(`CREATE DATABASE ` + name + ` TEMPLATE ` + from + c.copying); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { c.giveBack(t, from, name) })
	return c.address(name)
}
