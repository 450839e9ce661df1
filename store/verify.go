package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// AuditReport is what VerifyAudit found.
type AuditReport struct {
	Entries int64  // how many were read
	First   int64  // the oldest of them; those before it are in archives that were not read
	Last    int64  // the newest of them
	Head    string // digest of the newest entry
	Bad     int64  // the first entry that is not as it was written; 0: none
	Why     string // what is wrong with it
	Where   string // the archive where that shows; "" for the database
	Purged  int64  // entries that lack what was removed with a purged person
}

// BrokenTrail is the error of an act that needs a whole trail.
type BrokenTrail struct{ Report AuditReport }

// Error names the first entry that is not as it was written.
func (e *BrokenTrail) Error() string { return "the audit trail is broken at " + e.Report.String() }

// String says what is wrong.
func (r AuditReport) String() string {
	where := ""
	if r.Where != "" {
		where = r.Where + ": "
	}
	return fmt.Sprintf("%sentry %d: %s", where, r.Bad, r.Why)
}

// oneState lets a transaction see one state, also while others write.
var oneState = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}

// VerifyAudit reads the whole trail and checks that no entry was altered,
// removed or moved: those in the archives, in whichever order they are named,
// and those in the database, which have to follow one another.
func (s *Store) VerifyAudit(ctx context.Context, archives ...string) (AuditReport, error) {
	v := newVerifier()
	if err := v.readArchives(archives); err != nil || v.report.Bad != 0 {
		return v.report, err
	}
	t, err := s.reader.BeginTx(ctx, oneState)
	if err != nil {
		return AuditReport{}, err
	}
	defer t.Rollback()
	b, err := trailBase(querierAt{ctx, t})
	if err != nil {
		return AuditReport{}, err
	}
	return v.verifyTrail(ctx, t, b.head)
}

// verifyTrail reads what is in a database whose trail begins after an entry.
func (v *verifier) verifyTrail(ctx context.Context, q querier, from head) (AuditReport, error) {
	if v.join(from); v.report.Bad != 0 {
		return v.report, nil
	}
	if _, err := storedEntries(ctx, q, from.id, math.MaxInt64, v.see); err != nil {
		return v.report, err
	}
	v.checkMissing()
	h, err := trailHead(querierAt{ctx, q})
	if err != nil && !errors.Is(err, errNoHead) {
		return v.report, err
	}
	switch {
	case err != nil || h != v.last || v.last.id < v.archived.id:
		v.fail(v.last.id+1, "the end of the trail was cut off or replaced")
	case from.id > 0 && !v.recorded:
		v.fail(from.id, "it was removed, and no archive that ends with it is on record")
	}
	return v.report, nil
}

// verifier walks the trail in the order of ids.
type verifier struct {
	report  AuditReport
	begun   bool
	last    head            // the newest entry that was seen
	purges  map[int64]int64 // by person, the entry that says they were purged
	missing []valueless

	base     head // where the database's part begins
	recorded bool // an entry says that what is before was archived
	archived head // the end of the archives, where the database has it still
}

// valueless is an entry without its values, or without where it came from.
type valueless struct {
	id   int64
	with []int64 // with whom that has to be removed
}

func newVerifier() *verifier { return &verifier{purges: map[int64]int64{}} }

// storedEntry is an entry as it lies in the table, or in an archive.
type storedEntry struct {
	Entry
	values, prev, hash string
	salt, body         *string // nil: removed
	about              *int64  // whom the values say they are about
	from               *origin // where it came from; nil: removed, or part of the entry
}

// lacks tells with whom what an entry lacks has to be removed.
func (e *storedEntry) lacks() (with []int64) {
	if e.body == nil {
		with = append(with, e.Target)
	}
	if e.Address == originAside && e.from == nil {
		with = append(with, e.owner())
	}
	return with
}

// fail notes what is wrong first.
func (v *verifier) fail(entry int64, why string) {
	if v.report.Bad == 0 {
		v.report.Bad, v.report.Why = entry, why
	}
}

// begin lets the walk begin after an entry.
func (v *verifier) begin(after head) {
	v.begun, v.last, v.report.First = true, after, after.id+1
	v.report.Last, v.report.Head = after.id, after.hash
}

// join goes on from the archives to a database whose trail begins after an
// entry. What both have, as while an archive is being made, counts once.
func (v *verifier) join(from head) {
	v.base = from
	switch {
	case !v.begun:
		v.begin(from)
	case v.last.id < from.id:
		v.fail(v.last.id+1, fmt.Sprintf("it is missing: the archives end before it, and the database begins with entry %d", from.id+1))
	case v.last.id == from.id && v.last.hash != from.hash:
		v.fail(from.id+1, "the database does not follow the archives")
	case v.last.id > from.id:
		v.archived = v.last
		v.report.Entries -= v.last.id - from.id
		v.last = from
		for len(v.missing) > 0 && v.missing[len(v.missing)-1].id > from.id {
			v.missing = v.missing[:len(v.missing)-1]
		}
		v.report.Purged = int64(len(v.missing))
	}
}

func (v *verifier) see(e storedEntry) bool {
	switch {
	case e.ID != v.last.id+1:
		v.fail(v.last.id+1, "it is missing")
	case e.prev != v.last.hash:
		v.fail(e.ID, "it does not follow the entry before it")
	case chainHash(e.Entry, e.values, e.prev) != e.hash:
		v.fail(e.ID, "it was altered")
	case e.body != nil && (valuesHash(*e.salt, *e.body) != e.values || *e.about != e.Target):
		v.fail(e.ID, "its values were altered")
	case e.from != nil && (e.from.digest() != e.Agent || e.from.Owner != e.owner()):
		v.fail(e.ID, "where it came from was altered")
	case e.ID == v.archived.id && e.hash != v.archived.hash:
		v.fail(e.ID, "it is another one than in the archive")
	}
	if v.report.Bad != 0 {
		return false
	}
	if with := e.lacks(); with != nil {
		v.report.Purged++
		v.missing = append(v.missing, valueless{e.ID, with})
	}
	if e.Act == ActPurge && e.Outcome == Done {
		v.purges[e.Target] = e.ID
	}
	v.recorded = v.recorded || e.says(v.base)
	v.last = head{e.ID, e.hash}
	v.report.Entries++
	v.report.Last, v.report.Head = e.ID, e.hash
	return true
}

// says reports whether the entry says that the trail up to another was archived.
func (e *storedEntry) says(archived head) bool {
	if e.Act != ActArchiveTrail || e.Outcome != Done || e.body == nil {
		return false
	}
	var b entryBody
	return json.Unmarshal([]byte(*e.body), &b) == nil && strings.HasSuffix(b.Note, upTo(archived))
}

// upTo is how the entry of an archive says where it ends.
func upTo(end head) string { return fmt.Sprintf("up to %d, whose digest is %s", end.id, end.hash) }

// checkMissing accepts that something is missing only with people whose purge is
// itself a later entry of the chain.
func (v *verifier) checkMissing() {
	for _, e := range v.missing {
		for _, person := range e.with {
			if v.purges[person] <= e.id {
				v.fail(e.id, "its values were removed")
			}
		}
	}
}

// readArchives reads archives one after the other, from the oldest on.
func (v *verifier) readArchives(paths []string) error {
	files, err := openArchives(paths)
	if err != nil {
		return err
	}
	defer closeArchives(files)
	for _, f := range files {
		if err := v.readArchive(f, func(*storedEntry) {}); err != nil {
			return err
		}
		if v.report.Bad != 0 {
			v.report.Where = nameOf(f.path)
			return nil
		}
	}
	return nil
}

// readArchive reads one that has to go on where the walk is, and gives each
// entry.
func (v *verifier) readArchive(f *archiveReader, each func(*storedEntry)) error {
	from := head{f.head.From - 1, f.head.Prev}
	switch {
	case !v.begun:
		v.begin(from)
	case from.id != v.last.id:
		v.fail(v.last.id+1, fmt.Sprintf("it is not where it belongs: this archive begins with entry %d", f.head.From))
	case from.hash != v.last.hash:
		v.fail(f.head.From, "it does not follow the archive before it")
	}
	if v.report.Bad != 0 {
		return nil
	}
	seen := v.report.Entries
	end, err := f.entries(func(e storedEntry) bool {
		each(&e)
		return v.see(e)
	})
	switch {
	case errors.Is(err, errArchiveLine):
		v.fail(v.last.id+1, err.Error())
	case err != nil:
		return err
	case v.report.Bad == 0 && end != (archiveEnd{Count: v.report.Entries - seen, End: v.last.id, Hash: v.last.hash}):
		v.fail(v.last.id+1, "the end of the archive was cut off or replaced")
	}
	return nil
}
