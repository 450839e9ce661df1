package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// commands runs the program's commands on one data file in a folder of its own.
type commands struct {
	t      *testing.T
	folder string
}

func (c commands) path(name string) string { return filepath.Join(c.folder, name) }

func (c commands) file(name, content string) string {
	c.t.Helper()
	if err := os.WriteFile(c.path(name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return c.path(name)
}

// does runs a command, wants its exit code and each of the texts in what it
// prints.
func (c commands) does(ctx context.Context, code int, texts []string, args ...string) {
	c.t.Helper()
	var out bytes.Buffer
	got := run(ctx, append([]string{"--db", c.path("people.db")}, args...), func(string) string { return "" }, strings.NewReader(""), &out, &out)
	if got != code {
		c.t.Errorf("%v: exit code %d, want %d", args, got, code)
	}
	for _, text := range texts {
		if !strings.Contains(out.String(), text) {
			c.t.Errorf("%v: %q is not in\n%s", args, text, out.String())
		}
	}
}

// TestImportCommand brings the bad file in from the command line.
func TestImportCommand(t *testing.T) {
	t.Parallel()
	c := commands{t, t.TempDir()}
	ctx := t.Context()
	file := c.file("socios.csv", badFile)
	c.does(ctx, exitRefused, []string{"Import 1: socios.csv, latin-1, cells divided by \";\"", "column 7 \"Aula\"", "not taken",
		"Checked: 4 to create, 0 to change, 0 unchanged, 4 refused", "Nothing has been written. Run it with: backoffice import --continue 1",
		"line 7: E-mail: Line 3 already has this."}, "import", file, "--dry-run")
	c.does(ctx, exitNotFound, nil, "user", "set-role", "jose@example.com", "viewer")
	c.does(ctx, exitRefused, []string{"Done: 4 created, 0 changed, 0 unchanged, 4 refused"}, "import", "--continue", "1", "--failed", c.path("failed.csv"))
	failed, err := os.ReadFile(c.path("failed.csv"))
	if err != nil || strings.Count(string(failed), "\n") != 5 || !strings.Contains(string(failed), "maria@example,12,jefa") {
		t.Errorf("the refused rows: %v\n%s", err, failed)
	}
	c.does(ctx, exitRefused, []string{"0 to create, 0 to change, 4 unchanged", "There is nothing to do."}, "import", file)
	c.does(ctx, exitOK, []string{"0 to create, 2 to change"}, "import", c.file("change.csv", "codigo,tel\nL-1,030 77777\nL-2,030 88888\n"), "--key", "external_id", "--map", "codigo=external_id", "--dry-run")
	c.does(ctx, exitOK, []string{"Undone: 4 taken back, 0 left"}, "import", "--undo", "1")
	c.does(ctx, exitOK, []string{"The audit trail is whole"}, "audit", "verify")

	c.does(ctx, exitUsage, []string{"Say what to import"}, "import")
	c.does(ctx, exitFailed, []string{"no such file"}, "import", c.path("nowhere.csv"))
	c.does(ctx, exitUsage, []string{`there is no column "Correo"`, "codigo, tel"}, "import", c.path("change.csv"), "--map", "Correo=email")
	c.does(ctx, exitUsage, []string{"delimiter: Choose one of the delimiters."}, "import", file, "--delimiter", "x")
	c.does(ctx, exitNotFound, nil, "import", "--continue", "99")
}
