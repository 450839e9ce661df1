package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

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
	short := s.copyWith(noTriggers(), `UPDATE audit_head SET entry_id = 3, hash = (SELECT hash FROM audit_entries WHERE id = 3)`,
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
	noBaseTriggers := `DROP TRIGGER audit_base_only_forward; DROP TRIGGER audit_base_no_delete; DROP TRIGGER audit_base_only_one`
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
		r, err := s.copyWith(noTriggers(), noBaseTriggers, c.statement).VerifyAudit(t.Context(), archives...)
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
		if from, ok := fields["from"].(map[string]any); ok {
			delete(fields, "from")
			maps.Copy(fields, from) // the values differ from those of the entry
		}
		for field, value := range fields {
			was, _ := json.Marshal(value)
			for _, to := range otherValues(value) {
				became, _ := json.Marshal(to)
				bad := int64(n)
				switch {
				case n == 0 && field == "version" && to == value.(float64)-1:
					continue // which knew less
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
	text := filepath.Join(folder, "letter.txt")
	must(t, os.WriteFile(text, []byte("Dear Sirs,\n"), 0o600))
	wantKind(t, second(s.VerifyAudit(t.Context(), text)), Refused)
}
