package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two keys as text.
const (
	givenOld = "T2xkT2xkT2xkT2xkT2xkT2xkT2xkT2xkT2xkT2xkT2w="
	givenNew = "TmV3TmV3TmV3TmV3TmV3TmV3TmV3TmV3TmV3TmV3TmU="
)

// given opens the database of s once more, with these keys.
func (s *testStore) given(keys string) *testStore {
	s.t.Helper()
	c := s.config
	c.Keys = keys
	other, err := Open(s.t.Context(), c)
	must(s.t, err)
	s.t.Cleanup(func() { other.Close() })
	return &testStore{Store: other, t: s.t, config: c, clock: s.clock}
}

// TestGivenKeys seal without a file, and others are refused.
func TestGivenKeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.config.KeyFile = filepath.Join(t.TempDir(), "none", "keys") // a place where nothing can be made
	a := s.given(givenOld)
	must(t, a.CheckKeys(t.Context()))
	text := a.sealed("totp", 7, "the seed")
	for _, keys := range []string{givenOld, givenOld + "," + givenNew, "\n " + givenNew + "\n" + givenOld + "\n", givenNew + "; " + givenOld} {
		b := s.given(keys)
		must(t, b.CheckKeys(t.Context()))
		if got, err := b.unseal("totp", 7, text); string(got) != "the seed" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	b := s.given(givenNew)
	if err := b.CheckKeys(t.Context()); !errors.Is(err, errKeyFile) || !strings.Contains(err.Error(), "keys forget") {
		t.Errorf("another key: %v", err)
	}
	if got, err := b.unseal("totp", 7, text); !errors.Is(err, errSealed) {
		t.Errorf("opened by another key as %q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Dir(s.config.KeyFile)); err == nil {
		t.Error("a file was made")
	}
}

// TestGivenKeysThatAreNone are refused, and nothing of them is told.
func TestGivenKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		" , ":                            "there is no key",
		"hunter2":                        "key 1 ",
		givenOld + ",hunter2":            "key 2 ",
		givenOld[:20] + "," + givenNew:   "key 1 ",
		givenOld + givenNew:              "key 1 ",
		givenOld + " " + givenOld:        "key 2 of them stands there twice",
		strings.TrimRight(givenOld, "="): "key 1 ",
	} {
		_, err := Open(t.Context(), Config{DB: filepath.Join(t.TempDir(), "x.db"), Keys: text})
		if !errors.Is(err, ErrKeys) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), givenOld[:8]) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestRotatingGivenKeys walks through what the README says, with two programs that
// are restarted one after the other: at each step both open what either has sealed.
func TestRotatingGivenKeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	a, b := s.given(givenOld), s.given(givenOld)
	ben := a.add("Ben", Member)
	a.enrol(a.signIn(ben))
	seed := func() string { return queryLines(t, s.reader, `SELECT seed FROM totp_apps`)[0] }
	both := func(step string) {
		t.Helper()
		for _, from := range []*testStore{a, b} {
			must(t, from.CheckKeys(t.Context()))
			text := from.sealed("totp", ben.ID, "a seed")
			for _, to := range []*testStore{a, b} {
				if _, err := to.unseal("totp", ben.ID, text); err != nil {
					t.Errorf("%s: %v", step, err)
				}
				if _, err := to.unseal("totp", ben.ID, strings.Trim(seed(), "[]")); err != nil {
					t.Errorf("%s: the app of Ben: %v", step, err)
				}
			}
		}
	}
	before, entries := seed(), s.newest(1)[0].ID
	r, err := a.RotateKeys(t.Context(), console)
	if _, ok := parseKey(r.Fresh); err != nil || !ok || r.Sealed != 0 || seed() != before || s.newest(1)[0].ID != entries {
		t.Fatalf("to begin with: %+v, %v", r, err)
	}
	for _, keys := range []string{givenOld + "," + givenNew, givenNew + "," + givenOld} {
		a = s.given(keys)
		both("one of two has " + keys)
		b = s.given(keys)
		both("both have " + keys)
		if keys[:len(givenOld)] == givenOld {
			if r, err := a.RotateKeys(t.Context(), console); err != nil || r != (Rotation{Given: 2, Done: true}) {
				t.Errorf("too early: %+v, %v", r, err)
			}
		}
	}
	if r, err := a.RotateKeys(t.Context(), console); err != nil || r != (Rotation{Sealed: 1, Given: 2}) || seed() == before {
		t.Errorf("rotated: %+v, %v", r, err)
	}
	if s.newest(1)[0].Act != ActRotateKeys {
		t.Errorf("on record: %+v", s.newest(1)[0])
	}
	both("sealed anew")
	a = s.given(givenNew)
	both("one is without the old one")
	b = s.given(givenNew)
	both("both are")
	if err := s.given(givenOld).CheckKeys(t.Context()); !errors.Is(err, errKeyFile) {
		t.Errorf("the old key is still good: %v", err)
	}
}
