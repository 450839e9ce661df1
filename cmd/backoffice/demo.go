package main

import (
	"fmt"
	"time"

	"backoffice/store"
)

// demoCmd adds people who do not exist.
type demoCmd struct {
	Users int `required:"" help:"How many. The same number always gives the same people."`
}

// Run adds them.
func (c *demoCmd) Run(all *cli, env *environment) error {
	if c.Users < 1 {
		return &store.Error{Kind: store.Invalid, Message: "--users must be at least 1."}
	}
	return all.making(env, func(db *store.Store, a store.Actor) error {
		began := time.Now()
		bar := newBar(env.stderr)
		n, err := db.AddManyExamples(env.ctx, a, c.Users, func(done int) { bar.draw("adding", done*c.Users/1000, c.Users) })
		bar.end()
		if err == nil {
			err = db.IndexSearch(env.ctx)
		}
		fmt.Fprintf(env.stdout, "%d people added in %s\n", n, time.Since(began).Round(time.Millisecond))
		return err
	})
}
