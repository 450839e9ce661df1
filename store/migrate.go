package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

// migrations are the steps of the schema. A step has the same number and
// meaning on both databases; those of PostgreSQL lie in a folder of their own.
//
//go:embed migrations/*.sql migrations/postgres/*.sql
var migrations embed.FS

// Ready fails when the database cannot be worked with: its file is not where it
// was opened, it does not answer soon, it lacks a migration, or it has one that this
// program does not know.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.engine.check(); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, readyWithin)
	defer stop()
	version, err := schemaVersion(ctx, s.reader)
	if err != nil {
		return err
	}
	newest, err := newestMigration()
	switch {
	case err != nil:
		return err
	case version < newest:
		return fmt.Errorf("store: migration %d of %d is not done", version+1, newest)
	case version > newest:
		return fmt.Errorf("%w: its schema is %d, this one knows %d", ErrNewer, version, newest)
	}
	return nil
}

// readyWithin is how long a database may take to say that it is there.
const readyWithin = 2 * time.Second

// ErrNewer says that a newer program has brought the database up to date since it
// was opened: what this one does with it may fail, or break a rule.
var ErrNewer = errors.New("store: the database belongs to a newer version of this program by now")

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

// admits refuses to make, or to bring up to date, a database of a schema version when
// that is not wanted; 0 is that of an empty one.
func (c Config) admits(version int64) error {
	newest, err := newestMigration()
	switch {
	case err != nil || version >= newest:
		return err
	case version == 0 && c.MustExist:
		return &Error{Kind: NotFound, Message: "There is no back office in " + NameOf(c.DB) + ". Is --db right?"}
	case version > 0 && c.NoUpgrade:
		return refusedFile(NameOf(c.DB), fmt.Sprintf("has the schema of an older version (%d, this one’s is %d): "+
			"start the server with this version, which brings it up to date, or use the older version for this", version, newest))
	}
	return nil
}

// migrateUp takes the steps that are not done yet.
func migrateUp(ctx context.Context, d goose.Dialect, db *sql.DB, options ...goose.ProviderOption) error {
	p, err := newMigrator(d, db, options...)
	if err != nil {
		return err
	}
	// Another program that opens the same new database may take a step before us.
	// Ours then fails whole, and what is left to do is looked up anew.
	late := time.After(migratePatience)
	for tries := len(p.ListSources()) + 2; tries > 0; {
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
		if !inUse(err) {
			tries--
			continue
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-late:
			return err
		case <-ctx.Done():
			return err
		}
	}
	return err
}

// migratePatience is how long it is waited for another program that keeps the
// database to itself. SQLite does not wait by itself while two of them make the
// log of a new file.
const migratePatience = 10 * time.Second

func newMigrator(d goose.Dialect, db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	folder := "migrations"
	if d == goose.DialectPostgres {
		folder = "migrations/postgres"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(d, db, files, options...)
}
