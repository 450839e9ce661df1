package store

import (
	"context"
	"errors"
	"slices"
	"testing"

	"backoffice/store/storetest"
)

// schema is the text of all tables, indexes and triggers.
func (s *testStore) schema() []string {
	s.t.Helper()
	return queryLines(s.t, s.reader, `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name`)
}

// fewExamples are many to a store of newBulkStore.
const fewExamples = 2000

// newBulkStore is a store that adds as few as that at once.
func newBulkStore(t *testing.T) *testStore {
	t.Helper()
	s := newTestStore(t)
	s.many = fewExamples
	return s
}

// TestManyExamples adds many at once to a file that is as good as new: they are
// the same people as by batches, kept, counted and found the same, and the
// schema is that of a new file.
func TestManyExamples(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newBulkStore(t)
	fresh := s.schema()
	first := DemoPerson{}
	for first = range DemoPeople(1, s.now()) {
	}
	s.insert(User{Name: "Ana", Email: first.Email, emailKey: Fold(first.Email), Role: Admin, Status: Active, Created: morning, Changed: morning, Version: 1})
	last := 0
	n, err := s.AddManyExamples(t.Context(), console, fewExamples, func(done int) {
		if done < last {
			t.Errorf("%d thousandths after %d", done, last)
		}
		last = done
	})
	if must(t, err); n != fewExamples-1 || last != 1000 {
		t.Errorf("%d are added, %d thousandths are done", n, last)
	}
	if !slices.Equal(s.schema(), fresh) {
		t.Errorf("the schema is\n%q\nand was\n%q", s.schema(), fresh)
	}
	if e := s.newest(1)[0]; e.Act != ActDemo || e.Note != "1999 example people" {
		t.Errorf("on record is %+v", e)
	}
	by := newTestStore(t)
	must(t, second(by.AddExamples(t.Context(), console, 1000)))
	all, batch := s.everyone(), by.everyone()
	for i := range 999 {
		if a, b := shown(&all[i+1]), shown(&batch[i+1]); a.Email != b.Email || a.Name != b.Name || a.ExternalID != b.ExternalID {
			t.Fatalf("%d is %+v, by batches %+v", i, a, b)
		}
	}
	if size := cacheSize(t, s); size != -writerCache {
		t.Errorf("the writer's cache stays at %d", size)
	}
	checkCounts(t, s.Store)
}

func cacheSize(t *testing.T, s *testStore) (size int) {
	t.Helper()
	must(t, s.writer.QueryRow(`PRAGMA cache_size`).Scan(&size))
	return size
}

// TestManyExamplesByBatches: where people are, or somebody is at work, nobody has
// to wait for all of the examples.
func TestManyExamplesByBatches(t *testing.T) {
	t.Parallel()
	crowded := newBulkStore(t)
	crowded.insert(crowd(nearlyEmpty)...)
	busy := newBulkStore(t)
	ana := busy.add("Ana", Admin)
	must(t, second(busy.SignIn(t.Context(), Actor{Kind: Nobody}, ana.Email, password)))
	for name, s := range map[string]*testStore{"crowded": crowded, "busy": busy} {
		must(t, second(s.AddExamples(t.Context(), console, fewExamples+1)))
		if e := s.newest(1)[0]; e.Note != "1 example person" {
			t.Errorf("%s: all at once", name)
		}
	}
}

// TestManyExamplesStop leaves nothing behind, and the indexes as they were.
func TestManyExamplesStop(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newBulkStore(t)
	fresh := s.schema()
	ctx, stop := context.WithCancel(t.Context())
	n, err := s.AddManyExamples(ctx, console, fewExamples, func(int) { stop() })
	if !errors.Is(err, context.Canceled) || n != 0 || len(s.everyone()) != 0 || !slices.Equal(s.schema(), fresh) {
		t.Errorf("%d are added, %v; %d are there", n, err, len(s.everyone()))
	}
	if size := cacheSize(t, s); size != -writerCache {
		t.Errorf("the writer's cache stays at %d", size)
	}
	vera := s.add("Vera", Viewer)
	_, err = s.AddExamples(t.Context(), as(vera), fewExamples)
	wantKind(t, err, Forbidden)
}
