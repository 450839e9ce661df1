package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Archived says what an archive holds that has left the database.
type Archived struct {
	Entries     int64 // how many; 0: nothing was as old
	First, Last int64
	Head        string // digest of the last of them
	Resumed     bool   // the file was there, from a try that did not come to its end
}

// ArchiveTrail takes the oldest entries of the trail, up to the first that is
// not older than the given time, out of the database and into a file.
//
// An entry leaves the database only when the file has it: the file is on the
// disk and was read back and compared before the note of where the trail begins
// is moved, and nothing behind that note can be removed. Cut off at any moment,
// it can be done again, with the same file, and comes to its end.
func (s *Store) ArchiveTrail(ctx context.Context, a Actor, before time.Time, to string) (Archived, error) {
	j := &archiving{store: s, actor: a, before: before, to: to}
	for _, step := range []func(context.Context) error{j.begin, j.adopt, j.write, j.moveBase, j.remove} {
		if err := step(ctx); err != nil {
			return Archived{}, err
		}
	}
	return j.done, nil
}

// archiving is the way of a part of the trail into an archive.
type archiving struct {
	store  *Store
	actor  Actor
	before time.Time
	to     string

	from    base // where the trail began
	end     head // where it is to begin
	adopted bool // the file was there
	done    Archived
}

// begin refuses who may not, and looks where the trail begins.
func (j *archiving) begin(ctx context.Context) error {
	if j.before.After(j.store.now()) {
		return refused("Only what has been can be archived: this is in the future.")
	}
	return j.store.write(ctx, j.actor, attempt{ActArchiveTrail, 0}, func(x *tx) (err error) {
		if err := x.require(ActArchiveTrail, nil); err != nil {
			return err
		}
		j.from, err = trailBase(x)
		return err
	})
}

// adopt goes on with a file that is there already, if it is of an earlier try.
func (j *archiving) adopt(ctx context.Context) error {
	f, err := openArchive(j.to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, prev := f.head.From, f.head.Prev
	if err := f.close(); err != nil {
		return err
	}
	there, newest, err := readBack(j.to)
	if err != nil {
		return err
	}
	j.adopted, j.end = true, there.last
	j.done = Archived{there.report.Entries, first, there.last.id, there.last.hash, true}
	switch {
	case there.last == j.from.head: // all but the removing was done
		return nil
	case newest.Before(j.before) && head{first - 1, prev} == j.from.head:
		return j.compare(ctx, there)
	}
	return refusedFile(j.to, fmt.Sprintf("is there already. It holds the entries from %d to %d", first, there.last.id))
}

// write writes the archive, and gives it its name when it is whole.
func (j *archiving) write(ctx context.Context) error {
	if j.adopted {
		return nil
	}
	partial, err := emptyBeside(j.to)
	if err != nil {
		return err
	}
	defer os.Remove(partial)
	written, err := j.writeTo(ctx, partial)
	if err != nil || written.report.Entries == 0 {
		return err
	}
	there, _, err := readBack(partial)
	if err != nil {
		return err
	}
	if err := same(written, there); err != nil {
		return err
	}
	j.end = written.last
	j.done = Archived{written.report.Entries, written.report.First, j.end.id, j.end.hash, false}
	if err := os.Link(partial, j.to); err != nil { // which replaces nothing
		return err
	}
	return flushFile(filepath.Dir(j.to))
}

func (j *archiving) writeTo(ctx context.Context, path string) (*verifier, error) {
	w, err := newArchiveWriter(path, strings.HasSuffix(j.to, ".gz"))
	if err != nil {
		return nil, err
	}
	defer w.file.Close()
	if err := w.json.Encode(archiveHead{archiveKind, archiveVersion, j.from.id + 1, j.from.hash}); err != nil {
		return nil, err
	}
	v, err := j.walk(ctx, math.MaxInt64, func(e *storedEntry) error {
		if !e.At.Before(j.before) {
			return errEnough
		}
		return w.json.Encode(lineOf(e))
	})
	if err != nil {
		return nil, err
	}
	if err := w.json.Encode(archiveEnd{End: v.last.id, Count: v.report.Entries, Hash: v.last.hash}); err != nil {
		return nil, err
	}
	return v, w.finish()
}

// errEnough ends a walk before an entry.
var errEnough = errors.New("store: enough of the trail")

// walk verifies the trail as it stands in the database, up to an entry or to
// where each says that it is enough. It reads some entries at a time: a disk that
// is slow holds no connection.
func (j *archiving) walk(ctx context.Context, upTo int64, each func(*storedEntry) error) (*verifier, error) {
	v := newVerifier()
	v.begin(j.from.head)
	for {
		var failed error
		left := min(entriesAtOnce, upTo-v.last.id)
		n, err := storedEntries(ctx, j.store.reader, v.last.id, left, func(e storedEntry) bool {
			if failed = each(&e); failed != nil {
				return false
			}
			return v.see(e)
		})
		if err = errors.Join(err, failed); errors.Is(err, errEnough) {
			return v, nil
		}
		if err == nil && v.report.Bad != 0 {
			err = j.unlessMoved(ctx, &BrokenTrail{v.report})
		}
		if err != nil || n < entriesAtOnce {
			return v, err
		}
	}
}

// unlessMoved gives the error of a trail that is broken, unless it only begins
// later by now.
func (j *archiving) unlessMoved(ctx context.Context, broken error) error {
	now, err := trailBase(querierAt{ctx, j.store.reader})
	if err == nil && now.head != j.from.head {
		err = errMovedBase
	}
	return cmp.Or(err, broken)
}

// errMovedBase refuses to go on where somebody else does.
var errMovedBase = refused("Another archive was made meanwhile. Look at what it holds, and begin anew with another file.")

// entriesAtOnce is how many entries are read at a time.
const entriesAtOnce = 1000

// compare makes sure that the database has nothing that a file lacks.
func (j *archiving) compare(ctx context.Context, there *verifier) error {
	v, err := j.walk(ctx, there.last.id, func(*storedEntry) error { return nil })
	if err != nil {
		return err
	}
	return same(v, there)
}

// same fails unless a file has all that was read in the database. That both are
// whole and end alike makes the entries the same; their values could be missing.
func same(here, there *verifier) error {
	gone := map[int64]int{}
	for _, e := range here.missing {
		gone[e.id] = len(e.with)
	}
	for _, e := range there.missing {
		if gone[e.id] < len(e.with) {
			there.fail(e.id, "its values are missing")
		}
	}
	if here.last != there.last {
		there.fail(there.last.id, "it is another one than in the database")
	}
	if there.report.Bad != 0 {
		return &BrokenTrail{there.report}
	}
	return nil
}

// readBack reads a file from beginning to end. newest is when its newest entry
// was made.
func readBack(path string) (v *verifier, newest time.Time, err error) {
	f, err := openArchive(path)
	if err != nil {
		return nil, newest, err
	}
	defer f.close()
	v = newVerifier()
	err = v.readArchive(f, func(e *storedEntry) {
		if e.At.After(newest) {
			newest = e.At
		}
	})
	if err == nil && v.report.Bad != 0 {
		v.report.Where = nameOf(path)
		err = &BrokenTrail{v.report}
	}
	return v, newest, err
}

// moveBase lets the trail begin after the archive, and records it.
func (j *archiving) moveBase(ctx context.Context) error {
	if j.end == (head{}) || j.end == j.from.head {
		return nil
	}
	return j.store.write(ctx, j.actor, attempt{ActArchiveTrail, 0}, func(x *tx) error {
		if err := x.require(ActArchiveTrail, nil); err != nil {
			return err
		}
		now, err := trailBase(x)
		if err != nil {
			return err
		}
		if now.head != j.from.head {
			return errMovedBase
		}
		if err := moveTrailBase(x, j.end); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActArchiveTrail, Note: nameOf(j.to) + ": " + plural(int(j.done.Entries), "entry", "entries") + ", " + upTo(j.end)})
		return err
	})
}

// remove takes what is before the beginning of the trail out of the database,
// also what an earlier try has left there: its file was whole when the beginning
// was moved. It goes by small batches: whoever saves meanwhile waits for no more
// than one.
func (j *archiving) remove(ctx context.Context) error {
	var size pace
	for more := true; more; {
		began := j.store.now()
		err := j.store.transactSoon(ctx, Actor{Kind: System}, func(x *tx) (err error) {
			began = j.store.now()
			more, err = deleteArchived(x, size.rows())
			return err
		})
		if err != nil {
			return err
		}
		took := j.store.now().Sub(began)
		size.took(took)
		// Other programs on the same file come to their turn.
		if more && !rest(ctx, took) {
			return ctx.Err()
		}
	}
	return nil
}
