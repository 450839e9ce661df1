package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// TestCopyIsRefused leaves a target as it is.
func TestCopyIsRefused(t *testing.T) {
	t.Parallel()
	s := newFull(t)
	stranger := newTestStore(t)
	stranger.add("Somebody", Admin)
	for name, c := range map[string]struct {
		from, to func() string
		why      string
	}{
		"people of its own": {nil, func() string { return stranger.config.DB }, "holds 1 person and 1 entry"},
		"a copy that went on": {nil, func() string {
			to := copied(t, s.config.DB, false)
			goOn(t, to)
			return to
		}, "is not the beginning of that"},
		"a source that is behind": {func() string {
			from := copied(t, s.config.DB, true)
			s.add("Later", Member)
			return from
		}, func() string { return copied(t, s.config.DB, false) }, "is not the beginning of that"},
		"itself":           {nil, func() string { return s.config.DB }, "one and the same"},
		"an older source":  {func() string { return older(t) }, nil, "older version"},
		"an empty source":  {func() string { return storetest.Blank(t) }, nil, ""},
		"a missing source": {func() string { return filepath.Join(t.TempDir(), "no.db") }, nil, ""},
		"a newer source":   {func() string { return newer(t) }, nil, "newer version"},
	} {
		from, to := s.config.DB, filepath.Join(t.TempDir(), "new.db")
		if c.from != nil {
			from = c.from()
		}
		fresh := c.to == nil
		var before []string
		if !fresh {
			to = c.to()
			before = contentOf(t, to)
		}
		_, err := Copy(t.Context(), from, to, quietly)
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", name, err)
		}
		if _, serr := os.Stat(to); fresh && serr == nil {
			t.Errorf("%s: the target was made", name)
		}
		if !fresh && !slices.Equal(contentOf(t, to), before) {
			t.Errorf("%s: something was changed", name)
		}
	}
}

// goOn changes something in a database.
func goOn(t *testing.T, db string) {
	t.Helper()
	s, err := Open(t.Context(), Config{DB: db})
	must(t, err)
	change(t)(s.CreateUser(t.Context(), console, NewUser{Name: "Own", Email: "own@example.com", Role: Member, Password: password}))
	must(t, s.Close())
}

func older(t *testing.T) string {
	newest, err := newestMigration()
	must(t, err)
	db := storetest.Blank(t)
	makeOlder(t, Config{DB: db}, newest-1)
	return db
}

func newer(t *testing.T) string {
	db := storetest.New(t)
	goOn(t, db)
	mustExec(t, storetest.Raw(t, db), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)
	return db
}

// TestCopyOfABrokenTrail is refused: a copy would make it look whole.
func TestCopyOfABrokenTrail(t *testing.T) {
	t.Parallel()
	s := newFull(t)
	for _, toFile := range []bool{true, false} {
		from := copied(t, s.config.DB, toFile)
		raw := storetest.Raw(t, from)
		raw.SetMaxOpenConns(1)
		off := noTriggers()
		if toFile {
			off = `DROP TRIGGER audit_entries_no_update`
		}
		mustExec(t, raw, off)
		mustExec(t, raw, `UPDATE audit_entries SET act = 'x' WHERE id = 12`)
		to := filepath.Join(t.TempDir(), "new.db")
		_, err := Copy(t.Context(), from, to, quietly)
		var broken *BrokenTrail
		if !errors.As(err, &broken) || broken.Report.Bad != 12 {
			t.Errorf("%v", err)
		}
		if fileIsThere(to) {
			t.Error("the target was made")
		}
	}
}
