package main

import (
	"errors"
	"fmt"
	"time"

	"backoffice/store"
)

// copyCmd makes one database hold what another holds.
type copyCmd struct {
	From string `required:"" placeholder:"DATABASE" help:"What is copied: a SQLite file (sqlite:FILE, or just its name) or an address such as postgres://user:password@host/database. It is read in one state and not changed."`
	To   string `required:"" placeholder:"DATABASE" help:"Where to: an empty database, made when it is a file that is missing, or an earlier copy of the same one, which is brought up to date."`
}

// Run copies, and says what the copy holds.
func (c *copyCmd) Run(env *environment) error {
	from, err := locate("from", c.From)
	if err != nil {
		return err
	}
	to, err := locate("to", c.To)
	if err != nil {
		return err
	}
	began := time.Now()
	bar := newBar(env.stderr)
	done, err := store.Copy(env.ctx, from, to, func(at, all int) { bar.draw("copying", at, all) })
	bar.end()
	var broken *store.BrokenTrail
	if errors.As(err, &broken) {
		return tampered(broken.Report)
	}
	if err != nil {
		return err
	}
	for _, t := range done.Tables {
		fmt.Fprintf(env.stdout, "%-14s %d\n", t.Name, t.Rows)
	}
	what := "copied"
	if done.Again {
		what = "copied again"
	}
	fmt.Fprintf(env.stdout, "%s: %s in %s; %d entries of the audit trail, newest %s\n",
		store.NameOf(to), what, time.Since(began).Round(time.Millisecond), done.Entries, done.Head)
	return nil
}
