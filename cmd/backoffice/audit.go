package main

import (
	"errors"
	"fmt"
	"time"

	"backoffice/store"
)

// auditCmd is about the audit trail.
type auditCmd struct {
	Verify  auditVerifyCmd  `cmd:"" help:"Check that no entry was altered, removed or moved. Exits with 5 when one was."`
	Archive auditArchiveCmd `cmd:"" help:"Take the oldest entries out of the database and into a file, which stays verifiable. Works while the server runs."`
}

type auditVerifyCmd struct {
	Archives []string `arg:"" optional:"" name:"archive" help:"Archives that are to be checked as well, and that they join one another and the database without a gap."`
}

// Run checks the chain and prints its newest digest: noted elsewhere, it proves
// later that the whole trail was not replaced.
func (c *auditVerifyCmd) Run(all *cli, env *environment) error {
	return all.with(env, func(db *store.Store, _ store.Actor) error {
		r, err := db.VerifyAudit(env.ctx, c.Archives...)
		if err != nil {
			return err
		}
		if r.Bad != 0 {
			return tampered(r)
		}
		fmt.Fprintf(env.stdout, "The audit trail is whole: %d entries, newest %s\n", r.Entries, r.Head)
		if r.First > 1 {
			fmt.Fprintf(env.stdout, "It begins with entry %d: those before it are in archives, which can be checked as well.\n", r.First)
		}
		if r.Purged > 0 {
			fmt.Fprintf(env.stdout, "%d of them are about people whose data was removed for good; their details went with it.\n", r.Purged)
		}
		return nil
	})
}

func tampered(r store.AuditReport) error { return fmt.Errorf("%w: %s", errTampered, r) }

type auditArchiveCmd struct {
	Before string `required:"" placeholder:"DATE" help:"Archive what is older: a date such as 2026-01-31, or a time such as 2026-01-31T18:00:00Z. Dates are in UTC."`
	File   string `arg:"" help:"The file to write: lines of JSON, compressed when its name ends in .gz. A file that is there is only accepted from a try that was cut off. What it holds of a person stays in it when their data is removed for good: keep archives as long as you may."`
}

// Run says what the archive holds. Its digest is on record in the trail.
func (c *auditArchiveCmd) Run(all *cli, env *environment) error {
	before, err := parseDate(c.Before)
	if err != nil {
		return wrongSetting("before", "%q is neither a date such as 2026-01-31 nor a time such as 2026-01-31T18:00:00Z.", c.Before)
	}
	return all.with(env, func(db *store.Store, a store.Actor) error {
		done, err := db.ArchiveTrail(env.ctx, a, before, c.File)
		var broken *store.BrokenTrail
		switch {
		case errors.As(err, &broken):
			return tampered(broken.Report)
		case err != nil:
			return err
		case done.Entries == 0:
			fmt.Fprintln(env.stdout, "Nothing is as old; no file was written.")
			return nil
		}
		fmt.Fprintf(env.stdout, "%s: %d entries, %d to %d, newest %s\n", c.File, done.Entries, done.First, done.Last, done.Head)
		if done.Resumed {
			fmt.Fprintln(env.stdout, "It was there from an earlier try, which has now come to its end.")
		}
		return nil
	})
}

// parseDate reads a date or a time, in UTC unless it says otherwise.
func parseDate(text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	return t, err
}
