package main

import (
	"fmt"

	"backoffice/store"
)

// keysCmd looks after the key file.
type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Put a new key into the key file and seal everything anew by it. Works while servers run that share the file; copy the file to those that do not, at once."`
	Forget keysForgetCmd `cmd:"" help:"The key file is lost: remove what nobody can open any more, such as everybody's authenticator apps, and go on with another file."`
}

type keysRotateCmd struct{}

// Run rotates the keys.
func (c *keysRotateCmd) Run(all *cli, env *environment) error {
	return all.with(env, func(db *store.Store, a store.Actor) error {
		n, err := db.RotateKeys(env.ctx, a)
		if err == nil {
			fmt.Fprintf(env.stdout, "A new key is in the key file; sealed anew by it: %d. Copy the file again, apart from the backups.\n", n)
		}
		return err
	})
}

type keysForgetCmd struct{}

// Run gives up what is lost.
func (c *keysForgetCmd) Run(all *cli, env *environment) error {
	return all.with(env, func(db *store.Store, a store.Actor) error {
		removed, err := db.ForgetKeys(env.ctx, a)
		if err == nil {
			fmt.Fprintln(env.stdout, removed)
		}
		return err
	})
}
