package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sealed seals a secret in a change of its own.
func (s *testStore) sealed(place string, id int64, secret string) (text string) {
	s.t.Helper()
	must(s.t, s.transact(s.t.Context(), console, func(x *tx) (err error) {
		text, err = x.seal(place, id, []byte(secret))
		return err
	}))
	return text
}

// TestSealed is opened for its own row only, also after a restart, and nothing of
// it can be read without the key.
func TestSealed(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	text := s.sealed("totp", 7, "the seed")
	if strings.Contains(text, "seed") || text == s.sealed("totp", 7, "the seed") {
		t.Errorf("sealed as %s", text)
	}
	s.reopen()
	if got, err := s.unseal("totp", 7, text); err != nil || string(got) != "the seed" {
		t.Errorf("opened as %q, %v", got, err)
	}
	for _, wrong := range []struct {
		place string
		id    int64
		text  string
	}{{"totp", 8, text}, {"mail", 7, text}, {"totp", 7, text[:len(text)-2]}, {"totp", 7, "x" + text[1:]}, {"totp", 7, ""}} {
		if got, err := s.unseal(wrong.place, wrong.id, wrong.text); !errors.Is(err, errSealed) {
			t.Errorf("%+v: %q, %v", wrong, got, err)
		}
	}
	if info, err := os.Stat(s.config.KeyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info.Mode(), err)
	}
}

// TestKeyFileIsMadeOnce by whoever comes first.
func TestKeyFileIsMadeOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	names := make(chan string, 8)
	var all []func() error
	for range cap(names) {
		all = append(all, func() error {
			keys, err := (&keyring{path: path}).load(true)
			if err == nil {
				names <- keys[0].id
			}
			return err
		})
	}
	for _, err := range atOnce(all...) {
		must(t, err)
	}
	first := <-names
	for range cap(names) - 1 {
		if got := <-names; got != first {
			t.Errorf("two keys: %s and %s", got, first)
		}
	}
}

// TestOtherKeys are refused once a secret is there: they could not open it.
func TestOtherKeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, s.CheckKeys(t.Context()))
	s.sealed("totp", 7, "the seed")
	must(t, s.CheckKeys(t.Context()))
	must(t, os.Remove(s.config.KeyFile))
	s.reopen()
	if err := s.CheckKeys(t.Context()); !errors.Is(err, errKeyFile) {
		t.Errorf("another key: %v", err)
	}
	err := s.transact(t.Context(), console, func(x *tx) error { return second(x.seal("totp", 8, []byte("seed"))) })
	if !errors.Is(err, errKeyFile) {
		t.Errorf("sealed by another key: %v", err)
	}
}

// TestKeyFileThatIsNone is refused, and none of what is in it is told.
func TestKeyFileThatIsNone(t *testing.T) {
	t.Parallel()
	good := "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
	for text, want := range map[string]string{"": "holds no key", "# nothing\n": "holds no key", "c2hvcnQ=\n": "line 1", good + "\nsecret!\n": "line 2"} {
		path := filepath.Join(t.TempDir(), "keys")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := (&keyring{path: path}).load(true)
		if !errors.Is(err, errKeyFile) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
	path := filepath.Join(t.TempDir(), "keys")
	must(t, os.WriteFile(path, []byte(good), 0o644))
	if _, err := (&keyring{path: path}).load(true); !errors.Is(err, errKeyFile) || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that all can read: %v", err)
	}
}
