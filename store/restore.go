package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"time"
)

// Restored says what a restore has put in place.
type Restored struct {
	Contents
	Kept string // the name of the database that was there before; "" when there was none
}

// Restore puts a backup in the place of a database. The copy of it that will be
// used is examined first; the database that is there stays under another name;
// and a database that a program has open is left alone.
func Restore(ctx context.Context, from, to string, now time.Time) (Restored, error) {
	to, err := Locate(to)
	if err != nil {
		return Restored{}, err
	}
	if IsPostgres(to) {
		return Restored{}, errNoBackup
	}
	if err := errors.Join(differ(from, to), complete(from)); err != nil {
		return Restored{}, err
	}
	partial, err := emptyBeside(to)
	if err != nil {
		return Restored{}, err
	}
	defer os.Remove(partial)
	if err := copyFile(from, partial); err != nil {
		return Restored{}, err
	}
	var r Restored
	if r.Contents, err = examine(ctx, partial, from); err != nil {
		return r, err
	}
	r.Kept, err = replace(ctx, partial, to, now)
	return r, err
}

// replace puts a database in the place of another, which gets a new name.
func replace(ctx context.Context, whole, to string, now time.Time) (kept string, err error) {
	info, err := os.Stat(to)
	if errors.Is(err, fs.ErrNotExist) {
		return "", rename(whole, to)
	}
	if err != nil {
		return "", err
	}
	release, sound, err := hold(ctx, to)
	if err != nil {
		return "", err
	}
	defer release()
	kept = to + ".before-" + now.UTC().Format("20060102T150405.000Z")
	if !sound { // what SQLite has left beside it belongs to it, not to the new one
		for _, beside := range []string{"-wal", "-shm", "-journal"} {
			if err := os.Rename(to+beside, kept+beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
	}
	// A second name first: there is no moment without a database.
	if err := errors.Join(os.Link(to, kept), os.Chmod(whole, info.Mode().Perm())); err != nil {
		return "", err
	}
	return kept, rename(whole, to)
}

// hold keeps other programs away from the database at a path, and reports
// whether it is a sound one.
func hold(ctx context.Context, path string) (release func(), sound bool, err error) {
	db, err := openFile(path, url.Values{"mode": {"rw"}, "_busy_timeout": {"0"}})
	if err != nil {
		return nil, false, err
	}
	c, err := seize(ctx, db)
	if errors.Is(err, errInUse) {
		err = &Error{Kind: Refused, Message: path + " is in use. Stop the program that serves it, then restore.", Cause: err}
	}
	if err != nil {
		return nil, false, errors.Join(err, db.Close())
	}
	if c == nil {
		return func() {}, false, db.Close()
	}
	return func() {
		c.Close()
		db.Close()
	}, true, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Sync(), out.Close())
}
