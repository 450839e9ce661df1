package main

import (
	"context"
	"errors"
	"time"
)

// onPostgres sets up two instances on one PostgreSQL.
func (c *soak) onPostgres(ctx context.Context, d *drill) ([]fault, error) {
	p, err := d.postgres(ctx, "the database")
	if err != nil {
		return nil, err
	}
	if err := d.prepare(ctx, p.address(pgDatabase), c.Users); err != nil {
		return nil, err
	}
	for _, name := range []string{"instance A", "instance B"} {
		if err := d.serve(ctx, name, true, "--drain", "300ms"); err != nil {
			return nil, err
		}
	}
	return append(append(d.processFaults(d.instances[0]), d.processFaults(d.instances[1])...), d.databaseFaults(p)...), nil
}

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
	_, err = p.do(ctx, `CREATE DATABASE `+pgDatabase)
	d.say("%s: PostgreSQL on port %d", name, p.port)
	return p, err
}

func (d *drill) newPostgres(name string) (*postgres, error) {
	log, err := d.open("postgres.log")
	if err != nil {
		return nil, err
	}
	p, err := newPostgres(d.dir, name, log)
	if err == nil {
		d.finally = append(d.finally, func() { p.stop() })
	}
	return p, err
}

// databaseFaults are what can happen to a PostgreSQL.
func (d *drill) databaseFaults(p *postgres) []fault {
	return []fault{
		{"connections ended", false, func(ctx context.Context, _ time.Duration) error {
			n, err := p.endConnections()
			if n == 0 {
				err = errors.Join(err, errors.New("there were none"))
			}
			return err
		}},
		{"database stopped", false, func(ctx context.Context, lasting time.Duration) error {
			return during(ctx, lasting, p.stop, func() error { return p.start(context.WithoutCancel(ctx)) })
		}},
		{"database killed", false, func(ctx context.Context, lasting time.Duration) error {
			return during(ctx, lasting, p.kill, func() error { return p.start(context.WithoutCancel(ctx)) })
		}},
	}
}
