package main

import (
	"fmt"

	"backoffice/store"
)

// keysCmd looks after the keys.
type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Put a new key into the key file and seal everything anew by it. Works while servers run that share the file; copy the file to those that do not, at once. Of keys that stand in BACKOFFICE_KEY, seal everything anew by the first one, or give a new one to be put there."`
	Forget keysForgetCmd `cmd:"" help:"The keys are lost: remove what nobody can open any more, such as everybody's authenticator apps, and go on with other ones."`
}

type keysRotateCmd struct{}

// Run rotates the keys.
func (c *keysRotateCmd) Run(all *cli, env *environment) error {
	return all.with(env, func(db *store.Store, a store.Actor) error {
		r, err := db.RotateKeys(env.ctx, a)
		if err == nil {
			fmt.Fprintln(env.stdout, rotated(r))
		}
		return err
	})
}

// rotated says what was done, and what is to be done next.
func rotated(r store.Rotation) string {
	switch {
	case r.Given == 0:
		return fmt.Sprintf("A new key is in the key file; sealed anew by it: %d. Copy the file again, apart from the backups.", r.Sealed)
	case r.Done && r.Fresh == "":
		return fmt.Sprintf("Everything is sealed by the first key of %s already. Take those behind it out if they are old; if one of them is new, put it in front.", keySetting)
	case !r.Done:
		return fmt.Sprintf("Sealed anew by the first key of %s: %d. Those behind it are not needed any more, as soon as every instance has the first one in front.", keySetting, r.Sealed)
	}
	return fmt.Sprintf(`Everything is sealed by the first key of %[1]s already. A new one, which stands nowhere but here:

%[2]s

1. Put it behind the others in %[1]s (old,new), for every instance, and restart each. Where there is one instance only, begin with 2.
2. Put it in front (new,old), for every instance, and restart each.
3. Run 'backoffice keys rotate' again, with the same setting: it seals everything anew.
4. Take the old one out, and keep the new one apart from the backups.`, keySetting, r.Fresh)
}

// keysFrom is the setting that the keys come from.
func keysFrom(env *environment) string {
	if env.getenv(keySetting) != "" {
		return keySetting
	}
	return "--key-file"
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
