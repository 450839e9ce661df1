package store

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// ImportState is where an import stands.
type ImportState string

// The states. An import in one of the three that end in -ing is either being
// worked on or has stopped on its way; see Import.Working.
const (
	ImportUploading ImportState = "uploading" // its file is not there yet
	ImportChecking  ImportState = "checking"  // the dry run is under way
	ImportChecked   ImportState = "checked"   // it can be run
	ImportRunning   ImportState = "running"
	ImportDone      ImportState = "done"
	ImportUndoing   ImportState = "undoing"
	ImportUndone    ImportState = "undone"
)

// Verdict is what a row of an import comes to.
type Verdict string

// The verdicts.
const (
	VerdictCreate  Verdict = "create"
	VerdictChange  Verdict = "change"
	VerdictSame    Verdict = "same" // the person is as the row says
	VerdictRefused Verdict = "refused"
)

// Verdicts lists all verdicts.
func Verdicts() []Verdict {
	return []Verdict{VerdictCreate, VerdictChange, VerdictSame, VerdictRefused}
}

// Import is a file of people on its way in.
type Import struct {
	ID      int64
	Name    string // of the file
	Actor   int64  // who brought it; 0: not a person
	Who     string // their name; "" when unknown
	Created time.Time
	Touched time.Time // when it last went on
	State   ImportState
	Plan    ImportPlan
	Titles  []string // what the columns are called in the file
	Lines   int      // of the file, about as many as it has rows
	At      int      // the line that the work at hand has come to

	Creates, Changes, Sames, Refusals int // rows by verdict
	CreatedN, ChangedN                int // of which so many are carried out
	Undone, Kept                      int // and so many taken back, or left since they have changed
	Problem                           string
	Beat                              time.Time // when somebody last worked on it; zero: nobody does

	reread bool
	worker string
	entry  int64
}

// Rows is how many rows have a verdict.
func (i *Import) Rows() int { return i.Creates + i.Changes + i.Sames + i.Refusals }

// Carried is how many rows are carried out.
func (i *Import) Carried() int { return i.CreatedN + i.ChangedN }

// Pending is how many rows a run would carry out.
func (i *Import) Pending() int { return i.Creates + i.Changes - i.Carried() }

// beatLost is how long an import may show no sign of life while it is worked
// on. A batch takes a tenth of a second, or what the machine makes of it.
const beatLost = 10 * time.Second

// Working reports whether the import is being worked on. One that should be
// and is not has stopped, by hand or because its program was ended.
func (i *Import) Working(now time.Time) bool {
	return !i.Beat.IsZero() && now.Sub(i.Beat) < beatLost
}

// Stopped reports whether the import has stopped on its way.
func (i *Import) Stopped(now time.Time) bool {
	return slices.Contains([]ImportState{ImportChecking, ImportRunning, ImportUndoing}, i.State) && !i.Working(now)
}

// Idle reports whether nobody works on the import and its rows are still there,
// so that it can be run, mended and undone.
func (i *Import) Idle(now time.Time) bool {
	return !i.Working(now) && now.Sub(i.Touched) < keepImports
}

// Runnable reports whether there are rows that a run would carry out now.
func (i *Import) Runnable(now time.Time) bool {
	return i.Idle(now) && (i.State == ImportChecked && i.Pending() > 0 || i.State == ImportRunning)
}

// Undoable reports whether there is something that can be undone now.
func (i *Import) Undoable(now time.Time) bool {
	return i.Idle(now) && i.Carried() > 0 && slices.Contains([]ImportState{ImportChecked, ImportRunning, ImportDone, ImportUndoing}, i.State)
}

// Mendable reports whether the rows can be mended now.
func (i *Import) Mendable(now time.Time) bool {
	return i.Idle(now) && slices.Contains([]ImportState{ImportChecked, ImportRunning, ImportDone}, i.State)
}

// ImportRow is a row of an import.
type ImportRow struct {
	Line     int
	Cells    []string
	Broken   string // why the row could not be read as it is written
	Verdict  Verdict
	Problems map[string]string // a sentence by field; by "row" what is about the row as a whole
	Changes  []FieldChange     // of a person who is there
	User     int64             // whom it is about; 0: nobody yet
	UserName string
	Done     bool
	Entry    int64
	Undo     string // "", UndoneRow, or why it was left

	emailKey, externalID string
	says                 proposal // what is in the cells, once they have been read
}

// UndoneRow says in ImportRow.Undo that the row was taken back.
const UndoneRow = "undone"

// RowProblem is the key in ImportRow.Problems of what is about no single field.
const RowProblem = "row"

// NewImport takes a file in, whole, and guesses how it is to be read. The dry
// run is a step of its own, as is everything after it: see BeginImport.
func (s *Store) NewImport(ctx context.Context, a Actor, name string, file io.Reader) (Import, error) {
	var id int64
	err := s.write(ctx, a, attempt{ActImport, 0}, func(x *tx) (err error) {
		if err := x.require(ActImport, nil); err != nil {
			return err
		}
		id, err = insertImport(x, fileName(name))
		return err
	})
	if err != nil {
		return Import{}, err
	}
	i, err := s.takeFile(ctx, a, id, file)
	if err != nil { // what cannot be removed now is removed by Sweep
		s.dropImport(context.WithoutCancel(ctx), id)
	}
	return i, err
}

// fileName is the name of a file without its folder, fit to be shown.
func fileName(name string) string {
	name = tidy(strings.ToValidUTF8(path.Base(strings.ReplaceAll(name, `\`, "/")), ""))
	if r := []rune(name); len(r) > 120 {
		name = string(r[:120])
	}
	if name == "" || name == "." || name == "/" {
		return "file.csv"
	}
	return name
}

// takeFile stores the file, looks at it, and readies its import for the check.
func (s *Store) takeFile(ctx context.Context, a Actor, id int64, file io.Reader) (Import, error) {
	sniffer := NewCSVSniffer()
	if err := s.storeFile(ctx, id, io.TeeReader(file, sniffer)); err != nil {
		return Import{}, err
	}
	if sniffer.Bytes() == 0 {
		return Import{}, invalid(map[string]string{"file": "This file is empty."})
	}
	i := Import{ID: id, Lines: sniffer.Lines(), Plan: ImportPlan{Format: sniffer.Format(), Key: FieldEmail}}
	if err := s.readHead(ctx, &i, nil); err != nil {
		return Import{}, err
	}
	err := s.write(ctx, a, attempt{ActImport, 0}, func(x *tx) (err error) {
		if err := readyImport(x, &i); err != nil {
			return err
		}
		if i, err = loadImport(x.ctx, x.Tx, id); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActImport, Note: i.Name + ", to be checked"})
		return err
	})
	return i, err
}

// Import gives one import.
func (s *Store) Import(ctx context.Context, a Actor, id int64) (Import, error) {
	if !Can(a, ActImport, nil) {
		return Import{}, forbidden("Your role does not allow this.")
	}
	return loadImport(ctx, s.reader, id)
}

// Imports gives the newest imports, the newest first.
func (s *Store) Imports(ctx context.Context, a Actor) ([]Import, error) {
	if !Can(a, ActImport, nil) {
		return nil, forbidden("Your role does not allow this.")
	}
	return selectImports(ctx, s.reader, 100)
}

// ImportRowQuery says which rows of an import to read.
type ImportRowQuery struct {
	Verdict Verdict // "": any
	After   int     // rows after this line
	Limit   int     // 50 when 0
}

// ImportRows reads rows of an import in the order of lines, and says whether
// there are more.
func (s *Store) ImportRows(ctx context.Context, a Actor, id int64, q ImportRowQuery) ([]ImportRow, bool, error) {
	if !Can(a, ActImport, nil) {
		return nil, false, forbidden("Your role does not allow this.")
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	rows, err := selectImportRows(ctx, s.reader, id, q, q.Limit+1)
	more := len(rows) > q.Limit
	return rows[:min(len(rows), q.Limit)], more, err
}

// StopImport stops the work on an import after the batch at hand, wherever it
// is being worked on. It can go on later.
func (s *Store) StopImport(ctx context.Context, a Actor, id int64) error {
	return s.write(ctx, a, attempt{ActImport, 0}, func(x *tx) error {
		if err := x.require(ActImport, nil); err != nil {
			return err
		}
		i, err := loadImport(x.ctx, x.Tx, id)
		if err != nil || !i.Working(x.now) {
			return err
		}
		if err := leaveImport(x, id, ""); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: i.act(), Note: i.Name + ", stopped: " + i.progress()})
		return err
	})
}

// DiscardImport removes an import that has changed nobody, with its file.
func (s *Store) DiscardImport(ctx context.Context, a Actor, id int64) error {
	err := s.write(ctx, a, attempt{ActImport, 0}, func(x *tx) error {
		if err := x.require(ActImport, nil); err != nil {
			return err
		}
		i, err := loadImport(x.ctx, x.Tx, id)
		if err != nil {
			return err
		}
		if i.Carried() > 0 || i.Working(x.now) {
			return refused("This import has changed people, or is about to. It stays on record.")
		}
		if err := hideImport(x, id); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActImport, Note: i.Name + ", discarded"})
		return err
	})
	if err != nil {
		return err
	}
	return s.dropImport(context.WithoutCancel(ctx), id) // or else Sweep removes it
}

// act is how the trail calls the work at hand.
func (i *Import) act() Act {
	switch i.State {
	case ImportRunning, ImportDone:
		return ActImportRun
	case ImportUndoing, ImportUndone:
		return ActImportUndo
	}
	return ActImport
}
