package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// pair is a primary, and a standby that has everything which was acknowledged.
type pair interface {
	// missing says what is not installed besides PostgreSQL.
	missing() error
	// address is the database, on whichever of the two takes changes.
	address() string
	// start makes both and starts them.
	start(ctx context.Context, d *drill) error
	// failover kills the primary, and returns when the standby is the primary.
	failover(ctx context.Context) error
	// rejoin makes the one that died the standby, and returns when it is waited
	// for.
	rejoin(ctx context.Context) error
	// overseer says who promotes, and when.
	overseer() string
}

// operated is a pair that an operator looks after.
type operated struct {
	primary, standby *postgres
	notice           time.Duration // until the operator sees that the primary is dead
}

func (p *operated) missing() error { return nil }

func (p *operated) address() string { return addressOf(pgDatabase, p.primary, p.standby) }

func (p *operated) overseer() string {
	return fmt.Sprintf("an operator promotes the standby %v later", p.notice)
}

func (p *operated) start(ctx context.Context, d *drill) (err error) {
	if p.primary, err = d.postgres(ctx, "one"); err != nil {
		return err
	}
	if p.standby, err = d.newPostgres("two"); err != nil {
		return err
	}
	if err := p.standby.follow(ctx, p.primary); err != nil {
		return err
	}
	d.say("%s: PostgreSQL on port %d, its standby", p.standby.name, p.standby.port)
	return p.primary.waitForStandby(ctx)
}

func (p *operated) failover(ctx context.Context) error {
	if err := errors.Join(p.primary.kill(), wait(ctx, p.notice)); err != nil {
		return err
	}
	p.primary, p.standby = p.standby, p.primary
	return p.primary.promote(ctx)
}

func (p *operated) rejoin(ctx context.Context) error {
	if err := p.standby.comeBack(ctx, p.primary); err != nil {
		return err
	}
	return p.primary.waitForStandby(ctx)
}

// The slot keeps what the standby has not got yet.
const slot = "standby"

// follow makes a server that does not exist yet the standby of another, and
// starts it.
func (p *postgres) follow(ctx context.Context, primary *postgres) error {
	if _, err := p.run(ctx, "pg_basebackup", "-d", addressOf("postgres", primary), "-D", p.data, "-R", "-X", "stream", "-c", "fast", "-C", "-S", slot); err != nil {
		return err
	}
	return p.start(ctx)
}

// streams reports whether a standby gets what is written, and whether whoever
// writes waits for it.
func (p *postgres) streams(ctx context.Context, sync string) bool {
	return strings.Contains(p.ask(ctx, `TABLE pg_stat_replication`), "|"+sync+"|")
}

// waitForStandby lets nothing be acknowledged any more that has not reached the
// disk of the standby as well.
func (p *postgres) waitForStandby(ctx context.Context) error {
	if err := p.until(ctx, "a standby streams", func() bool { return p.streams(ctx, "async") }); err != nil {
		return err
	}
	if err := p.set(ctx, "synchronous_standby_names", "*"); err != nil {
		return err
	}
	return p.until(ctx, "the standby is synchronous", func() bool { return p.streams(ctx, "sync") })
}

func (p *postgres) set(ctx context.Context, name, value string) error {
	_, err := p.do(ctx, fmt.Sprintf(`ALTER SYSTEM SET %s = '%s'`, name, value))
	if err == nil {
		_, err = p.do(ctx, `SELECT pg_reload_conf()`)
	}
	return err
}

// promote makes a primary of a standby. It waits for no other standby: there is
// none.
func (p *postgres) promote(ctx context.Context) error {
	_, err := p.run(ctx, "pg_ctl", "promote", "-w", "-D", p.data)
	return err
}

// comeBack makes a primary that died the standby of the one that took over:
// what it wrote and nobody else has is taken back.
func (p *postgres) comeBack(ctx context.Context, primary *postgres) error {
	// Until its first checkpoint, a server that was promoted calls itself by its
	// old timeline, and there would seem to be nothing to take back.
	_, err := primary.do(ctx, `CHECKPOINT`)
	if err == nil {
		_, err = primary.do(ctx, `SELECT pg_create_physical_replication_slot('`+slot+`')`)
	}
	if err == nil {
		_, err = p.run(ctx, "pg_rewind", "--target-pgdata", p.data, "--source-server", addressOf("postgres", primary), "--write-recovery-conf")
	}
	if err != nil {
		return err
	}
	settings, err := os.OpenFile(filepath.Join(p.data, "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(settings, "primary_slot_name = '%s'\n", slot)
	if err := errors.Join(err, settings.Close()); err != nil {
		return err
	}
	return p.start(ctx)
}
