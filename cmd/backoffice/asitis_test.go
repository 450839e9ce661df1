package main

import (
	"net"
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

// TestVersion is said, and built into a program that knows no checkout.
func TestVersion(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.db = ""
	if got := s.must("", "--version"); !strings.HasPrefix(got, "backoffice ") || !strings.Contains(got, "go1.") {
		t.Errorf("%q", got)
	}
	if !strings.Contains(readDeploy(t, "Dockerfile"), "-X main.version=$VERSION") {
		t.Error("the image does not say what it was built from")
	}
}

// TestSlipsInTheEnvironmentAreTold, without their values.
func TestSlipsInTheEnvironmentAreTold(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	warnOfUnknown(&out, []string{"PATH=/bin", "BACKOFFICE_DB=x", "BACKOFFICE_CONFIG=y", "BACKOFFICE_ADMIN_NAME=z", "BACKOFFICE_ADRESS=" + adminPassword,
		"BACKOFFICE_SERVICE_HOST=10.0.0.1", "BACKOFFICE_PORT_80_TCP=tcp://10.0.0.1:80"})
	if got := out.String(); got != "backoffice: BACKOFFICE_ADRESS in the environment is no setting\n" {
		t.Errorf("%q", got)
	}
}

// TestSocketsForNobody are refused: whoever connects there would wait for ever.
func TestSocketsForNobody(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &service{inherited: map[string]net.Listener{"addr": l}}
	if _, err := s.open("addr", ""); err != nil || s.leftOver() != nil {
		t.Errorf("%v, %v", err, s.leftOver())
	}
	s.inherited = map[string]net.Listener{"http-addr": l}
	if err := s.leftOver(); err == nil || !strings.Contains(err.Error(), "--http-addr") {
		t.Errorf("%v", err)
	}
}

// TestFirstLinkCanBeOpened where the program listens everywhere.
func TestFirstLinkCanBeOpened(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"0.0.0.0:80": "localhost:80", "[::]:81": "localhost:81", "127.0.0.1:82": "127.0.0.1:82", "[2001:db8::1]:83": "[2001:db8::1]:83"} {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(a); got != want {
			t.Errorf("%s is %s", address, got)
		}
	}
}

// TestMetricsOfBackups say how old the newest is, and how many failed.
func TestMetricsOfBackups(t *testing.T) {
	t.Parallel()
	b := &backups{BackupDir: t.TempDir()}
	figures := func() scraped {
		e := &exposition{}
		(&monitor{backups: b}).writeBackups(e)
		return scrape(t, e.text.String())
	}
	b.failed.Add(2)
	got := figures()
	if _, told := got["backoffice_backup_timestamp_seconds"]; told || got["backoffice_backups_failed_total"] != 2 {
		t.Errorf("without one: %v", got)
	}
	put(t, filepath.Join(b.BackupDir, "backoffice-20261201T020304Z.db"), nil)
	if got := figures(); got["backoffice_backup_timestamp_seconds"] != 1796090584 || got["backoffice_backups"] != 1 {
		t.Errorf("with one: %v", got)
	}
}
