package main

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// onPostgres sets up two instances on one PostgreSQL.
func (c *soak) onPostgres(ctx context.Context, d *drill) ([]fault, error) {
	p, err := d.postgres(ctx, "database")
	if err != nil {
		return nil, err
	}
	if err := d.prepare(ctx, addressOf(pgDatabase, p), c.Users); err != nil {
		return nil, err
	}
	for _, name := range []string{"instance A", "instance B"} {
		if err := d.serve(ctx, name, true, "--drain", "300ms"); err != nil {
			return nil, err
		}
	}
	return append(append(d.processFaults(d.instances[0]), d.processFaults(d.instances[1])...), d.databaseFaults(p)...), nil
}

// databaseFaults are what can happen to a PostgreSQL.
func (d *drill) databaseFaults(p *postgres) []fault {
	return []fault{
		{"connections ended", false, func(_ context.Context, _ time.Duration) error {
			defer d.team.away.begin()()
			n, err := p.endConnections()
			if n == 0 {
				err = errors.Join(err, errors.New("there were none"))
			}
			return err
		}},
		{"database stopped", false, func(ctx context.Context, lasting time.Duration) error {
			defer d.team.away.begin()()
			return during(ctx, lasting, func() error { return p.stop(atOnce) }, func() error { return p.start(context.WithoutCancel(ctx)) })
		}},
		{"database hangs", false, func(ctx context.Context, lasting time.Duration) error {
			defer d.team.away.begin()()
			return during(ctx, lasting, func() error { return p.signal(syscall.SIGSTOP) }, func() error { return p.signal(syscall.SIGCONT) })
		}},
		{"database killed", false, func(ctx context.Context, lasting time.Duration) error {
			defer d.team.away.begin()()
			return during(ctx, lasting, p.kill, func() error { return p.start(context.WithoutCancel(ctx)) })
		}},
	}
}
