package store

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
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
	if lines := linesOf(t, first); len(lines) != 4 || lines[0] != `{"kind":"audit trail archive","version":1,"from":1,"prev_hash":""}`+"\n" ||
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

// cutOff is a trail of which an archive of the first five entries is being made,
// by so many of its steps.
func cutOff(t *testing.T, steps int) (s *testStore, file string) {
	t.Helper()
	s = newTrail(t)
	file = filepath.Join(t.TempDir(), "trail.jsonl")
	j := &archiving{store: s.Store, actor: console, before: morning.Add(2 * time.Minute), to: file}
	for _, step := range []func(context.Context) error{j.begin, j.adopt, j.write, j.moveBase}[:steps] {
		must(t, step(t.Context()))
	}
	return s, file
}

// TestArchiveOfAnEarlierTime does not take a file for its own that has newer entries.
func TestArchiveOfAnEarlierTime(t *testing.T) {
	t.Parallel()
	s, file := cutOff(t, 3)
	wantKind(t, second(s.ArchiveTrail(t.Context(), console, morning.Add(time.Minute), file)), Refused)
	if s.countEntries() != 9 {
		t.Error("entries were removed")
	}
}

// TestBaseMovesForwardOnly also while what is before it is there still.
func TestBaseMovesForwardOnly(t *testing.T) {
	t.Parallel()
	s, _ := cutOff(t, 4)
	for id, goes := range map[int]bool{4: false, 5: false, 6: true} {
		_, err := s.copyWith().writer.Exec(`UPDATE audit_base SET entry_id = ?1, at = 1, hash = (SELECT hash FROM audit_entries WHERE id = ?1)`, id)
		if (err == nil) != goes {
			t.Errorf("to %d: %v", id, err)
		}
	}
}

// TestVerifyWhileArchiving compares what the archive and the database both have.
func TestVerifyWhileArchiving(t *testing.T) {
	t.Parallel()
	s, file := cutOff(t, 3)
	if r := s.verified(file); r.Entries != 9 || r.First != 1 || r.Last != 9 {
		t.Errorf("%+v", r)
	}
	_, stranger := cutOff(t, 3) // the same story with other salts
	if r, err := s.VerifyAudit(t.Context(), stranger); err != nil || r.Bad != 5 {
		t.Errorf("with another's archive: %+v, %v", r, err)
	}
	short := s.copyWith(noTriggers, `UPDATE audit_head SET entry_id = 3, hash = (SELECT hash FROM audit_entries WHERE id = 3)`,
		`DELETE FROM audit_values WHERE entry_id > 3`, `DELETE FROM audit_entries WHERE id > 3`)
	if r, err := short.VerifyAudit(t.Context(), file); err != nil || r.Bad != 4 {
		t.Errorf("with a database that ends before: %+v, %v", r, err)
	}
}

// TestVerifyFindsTamperingBesideArchives changes the database, whose beginning
// is in an archive.
func TestVerifyFindsTamperingBesideArchives(t *testing.T) {
	t.Parallel()
	s, file := archived(t)
	const noBaseTriggers = `DROP TRIGGER audit_base_only_forward; DROP TRIGGER audit_base_no_delete; DROP TRIGGER audit_base_only_one`
	for _, c := range []struct {
		statement string
		with      bool // the archive is checked as well
		bad       int64
		why       string
	}{
		{`SELECT 1`, false, 0, ""},
		{`SELECT 1`, true, 0, ""},
		{`DELETE FROM audit_entries WHERE id = 6`, false, 6, "missing"},
		{`DELETE FROM audit_entries WHERE id = 6`, true, 6, "missing"},
		{`UPDATE audit_entries SET act = 'x' WHERE id = 7`, true, 7, "altered"},
		{`UPDATE audit_base SET hash = 'x'`, false, 6, "follow"},
		{`UPDATE audit_base SET hash = 'x'`, true, 6, "does not follow the archives"},
		{`DELETE FROM audit_base`, false, 1, "missing"},
		{`DELETE FROM audit_entries WHERE id = 6; UPDATE audit_base SET entry_id = 6, hash = (SELECT prev_hash FROM audit_entries WHERE id = 7)`, false, 6, "no archive"},
		{`DELETE FROM audit_entries WHERE id = 6; UPDATE audit_base SET entry_id = 6, hash = (SELECT prev_hash FROM audit_entries WHERE id = 7)`, true, 6, "missing: the archives end"},
		{`UPDATE audit_base SET entry_id = 4`, false, 5, "missing"},
		{`DELETE FROM audit_entries; UPDATE audit_head SET entry_id = 5, hash = (SELECT hash FROM audit_base)`, false, 5, "no archive"},
		{`DELETE FROM audit_entries`, true, 6, "cut off"},
	} {
		archives := []string{}
		if c.with {
			archives = append(archives, file)
		}
		r, err := s.copyWith(noTriggers, noBaseTriggers, c.statement).VerifyAudit(t.Context(), archives...)
		if err != nil || r.Bad != c.bad || !strings.Contains(r.Why, c.why) || r.Where != "" {
			t.Errorf("%s, with the archive %v:\n%+v, %v; want entry %d: %s", c.statement, c.with, r, err, c.bad, c.why)
		}
	}
}

// TestVerifyFindsTamperingInArchives changes each field of each kind of line, and
// the lines among themselves.
func TestVerifyFindsTamperingInArchives(t *testing.T) {
	t.Parallel()
	s, file := archived(t)
	lines := linesOf(t, file)
	lines[len(lines)-1] += "\n"
	check := func(name string, tampered []string, bad int64) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "tampered.jsonl")
		must(t, os.WriteFile(path, []byte(strings.Join(tampered, "")), 0o600))
		r, err := s.VerifyAudit(t.Context(), path)
		if bad == 0 {
			wantKind(t, err, Refused)
		} else if err != nil || r.Bad != bad || r.Where != "tampered.jsonl" || r.Why == "" {
			t.Errorf("%s: %+v, %v; want entry %d", name, r, err, bad)
		}
	}
	for n, line := range lines {
		var fields map[string]any
		must(t, json.Unmarshal([]byte(line), &fields))
		for field, value := range fields {
			was, _ := json.Marshal(value)
			for _, to := range otherValues(value) {
				became, _ := json.Marshal(to)
				bad := int64(n)
				switch {
				case n == 0 && (field == "kind" || field == "version"), n == 0 && field == "from" && string(became) == "0":
					bad = 0 // no archive at all
				case n == 0 && field == "from":
					bad = int64(to.(float64)) // where it says that it begins
				case n == 0:
					bad = 1
				}
				changed := strings.Replace(line, fmt.Sprintf("%q:%s", field, was), fmt.Sprintf("%q:%s", field, became), 1)
				if changed == line {
					t.Fatalf("%s of line %d was not changed", field, n)
				}
				check(fmt.Sprintf("%s of line %d: %s", field, n, became), replaced(lines, n, changed), bad)
			}
		}
		if n > 0 {
			check(fmt.Sprint("without line ", n), append(append([]string{}, lines[:n]...), lines[n+1:]...), int64(n))
			check(fmt.Sprint("cut off in line ", n), append(append([]string{}, lines[:n]...), line[:len(line)/2]), int64(n))
			check(fmt.Sprint("one more field in line ", n), replaced(lines, n, `{"more":1,`+line[1:]), int64(n))
			check(fmt.Sprint("two objects in line ", n), replaced(lines, n, strings.TrimSpace(line)+"{}\n"), int64(n))
		}
		if n > 0 && n < 5 {
			check(fmt.Sprint("line twice ", n), replaced(lines, n, line+line), int64(n+1))
			check(fmt.Sprint("in the wrong order ", n), replaced(replaced(lines, n, lines[n+1]), n+1, line), int64(n))
		}
	}
	check("something behind the end", append(append([]string{}, lines...), "{}\n"), 6)
	check("nothing", nil, 0)
	check("half of the first line", []string{lines[0][:20]}, 0)
}

func replaced(lines []string, n int, by string) []string {
	lines = append([]string{}, lines...)
	lines[n] = by
	return lines
}

// otherValues are values of the same kind, and none.
func otherValues(v any) []any {
	switch v := v.(type) {
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return []any{at.Add(time.Millisecond).Format(time.RFC3339Nano)}
		}
		if len(v) > 0 && v[0] == '{' {
			return []any{v + " ", nil}
		}
		return []any{v + "x"}
	case float64:
		return []any{v + 1, v - 1}
	}
	return []any{"x"}
}

// TestVerifyArchivesJoin names where archives do not follow one another.
func TestVerifyArchivesJoin(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	folder := t.TempDir()
	var files []string
	for n := range 3 {
		files = append(files, filepath.Join(folder, fmt.Sprint(n, ".jsonl.gz")))
		s.archiveUpTo(n+1, files[n])
	}
	other := newTrail(t) // the same story with other salts
	stranger := filepath.Join(folder, "stranger.jsonl.gz")
	other.archiveUpTo(1, stranger)
	s.verified(files...)
	for _, c := range []struct {
		files []string
		bad   int64
	}{
		{[]string{files[0], files[2]}, 3},
		{[]string{files[0], files[1]}, 6},
		{[]string{files[0]}, 3},
		{[]string{files[0], files[0], files[1], files[2]}, 3},
		{[]string{stranger, files[1], files[2]}, 3},
	} {
		if r, err := s.VerifyAudit(t.Context(), c.files...); err != nil || r.Bad != c.bad {
			t.Errorf("%v: %+v, %v; want entry %d", c.files, r, err, c.bad)
		}
	}
	lines := linesOf(t, files[1])
	lines[0] = strings.Replace(lines[0], `"prev_hash":"`, `"prev_hash":"0`, 1)
	moved := filepath.Join(folder, "moved.jsonl.gz")
	must(t, os.WriteFile(moved, []byte(strings.Join(lines, "")+"\n"), 0o600))
	if r, err := s.VerifyAudit(t.Context(), files[0], moved, files[2]); err != nil || r.Bad != 3 {
		t.Errorf("with another beginning: %+v, %v", r, err)
	}
	if _, err := s.VerifyAudit(t.Context(), filepath.Join(folder, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of none: %v", err)
	}
	wantKind(t, second(s.VerifyAudit(t.Context(), s.config.Path)), Refused)
}

// TestArchiveIsCutOff ends an archive after each of its steps, and in the midst
// of the last, as kill -9 would. Each entry is in the file or in the database,
// the trail is whole, and the same command brings it to its end.
func TestArchiveIsCutOff(t *testing.T) {
	t.Parallel()
	for steps := range 6 {
		for _, again := range []string{"the same file", "another file"} {
			t.Run(fmt.Sprint("after step ", steps, ", then ", again), func(t *testing.T) {
				t.Parallel()
				s := newTrail(t)
				file := filepath.Join(t.TempDir(), "trail.jsonl.gz")
				j := &archiving{store: s.Store, actor: console, before: morning.Add(2 * time.Minute), to: file}
				half := func(ctx context.Context) error {
					return s.transact(ctx, console, func(x *tx) error { return second(deleteArchived(x, 2)) })
				}
				for _, step := range []func(context.Context) error{j.begin, j.adopt, j.write, j.moveBase, half, j.remove}[:steps] {
					must(t, step(t.Context()))
				}
				s.reopen()
				s.verified()
				if steps >= 3 {
					s.verified(file)
				}
				to := file
				if again == "another file" {
					to = filepath.Join(t.TempDir(), "again.jsonl")
				}
				done := s.archiveUpTo(2, to)
				if to == file && (done.Entries != 5 || done.Resumed != (steps >= 3)) || to != file && (steps >= 4) != (done.Entries == 0) {
					t.Errorf("%+v", done)
				}
				if steps >= 4 { // the first one's end is where the trail begins
					to = file
				}
				if r := s.verified(to); r.Entries != 10 || s.countEntries() != 5 {
					t.Errorf("in the end %+v, %d in the database", r, s.countEntries())
				}
			})
		}
	}
}

// TestArchiveFails fails each statement in turn. Nothing is lost, and what was
// begun comes to its end.
func TestArchiveFails(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := newTestStore(t, failing(f))
	s.add("Ana", Admin)
	s.clock.advance(time.Minute)
	file := filepath.Join(t.TempDir(), "trail.jsonl")
	for n := 1; ; n++ {
		f.arm(once, n)
		_, err := s.ArchiveTrail(t.Context(), console, morning.Add(time.Second), file)
		if !f.disarm() {
			must(t, err)
			break
		}
		if !errors.Is(err, errFault) {
			t.Fatalf("statement %d failed, and the answer is %v", n, err)
		}
		if fileIsThere(file) {
			s.verified(file)
		}
		s.verified()
	}
	if r := s.verified(file); r.Entries != 2 || s.countEntries() != 1 {
		t.Errorf("%+v", r)
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
		"the database":       {console, until, s.config.Path, Refused},
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

// TestTwoArchivesAtOnce lets one of two come to its end, wherever the other is.
func TestTwoArchivesAtOnce(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	folder := t.TempDir()
	late := &archiving{store: s.Store, actor: console, before: morning.Add(3 * time.Minute), to: filepath.Join(folder, "late.jsonl")}
	later := &archiving{store: s.Store, actor: console, before: morning.Add(3 * time.Minute), to: filepath.Join(folder, "later.jsonl")}
	for _, step := range []func(context.Context) error{late.begin, late.adopt, late.write, later.begin, later.adopt} {
		must(t, step(t.Context()))
	}
	first := filepath.Join(folder, "first.jsonl")
	s.archiveUpTo(2, first)
	wantKind(t, late.moveBase(t.Context()), Refused)
	wantKind(t, later.write(t.Context()), Refused)
	var err error
	late.from, err = trailBase(querierAt{t.Context(), s.reader})
	must(t, err)
	late.to = first
	if err := late.write(t.Context()); !errors.Is(err, os.ErrExist) {
		t.Errorf("a file that has come meanwhile is replaced: %v", err)
	}
	onlyFiles(t, folder, "first.jsonl", "late.jsonl")
	if r := s.verified(first); r.Entries != 11 { // nine, the archive and a refusal
		t.Errorf("%+v", r)
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
	j.store = s.copyWith(noTriggers, `UPDATE audit_entries SET act = 'x' WHERE id = 4`)
	var why *BrokenTrail
	if err := j.write(t.Context()); !errors.As(err, &why) || why.Report.Bad != 4 || fileIsThere(j.to) {
		t.Errorf("%v", err)
	}
}

// TestArchiveWithoutValues does not take a file for an archive of the trail that
// lacks what the trail has.
func TestArchiveWithoutValues(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	file := filepath.Join(t.TempDir(), "trail.jsonl")
	j := &archiving{store: s.Store, actor: console, before: morning.Add(2 * time.Minute), to: file}
	for _, step := range []func(context.Context) error{j.begin, j.write} {
		must(t, step(t.Context()))
	}
	lines := linesOf(t, file)
	var l archiveEntry
	must(t, json.Unmarshal([]byte(lines[3]), &l))
	l.Salt, l.Body = nil, nil
	bare, _ := json.Marshal(l)
	must(t, os.WriteFile(file, []byte(strings.Join(replaced(lines, 3, string(bare)+"\n"), "")+"\n"), 0o600))
	var why *BrokenTrail
	if _, err := s.ArchiveTrail(t.Context(), console, j.before, file); !errors.As(err, &why) || why.Report.Bad != 3 {
		t.Errorf("%v", err)
	}
	if s.countEntries() != 9 {
		t.Error("entries were removed")
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
	t.Parallel()
	s, file := archived(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	c, err := Backup(t.Context(), s.config.Path, backup)
	must(t, err)
	if c.Entries != 5 || c.Newest != 10 {
		t.Errorf("%+v", c)
	}
	must(t, s.Close())
	must(t, second(Restore(t.Context(), backup, s.config.Path, morning)))
	s.open()
	s.verified(file)
	alter(t, backup, `DROP TRIGGER audit_base_only_forward; UPDATE audit_base SET entry_id = 4`)
	wantKind(t, second(Examine(t.Context(), backup)), Refused)
}

// TestBackupOfAnOlderSchema copies what has no note of where its trail begins.
func TestBackupOfAnOlderSchema(t *testing.T) {
	t.Parallel()
	older := filepath.Join(t.TempDir(), "older.db")
	makeOlder(t, older, archivesSince-1)
	if c, err := Backup(t.Context(), older, older+".backup"); err != nil || c.Version != archivesSince-1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestArchiveManyWhileOthersSave archives a long trail without holding it in
// memory, and nobody's change fails meanwhile.
func TestArchiveManyWhileOthersSave(t *testing.T) {
	const many = 100_000
	s := newTestStore(t)
	u := s.add("Ana", Admin)
	for range many / 5000 {
		must(t, s.transactSoon(t.Context(), console, func(x *tx) error {
			entries := make([]Entry, 5000)
			for i := range entries {
				entries[i] = Entry{Act: ActDemo, Note: strings.Repeat("many words ", 10)}
			}
			return second(x.recordAll(entries))
		}))
	}
	s.clock.advance(time.Minute)
	other, err := Open(t.Context(), s.config)
	must(t, err)
	defer other.Close()
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	saved := 0
	work.Go(func() {
		for ; ctx.Err() == nil; saved++ {
			if _, err := other.UpdateUser(t.Context(), console, u.ID, edit(FieldPhone, fmt.Sprint("030 ", 100000+saved))); err != nil {
				t.Error(err)
				return
			}
		}
	})
	most := watchHeap(ctx, &work)
	file := filepath.Join(t.TempDir(), "many.jsonl.gz")
	done := s.archiveUpTo(1, file)
	stop()
	work.Wait()
	if done.Entries != many+1 || s.countEntries() != saved+1 {
		t.Errorf("%+v; %d saved, %d left", done, saved, s.countEntries())
	}
	if grown := *most >> 20; grown > 40 {
		t.Errorf("it took %d MB", grown)
	}
	s.verified(file)
	t.Logf("%d changes were saved meanwhile; %d KB of memory at most", saved, *most>>10)
}

// watchHeap notes by how much the live memory grows, until the context ends.
func watchHeap(ctx context.Context, work *sync.WaitGroup) *uint64 {
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := new(uint64)
	work.Go(func() {
		for ctx.Err() == nil {
			runtime.ReadMemStats(&now)
			if now.HeapAlloc > before.HeapAlloc {
				*most = max(*most, now.HeapAlloc-before.HeapAlloc)
			}
			runtime.Gosched()
		}
	})
	return most
}
