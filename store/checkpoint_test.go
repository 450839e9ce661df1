package store

import (
	"fmt"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// logNow is how many pages are in the log, and how many of them are in the file.
func (s *testStore) logNow() (frames, done int) {
	s.t.Helper()
	frames, done, err := logState(s.t.Context(), s.file().log.db)
	must(s.t, err)
	return frames, done
}

// TestLogIsCarriedOut waits until what was written is in the file, which no
// commit has seen to.
func TestLogIsCarriedOut(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddExamples(t.Context(), console, 2_500)))
	ticks := time.NewTicker(time.Millisecond)
	defer ticks.Stop()
	late := time.After(time.Minute)
	for frames, done := s.logNow(); frames-done >= dueFrames; frames, done = s.logNow() {
		select {
		case <-ticks.C:
		case <-late:
			t.Fatalf("%d pages are in the log, %d in the file", frames, done)
		}
	}
}

// TestLogBeginsAnew says that after anew the next change is written at the
// beginning of the log.
func TestLogBeginsAnew(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	must(t, second(s.AddExamples(t.Context(), console, 100)))
	before, _ := s.logNow()
	s.file().log.anew(t.Context(), s.closing)
	change(t)(s.UpdateUser(t.Context(), console, ana.ID, edit(FieldName, "Anna")))
	if after, _ := s.logNow(); after >= before {
		t.Errorf("%d pages are in the log, and %d were in it before it began anew", after, before)
	}
}

// TestEditorsPassBulk says that bulk work waits while a long log comes to its
// end, and others do not.
func TestEditorsPassBulk(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	s.bulkGate.Lock()
	done := make(chan error, 1)
	go func() { done <- s.transactSoon(t.Context(), console, renaming(ana.ID, "Bulk")) }()
	for n := range 50 {
		change(t)(s.UpdateUser(t.Context(), console, ana.ID, edit(FieldName, fmt.Sprint("Editor ", n))))
	}
	waits := len(done) == 0
	s.bulkGate.Unlock()
	if !waits {
		t.Error("bulk work did not wait")
	}
	must(t, <-done)
	if got := s.load(ana.ID).Name; got != "Bulk" {
		t.Errorf("in the end the name is %q", got)
	}
}

// TestOnlyBulkDoesNotWaitForTheDisk reads what the writer's connection is set
// to: 2 flushes at each commit, 1 does not.
func TestOnlyBulkDoesNotWaitForTheDisk(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	var level int
	look := func(x *tx) error { return x.queryRow(`PRAGMA synchronous`).Scan(&level) }
	for range 2 {
		must(t, s.transact(t.Context(), console, look))
		if level != 2 {
			t.Errorf("an ordinary change has %d", level)
		}
		must(t, s.transactSoon(t.Context(), console, look))
		if level != 1 {
			t.Errorf("bulk work has %d", level)
		}
	}
}

// TestChangesTouchWhatTheyAreAbout says that a column whose value stays is not
// written: each index that it stands in would be written as well.
func TestChangesTouchWhatTheyAreAbout(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	mustExec(t, s.writer, `CREATE TEMP TRIGGER quiet AFTER UPDATE OF name, name_key, email, email_key, role, status, external_id,
 created_at, last_sign_in_at, deleted_at ON main.users BEGIN SELECT RAISE(ABORT, 'written'); END`)
	change(t)(s.UpdateUser(t.Context(), console, ana.ID, edit(FieldPhone, "+34 600 000 000")))
	if _, err := s.UpdateUser(t.Context(), console, ana.ID, edit(FieldName, "Anna")); err == nil {
		t.Error("the trigger sees nothing")
	}
	mustExec(t, s.writer, `CREATE TEMP TRIGGER verdicts AFTER UPDATE OF verdict, email_key, external_id ON main.import_rows
 BEGIN SELECT RAISE(ABORT, 'written'); END`)
	i := s.work(s.bring("name,email\nEve,eve@example.com\nBen,ben@example.com\n").ID, ImportRunning)
	if i.CreatedN != 2 {
		t.Errorf("the run: %+v", i)
	}
}
