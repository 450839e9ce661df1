package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"backoffice/store/storetest"
)

// TestDatabasesAreUsedAsTheyAre where that is asked for: none is made, and none is
// brought up to date under the hands of an older program.
func TestDatabasesAreUsedAsTheyAre(t *testing.T) {
	t.Parallel()
	blank := storetest.Blank(t)
	_, err := Open(t.Context(), Config{DB: blank, MustExist: true})
	wantKind(t, err, NotFound)
	older := storetest.Blank(t)
	makeOlder(t, Config{DB: older}, archivesSince)
	_, err = Open(t.Context(), Config{DB: older, MustExist: true, NoUpgrade: true})
	wantKind(t, err, Refused)
	if v := queryInt(t, storetest.Raw(t, older), `SELECT max(version_id) FROM goose_db_version WHERE is_applied`); v != archivesSince {
		t.Errorf("the schema is %d now", v)
	}
	for db, c := range map[string]Config{"a new one": {DB: blank, NoUpgrade: true}, "an older one": {DB: older, MustExist: true}} {
		s, err := Open(t.Context(), c)
		if err != nil {
			t.Fatalf("%s: %v", db, err)
		}
		must(t, s.Close())
	}
}

// TestMissingFileIsNotMade, and what is made is for its owner alone.
func TestMissingFileIsNotMade(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	name := filepath.Join(t.TempDir(), "typo.db")
	_, err := Open(t.Context(), Config{DB: name, MustExist: true})
	wantKind(t, err, NotFound)
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
	s, err := Open(t.Context(), Config{DB: name})
	must(t, err)
	defer s.Close()
	for _, beside := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(name + beside)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %o", info.Name(), info.Mode().Perm())
		}
	}
}

// TestKeysAreKnownFromTheStart: a second server with a file of its own is refused
// before either has sealed anything.
func TestKeysAreKnownFromTheStart(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, s.CheckKeys(t.Context()))
	other := s.config
	other.KeyFile = filepath.Join(t.TempDir(), "other.key")
	second, err := Open(t.Context(), other)
	must(t, err)
	defer second.Close()
	if err := second.CheckKeys(t.Context()); !errors.Is(err, errKeyFile) {
		t.Errorf("a second key file is taken: %v", err)
	}
	if _, err := os.Stat(other.KeyFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second key file was made: %v", err)
	}
}

// TestGroupOfOneMayReadTheKeys, as in a container, and no other group may.
func TestGroupOfOneMayReadTheKeys(t *testing.T) {
	if os.Getuid() != 0 {
		return // only root gives files away
	}
	t.Parallel()
	s := newTestStore(t)
	must(t, s.CheckKeys(t.Context()))
	for _, c := range []struct {
		uid, gid int
		mode     os.FileMode
		ok       bool
	}{{65532, 65532, 0o660, true}, {65532, 65532, 0o664, false}, {65532, 100, 0o640, false}, {0, 0, 0o640, false}, {65532, 100, 0o600, true}} {
		must(t, errors.Join(os.Chown(s.config.KeyFile, c.uid, c.gid), os.Chmod(s.config.KeyFile, c.mode)))
		if _, err := readKeyFile(s.config.KeyFile); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestSettledAfterARestore looks at what is ended: what may have been used since.
func TestSettledAfterARestore(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must(t, c.CheckKeys(t.Context()))
	c.invite(c.eve)
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	n, err := c.SettleRestored(t.Context(), c.admin)
	if n == 0 || err != nil {
		t.Errorf("%d sign-ins, %v", n, err)
	}
	if got := queryLines(t, c.reader, `SELECT kind FROM links`); len(got) != 1 || got[0] != "[invite]" {
		t.Errorf("links that are left: %v", got)
	}
	m := &mailbox{}
	must(t, c.PostMail(t.Context(), m.post))
	if one := c.only(); len(m.taken) > 0 || one.State != MailFailed || one.Problem != mailRestored || one.Sendable(c.Now()) {
		t.Errorf("%+v", one)
	}
	if n := queryInt(t, c.reader, `SELECT count(*) FROM seal_keys`); n != 0 {
		t.Errorf("%d keys are known, and nothing is sealed", n)
	}
	c.enrol(c.signIn(c.ben))
	must(t, second(c.SettleRestored(t.Context(), c.admin)))
	if n := queryInt(t, c.reader, `SELECT count(*) FROM seal_keys`); n != 1 {
		t.Errorf("%d keys are known, where something is sealed", n)
	}
}
