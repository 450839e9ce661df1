package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"backoffice/store"
)

// backups are copies that the server makes by itself.
type backups struct {
	BackupDir   string        `env:"BACKOFFICE_BACKUP_DIR" placeholder:"FOLDER" help:"A folder for backups that are made while people work. Off unless set."`
	BackupEvery time.Duration `env:"BACKOFFICE_BACKUP_EVERY" default:"24h" help:"How often the server makes a backup."`
	BackupKeep  int           `env:"BACKOFFICE_BACKUP_KEEP" default:"7" help:"How many backups are kept; the oldest are removed."`

	failed atomic.Int64 // how many could not be made
}

// check refuses settings that would leave one without backups, at the start and
// not in the first night.
func (b *backups) check(db string) error {
	if b.BackupEvery < time.Minute {
		return wrongSetting("backup-every", "must be at least a minute.")
	}
	if b.BackupKeep < 1 {
		return wrongSetting("backup-keep", "must be at least 1.")
	}
	if b.BackupDir == "" {
		return nil
	}
	if store.IsPostgres(db) {
		return wrongSetting("backup-dir", "is for SQLite. PostgreSQL makes its own backups.")
	}
	return usable("backup-dir", b.BackupDir)
}

// usable makes the folder that a flag names unless it is there, for its owner alone,
// and fails when nothing can be put into it.
func usable(flag, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("--%s: %w", flag, err)
	}
	probe, err := os.CreateTemp(folder, ".probe")
	if err != nil {
		return fmt.Errorf("--%s: %w", flag, err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}

// backupName is when a backup was made, as it stands in its name.
const backupName = "backoffice-20060102T150405Z.db"

// retryBackup is when a backup that failed is tried again, at the latest.
const retryBackup = 15 * time.Minute

// run makes a backup whenever one is due, until the context ends. When that is
// follows from those that are there, so that a restart changes nothing.
func (b *backups) run(ctx context.Context, db *store.Store, log *slog.Logger) {
	timer := time.NewTimer(b.due(time.Now()))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		made, err := b.makeAlone(ctx, db, log)
		again := b.due(time.Now())
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("backup failed", "cause", err.Error())
			b.failed.Add(1)
			again = min(retryBackup, b.BackupEvery)
		case !made: // another program is at it, or was
			again = max(again, lookForWork)
		}
		timer.Reset(again)
	}
}

// makeAlone makes a backup if it is still due, unless another program on the
// same database is making one.
func (b *backups) makeAlone(ctx context.Context, db *store.Store, log *slog.Logger) (made bool, err error) {
	return db.Alone(ctx, "backup", func(time.Time) bool { return b.due(time.Now()) == 0 }, func(ctx context.Context) error {
		return b.make(ctx, db, log, time.Now())
	})
}

// made lists the backups that are there, the oldest first.
func (b *backups) made() (names []string, newest time.Time) {
	files, _ := os.ReadDir(b.BackupDir) // sorted; what is wrong with it is said when a backup is made
	for _, f := range files {
		if at, err := time.Parse(backupName, f.Name()); err == nil {
			names, newest = append(names, f.Name()), at
		}
	}
	return names, newest
}

// due is how long it is until the next backup.
func (b *backups) due(now time.Time) time.Duration {
	_, newest := b.made()
	if newest.After(now) { // the clock was wrong then, or is now
		return b.BackupEvery
	}
	return max(0, newest.Add(b.BackupEvery).Sub(now))
}

// make makes one, and removes those that are too many. Only files that have the
// name of a backup are ever removed.
func (b *backups) make(ctx context.Context, db *store.Store, log *slog.Logger, now time.Time) error {
	path := filepath.Join(b.BackupDir, now.UTC().Format(backupName))
	c, err := db.Backup(ctx, store.Actor{Kind: store.System}, path)
	if errors.Is(err, store.ErrNotOnRecord) {
		log.Error("backup not on record", "cause", err.Error())
	} else if err != nil {
		return err
	}
	log.Info("backup made", "file", path, "people", c.People, "entries", c.Entries, "head", c.Head)
	names, _ := b.made()
	for _, old := range names[:max(0, len(names)-b.BackupKeep)] {
		if err := os.Remove(filepath.Join(b.BackupDir, old)); err != nil {
			return err
		}
	}
	return nil
}
