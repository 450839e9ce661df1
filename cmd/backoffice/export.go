package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"backoffice/handlers"
	"backoffice/store"
)

// exportCmd writes people to a file, as the browser's Export does.
type exportCmd struct {
	Search string `arg:"" optional:"" help:"Part of a name, an e-mail, a phone number, or an id."`
	Format string `enum:",csv,xlsx,jsonl,json" default:"" help:"csv, xlsx, jsonl (one JSON object a line) or json (one array). Without it, what the name of the file ends in, or csv."`
	Role   string `enum:",admin,editor,viewer,member" default:"" help:"Only this role."`
	Status string `enum:",active,invited,deactivated" default:"" help:"Only this status."`
	Sort   string `default:"name" help:"name, email, phone, role, status, last_sign_in or created; --sort=-name is the other way round."`
	Output string `short:"o" default:"-" placeholder:"FILE" help:"The file to write; - is standard output. A file that is there is replaced once the new one is whole."`
}

// Run writes them.
func (c *exportCmd) Run(all *cli, env *environment) error {
	format, err := c.format()
	if err != nil {
		return err
	}
	q := store.Query{Search: c.Search, Role: store.Role(c.Role), Status: store.Status(c.Status), Sort: store.ParseSort(c.Sort)}
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
