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
	Calm   time.Duration `default:"15s" help:"How long people work between two events."`
	Notice time.Duration `default:"3s" help:"How long the primary is dead before somebody promotes the standby: what an operator, or Patroni, takes to notice."`
}

// Run lets the primary die, then an instance, and reports.
func (c *failover) Run(t *tool) error {
	if c.Seed == 0 {
		c.Seed = rand.Uint64N(1e6)
	}
	d, err := newDrill(fmt.Sprintf("Failover: two instances behind HAProxy, PostgreSQL with a synchronous standby, seed %d", c.Seed), t.log)
	if err != nil {
		return err
	}
	defer d.close()
	primary, standby, err := d.pair(t.ctx)
	if err != nil {
		return err
	}
	if err := d.prepare(t.ctx, addressOf(pgDatabase, primary, standby), c.Users); err != nil {
		return err
	}
	for _, name := range []string{"instance A", "instance B"} {
		if err := d.serve(t.ctx, name, false, "--drain", "1500ms", "--trusted-proxies", "127.0.0.1"); err != nil {
			return err
		}
	}
	proxy, err := d.startHAProxy(t.ctx)
	if err != nil {
		return err
	}
	if err := c.work(t.ctx, d, primary, standby, proxy); err != nil {
		return err
	}
	return d.report(t.report)
}

// pair starts a primary with a standby that it waits for.
func (d *drill) pair(ctx context.Context) (primary, standby *postgres, err error) {
	if primary, err = d.postgres(ctx, "primary"); err != nil {
		return nil, nil, err
	}
	if standby, err = d.newPostgres("standby"); err != nil {
		return nil, nil, err
	}
	if err := errors.Join(standby.follow(ctx, primary), primary.waitForStandby(ctx)); err != nil {
		return nil, nil, err
	}
	d.say("standby: PostgreSQL on port %d, synchronous", standby.port)
	return primary, standby, nil
}

// work lets people work while one thing after the other dies and comes back.
func (c *failover) work(ctx context.Context, d *drill, primary, standby *postgres, proxy *haproxy) error {
	rest, err := d.load(ctx, c.crowd, []string{proxy.URL})
	if err != nil {
		return err
	}
	defer rest()
	a := d.instances[0]
	for _, event := range []struct {
		name string
		do   func() error
	}{
		{fmt.Sprintf("kill -9 of the primary, %v later promotion of the standby", c.Notice), func() error {
			return errors.Join(primary.kill(), wait(ctx, c.Notice), standby.promote(ctx))
		}},
		{"the old primary comes back as a standby that is waited for", func() error {
			return errors.Join(primary.comeBack(ctx, standby), standby.waitForStandby(ctx))
		}},
		// HAProxy answers nothing when an instance dies over the second request
		// of a connection, as servers do that close one that they no longer want.
		{"kill -9 of " + a.name, func() error {
			defer d.team.roughen()()
			return a.kill()
		}},
		{"start of " + a.name, func() error { return a.start(ctx) }},
		{"restart of " + d.instances[1].name, func() error { return errors.Join(d.instances[1].stop(), d.instances[1].start(ctx)) }},
		{fmt.Sprintf("kill -9 of the new primary, %v later promotion of the old one", c.Notice), func() error {
			return errors.Join(standby.kill(), wait(ctx, c.Notice), primary.promote(ctx))
		}},
	} {
		if err := wait(ctx, c.Calm); err != nil {
			return err
		}
		d.happen(ctx, event.name, event.do)
		d.check(ctx)
	}
	if err := wait(ctx, c.Calm); err != nil {
		return err
	}
	rest()
	d.conclude(ctx)
	return nil
}
