package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backoffice/store"
	"backoffice/store/storetest"
)

// TestBackupAndRestore tells the story of a bad evening, by commands.
func TestBackupAndRestore(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	p := startProgram(t, map[string]string{"BACKOFFICE_ADMIN_EMAIL": adminEmail, "BACKOFFICE_ADMIN_PASSWORD": adminPassword})
	s := &shell{t: t, db: p.DB, env: map[string]string{}, secret: adminPassword}
	cookie := signIn(t, p.URL, adminEmail, adminPassword)
	backup := filepath.Join(t.TempDir(), "backup.db")
	if out := s.must("", "backup", backup); !strings.Contains(out, "undamaged; 1 people") {
		t.Errorf("backup says %q", out)
	}
	s.create("late@example.com", "Came Late", "member")
	if o := s.run("", "restore", backup); o.code != exitRefused || !strings.Contains(o.err, "in use") {
		t.Errorf("while the server runs: %d %s", o.code, o.err)
	}
	p.Stop()
	if out := s.must("", "restore", "--check", backup); !strings.Contains(out, "undamaged") || len(s.list()) != 2 {
		t.Errorf("a check says %q, and leaves %d people", out, len(s.list()))
	}
	out := s.must("", "restore", backup)
	for _, want := range []string{"undamaged; 1 people", "is kept as " + p.DB + ".before-", "1 sessions of its time ended"} {
		if !strings.Contains(out, want) {
			t.Errorf("restore says %q, want %q in it", out, want)
		}
	}
	if got := s.one(); got.Email != adminEmail {
		t.Errorf("%+v", got)
	}
	s.must("", "audit", "verify")
	p.start(strings.TrimPrefix(p.URL, "http://"))
	if r, _ := once(t, p.URL, call{path: "/users", cookie: cookie}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a session of that time is still good: %s", r.Status)
	}
	signIn(t, p.URL, adminEmail, adminPassword)
	s.db = filepath.Join(t.TempDir(), "missing.db")
	if o := s.run("", "backup", backup); o.code != exitFailed || fileExists(s.db) {
		t.Errorf("of a database that is missing: %d %s, made %v", o.code, o.err, fileExists(s.db))
	}
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestBackupBeforeAnUpgrade leaves the schema of an older version as it is.
func TestBackupBeforeAnUpgrade(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newShell(t)
	s.create(adminEmail, "Ana", "admin")
	raw := storetest.Raw(t, s.db)
	if _, err := raw.Exec(`DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`); err != nil {
		t.Fatal(err)
	}
	version := func() (n int) {
		if err := raw.QueryRow(`SELECT max(version_id) FROM goose_db_version`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := version()
	if out := s.must("", "backup", filepath.Join(t.TempDir(), "friday.db")); !strings.Contains(out, "not on record") || version() != before {
		t.Errorf("%q, from version %d to %d", out, before, version())
	}
}

// TestBackupsByThemselves makes them on one day after the other.
func TestBackupsByThemselves(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newShell(t)
	s.create(adminEmail, "Ana", "admin")
	db, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b := &backups{BackupDir: filepath.Join(t.TempDir(), "new", "folder"), BackupEvery: 24 * time.Hour, BackupKeep: 2}
	if err := b.check("backoffice.db"); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(b.BackupDir, "backoffice-mine.db")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	if got := b.due(now); got != 0 {
		t.Errorf("the first is due in %v", got)
	}
	var log bytes.Buffer
	for range 4 {
		if err := b.make(t.Context(), db, slog.New(slog.NewTextHandler(&log, nil)), now); err != nil {
			t.Fatal(err)
		}
		if got := b.due(now.Add(time.Hour)); got != 23*time.Hour {
			t.Errorf("an hour later the next is due in %v", got)
		}
		if got := b.due(now.Add(30 * time.Hour)); got != 0 {
			t.Errorf("after a long night the next is due in %v", got)
		}
		if got := b.due(now.Add(-time.Hour)); got != 24*time.Hour {
			t.Errorf("by a clock that was set back the next is due in %v", got)
		}
		now = now.Add(24 * time.Hour)
	}
	names, _ := b.made()
	if strings.Join(names, " ") != "backoffice-20261125T030000Z.db backoffice-20261126T030000Z.db" || !fileExists(mine) {
		t.Errorf("there are %v", names)
	}
	if strings.Count(log.String(), "backup made") != 4 {
		t.Errorf("the log says:\n%s", &log)
	}
}

// TestServerMakesBackups waits for the first one, which is due at the start.
func TestServerMakesBackups(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	dir := t.TempDir()
	p := startProgram(t, nil, "--backup-dir", dir)
	waitFor(t, "a backup", func() bool { return strings.Contains(p.Output(), "backup made") })
	names, _ := (&backups{BackupDir: dir}).made()
	if len(names) != 1 {
		t.Fatalf("%v", names)
	}
	s := newShell(t)
	s.must("", "restore", filepath.Join(dir, names[0]))
	p.Restart()
	if again, _ := (&backups{BackupDir: dir}).made(); len(again) != 1 {
		t.Errorf("after a restart: %v", again)
	}
}

// TestOneProgramMakesBackups has two programs that share a database and a folder.
func TestOneProgramMakesBackups(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newShell(t)
	s.create(adminEmail, "Ana", "admin")
	b := &backups{BackupDir: t.TempDir(), BackupEvery: 24 * time.Hour, BackupKeep: 7}
	var log bytes.Buffer
	said := slog.New(slog.NewTextHandler(&log, nil))
	var all sync.WaitGroup
	var made atomic.Int64
	for range 2 {
		db, err := s.open()
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		all.Go(func() {
			did, err := b.makeAlone(t.Context(), db, said)
			if err != nil {
				t.Error(err)
			}
			if did {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if names, _ := b.made(); made.Load() != 1 || len(names) != 1 {
		t.Errorf("%d programs have made %v", made.Load(), names)
	}
	if o := s.run("", "backup", "--db", s.db, filepath.Join(t.TempDir(), "friday.db")); o.code != exitOK {
		t.Errorf("%+v", o)
	}
	db, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	trail, err := db.Trail(t.Context(), actor(), store.TrailQuery{Act: string(store.ActBackup)})
	if err != nil || len(trail.Entries) != 2 || trail.Entries[0].Note != "friday.db: 1 person, 2 entries" || trail.Entries[1].Kind != store.System {
		t.Errorf("on record are %+v, %v", trail.Entries, err)
	}
}

// TestBackupOfPostgres says what to use instead, at once.
func TestBackupOfPostgres(t *testing.T) {
	s := newShell(t)
	s.db = "postgres://127.0.0.1:1/people"
	file := filepath.Join(t.TempDir(), "friday.db")
	for _, args := range [][]string{{"backup", file}, {"restore", file}, {"serve", "--backup-dir", t.TempDir()}} {
		if o := s.run("", args...); o.code == exitOK || !strings.Contains(o.err, "PostgreSQL makes its own backups") {
			t.Errorf("%v: exit code %d: %s", args, o.code, o.err)
		}
	}
}
