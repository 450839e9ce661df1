package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pressly/goose/v3"
)

// Ready fails when the database cannot be worked with: its file is not where it
// was opened, it does not answer, or it lacks a migration.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.place.check(); err != nil {
		return err
	}
	version, err := schemaVersion(ctx, s.reader)
	if err != nil {
		return err
	}
	newest, err := newestMigration()
	if err == nil && version < newest {
		err = fmt.Errorf("store: migration %d of %d is not done", version+1, newest)
	}
	return err
}

// newestMigration is the schema version that this program brings.
func newestMigration() (int64, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		return 0, errors.Join(errors.New("store: there are no migrations"), err)
	}
	return goose.NumericComponent(files[len(files)-1]) // Glob sorts
}

// notNewer refuses a schema that this program does not know: what it would write
// might break a rule that a newer one keeps.
func notNewer(version int64, name string) error {
	newest, err := newestMigration()
	if err == nil && version > newest {
		err = refusedFile(name, fmt.Sprintf("was made by a newer version of this program: its schema is %d, this one knows %d", version, newest))
	}
	return err
}

// place remembers which file was opened. SQLite goes on with an open file when
// somebody moves it away, deletes it or puts another in its place: what is
// written then is lost with it.
type place struct {
	path string
	file fs.FileInfo
}

func findPlace(path string) (place, error) {
	info, err := os.Stat(path)
	return place{path, info}, err
}

// errMoved is the error of a database whose file is not where it was opened.
var errMoved = errors.New("store: the database file was moved away or replaced while it was open")

// check fails while another file, or none, is where the database was opened.
func (p place) check() error {
	now, err := os.Stat(p.path)
	if err == nil && os.SameFile(p.file, now) {
		return nil
	}
	return errors.Join(errMoved, err)
}
