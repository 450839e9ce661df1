package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"backoffice/handlers"
	"backoffice/store"
)

// exportCmd writes people to a file, as the browser's Export does.
type exportCmd struct {
	Search   string `arg:"" optional:"" help:"Part of a name, an e-mail, a phone number, or an id."`
	Format   string `enum:",csv,xlsx,jsonl,json" default:"" help:"csv, xlsx, jsonl (one JSON object a line) or json (one array). Without it, what the name of the file ends in, or csv."`
	Role     string `enum:",admin,editor,viewer,member" default:"" help:"Only this role."`
	Status   string `enum:",active,invited,deactivated,deleted" default:"" help:"Only this status; deleted are those who can be restored."`
	Created  string `placeholder:"SPAN" help:"Only who was added then: 30d are the last thirty days, with today (in UTC); 2026-01-01..2026-01-31 are days with both ends, of which one may be missing."`
	SignIn   string `name:"sign-in" placeholder:"SPAN" help:"Only who signed in last then: never, a span as above, or older-90d, which is not in the last ninety days."`
	Password string `enum:",yes,no" default:"" help:"Only who has a password, or has none."`
	Factor   string `enum:",yes,no" default:"" help:"Only who has a second factor, or has none."`
	Invite   string `enum:",pending,soon,expired,none" default:"" help:"Only whose invitation is open, runs out within two days, or has run out; none are those who were invited and have no open invitation, because it ran out or was taken back."`
	Slowed   bool   `help:"Only as whom tries to sign in are slowed down now."`
	Sort     string `default:"name" help:"name, email, phone, role, status, last_sign_in or created; --sort=-name is the other way round."`
	Output   string `short:"o" default:"-" placeholder:"FILE" help:"The file to write; - is standard output. A file that is there is replaced once the new one is whole."`
}

// Run writes them.
func (c *exportCmd) Run(all *cli, env *environment) error {
	format, err := c.format()
	if err != nil {
		return err
	}
	q, err := c.query(time.Now().UTC())
	if err != nil {
		return err
	}
	return all.with(env, func(db *store.Store, a store.Actor) error {
		if c.Output == "-" {
			_, err := format.WriteUsers(env.ctx, db, a, q, env.stdout)
			return err
		}
		n := 0
		err := writeWhole(c.Output, func(w io.Writer) (err error) {
			n, err = format.WriteUsers(env.ctx, db, a, q, w)
			return err
		})
		if err == nil {
			fmt.Fprintf(env.stdout, "%d people written to %s\n", n, c.Output)
		}
		return err
	})
}

// query is whom the flags ask for, as seen at a time.
func (c *exportCmd) query(now time.Time) (store.Query, error) {
	today := now.Truncate(24 * time.Hour)
	q := store.Query{Search: c.Search, Role: store.Role(c.Role), Sort: store.ParseSort(c.Sort), Password: store.Answer(c.Password),
		Factor: store.Answer(c.Factor), Slowed: c.Slowed}
	q.Invite, q.Uninvited, _ = store.ParseInvite(c.Invite, now)
	if q.Deleted = c.Status == "deleted"; !q.Deleted {
		q.Status = store.Status(c.Status)
	}
	var ok bool
	if q.Created, ok = store.ParseSpan(c.Created, today); !ok && c.Created != "" {
		return q, wrongSetting("created", "is %q, which is neither like 30d nor like 2026-01-01..2026-01-31.", c.Created)
	}
	if q.SignedIn, q.Never, ok = store.ParseLastSignIn(c.SignIn, today); !ok && c.SignIn != "" {
		return q, wrongSetting("sign-in", "is %q, which is neither never nor like older-90d, 30d or 2026-01-01..2026-01-31.", c.SignIn)
	}
	return q, nil
}

func (c *exportCmd) format() (handlers.ExportFormat, error) {
	if c.Format != "" {
		return handlers.ExportFormatOf(c.Format)
	}
	if format, err := handlers.ExportFormatOf(strings.ToLower(strings.TrimPrefix(filepath.Ext(c.Output), "."))); err == nil {
		return format, nil
	}
	return handlers.ExportFormatOf("csv")
}

// writeWhole writes a file that only its owner may read. Until it is whole it
// has another name, so that nobody takes a part of it for all. What is no file,
// such as /dev/null, is written to as it is.
func writeWhole(name string, write func(io.Writer) error) error {
	if at, err := os.Stat(name); err == nil && !at.Mode().IsRegular() {
		to, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(to), to.Close())
	}
	part, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	if err = errors.Join(write(part), part.Close()); err == nil {
		err = os.Rename(part.Name(), name)
	}
	if err != nil {
		os.Remove(part.Name())
	}
	return err
}
