package store

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
)

// run carries out what the check has promised, row by row, and nothing else.
// From then on the file cannot be read in another way and is removed.
func (j *ImportJob) run(ctx context.Context, i *Import, each func(Import)) error {
	if err := j.store.dropAll(ctx, j.id, deleteFileParts); err != nil {
		return err
	}
	c := newChecker(i.Plan, j.actor, guarded)
	err := j.batches(ctx, i, each, ahead(ctx, func(ctx context.Context) ([]ImportRow, error) {
		rows, err := j.pending(ctx)
		for n := range rows {
			rows[n].says = c.read(&rows[n])
		}
		return rows, err
	}), j.carryOut, ImportDone)
	if err == nil && i.CreatedN >= j.store.many {
		err = j.store.engine.grown(ctx)
	}
	return err
}

// pending gives the rows that a run has yet to carry out: in the order of
// addresses, and then those without one in the order of lines. Neighbours in
// this order are neighbours in most indexes of people too: a million of them
// write half as much to the disk.
func (j *ImportJob) pending(ctx context.Context) ([]ImportRow, error) {
	if !j.addressed {
		rows, err := pendingByEmail(ctx, j.store.reader, j.id, j.email, j.pace.rows())
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			j.email = rows[len(rows)-1].emailKey
			return rows, nil
		}
		j.addressed = true
	}
	rows, err := pendingRows(ctx, j.store.reader, j.id, j.line, j.pace.rows())
	if len(rows) > 0 {
		j.line = rows[len(rows)-1].Line
	}
	return rows, err
}

// carried gives the rows that an undo has yet to take back.
func (j *ImportJob) carried(ctx context.Context) ([]ImportRow, error) {
	rows, err := carriedRows(ctx, j.store.reader, j.id, j.entry, j.pace.rows())
	if len(rows) > 0 {
		j.entry = rows[len(rows)-1].Entry
	}
	return rows, err
}

// carryOut carries out some rows. Each is checked again, now within the
// transaction that changes the person; one that does not fit any more is refused,
// and the others go on.
func (j *ImportJob) carryOut(x *tx, i *Import, rows []ImportRow) error {
	c := newChecker(i.Plan, x.actor, guarded)
	if err := c.load(x.ctx, x.Tx, rows, x.now); err != nil {
		return err
	}
	b := &batch{x: x, i: i, c: c, in: newInserter(x)}
	defer b.in.close()
	for n := range rows {
		if err := b.row(&rows[n]); err != nil {
			return err
		}
	}
	return b.finish(rows)
}

// guarded are more admins than there are: the guard of each change counts them
// itself, and only when one is lost.
const guarded = math.MaxInt / 2

// batch is some rows that are carried out in one transaction.
type batch struct {
	x       *tx
	i       *Import
	c       *checker
	in      *inserter
	entries []Entry
	of      []*ImportRow // whose entries they are
}

// row carries out one row.
func (b *batch) row(r *ImportRow) error {
	planned, changes := r.Verdict, r.Changes
	o := b.c.decide(r)
	if r.Verdict != VerdictRefused {
		if why := surprise(planned, changes, r); why != "" {
			r.Verdict, r.Problems = VerdictRefused, map[string]string{RowProblem: why}
		}
	}
	if r.Verdict == VerdictCreate || r.Verdict == VerdictChange {
		if err := b.write(r, o); err != nil {
			return err
		}
	}
	if r.Verdict == planned {
		return nil
	}
	b.i.count(planned, -1)
	b.i.count(r.Verdict, 1)
	return judgeImportRow(b.x, b.i.ID, r)
}

// surprise says why a row would now do what nobody has seen in the check.
func surprise(planned Verdict, changes []FieldChange, r *ImportRow) string {
	switch {
	case r.Verdict == VerdictSame:
		return "" // somebody did it already
	case planned == VerdictCreate && r.Verdict != planned:
		return "Somebody like this has been added since the check. Check this row again to see what it would change."
	case planned == VerdictChange && r.Verdict != planned:
		return "This person has been deleted since the check. Check this row again to create them anew."
	}
	for _, now := range r.Changes {
		if planned == VerdictChange && !slices.Contains(changes, now) {
			return now.Field.Label() + " has changed since the check. Check this row again to see what it would change now."
		}
	}
	return ""
}

// write writes a person and notes the entry that is to be recorded of it.
func (b *batch) write(r *ImportRow, o outcome) error {
	note := "by import " + strconv.FormatInt(b.i.ID, 10) + ", line " + strconv.Itoa(r.Line)
	if o.hash != "" {
		note += ", with a password from elsewhere"
	}
	act := ActEdit
	var err error
	if o.before == nil {
		act = ActCreate
		err = b.create(&o.after)
	} else {
		err = b.change(&o)
	}
	var e *Error
	if errors.As(err, &e) { // the guard, or somebody who has the address: nothing is written then
		r.Verdict, r.Problems = VerdictRefused, map[string]string{RowProblem: e.Message}
		return nil
	}
	if err != nil {
		return err
	}
	if o.before != nil {
		b.c.forget(o.before)
	}
	b.c.remember(&o.after)
	r.User, r.Done = o.after.ID, true
	if r.Verdict == VerdictCreate {
		b.i.CreatedN++
	} else {
		b.i.ChangedN++
	}
	b.entries = append(b.entries, Entry{Act: act, Target: o.after.ID, Changes: o.fields, Note: note})
	b.of = append(b.of, r)
	return nil
}

// change changes somebody, who is told of another address.
func (b *batch) change(o *outcome) error {
	if err := b.x.replace(o.before, &o.after); err != nil {
		return err
	}
	return b.x.tellMoved(o.before, &o.after)
}

// create adds a person, whose address nobody has as far as is known.
func (b *batch) create(u *User) error {
	u.Created, u.Changed, u.Version = b.x.now, b.x.now, 1
	ok, err := b.in.insert(u)
	if err == nil && !ok {
		return refused("Somebody has this e-mail or external id already.")
	}
	return err
}

// finish records the entries and settles the rows.
func (b *batch) finish(rows []ImportRow) error {
	if err := b.in.finish(); err != nil {
		return err
	}
	first, err := b.x.recordAll(b.entries)
	if err != nil {
		return err
	}
	for n, r := range b.of {
		r.Entry = first + int64(n)
	}
	for n := range rows {
		r := &rows[n]
		if err := settleImportRow(b.x, b.i.ID, r); err != nil {
			return err
		}
		if r.Done && b.c.hash >= 0 && b.c.hash < len(r.Cells) { // it has been taken over, and is not kept twice
			r.Cells[b.c.hash] = ""
			if err := saveImportRow(b.x, b.i.ID, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeBack undoes some rows: each by its entry, as it would be undone in the
// history. What has changed since is left and says why.
func (j *ImportJob) takeBack(x *tx, i *Import, rows []ImportRow) error {
	for n := range rows {
		r := &rows[n]
		left, err := x.takeBackEntry(r.Entry)
		var e *Error
		switch {
		case errors.As(err, &e):
			r.Undo = e.Message
			i.Kept++
		case err != nil:
			return err
		default:
			r.Undo = UndoneRow
			if len(left) > 0 {
				r.Undo = names(left) + changedSince(left)
			}
			i.Undone++
		}
		if err := settleImportRow(x, i.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// takeBackEntry undoes what an import did to one person.
func (x *tx) takeBackEntry(entry int64) ([]FieldChange, error) {
	e, err := loadEntry(x.ctx, x.Tx, entry)
	if err != nil {
		return nil, err
	}
	if e.UndoneBy != 0 {
		return nil, refused("This has been undone already.")
	}
	if e.Act == ActCreate {
		return nil, x.uncreate(e)
	}
	if len(e.Changes) == 0 {
		return nil, refused("A password that was taken over stays.")
	}
	c, err := x.undo(e)
	return c.Left, err
}

// uncreate deletes somebody whom nobody has changed since they were created,
// and who has not been here. They can be restored like everybody.
func (x *tx) uncreate(e Entry) error {
	u, err := x.loadForChange(e.Target)
	if err != nil {
		return err
	}
	if err := x.require(ActDelete, u); err != nil {
		return err
	}
	switch {
	case u.Version != 1:
		return refused(u.Name + " has changed since and was left as it is.")
	case !u.LastSignIn.IsZero():
		return refused(u.Name + " has signed in since and was left as it is.")
	}
	after := *u
	after.Deleted = x.now
	_, err = x.apply(ActUndo, u, &after, Entry{UndoOf: e.ID})
	return err
}
