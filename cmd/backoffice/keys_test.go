package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// enrolled gives somebody an authenticator app, behind the program's back.
func (s *shell) enrolled(email string) {
	s.t.Helper()
	ctx := s.t.Context()
	db, err := store.Open(ctx, store.Config{DB: s.db, KeyFile: s.env["BACKOFFICE_KEY_FILE"], Keys: s.env[keySetting]})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	w, err := db.SignIn(ctx, store.Actor{Kind: store.Nobody}, email, s.secret)
	if err != nil {
		s.t.Fatal(err)
	}
	a := store.Actor{Kind: store.Person, ID: w.User.ID, Role: w.User.Role, SignIn: w.SignIn.ID}
	if err := db.BeginApp(ctx, a); err != nil {
		s.t.Fatal(err)
	}
	e, err := db.Enrolment(ctx, a)
	if err != nil {
		s.t.Fatal(err)
	}
	code, _ := e.Code(time.Now())
	if _, err := db.ConfirmApp(ctx, a, code); err != nil {
		s.t.Fatal(err)
	}
}

// TestKeysFromTheCommandLine are rotated, given up when they are lost, and asked
// for by the server.
func TestKeysFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	s.create("ana@example.com", "Ana", "admin")
	s.create("ben@example.com", "Ben", "member")
	s.enrolled("ana@example.com")
	s.enrolled("ben@example.com")
	if got := s.must("", "keys", "rotate"); !strings.Contains(got, "sealed anew by it: 2.") {
		t.Errorf("rotate: %q", got)
	}
	if o := s.run("", "keys", "forget"); o.code != exitRefused || !strings.Contains(o.err, "nothing is lost") {
		t.Errorf("forget: %+v", o)
	}
	if got := s.must("", "user", "reset-factors", "ben@example.com"); got != "Ben: second factors removed, sessions ended\n" {
		t.Errorf("reset-factors: %q", got)
	}
	if o := s.run("", "user", "reset-factors", "ben@example.com"); o.code != exitRefused {
		t.Errorf("reset-factors again: %+v", o)
	}
	s.env["BACKOFFICE_KEY_FILE"] = filepath.Join(t.TempDir(), "other")
	if o := s.run("", "serve", "--addr", "127.0.0.1:0"); o.code != exitFailed || !strings.Contains(o.err, "--key-file: the key file ") {
		t.Errorf("serve with other keys: %+v", o)
	}
	if got := s.must("", "keys", "forget"); got != "1 authenticator apps removed, 0 mails given up\n" {
		t.Errorf("forget: %q", got)
	}
	if info, err := os.Stat(s.env["BACKOFFICE_KEY_FILE"]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new file: %v, %v", info, err)
	}
}

// TestKeysFromTheConfiguration are used without a file, rotated by what the command
// says, and refused by the name of the setting.
func TestKeysFromTheConfiguration(t *testing.T) {
	const old = "T2xkT2xkT2xkT2xkT2xkT2xkT2xkT2xkT2xkT2xkT2w="
	s := newShell(t)
	delete(s.env, "BACKOFFICE_KEY_FILE")
	s.env[keySetting] = old
	s.create("ana@example.com", "Ana", "admin")
	s.enrolled("ana@example.com")
	says := s.must("", "keys", "rotate")
	fresh := strings.Split(says, "\n")[2]
	if !strings.Contains(says, keySetting) || len(fresh) != len(old) || strings.Contains(says, old) {
		t.Fatalf("rotate: %q", says)
	}
	s.env[keySetting] = old + "," + fresh
	if got := s.must("", "keys", "rotate"); !strings.Contains(got, "put it in front") || strings.Contains(got, fresh) {
		t.Errorf("rotate too early: %q", got)
	}
	s.env[keySetting] = fresh + "," + old
	if got := s.must("", "keys", "rotate"); !strings.Contains(got, "Sealed anew by the first key of BACKOFFICE_KEY: 1.") {
		t.Errorf("rotate: %q", got)
	}
	if files, err := filepath.Glob(filepath.Join(filepath.Dir(s.db), "*.key")); err != nil || len(files) > 0 {
		t.Errorf("made %v, %v", files, err)
	}
	config := filepath.Join(t.TempDir(), "backoffice.conf")
	if err := os.WriteFile(config, []byte(keySetting+"='"+old+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key  string
		args []string
		code int
		says string
	}{
		"no key":          {"hunter2-" + fresh, nil, exitUsage, "BACKOFFICE_KEY: key 1 of them is not 32 bytes in base64."},
		"a key and none":  {fresh + ", hunter2", nil, exitUsage, "BACKOFFICE_KEY: key 2 of them"},
		"the old one":     {old, []string{"--key-file", filepath.Join(t.TempDir(), "none", "keys")}, exitFailed, "BACKOFFICE_KEY: the keys that were given are not those of this database"},
		"from the config": {"", []string{"--config", config}, exitFailed, "BACKOFFICE_KEY: the keys that were given are not those of this database"},
	} {
		s.env[keySetting] = c.key
		o := s.run("", append([]string{"serve", "--addr", "127.0.0.1:0"}, c.args...)...)
		if o.code != c.code || !strings.Contains(o.err, c.says) || strings.Contains(o.err+o.out, "hunter2") || strings.Contains(o.err+o.out, fresh) || strings.Contains(o.err+o.out, old) {
			t.Errorf("%s: %+v", name, o)
		}
	}
}
