package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestHashesTellTheirMemory: by it they wait for each other.
func TestHashesTellTheirMemory(t *testing.T) {
	t.Parallel()
	const argon, key = "$v=19$m=65536,t=1,p=1$c2FsdHNhbHQ$2K0VZtaPYRxfTilcCp8kUA", "00112233445566778899aabbccddeeff"
	for hash, want := range map[string]uint32{
		"scrypt:32768:8:1$salt$" + key: 32 << 10, "scrypt:65536:8:4$salt$" + key: 64 << 10,
		"$argon2i" + argon: 64 << 10, "argon2$argon2id" + argon: 64 << 10, "pbkdf2:sha256:1000$salt$" + key: 0,
	} {
		if f, err := readForeign(hash); f.memoryKiB != want || err != nil {
			t.Errorf("%s takes %d KiB, %v", hash, f.memoryKiB, err)
		}
	}
}

// TestHashesOfMuchMemoryWaitForEachOther while the others go on.
func TestHashesOfMuchMemoryWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(HashParams{}, 2)
		first, err := h.turn(t.Context(), maxHashMemoryKiB)
		must(t, err)
		begun := false
		go func() {
			done, err := h.turn(t.Context(), muchMemoryKiB+1)
			begun = true
			if err != nil {
				t.Error(err)
				return
			}
			done()
		}()
		gone, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := h.turn(gone, maxHashMemoryKiB); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who waits until the context ends gets %v", err)
		}
		small, err := h.turn(t.Context(), muchMemoryKiB)
		must(t, err)
		if synctest.Wait(); begun {
			t.Error("two hashes of much memory are worked on at once")
		}
		small()
		first()
		if synctest.Wait(); !begun {
			t.Error("the second hash of much memory never had its turn")
		}
		if len(h.slots) != 0 || len(h.much) != 0 {
			t.Errorf("%d and %d places are still taken", len(h.slots), len(h.much))
		}
	})
}

// TestOwnCostsAreNotMuchMemory: sign-ins do not wait in line because the
// operator chose dear hashes.
func TestOwnCostsAreNotMuchMemory(t *testing.T) {
	t.Parallel()
	h := NewHasher(HashParams{MemoryKiB: 64 << 10}, 2)
	for range 2 {
		done, err := h.turn(t.Context(), h.params.MemoryKiB)
		must(t, err)
		defer done()
	}
}

// TestWaitingForASlotGivesUpMuchMemory when its context ends.
func TestWaitingForASlotGivesUpMuchMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap, 1)
		done, err := h.turn(t.Context(), 64)
		must(t, err)
		defer done()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := h.turn(ctx, maxHashMemoryKiB); !errors.Is(err, context.DeadlineExceeded) || len(h.much) != 0 {
			t.Errorf("turn gives %v, %d places for much memory are taken", err, len(h.much))
		}
	})
}
