package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver of those who get in the way
)

// fileFaults are what can happen to one instance on an SQLite file. What this
// machine does not let the drill do is left out, and said.
func (d *drill) fileFaults(ctx context.Context) []fault {
	i, db := d.instances[0], d.program.db
	faults := append(d.processFaults(i),
		fault{"file away", false, func(ctx context.Context, lasting time.Duration) error {
			return during(ctx, lasting, func() error { return os.Rename(db, db+".away") }, func() error { return os.Rename(db+".away", db) })
		}},
		fault{"reader that stays", false, func(ctx context.Context, lasting time.Duration) error {
			return holdFile(ctx, db, lasting, `BEGIN`, `PRAGMA user_version`)
		}},
		fault{"writer that stays", false, func(ctx context.Context, lasting time.Duration) error {
			return holdFile(ctx, db, lasting, `BEGIN IMMEDIATE`)
		}})
	for _, f := range []struct {
		fault
		possible error
	}{
		{fault{"full disk", false, func(ctx context.Context, lasting time.Duration) error { return fillDisk(ctx, i.pid(), lasting) }},
			command(ctx, "prlimit", "--version")},
		{fault{"read-only file", false, func(ctx context.Context, lasting time.Duration) error { return freeze(ctx, db, lasting) }},
			canFreeze(ctx, d.dir)},
	} {
		if f.possible != nil {
			d.say("without the fault %q: %v", f.name, f.possible)
			continue
		}
		faults = append(faults, f.fault)
	}
	return faults
}

// processFaults are what can happen to a process.
func (d *drill) processFaults(i *instance) []fault {
	return []fault{
		{"kill -9 of " + i.name, true, func(ctx context.Context, _ time.Duration) error {
			defer d.team.rough.begin()()
			return errors.Join(i.kill(), i.start(ctx))
		}},
		{"restart of " + i.name, true, func(ctx context.Context, _ time.Duration) error {
			return errors.Join(i.stop(), i.start(ctx))
		}},
	}
}

// holdFile is another program that keeps the file to itself for a while.
func holdFile(ctx context.Context, db string, lasting time.Duration, statements ...string) error {
	pool, err := sql.Open("sqlite3", "file:"+db+"?_busy_timeout=10000")
	if err != nil {
		return err
	}
	defer pool.Close()
	c, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, statement := range statements {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return during(ctx, lasting, func() error { return nil }, func() error {
		_, err := c.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
		return err
	})
}

// fillDisk lets no file of a process grow for a while, as a quota does that is
// used up. It needs no rights.
func fillDisk(ctx context.Context, pid int, lasting time.Duration) error {
	limit := func(size string) func() error {
		return func() error {
			return command(context.WithoutCancel(ctx), "prlimit", "--pid", strconv.Itoa(pid), "--fsize="+size+":")
		}
	}
	return during(ctx, lasting, limit("0"), limit("unlimited"))
}

// freeze lets nobody write to the file and its log for a while, not even those
// who have them open.
func freeze(ctx context.Context, db string, lasting time.Duration) error {
	free := context.WithoutCancel(ctx)
	return during(ctx, lasting, func() error { return command(free, "chattr", "+i", db, db+"-wal") },
		func() error { return command(free, "chattr", "-i", db, db+"-wal") })
}

// canFreeze tries it: it takes the rights of root, and a file system that knows
// the attribute.
func canFreeze(ctx context.Context, dir string) error {
	probe := filepath.Join(dir, "probe")
	if err := os.WriteFile(probe, nil, 0o600); err != nil {
		return err
	}
	defer os.Remove(probe)
	return errors.Join(command(ctx, "chattr", "+i", probe), command(ctx, "chattr", "-i", probe))
}

// command runs another program to its end.
func command(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}
