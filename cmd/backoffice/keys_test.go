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
	db, err := store.Open(ctx, store.Config{DB: s.db, KeyFile: s.env["BACKOFFICE_KEY_FILE"]})
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
