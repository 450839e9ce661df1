package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"backoffice/store"
)

// importCmd brings a file of people in.
type importCmd struct {
	File      string   `arg:"" optional:"" help:"A CSV or TSV file; - is standard input."`
	DryRun    bool     `help:"Check the file, say what each row would do, and write nothing of it. It can then be looked at, mended and run in the browser, or with --continue."`
	Continue  int64    `placeholder:"NUMBER" help:"Go on with an import that was checked or has stopped, instead of a file."`
	Undo      int64    `placeholder:"NUMBER" help:"Undo all that an import did, but what has changed since."`
	Key       string   `enum:",email,external_id" default:"" help:"What people are recognised by: email (this is what happens) or external_id."`
	Delimiter string   `placeholder:"CHARACTER" help:"What stands between two cells: , ; | or tab. It is recognised otherwise."`
	Encoding  string   `enum:",utf-8,windows-1252,latin-1,utf-16le,utf-16be" default:"" help:"One of ${enum}. It is recognised otherwise."`
	Header    string   `enum:",yes,no" default:"" help:"Whether the first row names the columns: yes or no."`
	Map       []string `sep:"none" placeholder:"TITLE=FIELD" help:"What a column is, by its title or number: 'Correo=email', '3=phone', 'Aula=' to leave it out. Fields: name, first_name, last_name, email, phone, role, external_id, status, password_hash."`
	Clear     bool     `help:"Let an empty phone or external id empty that of a person who is there."`
	Failed    string   `placeholder:"FILE" help:"Write the refused rows to this file, with the reason."`
}

// Help says more than a line can.
func (c *importCmd) Help() string {
	return `The file is checked row by row, then run. A row that is refused does not keep the others back; the exit code
is then 3. Ctrl+C stops after the batch at hand, and --continue goes on. The same file again changes nothing.`
}

// Run imports.
func (c *importCmd) Run(all *cli, env *environment) error {
	given := 0
	for _, one := range []bool{c.File != "", c.Continue != 0, c.Undo != 0} {
		if one {
			given++
		}
	}
	if given != 1 {
		return &store.Error{Kind: store.Invalid, Message: "Say what to import: a file, or the number of an import to --continue or to --undo."}
	}
	return all.making(env, func(db *store.Store, a store.Actor) error {
		one := &importing{c: c, env: env, db: db, actor: a}
		err := one.run()
		if lagging := db.IndexSearch(env.ctx); err == nil {
			err = lagging
		}
		return err
	})
}

// errRowsRefused ends an import that went through but for some rows.
var errRowsRefused = &store.Error{Kind: store.Refused, Message: "Some rows were refused."}

// importing is one run of the command.
type importing struct {
	c     *importCmd
	env   *environment
	db    *store.Store
	actor store.Actor
}

// run does what the flags ask for.
func (m *importing) run() error {
	switch {
	case m.c.Undo != 0:
		return m.undo(m.c.Undo)
	case m.c.Continue != 0:
		return m.goOn(m.c.Continue)
	}
	return m.file()
}

// file takes the file in and does with it what was asked for.
func (m *importing) file() error {
	in := m.env.stdin
	if m.c.File != "-" {
		f, err := os.Open(m.c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	i, err := m.db.NewImport(m.env.ctx, m.actor, filepath.Base(m.c.File), in)
	if err != nil {
		return err
	}
	if i, err = m.plan(i); err != nil {
		return errors.Join(err, m.db.DiscardImport(context.WithoutCancel(m.env.ctx), m.actor, i.ID))
	}
	m.describe(&i)
	return m.goOn(i.ID)
}

// plan lays what was given on the command line over what was recognised. The
// format comes first: other columns may come of it.
func (m *importing) plan(i store.Import) (store.Import, error) {
	p := i.Plan
	m.c.format(&p.Format)
	if p.Format != i.Plan.Format {
		var err error
		if i, err = m.replan(i, p); err != nil {
			return i, err
		}
		p = i.Plan
	}
	if m.c.Key != "" {
		p.Key = store.Field(m.c.Key)
	}
	p.Clear = m.c.Clear
	p.Columns = append([]store.ImportTarget(nil), p.Columns...)
	for _, pair := range m.c.Map {
		if err := mapColumn(&p, i.Titles, pair); err != nil {
			return i, err
		}
	}
	return m.replan(i, p)
}

func (m *importing) replan(i store.Import, p store.ImportPlan) (store.Import, error) {
	if err := m.db.PlanImport(m.env.ctx, m.actor, i.ID, p); err != nil {
		return i, err
	}
	return m.db.Import(m.env.ctx, m.actor, i.ID)
}

func (c *importCmd) format(f *store.CSVFormat) {
	switch {
	case strings.EqualFold(c.Delimiter, "tab"), c.Delimiter == `\t`:
		f.Delimiter = "\t"
	case c.Delimiter != "":
		f.Delimiter = c.Delimiter
	}
	if c.Encoding != "" {
		f.Encoding = c.Encoding
	}
	if c.Header != "" {
		f.Header = c.Header == "yes"
	}
}

// mapColumn reads "Correo=email" or "3=phone".
func mapColumn(p *store.ImportPlan, titles []string, pair string) error {
	title, target, ok := strings.Cut(pair, "=")
	at := -1
	for n := range titles {
		if titles[n] != "" && strings.EqualFold(titles[n], strings.TrimSpace(title)) || fmt.Sprint(n+1) == title {
			at = n
			break
		}
	}
	if !ok || at < 0 {
		return &store.Error{Kind: store.Invalid, Message: "--map: there is no column " + fmt.Sprintf("%q", title) + " in this file. Its columns are: " + strings.Join(titles, ", ")}
	}
	for n, t := range p.Columns {
		if t == store.ImportTarget(target) { // what was guessed gives way to what is said
			p.Columns[n] = ""
		}
	}
	p.Columns[at] = store.ImportTarget(target)
	return nil
}

// describe says how the file is read.
func (m *importing) describe(i *store.Import) {
	header := "with a row of titles"
	if !i.Plan.Format.Header {
		header = "without a row of titles"
	}
	fmt.Fprintf(m.env.stdout, "Import %d: %s, %s, cells divided by %q, %s\n", i.ID, i.Name, i.Plan.Format.Encoding, i.Plan.Format.Delimiter, header)
	for n, t := range i.Plan.Columns {
		label := "not taken"
		if t != "" {
			label = t.Label()
		}
		fmt.Fprintf(m.env.stdout, "  column %d %-24q %s\n", n+1, i.Titles[n], label)
	}
}

// goOn does what is left to do of an import: its check, and then its run.
func (m *importing) goOn(id int64) error {
	i, err := m.db.Import(m.env.ctx, m.actor, id)
	if err == nil && i.State == store.ImportChecking {
		if i, err = m.work(id, store.ImportChecking); err == nil {
			fmt.Fprintf(m.env.stdout, "Checked: %d to create, %d to change, %d unchanged, %d refused\n", i.Creates, i.Changes, i.Sames, i.Refusals)
		}
	}
	switch {
	case err != nil:
		return err
	case m.c.DryRun:
		fmt.Fprintf(m.env.stdout, "Nothing has been written. Run it with: backoffice import --continue %d\n", id)
	case i.State == store.ImportUndoing:
		return m.undo(id)
	case i.Pending() > 0 || i.State == store.ImportRunning:
		if i, err = m.work(id, store.ImportRunning); err != nil {
			return err
		}
		fmt.Fprintf(m.env.stdout, "Done: %d created, %d changed, %d unchanged, %d refused\n", i.CreatedN, i.ChangedN, i.Sames, i.Refusals)
	default:
		fmt.Fprintln(m.env.stdout, "There is nothing to do.")
	}
	return m.refused(&i)
}

func (m *importing) undo(id int64) error {
	i, err := m.work(id, store.ImportUndoing)
	if err == nil {
		fmt.Fprintf(m.env.stdout, "Undone: %d taken back, %d left as they are\n", i.Undone, i.Kept)
	}
	return err
}

// work does one piece of work and shows how far it is.
func (m *importing) work(id int64, to store.ImportState) (store.Import, error) {
	job, err := m.db.BeginImport(m.env.ctx, m.actor, id, to)
	if err != nil {
		return store.Import{}, err
	}
	bar := newBar(m.env.stderr)
	err = job.Work(m.env.ctx, func(i store.Import) { bar.show(&i) })
	bar.end()
	if errors.Is(err, context.Canceled) {
		return store.Import{}, fmt.Errorf("stopped; go on with: backoffice import --continue %d", id)
	}
	if err != nil {
		return store.Import{}, err
	}
	i, err := m.db.Import(m.env.ctx, m.actor, id)
	if err == nil && i.Stopped(time.Now()) {
		err = fmt.Errorf("somebody stopped it; go on with: backoffice import --continue %d", id)
	}
	return i, err
}

// refused names some of the refused rows, and writes all of them where asked.
func (m *importing) refused(i *store.Import) error {
	if i.Refusals == 0 {
		return nil
	}
	rows, more, err := m.db.ImportRows(m.env.ctx, m.actor, i.ID, store.ImportRowQuery{Verdict: store.VerdictRefused, Limit: 10})
	if err != nil {
		return err
	}
	for n := range rows {
		fmt.Fprintf(m.env.stderr, "line %d: %s\n", rows[n].Line, rows[n].Reason())
	}
	if more {
		fmt.Fprintf(m.env.stderr, "… and %d more\n", i.Refusals-len(rows))
	}
	if m.c.Failed != "" {
		if err := m.writeFailed(i.ID); err != nil {
			return err
		}
	}
	return errRowsRefused
}

func (m *importing) writeFailed(id int64) error {
	f, err := os.OpenFile(m.c.Failed, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(m.db.WriteRefused(m.env.ctx, m.actor, id, true, f), f.Close())
}

// bar shows how far something is: as a bar on a terminal, and otherwise by a
// line now and then.
type bar struct {
	to       io.Writer
	terminal bool
	last     time.Time
	shown    bool
}

func newBar(to io.Writer) *bar {
	f, isFile := to.(*os.File)
	b := &bar{to: to, last: time.Now()}
	if isFile {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

const (
	barWidth    = 40
	barEvery    = 100 * time.Millisecond
	barLineTime = 5 * time.Second
)

func (b *bar) show(i *store.Import) {
	verb, at, all := "checking", i.Rows(), i.Lines
	switch i.State {
	case store.ImportRunning, store.ImportDone:
		verb, at, all = "running", i.Carried(), i.Creates+i.Changes
	case store.ImportUndoing, store.ImportUndone:
		verb, at, all = "undoing", i.Undone+i.Kept, i.Carried()
	}
	b.draw(verb, at, all)
}

// draw shows that so many of all are done, unless it did a moment ago.
func (b *bar) draw(verb string, at, all int) {
	pause := barLineTime
	if b.terminal {
		pause = barEvery
	}
	if time.Since(b.last) < pause {
		return
	}
	b.last = time.Now()
	all = max(all, at, 1)
	if !b.terminal {
		fmt.Fprintf(b.to, "%s: %d of %d\n", verb, at, all)
		return
	}
	full := barWidth * at / all
	fmt.Fprintf(b.to, "\r%-9s %s%s %3d %%  %d", verb, strings.Repeat("█", full), strings.Repeat("·", barWidth-full), 100*at/all, at)
	b.shown = true
}

func (b *bar) end() {
	if b.shown {
		fmt.Fprintf(b.to, "\r%*s\r", barWidth+40, "")
	}
}
