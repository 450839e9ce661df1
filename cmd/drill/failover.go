package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// failover is the death of a primary, and of an instance.
type failover struct {
	crowd
	Calm    time.Duration `default:"15s" help:"How long people work between two events."`
	Notice  time.Duration `default:"3s" help:"How long the primary is dead before an operator promotes the standby."`
	Patroni bool          `help:"Patroni with etcd looks after PostgreSQL instead of an operator."`
}

// Run lets the primary die, then an instance, and reports.
func (c *failover) Run(t *tool) error {
	if c.Seed == 0 {
		c.Seed = rand.Uint64N(1e6)
	}
	var p pair = &operated{notice: c.Notice}
	title := "Failover: two instances behind HAProxy, PostgreSQL with a synchronous standby"
	if c.Patroni {
		p, title = &patroniPair{}, title+" under Patroni"
	}
	_, noPostgres := postgresPrograms()
	_, noHAProxy := findHAProxy()
	if err := errors.Join(noPostgres, noHAProxy, p.missing()); err != nil {
		return err
	}
	d, err := newDrill(fmt.Sprintf("%s, seed %d", title, c.Seed), t.log)
	if err != nil {
		return err
	}
	defer d.close()
	address, err := c.build(t.ctx, d, p)
	if err == nil {
		err = c.work(t.ctx, d, p, address)
	}
	if err != nil {
		return err
	}
	return d.report(t.report)
}

// build sets everything up, and gives the address to work at.
func (c *failover) build(ctx context.Context, d *drill, p pair) (address string, err error) {
	if err := p.start(ctx, d); err != nil {
		return "", err
	}
	if err := d.prepare(ctx, p.address(), c.Users); err != nil {
		return "", err
	}
	for _, name := range []string{"instance A", "instance B"} {
		if err := d.serve(ctx, name, false, "--drain", "1500ms", "--trusted-proxies", "127.0.0.1"); err != nil {
			return "", err
		}
	}
	return d.startHAProxy(ctx)
}

// event is something that happens to what the program stands on.
type event struct {
	name string
	do   func(ctx context.Context) error
}

// events are what happens, in this order.
func (c *failover) events(d *drill, p pair) []event {
	a, b := d.instances[0], d.instances[1]
	return []event{
		{"kill -9 of the primary; " + p.overseer(), d.team.away.expecting(p.failover)},
		{"the old primary comes back as a standby that is waited for", p.rejoin},
		// HAProxy answers nothing when an instance dies over the second request
		// of a connection, as servers do that close one which they no longer want.
		{"kill -9 of " + a.name, func(context.Context) error {
			defer d.team.rough.begin()()
			return a.kill()
		}},
		{"start of " + a.name, a.start},
		{"restart of " + b.name, func(ctx context.Context) error { return errors.Join(b.stop(), b.start(ctx)) }},
		{"kill -9 of the new primary; " + p.overseer(), d.team.away.expecting(p.failover)},
	}
}

// work lets people work while one thing after the other dies and comes back.
func (c *failover) work(ctx context.Context, d *drill, p pair, address string) error {
	rest, err := d.load(ctx, c.crowd, []string{address})
	if err != nil {
		return err
	}
	defer rest()
	for _, e := range c.events(d, p) {
		if err := wait(ctx, c.Calm); err != nil {
			return err
		}
		d.happen(ctx, e.name, func() error { return e.do(ctx) })
		d.check(ctx)
	}
	if err := wait(ctx, c.Calm); err != nil {
		return err
	}
	rest()
	d.conclude(ctx)
	return nil
}
