package store

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// loseKeys takes the key file away.
func (s *testStore) loseKeys() {
	s.t.Helper()
	must(s.t, os.Remove(s.config.KeyFile))
}

func (s *testStore) keysInFile() []string {
	s.t.Helper()
	keys, err := (&keyring{path: s.config.KeyFile}).load(false)
	must(s.t, err)
	var names []string
	for _, k := range keys {
		names = append(names, k.id)
	}
	return names
}

// TestRotatingKeys seals everything anew while another program runs, which goes on
// with the new key.
func TestRotatingKeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, ben := s.add("Ana", Admin), s.add("Ben", Member)
	e, _ := s.enrol(s.signIn(ben))
	other, err := Open(t.Context(), s.config)
	must(t, err)
	defer other.Close()
	first := s.keysInFile()
	r, err := s.RotateKeys(t.Context(), console)
	if r != (Rotation{Sealed: 1}) || err != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	names := s.keysInFile()
	if len(names) != 2 || names[1] != first[0] {
		t.Errorf("the file has %v, had %v", names, first)
	}
	sealedBy := func() []string { return queryLines(t, s.reader, `SELECT DISTINCT substr(seed, 1, 16) FROM totp_apps`) }
	if got := sealedBy(); !slices.Equal(got, []string{"[" + names[0] + "]"}) {
		t.Errorf("sealed by %v, want %s", got, names[0])
	}
	must(t, second(other.SignInByCode(t.Context(), visitor(here), s.halfway(ben), s.code(e))))
	must(t, other.BeginApp(t.Context(), as(ana)))
	if got := sealedBy(); !slices.Equal(got, []string{"[" + names[0] + "]"}) {
		t.Errorf("the other program seals by %v, want %s", got, names[0])
	}
	must(t, second(s.RotateKeys(t.Context(), console)))
	if again := s.keysInFile(); len(again) != 2 || slices.Contains(again, first[0]) || again[1] != names[0] {
		t.Errorf("the file has %v; %v seals nothing any more", again, first)
	}
	s.reopen()
	must(t, s.CheckKeys(t.Context()))
}

// TestKeysThatSealStay in the file, however often it is given new ones.
func TestKeysThatSealStay(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	e, _ := s.enrol(s.signIn(ben))
	for range 3 { // a rotation that is broken off each time before anything is sealed anew
		must(t, s.transact(t.Context(), console, func(x *tx) error { return x.addKey() }))
	}
	s.reopen()
	must(t, second(s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), s.code(e))))
	var all []func() error
	for range 3 {
		all = append(all, func() error { return second(s.RotateKeys(t.Context(), console)) })
	}
	for _, err := range atOnce(all...) {
		must(t, err)
	}
	s.reopen()
	s.clock.advance(time.Minute)
	must(t, second(s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), s.code(e))))
}

// TestLostKeys keep everybody out who has a second factor, until they are given up.
func TestLostKeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	_, codes := s.enrol(s.signIn(ben))
	wantKind(t, second(s.ForgetKeys(t.Context(), console)), Refused)
	s.loseKeys()
	s.reopen()
	if err := s.CheckKeys(t.Context()); !errors.Is(err, errKeyFile) || !strings.Contains(err.Error(), "keys forget") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(s.config.KeyFile); err == nil {
		t.Error("a file was made that opens nothing")
	}
	removed, err := s.ForgetKeys(t.Context(), console)
	if removed != "1 authenticator apps removed, 0 mails given up" || err != nil {
		t.Errorf("%q, %v", removed, err)
	}
	if e := s.newest(1)[0]; e.Act != ActForgetKeys || e.Note != removed {
		t.Errorf("on record as %+v", e)
	}
	must(t, s.CheckKeys(t.Context()))
	a := s.signIn(ben)
	wantKind(t, s.Prove(t.Context(), a, "", codes[0]), Invalid)
	s.enrol(a)
}

// TestSealedColumnsAreAllKnown: what is sealed for a place that rotating does not
// walk would be lost with its key.
func TestSealedColumnsAreAllKnown(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	seals, walked := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		must(t, err)
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`x\.seal\((\S+),`).FindAllStringSubmatch(string(source), -1) {
			seals[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`\{place: (\w+)`).FindAllStringSubmatch(string(source), -1) {
			walked[m[1]] = true
		}
	}
	if len(seals) == 0 || len(walked) != len(sealedColumns) {
		t.Fatalf("seals %v, walked %v", seals, walked)
	}
	for place := range seals {
		if !walked[place] {
			t.Errorf("what is sealed for %s stands in no line of sealedColumns", place)
		}
	}
}
