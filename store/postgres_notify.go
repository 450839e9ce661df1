package store

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// announce has the instances tell each other of their commits. Some databases that
// are compatible with PostgreSQL otherwise cannot: there they look for themselves.
func (e *postgres) announce(ctx context.Context, s *Store) error {
	c, err := e.hear(ctx)
	var p *pgconn.PgError
	if errors.As(err, &p) && !gone(p.Code) {
		e.config.Log.Info("the database does not tell what other instances change: they are asked for it", "cause", p.Message)
		return nil
	}
	if err != nil {
		return err
	}
	e.name = rand.Text()
	s.Go(func(ctx context.Context) { e.listen(ctx, c, s.wake) })
	return nil
}

// hear begins to listen to what other instances commit.
func (e *postgres) hear(ctx context.Context) (*pgx.Conn, error) {
	address, err := e.address()
	if err != nil {
		return nil, err
	}
	c, err := pgx.ConnectConfig(ctx, address)
	if err != nil {
		return nil, err
	}
	soon, stop := context.WithTimeout(ctx, e.patience.commit)
	defer stop()
	if err := e.config.listen(soon, c); err != nil {
		return nil, errors.Join(err, c.Close(soon))
	}
	return c, nil
}

// listen tells when another instance has committed something, until ctx ends. Who
// relies on it alone would miss what is committed while it is not connected; so
// it also tells when it is connected again.
func (e *postgres) listen(ctx context.Context, c *pgx.Conn, changed func()) {
	for {
		e.follow(ctx, c, changed)
		for c = nil; c == nil; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
			c, _ = e.hear(ctx) // else again in a second
		}
		changed()
	}
}

// follow tells of the commits of others until the connection or ctx ends. Where it
// hears nothing for long it asks whether anybody is there: a host that hangs says
// nothing for ever, and others commit elsewhere.
func (e *postgres) follow(ctx context.Context, c *pgx.Conn, changed func()) {
	defer c.Close(context.WithoutCancel(ctx))
	for {
		n, err := e.next(ctx, c)
		if err != nil {
			return
		}
		if n != nil && n.Payload != e.name {
			changed()
		}
	}
}

// next is what is heard next; nil: nothing for a while.
func (e *postgres) next(ctx context.Context, c *pgx.Conn) (*pgconn.Notification, error) {
	while, stop := context.WithTimeout(ctx, e.patience.deaf)
	defer stop()
	n, err := c.WaitForNotification(while)
	if err == nil || while.Err() == nil || ctx.Err() != nil {
		return n, err
	}
	soon, stop := context.WithTimeout(ctx, e.patience.ask)
	defer stop()
	return nil, c.Ping(soon)
}
