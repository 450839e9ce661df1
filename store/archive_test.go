package store

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// archiveUpTo archives what was made before so many minutes after the morning.
func (s *testStore) archiveUpTo(minutes int, file string) Archived {
	s.t.Helper()
	done, err := s.ArchiveTrail(s.t.Context(), console, morning.Add(time.Duration(minutes)*time.Minute), file)
	must(s.t, err)
	return done
}

// verified is the report on a trail that has to be whole.
func (s *testStore) verified(archives ...string) AuditReport {
	s.t.Helper()
	r, err := s.VerifyAudit(s.t.Context(), archives...)
	must(s.t, err)
	if r.Bad != 0 {
		s.t.Errorf("with %v the trail is broken: %s", archives, r)
	}
	return r
}

// linesOf are the lines of an archive.
func linesOf(t testing.TB, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	in := io.Reader(f)
	if strings.HasSuffix(path, ".gz") {
		in, err = gzip.NewReader(f)
		must(t, err)
	}
	content, err := io.ReadAll(in)
	must(t, err)
	return strings.SplitAfter(strings.TrimSuffix(string(content), "\n"), "\n")
}

// TestArchive takes the trail out in two files. Each line has all that its
// digest covers, and what is left goes on as it was.
func TestArchive(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	folder := t.TempDir()
	first, second := filepath.Join(folder, "first.jsonl.gz"), filepath.Join(folder, "second.jsonl")
	hashes := queryLines(t, s.reader, `SELECT hash FROM audit_entries ORDER BY id`)
	whole := s.verified()
	if got := s.archiveUpTo(0, first); got != (Archived{}) || fileIsThere(first) {
		t.Errorf("of nothing: %+v", got)
	}
	if got := s.archiveUpTo(1, first); got.Entries != 2 || got.First != 1 || got.Last != 2 || "["+got.Head+"]" != hashes[1] || got.Resumed {
		t.Errorf("%+v", got)
	}
	s.clock.advance(time.Minute)
	if got := s.archiveUpTo(2, second); got.Entries != 3 || got.First != 3 || got.Last != 5 || "["+got.Head+"]" != hashes[4] {
		t.Errorf("%+v", got)
	}
	onlyFiles(t, folder, "first.jsonl.gz", "second.jsonl")
	if got := strings.Join(queryLines(t, s.reader, `SELECT id FROM audit_entries ORDER BY id`), ""); got != "[6][7][8][9][10][11]" {
		t.Errorf("left are %s", got)
	}
	if n := queryInt(t, s.reader, `SELECT count(*) FROM audit_values WHERE entry_id < 6`); n != 0 {
		t.Errorf("%d values are left", n)
	}
	for i, entry := range s.newest(2) {
		note := []string{"second.jsonl: 3 entries, up to 5, whose digest is ", "first.jsonl.gz: 2 entries, up to 2, whose digest is "}[i]
		if entry.Act != ActArchiveTrail || entry.Kind != Command || !strings.HasPrefix(entry.Note, note) {
			t.Errorf("on record is %+v", entry)
		}
	}
	for _, c := range []struct {
		archives []string
		first, n int64
	}{{nil, 6, 6}, {[]string{second}, 3, 9}, {[]string{first, second}, 1, 11}, {[]string{second, first}, 1, 11}} {
		if r := s.verified(c.archives...); r.First != c.first || r.Entries != c.n || r.Last != 11 {
			t.Errorf("%v: %+v", c.archives, r)
		}
	}
	if lines := linesOf(t, first); len(lines) != 4 || lines[0] != `{"kind":"audit trail archive","version":2,"from":1,"prev_hash":""}`+"\n" ||
		lines[3] != `{"end":2,"count":2,"hash":"`+strings.Trim(hashes[1], "[]")+`"}` {
		t.Errorf("%q", lines)
	}
	if info, err := os.Stat(first); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("it may be read by %v, %v", info.Mode(), err)
	}
	if whole.First != 1 || whole.Last != 9 {
		t.Errorf("before it was %+v", whole)
	}
	s.reopen()
	s.add("Otto", Member)
	s.verified(first, second)
}

func fileIsThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestArchiveAll archives everything but the entry that says so, twice.
func TestArchiveAll(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	folder := t.TempDir()
	var files []string
	for n := range 2 {
		files = append(files, filepath.Join(folder, fmt.Sprint(n, ".jsonl")))
		s.clock.advance(time.Minute)
		must(t, second(s.ArchiveTrail(t.Context(), console, s.Now().Add(-time.Second), files[n])))
	}
	if r := s.verified(files...); r.Entries != 11 || s.countEntries() != 1 {
		t.Errorf("%+v, %d are left", r, s.countEntries())
	}
	// Even without any entry the trail goes on where it was.
	empty := s.copyWith(`DROP TRIGGER audit_entries_no_delete; DROP TRIGGER audit_values_no_delete; DELETE FROM audit_values; DELETE FROM audit_entries`)
	for id, goes := range map[int]bool{1: false, 9: false, 10: false, 11: true} {
		_, err := empty.writer.Exec(`INSERT INTO audit_entries VALUES (?1, 1, '', 0, '', '', 0, '', '', '', 0, '', '', '')`, id)
		if (err == nil) != goes {
			t.Errorf("entry %d: %v", id, err)
		}
	}
}

// archived is a trail whose first five entries are in an archive.
func archived(t *testing.T) (s *testStore, file string) {
	t.Helper()
	s = newTrail(t)
	file = filepath.Join(t.TempDir(), "trail.jsonl")
	s.archiveUpTo(2, file)
	return s, file
}

// TestArchivedTrailCannotBeChanged tries with SQL what an archive is no excuse for.
func TestArchivedTrailCannotBeChanged(t *testing.T) {
	t.Parallel()
	s, _ := archived(t)
	change(t)(s.Delete(t.Context(), console, 3)) // so that 6 has no values
	s.clock.advance(KeepDeleted + time.Hour)
	must(t, second(s.Purge(t.Context())))
	before := s.fingerprint()
	for _, statement := range []string{
		`DELETE FROM audit_entries WHERE id = 6`,
		`DELETE FROM audit_entries`,
		`DELETE FROM audit_values WHERE entry_id = 7`,
		`UPDATE audit_base SET entry_id = 4`,
		`UPDATE audit_base SET entry_id = 5`,
		`UPDATE audit_base SET at = 1`,
		`UPDATE audit_base SET entry_id = 7`,
		`UPDATE audit_base SET entry_id = 11, hash = ''`,
		`UPDATE audit_base SET entry_id = 7, hash = (SELECT hash FROM audit_entries WHERE id = 6)`,
		`UPDATE audit_base SET id = 2, entry_id = 7, hash = (SELECT hash FROM audit_entries WHERE id = 7)`,
		`DELETE FROM audit_base`,
		`INSERT OR REPLACE INTO audit_base VALUES (1, 9, '', 0)`,
		`INSERT INTO audit_base VALUES (1, 9, '', 0) ON CONFLICT (id) DO UPDATE SET entry_id = 9`,
		`INSERT INTO audit_entries SELECT 5, at, actor_kind, actor_id, act, outcome, target_id, address, agent, request_id, undo_of, values_hash, prev_hash, hash FROM audit_entries WHERE id = 6`,
		`INSERT INTO audit_values (entry_id, target_id, salt, body) VALUES (5, 0, '', '{}')`,
	} {
		if _, err := s.writer.Exec(statement); err == nil {
			t.Errorf("%s went through", statement)
		}
		if s.fingerprint() != before {
			t.Fatalf("%s changed something", statement)
		}
	}
}

// TestArchiveRefuses leaves the trail and the file as they are.
func TestArchiveRefuses(t *testing.T) {
	t.Parallel()
	s, file := archived(t)
	folder := t.TempDir()
	text, foreign := filepath.Join(folder, "letter.txt"), filepath.Join(folder, "foreign.jsonl")
	must(t, os.WriteFile(text, []byte("Dear Sirs"), 0o600))
	newTrail(t).archiveUpTo(2, foreign)
	until := morning.Add(3 * time.Minute)
	for name, c := range map[string]struct {
		a      Actor
		before time.Time
		to     string
		kind   Kind
	}{
		"a viewer":           {as(&User{ID: 1, Role: Viewer}), until, filepath.Join(folder, "new"), Refused},
		"the future":         {console, s.Now().Add(time.Hour), filepath.Join(folder, "new"), Refused},
		"a letter":           {console, until, text, Refused},
		"the last archive":   {console, until, foreign, Refused},
		"a folder":           {console, until, folder, Refused},
		"a folder not there": {console, until, filepath.Join(folder, "none", "new"), Internal},
	} {
		if name == "a viewer" {
			viewer := s.add("Vera", Viewer)
			c.a, c.kind = as(viewer), Forbidden
		}
		first := queryInt(t, s.reader, `SELECT min(id) FROM audit_entries`)
		_, err := s.ArchiveTrail(t.Context(), c.a, c.before, c.to)
		wantKind(t, err, c.kind)
		if got := queryInt(t, s.reader, `SELECT min(id) FROM audit_entries`); got != first {
			t.Errorf("%s: the trail begins with %d instead of %d", name, got, first)
		}
	}
	onlyFiles(t, folder, "foreign.jsonl", "letter.txt")
	s.verified(file)
	// The file that was made last has come to its end already.
	if done := s.archiveUpTo(2, file); !done.Resumed || done.Entries != 5 {
		t.Errorf("%+v", done)
	}
}

// TestExportWhileArchiving does not give a list from which those may be missing
// who have changed meanwhile.
func TestExportWhileArchiving(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	err := s.ExportUsers(t.Context(), console, Query{}, "csv", func(*User) error {
		s.clock.advance(time.Second)
		return second(s.ArchiveTrail(t.Context(), console, s.Now(), filepath.Join(t.TempDir(), "trail.jsonl")))
	})
	wantKind(t, err, Refused)
	must(t, s.ExportUsers(t.Context(), console, Query{}, "csv", func(*User) error { return nil }))
}

// TestArchiveOfABrokenTrail archives nothing.
func TestArchiveOfABrokenTrail(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	broken := &testStore{Store: s.Store, t: t, config: s.config, clock: s.clock}
	j := &archiving{store: broken.Store, actor: console, before: morning.Add(2 * time.Minute), to: filepath.Join(t.TempDir(), "trail.jsonl")}
	must(t, j.begin(t.Context()))
	j.store = s.copyWith(noTriggers(), `UPDATE audit_entries SET act = 'x' WHERE id = 4`)
	var why *BrokenTrail
	if err := j.write(t.Context()); !errors.As(err, &why) || why.Report.Bad != 4 || fileIsThere(j.to) {
		t.Errorf("%v", err)
	}
}

// TestArchiveAndPurge removes somebody whose entries are in an archive, where
// they stay, and in the database, where they do not.
func TestArchiveAndPurge(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	folder := t.TempDir()
	change(t)(s.Delete(t.Context(), console, 2))
	s.clock.advance(KeepDeleted + time.Hour)
	first, second := filepath.Join(folder, "1.jsonl"), filepath.Join(folder, "2.jsonl")
	s.archiveUpTo(1, first)
	if n, err := s.Purge(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	s.archiveUpTo(2, second) // without the values of 3 and 4
	if r := s.verified(); r.Purged != 2 {
		t.Errorf("%+v", r)
	}
	if r := s.verified(first, second); r.Purged != 4 || r.Entries != 13 {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(strings.Join(linesOf(t, first), ""), "ana@example.com") || strings.Contains(strings.Join(linesOf(t, second), ""), "ana@example.com") {
		t.Error("values were kept where they should not be, or the other way round")
	}
}

// TestHistoryBeginsLater tells so where people look for what is in an archive.
func TestHistoryBeginsLater(t *testing.T) {
	t.Parallel()
	s, _ := archived(t)
	at := s.Now()
	s.clock.advance(time.Hour)
	for _, c := range []struct {
		q    TrailQuery
		want int64
	}{{TrailQuery{}, 5}, {TrailQuery{Target: 2}, 5}, {TrailQuery{Limit: 2}, 0}, {TrailQuery{Above: 1}, 0}, {TrailQuery{Act: "none"}, 5}} {
		trail, err := s.Trail(t.Context(), console, c.q)
		must(t, err)
		if trail.Archived != c.want || c.want != 0 && !trail.ArchivedAt.Equal(at) {
			t.Errorf("%+v: %d at %v", c.q, trail.Archived, trail.ArchivedAt)
		}
	}
	if err := wantKind(t, second(s.Undo(t.Context(), console, 3)), Refused); !strings.Contains(err.Message, "archive since 2 March 2026") {
		t.Errorf("undoing says %q", err.Message)
	}
	wantKind(t, second(s.Undo(t.Context(), console, 99)), NotFound)
	err := wantKind(t, second(s.UpdateUser(t.Context(), console, 2, editFrom(FieldName, "Anna", "Anne"))), Conflict)
	if c := err.Conflicts["name"]; c.Theirs != "Ana" || c.Who != "" || !c.At.IsZero() {
		t.Errorf("the conflict is %+v", c)
	}
	n := 0
	must(t, s.ExportTrail(t.Context(), console, TrailQuery{}, func(*Entry) error { n++; return nil }))
	if e := s.newest(1)[0]; n != s.countEntries() || e.Note != "the whole trail, without the archived entries up to 5" {
		t.Errorf("%d exported: %s", n, e.Note)
	}
}

// TestBackupOfAnArchivedTrail is as good as any.
func TestBackupOfAnArchivedTrail(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s, file := archived(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	c, err := Backup(t.Context(), s.config.DB, backup)
	must(t, err)
	if c.Entries != 5 || c.Newest != 10 {
		t.Errorf("%+v", c)
	}
	must(t, s.Close())
	must(t, second(Restore(t.Context(), backup, s.config.DB, morning)))
	s.open()
	s.verified(file)
	alter(t, backup, `DROP TRIGGER audit_base_only_forward; UPDATE audit_base SET entry_id = 4`)
	wantKind(t, second(Examine(t.Context(), backup)), Refused)
}

// TestBackupOfAnOlderSchema copies what has no note of where its trail begins.
func TestBackupOfAnOlderSchema(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	older := storetest.Blank(t)
	makeOlder(t, Config{DB: older}, archivesSince-1)
	if c, err := Backup(t.Context(), older, older+".backup"); err != nil || c.Version != archivesSince-1 {
		t.Errorf("%+v, %v", c, err)
	}
}
