package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// copying runs the command and gives what it said.
func copying(t *testing.T, from, to string) (code int, out, complaint string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), []string{"copy", "--from", from, "--to", to}, func(string) string { return "" }, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// TestCopyCommand copies to a file, and again, and tells what the copy holds.
func TestCopyCommand(t *testing.T) {
	t.Parallel()
	from, to := storetest.New(t), filepath.Join(t.TempDir(), "copy.db")
	var out bytes.Buffer
	if code := run(context.Background(), []string{"--db", from, "demo", "--users", "50"}, func(string) string { return "" }, strings.NewReader(""), &out, &out); code != exitOK {
		t.Fatalf("%d: %s", code, &out)
	}
	for _, says := range []string{": copied in ", ": copied again in "} {
		code, out, complaint := copying(t, from, "sqlite:"+to)
		if code != exitOK || !strings.Contains(out, "users          50\n") || !strings.Contains(out, to+says) || !strings.Contains(out, "1 entries of the audit trail, newest ") {
			t.Errorf("%d: %s%s", code, out, complaint)
		}
	}
	if code, _, complaint := copying(t, to, to); code != exitRefused || !strings.Contains(complaint, "one and the same") {
		t.Errorf("%d: %s", code, complaint)
	}
	code, _, complaint := copying(t, "postgres://u:secret@127.0.0.1:1/x", to)
	if code != exitFailed || strings.Contains(complaint, "secret") {
		t.Errorf("%d: %s", code, complaint)
	}
}
