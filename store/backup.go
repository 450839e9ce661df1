package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Contents are what a database file was found to hold when it was examined.
type Contents struct {
	People  int64
	Entries int64  // of the audit trail, without those in archives
	Newest  int64  // entry
	Head    string // digest of it
	Version int64  // of the schema
	Current bool   // the schema is the one of this program, not an older one
}

// archivesSince is the schema from which on a trail may begin later.
const archivesSince = 6

// ErrNotOnRecord is the error of a backup that is made and good, but that the
// audit trail does not tell of.
var ErrNotOnRecord = errors.New("the backup is made, but not on record")

// Backup writes a copy of the whole database to a file, while people work: the
// copy is one state of it, and is examined before it gets its name. A file that
// is there is replaced by the new one when that is whole. That somebody has a
// copy is on record afterwards; when the disk of the database is full, one can
// still save what there is.
func (s *Store) Backup(ctx context.Context, a Actor, to string) (Contents, error) {
	if !Can(a, ActBackup, nil) {
		return Contents{}, forbidden("Your role does not allow this.")
	}
	c, err := s.engine.backup(ctx, to)
	if err != nil {
		return Contents{}, err
	}
	if err := s.RecordBackup(ctx, a, to, c); err != nil {
		return c, fmt.Errorf("%w: %w", ErrNotOnRecord, err)
	}
	return c, nil
}

// RecordBackup puts on record that a backup was made.
func (s *Store) RecordBackup(ctx context.Context, a Actor, to string, c Contents) error {
	return s.write(ctx, a, attempt{ActBackup, 0}, func(x *tx) error {
		if err := x.require(ActBackup, nil); err != nil {
			return err
		}
		_, err := x.record(Entry{Act: ActBackup, Note: nameOf(to) + ": " + plural(int(c.People), "person", "people") + ", " + plural(int(c.Entries), "entry", "entries")})
		return err
	})
}

// Backup copies a database that this program has not opened. It changes nothing
// in it, not even its schema, and leaves nothing on record.
func Backup(ctx context.Context, from, to string) (Contents, error) {
	from, err := Locate(from)
	if err != nil {
		return Contents{}, err
	}
	if IsPostgres(from) {
		return Contents{}, errNoBackup
	}
	if err := differ(from, to); err != nil {
		return Contents{}, err
	}
	partial, err := emptyBeside(to)
	if err != nil {
		return Contents{}, err
	}
	defer os.Remove(partial)
	c, err := copyDatabase(ctx, from, partial)
	if err != nil {
		return c, fmt.Errorf("backup to %s: %w", to, err)
	}
	return c, rename(partial, to)
}

func copyDatabase(ctx context.Context, from, to string) (Contents, error) {
	db, err := openFile(from, url.Values{"mode": {"rw"}, "_busy_timeout": {"10000"}})
	if err != nil {
		return Contents{}, err
	}
	defer db.Close()
	before, err := newestEntry(ctx, db)
	if err == nil {
		err = vacuumInto(ctx, db, to)
	}
	if err == nil {
		err = flushFile(to)
	}
	if err != nil {
		return Contents{}, err
	}
	c, err := examine(ctx, to, "the copy")
	if err == nil && c.Newest < before {
		err = fmt.Errorf("the copy ends with entry %d of the audit trail, the database had %d", c.Newest, before)
	}
	return c, err
}

// Examine reads a database file that nobody writes from beginning to end. It
// fails unless the file is undamaged, its audit trail unbroken, its counts are
// right and its schema is one that this program knows.
func Examine(ctx context.Context, path string) (Contents, error) {
	return examine(ctx, path, path)
}

// examine says what it finds under the name that people know the file by.
func examine(ctx context.Context, path, name string) (Contents, error) {
	if err := complete(path); err != nil {
		return Contents{}, err
	}
	db, err := openFile(path, url.Values{"mode": {"ro"}, "immutable": {"1"}})
	if err != nil {
		return Contents{}, err
	}
	defer db.Close()
	var c Contents
	if c.Version, err = schemaVersion(ctx, db); err != nil {
		return c, notOurs(name, err)
	}
	if err := notNewer(c.Version, name); err != nil {
		return c, err
	}
	newest, err := newestMigration()
	if err != nil {
		return c, err
	}
	c.Current = c.Version == newest
	return c, c.check(ctx, db, name)
}

func (c *Contents) check(ctx context.Context, db *sql.DB, name string) error {
	damage, err := findDamage(ctx, db)
	if err != nil {
		return notOurs(name, err)
	}
	if damage != "" {
		return refusedFile(name, "is damaged: "+damage)
	}
	var from base
	if c.Version >= archivesSince {
		if from, err = trailBase(querierAt{ctx, db}); err != nil {
			return notOurs(name, err)
		}
	}
	trail, err := newVerifier().verifyTrail(ctx, db, from.head)
	if err != nil {
		return notOurs(name, err)
	}
	if trail.Bad != 0 {
		return refusedFile(name, "holds an audit trail that is not as it was written: "+trail.String())
	}
	c.Entries, c.Newest, c.Head = trail.Entries, trail.Last, trail.Head
	c.People, err = countPeople(ctx, db)
	return err
}

// complete fails for a file that was copied while it was in use.
func complete(path string) error {
	info, err := os.Stat(path + "-wal")
	if err == nil && info.Size() > 0 {
		return refusedFile(path, "has changes beside it that are not in it ("+filepath.Base(path)+"-wal): it is in use, or was copied while it was")
	}
	return nil
}

func refusedFile(path, why string) error {
	return &Error{Kind: Refused, Message: path + " " + why + "."}
}

func notOurs(path string, cause error) error {
	return &Error{Kind: Refused, Message: path + " is no database of the back office, or is damaged: " + cause.Error() + ".", Cause: cause}
}

// openFile opens a database that has to be there, on one connection.
func openFile(path string, settings url.Values) (*sql.DB, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("is a folder")}
	}
	db, err := sql.Open("sqlite3", sqliteName(path, settings))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// emptyBeside makes a file that is to get another name when it is whole. Only
// its owner may read it.
func emptyBeside(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(absolute), "."+filepath.Base(path)+".*.partial")
	if err != nil {
		return "", err
	}
	info, err := f.Stat() // the folder's time is the one that counts here
	if err = errors.Join(err, f.Close()); err == nil {
		err = removeAbandoned(filepath.Dir(absolute), info.ModTime())
	}
	return f.Name(), err
}

// abandonedAfter is how long a file that is not whole has not been written to before it
// counts as left behind by a program that was killed.
const abandonedAfter = 24 * time.Hour

// partialName is how such files are named, and what SQLite puts beside them.
var partialName = regexp.MustCompile(`^\..+\.\d+\.partial(-journal|-wal|-shm)?$`)

// removeAbandoned removes what programs that were killed have left in a folder: copies
// of everything, which nobody looks at any more.
func removeAbandoned(folder string, now time.Time) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !partialName.MatchString(f.Name()) || now.Sub(info.ModTime()) < abandonedAfter {
			continue // another program may be at it
		}
		if err := os.Remove(filepath.Join(folder, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// rename gives a file its name, so that it has it after a power cut as well.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return flushFile(filepath.Dir(to))
}

// flushFile waits until the disk has a file, or the names in a folder.
func flushFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// differ fails when two names are of one file.
func differ(from, to string) error {
	one, err := os.Stat(from)
	if err != nil {
		return err
	}
	other, err := os.Stat(to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && os.SameFile(one, other) {
		return &Error{Kind: Refused, Message: from + " and " + to + " are one and the same file."}
	}
	return err
}
