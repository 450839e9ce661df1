package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// TestMistypedDatabase is no empty one: what looks, checks or ends things says that
// there is none, and makes none.
func TestMistypedDatabase(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newShell(t)
	s.db = filepath.Join(t.TempDir(), "typo.db")
	for _, args := range [][]string{{"audit", "verify"}, {"user", "list"}, {"user", "end-sessions", "--all"}, {"export"}, {"keys", "rotate"}} {
		if o := s.run("", args...); o.code != exitNotFound || !strings.Contains(o.err, "no back office in "+s.db) || o.out != "" {
			t.Errorf("%v: %+v", args, o)
		}
	}
	if fileExists(s.db) {
		t.Error("it was made")
	}
	s.create("ana@example.com", "Ana", "admin")
	if info, err := os.Stat(s.db); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestRestoreAsksForTheKeys of the backup's time, before it replaces anything.
func TestRestoreAsksForTheKeys(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newShell(t)
	s.create("ana@example.com", "Ana", "admin")
	s.enrolled("ana@example.com")
	backup := filepath.Join(t.TempDir(), "backup.db")
	s.must("", "backup", backup)
	s.must("", "restore", "--check", backup)
	s.create("ben@example.com", "Ben", "member")
	keys := s.env["BACKOFFICE_KEY_FILE"]
	s.env["BACKOFFICE_KEY_FILE"] = filepath.Join(t.TempDir(), "other")
	for _, args := range [][]string{{"restore", "--check", backup}, {"restore", backup}} {
		if o := s.run("", args...); o.code != exitRefused || !strings.Contains(o.err, "cannot open") || len(s.list()) != 2 {
			t.Errorf("%v with other keys: %+v", args, o)
		}
	}
	s.env["BACKOFFICE_KEY_FILE"] = keys
	s.must("", "restore", backup)
	if people := s.list(); len(people) != 1 {
		t.Errorf("%d people", len(people))
	}
	s.env["BACKOFFICE_KEY_FILE"] = filepath.Join(t.TempDir(), "other")
	if out := s.must("", "restore", "--without-keys", backup); !strings.Contains(out, "1 authenticator apps removed") {
		t.Errorf("without the keys: %q", out)
	}
	s.must("", "keys", "rotate")
}
