package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write the table of settings in the README")

const (
	tableBegins = "| flag | environment | default | what it is |\n|---|---|---|---|\n"
	tableEnds   = "\n\n"
)

// settingsTable is the table of the README, made from the flags themselves.
func settingsTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	code := func(s string) string {
		if s == "" {
			return ""
		}
		return "`" + s + "`"
	}
	line := func(cells ...string) {
		b.WriteString(strings.ReplaceAll("| "+strings.Join(cells, " | ")+" |\n", "|  |", "| |"))
	}
	everyNode(t, func(path string, n *kong.Node) {
		if path != "backoffice" && path != "backoffice serve" {
			return
		}
		for _, f := range n.Flags {
			if len(f.Envs) > 0 {
				help := strings.ReplaceAll(f.Help, "${enum}", strings.ReplaceAll(f.Enum, ",", ", "))
				line(code("--"+f.Name), code(f.Envs[0]), code(f.Default), strings.TrimSuffix(help, "."))
			}
		}
	})
	for _, s := range quietSettings {
		line("", code(s.name), "", strings.TrimSuffix(s.help, "."))
	}
	return b.String()
}

// TestReadmeKnowsTheSettings compares the table of the README with the program.
// With -update it writes it.
func TestReadmeKnowsTheSettings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(repoRoot, "README.md")
	readme, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), tableBegins)
	table, after, closed := strings.Cut(rest, tableEnds)
	if !ok || !closed {
		t.Fatal("the README has no table of settings")
	}
	want := settingsTable(t)
	if table+"\n" == want {
		return
	}
	if !*update {
		t.Fatalf("the README differs from the program (go test ./cmd/backoffice -run Readme -update writes it). It has\n%s\nwant\n%s", table, want)
	}
	if err := os.WriteFile(file, []byte(before+tableBegins+want+"\n"+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestConfigFile says which of three places wins.
func TestConfigFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "backoffice.conf")
	text := "# who we are\n\n BACKOFFICE_BRAND = \"North wind\"\nBACKOFFICE_PUBLIC_URL=https://file.example\n; and who looks after it\n" +
		"BACKOFFICE_ADMIN_EMAIL='" + adminEmail + "'\nBACKOFFICE_ADMIN_PASSWORD=" + adminPassword + "\nBACKOFFICE_TIME_ZONE=\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env   map[string]string
		args  []string
		brand string
	}{
		"by flag":                      {nil, []string{"--config", file}, "North wind"},
		"by environment":               {map[string]string{"BACKOFFICE_CONFIG": file}, nil, "North wind"},
		"the environment wins":         {map[string]string{"BACKOFFICE_CONFIG": file, "BACKOFFICE_BRAND": "East wind"}, nil, "East wind"},
		"a flag wins":                  {map[string]string{"BACKOFFICE_CONFIG": file, "BACKOFFICE_BRAND": "East wind"}, []string{"--brand", "West wind"}, "West wind"},
		"the file of the flag is read": {map[string]string{"BACKOFFICE_CONFIG": "/nowhere"}, []string{"--config", file}, "North wind"},
	} {
		t.Run(name, func(t *testing.T) {
			p := startProgram(t, c.env, c.args...)
			r, body := once(t, p.URL, call{path: "/login"})
			if !strings.Contains(body, c.brand) || r.Header.Get("Strict-Transport-Security") == "" {
				t.Errorf("%q is not on the page", c.brand)
			}
			if !strings.Contains(p.Output(), "Made the first admin") || strings.Contains(p.Output(), adminPassword) {
				t.Errorf("it wrote:\n%s", p.Output())
			}
		})
	}
}

// TestWrongConfigFile names the file, the line and the setting, not the value.
func TestWrongConfigFile(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"BACKOFFICE_BRAND=x\nBACKOFFICE_ADR=" + adminPassword: "line 2: BACKOFFICE_ADR is no setting",
		"BACKOFFICE_CONFIG=" + adminPassword:                  "line 1: BACKOFFICE_CONFIG is no setting",
		"PATH=" + adminPassword:                               "PATH is no setting",
		"BACKOFFICE_ADMIN_PASSWORD=\"" + adminPassword:        "line 1: BACKOFFICE_ADMIN_PASSWORD has a quote",
		"BACKOFFICE_BRAND=x\n\nBACKOFFICE_BRAND=y":            "line 3: BACKOFFICE_BRAND stands there twice",
		adminPassword:                  "line 1: no KEY=value",
		"BACKOFFICE_IDLE_TIMEOUT=soon": "--idle-timeout",
		"BACKOFFICE_LOG_LEVEL=loud":    "--log-level",
	} {
		s := newShell(t)
		file := filepath.Join(t.TempDir(), "wrong.conf")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o := s.run("", "serve", "--addr", "127.0.0.1:0", "--config", file)
		if o.code != exitUsage || !strings.Contains(o.err, says) || strings.Contains(says, "line") && !strings.Contains(o.err, file) {
			t.Errorf("%q: exit code %d, %s", text, o.code, o.err)
		}
	}
	s := newShell(t)
	if o := s.run("", "serve", "--config", filepath.Join(t.TempDir(), "missing")); o.code != exitUsage || !strings.Contains(o.err, "--config") {
		t.Errorf("a file that is missing: %d %s", o.code, o.err)
	}
}
