package main

import (
	"errors"
	"fmt"
	"time"

	"backoffice/store"
)

// backupCmd copies the database while people work.
type backupCmd struct {
	File string `arg:"" help:"The file to write. One that is there is replaced once the new one is whole and was examined."`
}

// Run writes the copy and says what is in it. The database is opened afterwards,
// for the record, and only if that changes nothing else in it: one makes a backup
// before a new version brings a new schema.
func (c *backupCmd) Run(all *cli, env *environment) error {
	found, err := store.Backup(env.ctx, all.DB, c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s: %s\n", c.File, contents(found))
	if !found.Current {
		fmt.Fprintln(env.stdout, "An older version has made the database, which was left as it is: the backup is not on record in it.")
		return nil
	}
	err = all.with(env, func(db *store.Store, a store.Actor) error { return db.RecordBackup(env.ctx, a, c.File, found) })
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrNotOnRecord, err)
	}
	return nil
}

// contents are what a file was found to hold, as the commands say it.
func contents(c store.Contents) string {
	return fmt.Sprintf("undamaged; %d people, %d entries of the audit trail, newest %s", c.People, c.Entries, c.Head)
}

// restoreCmd puts a backup in the place of the database.
type restoreCmd struct {
	File  string `arg:"" help:"The backup."`
	Check bool   `help:"Only examine it."`
}

// Run examines the backup and puts it in place. Whoever was signed in when it was
// made has to sign in again: they may have been put out since.
func (c *restoreCmd) Run(all *cli, env *environment) error {
	if c.Check {
		found, err := store.Examine(env.ctx, c.File)
		if err == nil {
			fmt.Fprintf(env.stdout, "%s: %s\n", c.File, contents(found))
		}
		return err
	}
	r, err := store.Restore(env.ctx, c.File, all.DB, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s: %s\n", all.DB, contents(r.Contents))
	if r.Kept != "" {
		fmt.Fprintf(env.stdout, "What was there before is kept as %s\n", r.Kept)
	}
	return all.with(env, func(db *store.Store, a store.Actor) error {
		n, err := db.EndEverybody(env.ctx, a)
		if err != nil {
			return errors.Join(errors.New("the backup is in place, and its sessions could not be ended"), err)
		}
		fmt.Fprintf(env.stdout, "%d sessions of its time ended\n", n)
		return nil
	})
}
