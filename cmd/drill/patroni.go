package main

import (
	"bytes"
	"context"
	_ "embed" // of the configuration
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

// patroniConfig is written for each server.
//
//go:embed patroni.yml
var patroniConfig string

// patroniPair is a pair that Patroni looks after: it promotes by itself.
type patroniPair struct{ primary, standby *patroni }

// patroni is a server with the Patroni that starts it.
type patroni struct {
	*postgres // its own process is Patroni, which has PostgreSQL as a child
	api       int
	config    string
}

func (p *patroniPair) missing() error {
	for _, name := range []string{"etcd", "patroni"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is missing (Debian: apt-get install patroni etcd-server)", name)
		}
	}
	return nil
}

func (p *patroniPair) overseer() string { return "Patroni promotes the standby" }

func (p *patroniPair) address() string {
	return addressOf(pgDatabase, p.primary.postgres, p.standby.postgres)
}

func (p *patroniPair) start(ctx context.Context, d *drill) error {
	etcd, err := d.startEtcd()
	if err != nil {
		return err
	}
	if p.primary, err = d.newPatroni("one", etcd); err != nil {
		return err
	}
	if p.standby, err = d.newPatroni("two", etcd); err != nil {
		return err
	}
	if err := p.primary.start(ctx, "primary"); err != nil {
		return err
	}
	if _, err := p.primary.do(ctx, `CREATE DATABASE `+pgDatabase); err != nil {
		return err
	}
	d.say("one: Patroni with PostgreSQL on port %d, two: on port %d", p.primary.port, p.standby.port)
	return p.standby.start(ctx, "sync")
}

// startEtcd starts what Patroni keeps its knowledge in, and gives its port.
func (d *drill) startEtcd() (int, error) {
	s, err := d.newServer("etcd")
	if err != nil {
		return 0, err
	}
	clients, err1 := freePort()
	peers, err2 := freePort()
	if err := errors.Join(err1, err2); err != nil {
		return 0, err
	}
	d.finally = append(d.finally, func() { s.kill() })
	at, among := "http://127.0.0.1:"+strconv.Itoa(clients), "http://127.0.0.1:"+strconv.Itoa(peers)
	return clients, s.launch("etcd", "--data-dir", filepath.Join(s.home, "data"), "--listen-client-urls", at, "--advertise-client-urls", at,
		"--listen-peer-urls", among, "--initial-advertise-peer-urls", among, "--initial-cluster", "default="+among)
}

// newPatroni configures a server that does not exist yet.
func (d *drill) newPatroni(name string, etcd int) (*patroni, error) {
	p, err := d.newPostgres(name)
	if err != nil {
		return nil, err
	}
	out := &patroni{postgres: p, config: filepath.Join(d.dir, "patroni-"+name+".yml")}
	d.finally = append(d.finally, func() { out.kill() })
	if out.api, err = freePort(); err != nil {
		return nil, err
	}
	t, err := template.New(name).Parse(patroniConfig)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = t.Execute(&text, map[string]any{"Name": name, "API": out.api, "Etcd": etcd, "Port": p.port, "Data": p.data,
		"Home": p.home, "Bin": p.bin, "User": pgUser})
	return out, errors.Join(err, os.WriteFile(out.config, text.Bytes(), 0o644))
}

// start starts Patroni, and waits until the server is what it is to be.
func (p *patroni) start(ctx context.Context, role string) error {
	if err := p.launch("patroni", p.config); err != nil {
		return err
	}
	return p.is(ctx, role)
}

// is waits until Patroni says that the server is a "primary", or the "sync"
// standby that is waited for.
func (p *patroni) is(ctx context.Context, role string) error {
	return p.until(ctx, "it is "+role, func() bool { return answers(fmt.Sprintf("http://127.0.0.1:%d/%s", p.api, role)) })
}

// kill kills the machine, as it were: PostgreSQL, and the Patroni that would
// start it again.
func (p *patroni) kill() error {
	doomed := p.postmaster()
	return errors.Join(p.postgres.kill(), kill(doomed))
}

// postmaster is PostgreSQL's first process, and its children.
func (p *patroni) postmaster() []int {
	text, err := os.ReadFile(filepath.Join(p.data, "postmaster.pid"))
	if err != nil || p.cmd == nil {
		return nil
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return nil
	}
	return append(children(pid), pid)
}

func (p *patroniPair) failover(ctx context.Context) error {
	err := p.primary.kill()
	p.primary, p.standby = p.standby, p.primary
	return errors.Join(err, p.primary.is(ctx, "primary"))
}

func (p *patroniPair) rejoin(ctx context.Context) error { return p.standby.start(ctx, "sync") }
