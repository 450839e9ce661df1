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

	WithoutKeys bool `help:"The key file of its time is lost: restore it without what only that opens, such as people's authenticator apps."`
}

// Run examines the backup and puts it in place. Whoever was signed in when it was
// made has to sign in again: they may have been put out since.
func (c *restoreCmd) Run(all *cli, env *environment) error {
	if c.Check {
		found, err := store.Examine(env.ctx, c.File)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%s: %s\n", c.File, contents(found))
	}
	if err := store.OpensSecrets(env.ctx, c.File, store.Config{DB: all.DB, KeyFile: all.KeyFile, Keys: env.getenv(keySetting)}); (err != nil && !c.WithoutKeys) || c.Check {
		return err
	}
	r, err := store.Restore(env.ctx, c.File, all.DB, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s: %s\n", all.DB, contents(r.Contents))
	if r.Kept != "" {
		fmt.Fprintf(env.stdout, "What was there before is kept as %s: it holds everything, and is never removed by itself\n", r.Kept)
	}
	return all.within(env, store.Config{MustExist: true}, func(db *store.Store, a store.Actor) error { return c.settle(env, db, a) })
}

// settle ends what the backup has brought back and should not have.
func (c *restoreCmd) settle(env *environment, db *store.Store, a store.Actor) error {
	if c.WithoutKeys {
		lost, err := db.ForgetKeys(env.ctx, a)
		if err != nil && store.KindOf(err) != store.Refused { // nothing is lost
			return err
		}
		if lost != "" {
			fmt.Fprintf(env.stdout, "Without their key: %s\n", lost)
		}
	}
	n, err := db.SettleRestored(env.ctx, a)
	if err != nil {
		return errors.Join(errors.New("the backup is in place, and its sessions could not be ended"), err)
	}
	fmt.Fprintf(env.stdout, "%d sessions of its time ended, and its links and waiting mails\n", n)
	return nil
}
