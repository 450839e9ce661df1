package main

import (
	"fmt"

	"backoffice/store"
)

// auditCmd is about the audit trail.
type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Check that no entry was altered, removed or moved. Exits with 5 when one was."`
}

type auditVerifyCmd struct{}

// Run checks the chain and prints its newest digest: noted elsewhere, it proves
// later that the whole trail was not replaced.
func (auditVerifyCmd) Run(all *cli, env *environment) error {
	return all.with(env, func(db *store.Store, _ store.Actor) error {
		r, err := db.VerifyAudit(env.ctx)
		if err != nil {
			return err
		}
		if r.Bad != 0 {
			return fmt.Errorf("%w: entry %d: %s", errTampered, r.Bad, r.Why)
		}
		fmt.Fprintf(env.stdout, "The audit trail is whole: %d entries, newest %s\n", r.Entries, r.Head)
		if r.Purged > 0 {
			fmt.Fprintf(env.stdout, "%d of them are about people whose data was removed for good; their details went with it.\n", r.Purged)
		}
		return nil
	})
}
