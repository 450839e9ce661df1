package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

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

// TestArchiveManyWhileOthersSave archives a long trail without holding it in
// memory, and nobody's change fails meanwhile.
func TestArchiveManyWhileOthersSave(t *testing.T) {
	many := int64(storetest.Rounds(8)) * 5000
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
	if grown := *most >> 20; grown > 16 {
		t.Errorf("it took %d MB", grown)
	}
	s.verified(file)
	t.Logf("%d changes were saved meanwhile; %d KB of memory at most", saved, *most>>10)
}

// watchHeap notes by how much the memory in use grows, until the context ends.
func watchHeap(ctx context.Context, work *sync.WaitGroup) *uint64 {
	inUse := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before, most := inUse(), new(uint64)
	look := time.NewTicker(time.Millisecond)
	work.Go(func() {
		defer look.Stop()
		for ctx.Err() == nil {
			<-look.C
			if now := inUse(); now > before {
				*most = max(*most, now-before)
			}
		}
	})
	return most
}
