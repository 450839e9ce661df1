package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestVerifyFindsTampering changes the trail behind the program's back.
func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	for name, attack := range map[string]string{
		"another actor":    `UPDATE audit_entries SET actor_kind = 'system' WHERE id = 2`,
		"another value":    `UPDATE audit_values SET body = replace(body, 'Bob', 'Eve') WHERE entry_id = 2`,
		"removed":          `DELETE FROM audit_values WHERE entry_id = 2; DELETE FROM audit_entries WHERE id = 2`,
		"the end cut off":  `DELETE FROM audit_values WHERE entry_id = 3; DELETE FROM audit_entries WHERE id = 3`,
		"values forgotten": `DELETE FROM audit_values WHERE entry_id = 2`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			s.create("ana@example.com", "Ana Pérez", "admin")
			s.create("bob@example.com", "Bob", "viewer")
			s.must("", "user", "set-role", "2", "editor")
			raw := storetest.Raw(t, s.db)
			if _, err := raw.Exec(attack); err == nil {
				t.Error("the triggers let it pass")
			}
			s.must("", "audit", "verify")
			dropTriggers(t, raw)
			if _, err := raw.Exec(attack); err != nil {
				t.Fatal(err)
			}
			o := s.run("", "audit", "verify")
			if o.code != exitBroken || !regexp.MustCompile(`entry [23]:`).MatchString(o.err) || o.out != "" {
				t.Errorf("exit code %d, want %d: %s%s", o.code, exitBroken, o.out, o.err)
			}
		})
	}
}

// TestAuditArchive takes the trail out of the database, by commands.
func TestAuditArchive(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.create("ana@example.com", "Ana Pérez", "admin")
	file := filepath.Join(t.TempDir(), "trail.jsonl.gz")
	for before, code := range map[string]int{"yesterday": exitUsage, "2026-13-01": exitUsage, "2999-01-01": exitRefused} {
		if o := s.run("", "audit", "archive", "--before", before, file); o.code != code || o.out != "" {
			t.Errorf("--before %s: %d %s", before, o.code, o.err)
		}
	}
	if out := s.must("", "audit", "archive", "--before", "2001-01-01", file); !strings.Contains(out, "Nothing is as old") || fileExists(file) {
		t.Errorf("%q", out)
	}
	now := time.Now().Format(time.RFC3339Nano)
	if out := s.must("", "audit", "archive", "--before", now, file); !regexp.MustCompile(`trail.jsonl.gz: (\d+) entries, 1 to (\d+), newest [0-9a-f]{64}\n$`).MatchString(out) {
		t.Errorf("%q", out)
	}
	if out := s.must("", "audit", "archive", "--before", now, file); !strings.Contains(out, "earlier try") {
		t.Errorf("once more: %q", out)
	}
	if out := s.must("", "audit", "verify"); !strings.Contains(out, "It begins with entry ") {
		t.Errorf("%q", out)
	}
	if out := s.must("", "audit", "verify", file); !strings.Contains(out, "The audit trail is whole: ") || strings.Contains(out, "It begins") {
		t.Errorf("with the archive: %q", out)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content[:len(content)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	if o := s.run("", "audit", "verify", file); o.code != exitBroken || !strings.Contains(o.err, "trail.jsonl.gz: entry ") {
		t.Errorf("cut off: %d %s", o.code, o.err)
	}
	if o := s.run("", "audit", "archive", "--before", now, file); o.code != exitBroken {
		t.Errorf("cut off: %d %s", o.code, o.err)
	}
}
