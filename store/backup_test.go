package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestBackupWhilePeopleWork takes copies while people are added. Each is one
// state: it opens, nothing is wrong with it, and what was acknowledged before it
// began is in it.
func TestBackupWhilePeopleWork(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	for n := range 3 {
		work.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				must(t, second(s.CreateUser(t.Context(), console, newPerson(fmt.Sprint("Person ", n, " ", i), Member))))
			}
		})
	}
	path := filepath.Join(t.TempDir(), "copy of it.db")
	for range 3 {
		before := queryInt(t, s.reader, `SELECT count(*) FROM users`)
		c, err := s.Backup(t.Context(), console, path)
		must(t, err)
		if c.People < int64(before) || c.Entries < c.People || c.Head == "" || c.Version == 0 {
			t.Errorf("%+v, with %d people before", c, before)
		}
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("it may be read by %v", info.Mode())
		}
	}
	stop()
	work.Wait()
	copied, err := Open(t.Context(), Config{DB: path, Clock: s.clock.now})
	must(t, err)
	defer copied.Close()
	checkInvariants(t, copied)
	onlyFiles(t, filepath.Dir(path), "copy of it.db", "copy of it.db-shm", "copy of it.db-wal")
}

// onlyFiles says that a folder holds what it is to hold: nothing half-written is
// left lying about.
func onlyFiles(t testing.TB, folder string, names ...string) {
	t.Helper()
	var there []string
	files, err := os.ReadDir(folder)
	must(t, err)
	for _, f := range files {
		there = append(there, f.Name())
	}
	if strings.Join(there, ", ") != strings.Join(names, ", ") {
		t.Errorf("in the folder are %v, want %v", there, names)
	}
}

// backedUp is a store with a backup of it, and a change since.
func backedUp(t testing.TB) (s *testStore, backup string) {
	t.Helper()
	s = newTestStore(t)
	s.add("Ana", Admin)
	backup = filepath.Join(t.TempDir(), "backup.db")
	must(t, second(s.Backup(t.Context(), console, backup)))
	s.add("Since", Member)
	return s, backup
}

func TestRestoreFromBackup(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s, backup := backedUp(t)
	path := s.config.DB
	must(t, s.Close())
	must(t, os.Chmod(path, 0o640))
	r, err := Restore(t.Context(), backup, path, morning)
	must(t, err)
	kept := r.Kept
	if !strings.HasPrefix(r.Kept, path+".before-2") || r.People != 1 {
		t.Errorf("%+v", r)
	}
	onlyFiles(t, filepath.Dir(path), filepath.Base(path), filepath.Base(kept))
	for name, want := range map[string]int{path: 1, kept: 2} {
		info, err := os.Stat(name)
		must(t, err)
		if info.Mode().Perm() != 0o640 {
			t.Errorf("%s may be read by %v", name, info.Mode())
		}
		one, err := Open(t.Context(), Config{DB: name, Clock: s.clock.now})
		must(t, err)
		if n := queryInt(t, one.reader, `SELECT count(*) FROM users`); n != want {
			t.Errorf("%s has %d people, want %d", name, n, want)
		}
		checkInvariants(t, one)
		must(t, one.Close())
	}
	r, err = Restore(t.Context(), backup, filepath.Join(t.TempDir(), "new.db"), morning)
	if err != nil || r.Kept != "" || r.People != 1 {
		t.Errorf("where there was none: %+v, %v", r, err)
	}
	s.open()
}

// TestRestoreRefuses leaves everything as it is.
func TestRestoreRefuses(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	for name, c := range map[string]struct {
		damage func(t *testing.T, s *testStore, backup string)
		says   string
	}{
		"a database in use": {func(*testing.T, *testStore, string) {}, "in use"},
		"text":              {func(t *testing.T, _ *testStore, b string) { must(t, os.WriteFile(b, []byte("Dear Sirs"), 0o600)) }, "is no database of the back office"},
		"another database":  {func(t *testing.T, _ *testStore, b string) { alter(t, b, `DROP TABLE goose_db_version`) }, "is no database of the back office"},
		"half a file":       {func(t *testing.T, _ *testStore, b string) { must(t, os.Truncate(b, 16<<10)) }, "damaged"},
		"a newer schema": {func(t *testing.T, _ *testStore, b string) {
			alter(t, b, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)
		}, "newer version"},
		"an altered trail": {func(t *testing.T, _ *testStore, b string) {
			alter(t, b, `DROP TRIGGER audit_entries_no_update; UPDATE audit_entries SET act = 'other' WHERE id = 1`)
		}, "entry 1: it was altered"},
		"wrong counts": {func(t *testing.T, _ *testStore, b string) { alter(t, b, `UPDATE user_counts SET n = n + 1`) }, "counts"},
		"an orphan": {func(t *testing.T, _ *testStore, b string) {
			alter(t, b, `PRAGMA foreign_keys = off; INSERT INTO signins (id, user_id, started_at, last_seen_at, ended_at, ended_why, address, agent) VALUES (9, 99, 1, 1, 0, '', '', '')`)
		}, "signins"},
		"a log beside it": {func(t *testing.T, _ *testStore, b string) { must(t, os.WriteFile(b+"-wal", []byte("x"), 0o600)) }, "not in it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, backup := backedUp(t)
			c.damage(t, s, backup)
			if name != "a database in use" {
				must(t, s.Close())
			}
			if name != "a database in use" {
				wantKind(t, second(Examine(t.Context(), backup)), Refused)
			}
			_, err := Restore(t.Context(), backup, s.config.DB, morning)
			if KindOf(err) != Refused || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "partial") {
				t.Errorf("%v", err)
			}
			if name == "a database in use" {
				checkInvariants(t, s.Store)
				must(t, s.Close())
			}
			onlyFiles(t, filepath.Dir(s.config.DB), filepath.Base(s.config.DB))
			s.open()
			if n := queryInt(t, s.reader, `SELECT count(*) FROM users`); n != 2 {
				t.Errorf("%d people afterwards", n)
			}
		})
	}
}

// TestOpenNewer leaves alone what a newer version of the program has made.
func TestOpenNewer(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, s.Close())
	mustExec(t, storetest.Raw(t, s.config.DB), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)
	if _, err := Open(t.Context(), s.config); KindOf(err) != Refused || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("%v", err)
	}
	mustExec(t, storetest.Raw(t, s.config.DB), `DELETE FROM goose_db_version WHERE version_id = 9999`)
	s.open()
}

// alter changes a database that is not open.
func alter(t testing.TB, path, statement string) {
	t.Helper()
	db, err := openFile(path, map[string][]string{"mode": {"rw"}})
	must(t, err)
	mustExec(t, db, statement)
	must(t, db.Close())
}

// TestRestoreOverDamage is what it is for: the database cannot be opened any
// more. It is kept with everything beside it.
func TestRestoreOverDamage(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s, backup := backedUp(t)
	path := s.config.DB
	must(t, s.Close())
	must(t, os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
	must(t, os.WriteFile(path+"-journal", []byte("\x00rest of a journal"), 0o600))
	r, err := Restore(t.Context(), backup, path, morning)
	must(t, err)
	base := filepath.Base(path)
	onlyFiles(t, filepath.Dir(path), base, filepath.Base(r.Kept), filepath.Base(r.Kept)+"-journal")
	s.open()
	checkInvariants(t, s.Store)
}

// TestBackupRefuses writes over nothing that counts.
func TestBackupRefuses(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s, backup := backedUp(t)
	missing := filepath.Join(t.TempDir(), "missing.db")
	if _, err := Backup(t.Context(), missing, backup); !os.IsNotExist(err) {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Error("the database that is missing was made")
	}
	if _, err := s.Backup(t.Context(), console, s.config.DB); KindOf(err) != Refused {
		t.Errorf("onto itself: %v", err)
	}
	if _, err := s.Backup(t.Context(), console, filepath.Join(missing, "x.db")); err == nil {
		t.Error("into a folder that is none")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Backup(ctx, console, backup); err == nil {
		t.Error("for nobody")
	}
	mustExec(t, s.writer, `UPDATE user_counts SET n = n + 1`)
	before := modTime(t, backup)
	if _, err := s.Backup(t.Context(), console, backup); KindOf(err) != Refused {
		t.Errorf("of a damaged database: %v", err)
	}
	if modTime(t, backup) != before {
		t.Error("a good backup was replaced by a bad one")
	}
	mustExec(t, s.writer, `UPDATE user_counts SET n = n - 1`)
	onlyFiles(t, filepath.Dir(backup), filepath.Base(backup))
	checkInvariants(t, s.Store)
}

func modTime(t testing.TB, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.ModTime()
}

// TestAbandonedBackupsAreRemoved, and nothing else that lies there.
func TestAbandonedBackupsAreRemoved(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	folder := t.TempDir()
	old := time.Now().Add(-abandonedAfter - time.Hour)
	for name, age := range map[string]time.Time{".x.db.123.partial": old, ".x.db.123.partial-journal": old, ".y.db.9.partial": time.Now(),
		"x.partial": old, ".mine.partial": old, "last.db": old} {
		path := filepath.Join(folder, name)
		must(t, errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, age, age)))
	}
	must(t, second(Backup(t.Context(), s.config.DB, filepath.Join(folder, "new.db"))))
	onlyFiles(t, folder, ".mine.partial", ".y.db.9.partial", "last.db", "new.db", "x.partial")
}
