package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"
)

// soak is work for long, with faults.
type soak struct {
	crowd
	Minutes  float64       `default:"10" help:"How long."`
	Every    time.Duration `default:"25s" help:"One fault in so long a time."`
	Faults   []string      `help:"Only these faults, by their names, in an order of chance."`
	Postgres bool          `help:"Two instances on one PostgreSQL, which the drill starts from Debian's binaries. Otherwise one instance on an SQLite file."`
}

// Run soaks, and reports.
func (c *soak) Run(t *tool) error {
	if c.Seed == 0 {
		c.Seed = rand.Uint64N(1e6)
	}
	engine := "SQLite"
	if c.Postgres {
		engine = "PostgreSQL"
	}
	d, err := newDrill(fmt.Sprintf("Soak of %v on %s, seed %d", c.long(), engine, c.Seed), t.log)
	if err != nil {
		return err
	}
	defer d.close()
	faults, err := c.build(t.ctx, d)
	if err == nil {
		faults, err = choose(faults, c.Faults)
	}
	if err != nil {
		return err
	}
	if err := c.work(t.ctx, d, faults); err != nil {
		return err
	}
	return d.report(t.report)
}

func (c *soak) long() time.Duration { return time.Duration(c.Minutes * float64(time.Minute)) }

// build sets up what is put under load, and gives what can go wrong with it.
func (c *soak) build(ctx context.Context, d *drill) ([]fault, error) {
	if c.Postgres {
		return c.onPostgres(ctx, d)
	}
	if err := d.prepare(ctx, filepath.Join(d.dir, "backoffice.db"), c.Users); err != nil {
		return nil, err
	}
	if err := d.serve(ctx, "the server", true, "--drain", "300ms"); err != nil {
		return nil, err
	}
	return d.fileFaults(ctx), nil
}

// work lets people work while faults happen at their times.
func (c *soak) work(ctx context.Context, d *drill, faults []fault) error {
	var bases []string
	for _, i := range d.instances {
		bases = append(bases, i.URL)
	}
	rest, err := d.load(ctx, c.crowd, bases)
	if err != nil {
		return err
	}
	defer rest()
	for _, f := range plan(faults, c.long(), c.Every, rand.New(rand.NewPCG(c.Seed, 0))) {
		if err := wait(ctx, time.Until(d.began.Add(f.at))); err != nil {
			return err
		}
		d.happen(ctx, f.name, func() error { return f.do(ctx, f.lasting) })
		d.check(ctx)
	}
	if err := wait(ctx, time.Until(d.began.Add(c.long()))); err != nil {
		return err
	}
	rest()
	d.conclude(ctx)
	return nil
}
