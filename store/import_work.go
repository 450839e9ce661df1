package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strconv"
	"sync/atomic"
	"time"
)

// ImportJob is one piece of work on an import: its check, its run or its undo.
// It goes by batches, each a short transaction, so that others go on working,
// and it can be ended at any moment without leaving anything half done.
type ImportJob struct {
	store  *Store
	actor  Actor
	id     int64
	worker string
	state  ImportState
	pace   pace

	// Where a run and an undo have come to. It is not kept: what is done shows
	// in the rows themselves, and whoever goes on passes over it.
	email     string
	addressed bool // all rows with an address are through
	line      int
	entry     int64
}

// BeginImport begins, or goes on with, the work that brings an import to a
// state: ImportChecking, ImportRunning or ImportUndoing. Work does it. One
// import is worked on by one job at a time, wherever it runs.
func (s *Store) BeginImport(ctx context.Context, a Actor, id int64, to ImportState) (*ImportJob, error) {
	j := &ImportJob{store: s, actor: a, id: id, worker: rand.Text(), state: to}
	err := s.write(ctx, a, attempt{ActImport, 0}, func(x *tx) error {
		if err := x.require(ActImport, nil); err != nil {
			return err
		}
		i, err := loadImport(x.ctx, x.Tx, id)
		if err != nil {
			return err
		}
		if err := i.mayBegin(to, x.now); err != nil {
			return err
		}
		if err := beginImport(x, &i, to, j.worker); err != nil || to == ImportChecking {
			return err
		}
		began := ", begun: "
		if i.State == to {
			began = ", gone on with: "
		}
		i.State = to
		if err := x.prove(i.act()); err != nil {
			return err
		}
		j.actor.proven = true // the work may take longer than a proof lasts
		_, err = x.record(Entry{Act: i.act(), Note: i.Name + began + i.progress()})
		return err
	})
	if err != nil {
		return nil, err
	}
	return j, nil
}

// mayBegin refuses work that makes no sense now.
func (i *Import) mayBegin(to ImportState, now time.Time) error {
	switch {
	case i.Working(now):
		return refused("This import is being worked on already.")
	case to == ImportChecking && i.State == ImportChecking,
		to == ImportRunning && i.Runnable(now), to == ImportUndoing && i.Undoable(now):
		return nil
	case to == ImportRunning:
		return refused("There is nothing to run: no row is left to be carried out.")
	case to == ImportUndoing:
		return refused("There is nothing to undo in this import.")
	}
	return refused("This import has been checked already.")
}

// progress says in words how far an import has come.
func (i *Import) progress() string {
	switch i.State {
	case ImportRunning, ImportDone:
		return strconv.Itoa(i.CreatedN) + " of " + strconv.Itoa(i.Creates) + " created, " +
			strconv.Itoa(i.ChangedN) + " of " + strconv.Itoa(i.Changes) + " changed, " + strconv.Itoa(i.Refusals) + " refused"
	case ImportUndoing, ImportUndone:
		return strconv.Itoa(i.Undone) + " of " + strconv.Itoa(i.Carried()) + " taken back, " + strconv.Itoa(i.Kept) + " left as they are"
	}
	return plural(i.Rows(), "row", "rows") + " checked"
}

// Work does the work until it is done, somebody stops it, or ctx ends; each is
// told how it stands after every batch. What stopped it is written down with the
// import, which can go on later.
func (j *ImportJob) Work(ctx context.Context, each func(Import)) error {
	i, err := loadImport(ctx, j.store.reader, j.id)
	if err == nil && i.worker != j.worker {
		err = errNotOurs
	}
	if err == nil {
		err = j.work(ctx, &i, each)
	}
	if err == nil || errors.Is(err, errNotOurs) {
		return nil
	}
	return errors.Join(err, j.leave(context.WithoutCancel(ctx), err))
}

func (j *ImportJob) work(ctx context.Context, i *Import, each func(Import)) error {
	ctx, stop := context.WithCancel(ctx) // what is read ahead is not wanted after the end
	defer stop()
	switch j.state {
	case ImportChecking:
		return j.check(ctx, i, each)
	case ImportRunning:
		return j.run(ctx, i, each)
	}
	return j.batches(ctx, i, each, ahead(ctx, j.carried), j.takeBack, ImportUndone)
}

// leave writes down that the work has stopped, and why.
func (j *ImportJob) leave(ctx context.Context, why error) error {
	text := "There was a fault on our side. It can go on where it stopped."
	var e *Error
	switch {
	case errors.As(why, &e):
		text = e.Message
	case errors.Is(why, context.Canceled):
		text = "The program was ended. It can go on where it stopped."
	}
	return j.store.transact(ctx, Actor{Kind: System}, func(x *tx) error {
		i, err := loadImport(x.ctx, x.Tx, j.id)
		if err != nil || i.worker != j.worker {
			return err
		}
		return leaveImport(x, j.id, text)
	})
}

// within runs do in a transaction of the actor, who may have lost their role
// meanwhile, and writes how far the import has come.
func (j *ImportJob) within(ctx context.Context, i *Import, do func(*tx) error) error {
	return j.store.transactSoon(ctx, j.actor, func(x *tx) error {
		if err := x.require(ActImport, nil); err != nil {
			return err
		}
		began := j.store.now()
		if err := do(x); err != nil {
			return err
		}
		j.pace.took(j.store.now().Sub(began))
		return saveImport(x, i)
	})
}

// end brings the import to the state that the work was for.
func (j *ImportJob) end(ctx context.Context, i *Import, to ImportState, each func(Import)) error {
	err := j.store.transact(ctx, j.actor, func(x *tx) (err error) {
		if err := saveImport(x, i); err != nil {
			return err
		}
		if to != ImportChecked {
			i.State = to
			if i.entry, err = x.record(Entry{Act: i.act(), Note: i.Name + ": " + i.progress()}); err != nil {
				return err
			}
		}
		return endImport(x, i, to)
	})
	i.State, i.Beat = to, time.Time{}
	if err == nil {
		each(*i)
	}
	return err
}

// source gives the rows behind those that it has given.
type source func(context.Context) ([]ImportRow, error)

// ahead has the next rows read while those before them are written: reading and
// writing take about the same.
func ahead(ctx context.Context, next source) source {
	type result struct {
		rows []ImportRow
		err  error
	}
	coming := make(chan result, 1)
	read := func() { rows, err := next(ctx); coming <- result{rows, err} }
	begun := false
	return func(context.Context) ([]ImportRow, error) {
		if !begun {
			begun = true
			read()
		}
		r := <-coming
		if r.err == nil && len(r.rows) > 0 {
			go read()
		}
		return r.rows, r.err
	}
}

// batches lets do carry rows out, until there are none left.
func (j *ImportJob) batches(ctx context.Context, i *Import, each func(Import), next source, do func(*tx, *Import, []ImportRow) error, to ImportState) error {
	for {
		rows, err := next(ctx)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return j.end(ctx, i, to, each)
		}
		i.At = rows[len(rows)-1].Line
		if err := j.within(ctx, i, func(x *tx) error { return do(x, i, rows) }); err != nil {
			return err
		}
		each(*i)
	}
}

// check is the dry run: of the file, or of the rows as they are.
func (j *ImportJob) check(ctx context.Context, i *Import, each func(Import)) error {
	admins, err := countActiveAdmins(ctx, j.store.reader)
	if err != nil {
		return err
	}
	c := newChecker(i.Plan, j.actor, admins)
	next := func(ctx context.Context) ([]ImportRow, error) {
		rows, err := checkedRows(ctx, j.store.reader, i, j.pace.rows())
		if err == nil {
			err = c.check(ctx, j.store.reader, i.ID, rows, j.store.now())
		}
		return rows, err
	}
	if i.reread {
		if next, err = j.fromFile(ctx, i, c); err != nil {
			return err
		}
	}
	return j.batches(ctx, i, each, next, saveChecked, ImportChecked)
}

// fromFile reads the rows from the file, from where it was left on.
func (j *ImportJob) fromFile(ctx context.Context, i *Import, c *checker) (source, error) {
	if i.At == 0 {
		if err := j.store.dropAll(ctx, j.id, deleteSomeRows); err != nil {
			return nil, err
		}
	}
	file, err := j.store.openFile(ctx, j.id)
	if err != nil {
		return nil, err
	}
	r := NewCSVReader(file, i.Plan.Format)
	if i.Plan.Format.Header {
		if _, err := r.Read(); err != nil && err != io.EOF {
			return nil, notRows(err)
		}
	}
	behind := i.At
	return ahead(ctx, func(ctx context.Context) ([]ImportRow, error) {
		rows, err := readRows(r, behind, j.pace.rows())
		if err != nil {
			return nil, notRows(err)
		}
		return rows, c.check(ctx, j.store.reader, j.id, rows, j.store.now())
	}), nil
}

// saveChecked writes rows that have got their verdict, and counts them.
func saveChecked(x *tx, i *Import, rows []ImportRow) error {
	for n := range rows {
		i.count(rows[n].Verdict, 1)
		if err := saveImportRow(x, i.ID, &rows[n]); err != nil {
			return err
		}
	}
	return nil
}

// count counts a row by its verdict.
func (i *Import) count(v Verdict, n int) {
	switch v {
	case VerdictCreate:
		i.Creates += n
	case VerdictChange:
		i.Changes += n
	case VerdictSame:
		i.Sames += n
	case VerdictRefused:
		i.Refusals += n
	}
}

// readRows reads the next n rows behind a line.
func readRows(r *CSVReader, behind, n int) ([]ImportRow, error) {
	rows := make([]ImportRow, 0, n)
	for len(rows) < n {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if row.Line > behind {
			rows = append(rows, ImportRow{Line: row.Line, Cells: row.Cells, Broken: row.Problem})
		}
	}
	return rows, nil
}

// pace finds how many rows a batch may have: as many as are worked on in less
// than a tenth of a second, so that others need not wait for longer. What the
// disk takes to make it durable is not counted: it would not take less for
// fewer rows, and there would be more of them.
type pace struct{ n atomic.Int64 }

const (
	firstBatch   = 200 // and the smallest
	mostBatch    = 4000
	longestBatch = 100 * time.Millisecond
)

func (p *pace) rows() int { return int(max(p.n.Load(), firstBatch)) }

func (p *pace) took(d time.Duration) {
	switch n := int64(p.rows()); {
	case d > longestBatch:
		p.n.Store(n / 2)
	case d < longestBatch/2:
		p.n.Store(min(mostBatch, n*3/2))
	}
}
