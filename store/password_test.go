package store

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// cheap are costs for tests that are not about costs.
var cheap = HashParams{MemoryKiB: 64, Time: 1, Threads: 1}

// argonVectors come from the test suite of the reference implementation, for
// the password "password" and the salt "somesalt".
var argonVectors = []string{
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
}

func TestVerifyPublishedVectors(t *testing.T) {
	h := NewHasher(cheap, 1)
	for _, hash := range argonVectors {
		if ok, stale, err := h.Verify(t.Context(), hash, "password"); !ok || !stale || err != nil {
			t.Errorf("Verify(%s) = %v, %v, %v", hash, ok, stale, err)
		}
		if ok, _, err := h.Verify(t.Context(), hash, "Password"); ok || err != nil {
			t.Errorf("Verify(%s) of a wrong password = %v, %v", hash, ok, err)
		}
	}
}

func TestHashAndVerify(t *testing.T) {
	h, ctx := NewHasher(cheap, 0), t.Context()
	hash, err := h.Hash(ctx, "correct horse é")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatalf("Hash = %q, %v", hash, err)
	}
	if again, _ := h.Hash(ctx, "correct horse é"); again == hash {
		t.Error("two hashes of one password are alike")
	}
	for password, want := range map[string]bool{
		"correct horse é": true, "correct horse e\u0301": true, "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　é": true,
		"correct horse e": false, "Correct horse é": false, "correct horse é ": false, "": false,
	} {
		if ok, stale, err := h.Verify(ctx, hash, password); ok != want || stale || err != nil {
			t.Errorf("Verify(%q) = %v, %v, %v", password, ok, stale, err)
		}
	}
	dearer := NewHasher(HashParams{MemoryKiB: 64, Time: 2, Threads: 1}, 1)
	if ok, stale, err := dearer.Verify(ctx, hash, "correct horse é"); !ok || !stale || err != nil {
		t.Errorf("with other costs: %v, %v, %v", ok, stale, err)
	}
}

func TestHashParams(t *testing.T) {
	for _, c := range []struct{ in, want HashParams }{
		{HashParams{}, DefaultHashParams},
		{HashParams{Time: 3}, HashParams{19456, 3, 1}},
		{HashParams{1, 1, 4}, HashParams{32, 1, 4}},
		{HashParams{1 << 31, 1, 200}, HashParams{maxHashMemoryKiB, 1, maxHashThreads}},
		{HashParams{1 << 31, 99, 1}, HashParams{maxHashWork / maxHashTime, maxHashTime, 1}},
	} {
		if got := NewHasher(c.in, 1).params; got != c.want {
			t.Errorf("NewHasher(%v) works at %v, want %v", c.in, got, c.want)
		}
		stored := phc{c.want, make([]byte, saltBytes), make([]byte, hashBytes)}
		if _, err := parsePHC(stored.String()); err != nil {
			t.Errorf("a hash made at %v would be refused", c.want)
		}
	}
}

func TestVerifyRefusesTamperedHashes(t *testing.T) {
	h := NewHasher(cheap, 1)
	h.derive = func(_, _ []byte, _, _ uint32, _ uint8, _ uint32) []byte {
		t.Error("a malformed hash was worked on")
		return nil
	}
	const salt, sum = "$c29tZXNhbHQ", "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for _, hash := range []string{
		"", "x", "$argon2id$", "$argon2d$v=19$m=256,t=2,p=1" + salt + sum,
		"$argon2id$v=16$m=256,t=2,p=1" + salt + sum,
		"$argon2id$m=256,t=2,p=1" + salt + sum,
		"$argon2id$v=19$m=0256,t=2,p=1" + salt + sum,
		"$argon2id$v=19$m=+256,t=2,p=1" + salt + sum,
		"$argon2id$v=19$t=2,m=256,p=1" + salt + sum,
		"$argon2id$v=19$m=256,t=2,p=1,x=1" + salt + sum,
		"$argon2id$v=19$m=256,t=2,p=0" + salt + sum,
		"$argon2id$v=19$m=256,t=2,p=257" + salt + sum,
		"$argon2id$v=19$m=256,t=0,p=1" + salt + sum,
		"$argon2id$v=19$m=256,t=17,p=1" + salt + sum,
		"$argon2id$v=19$m=7,t=1,p=1" + salt + sum,
		"$argon2id$v=19$m=262145,t=1,p=1" + salt + sum,
		"$argon2id$v=19$m=262144,t=5,p=1" + salt + sum,
		"$argon2id$v=19$m=256,t=2,p=17" + salt + sum,
		"$argon2id$v=19$m=256,t=2,p=1" + salt + "==" + sum,
		"$argon2id$v=19$m=256,t=2,p=1$c29t" + sum,
		"$argon2id$v=19$m=256,t=2,p=1" + salt + "$nf65",
		"$argon2id$v=19$m=256,t=2,p=1" + salt + sum[:len(sum)-1] + "5",
		"$argon2id$v=19$m=256,t=2,p=1" + salt + sum + "\n",
		"$argon2id$v=19$m=256,t=2,p=1" + salt + sum + "$",
		"$argon2id$v=19$m=256,t=2,p=1" + salt + "$" + strings.Repeat("A", 400),
	} {
		if ok, _, err := h.Verify(t.Context(), hash, "password"); ok || err == nil {
			t.Errorf("Verify(%q) = %v, %v", hash, ok, err)
		}
	}
}

// TestHasherWaitsItsTurn lets eight hashes run into a hasher for two: no third
// one ever begins while two are at work.
func TestHasherWaitsItsTurn(t *testing.T) {
	h := NewHasher(cheap, 2)
	begun, release := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	working, most := 0, 0
	h.derive = func(password, salt []byte, time, memory uint32, threads uint8, n uint32) []byte {
		mu.Lock()
		working++
		most = max(most, working)
		mu.Unlock()
		begun <- struct{}{}
		<-release
		mu.Lock()
		working--
		mu.Unlock()
		return argon2.IDKey(password, salt, time, memory, threads, n)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := h.VerifyNobody(t.Context(), "password"); err != nil {
				t.Error(err)
			}
		})
	}
	<-begun
	<-begun
	if len(h.slots) != 2 {
		t.Errorf("%d slots are taken while two hashes are made", len(h.slots))
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		_, err := h.Hash(ctx, "password")
		waiting <- err
	}()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("who stops waiting gets %v", err)
	}
	go func() {
		for range 6 {
			<-begun
		}
	}()
	close(release)
	wg.Wait()
	if most != 2 {
		t.Errorf("%d hashes were made at once", most)
	}
}

func TestHasherDoesNotBeginForTheGone(t *testing.T) {
	h := NewHasher(cheap, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.Verify(ctx, argonVectors[0], "password"); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify gives %v", err)
	}
	if err := h.VerifyNobody(ctx, "password"); !errors.Is(err, context.Canceled) {
		t.Errorf("VerifyNobody gives %v", err)
	}
}

// TestVerifyNobodyCostsTheSame compares the work, not the clock.
func TestVerifyNobodyCostsTheSame(t *testing.T) {
	h := NewHasher(HashParams{}, 1)
	type work struct {
		time, memory, keyLen uint32
		threads              uint8
		salt                 int
	}
	var done []work
	h.derive = func(_, salt []byte, time, memory uint32, threads uint8, n uint32) []byte {
		done = append(done, work{time, memory, n, threads, len(salt)})
		return make([]byte, n)
	}
	hash, _ := h.Hash(t.Context(), "password")
	if _, _, err := h.Verify(t.Context(), hash, "password"); err != nil {
		t.Fatal(err)
	}
	if err := h.VerifyNobody(t.Context(), "password"); err != nil {
		t.Fatal(err)
	}
	if len(done) != 3 || done[1] != done[2] {
		t.Errorf("work done: %v", done)
	}
}

func FuzzParsePHC(f *testing.F) {
	for _, hash := range argonVectors {
		f.Add(hash)
	}
	f.Add("$argon2id$v=19$m=256,t=2,p=1$$")
	f.Add("$argon2id$v=19$m=99999999999,t=-2,p=1$c29tZXNhbHQ$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err == nil && (p.String() != s || !p.affordable()) {
			t.Fatalf("parsePHC(%q) = %v", s, p)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h := NewHasher(DefaultHashParams, 1)
	hash, err := h.Hash(b.Context(), "correct horse battery")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, _, _ := h.Verify(b.Context(), hash, "correct horse battery"); !ok {
			b.Fatal("not verified")
		}
	}
}

// TestHasherRefusesCrowds: who would be one too many to wait is refused at once,
// and their try at signing in is not counted.
func TestHasherRefusesCrowds(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	begun, release := make(chan struct{}), make(chan struct{})
	s.hasher = NewHasher(cheap, 1)
	s.hasher.most = 3
	s.hasher.derive = func(password, salt []byte, time, memory uint32, threads uint8, n uint32) []byte {
		begun <- struct{}{}
		<-release
		return argon2.IDKey(password, salt, time, memory, threads, n)
	}
	waiting, giveUp := context.WithCancel(t.Context())
	ended := make(chan error, 3)
	for range 3 {
		go func() { ended <- second(s.hasher.Hash(waiting, password)) }()
	}
	<-begun
	for !s.hasher.full() {
		runtime.Gosched()
	}
	changes := s.Store.counts.changes.Load()
	err := wantKind(t, second(s.SignIn(t.Context(), visitor(here), ana.Email, password)), Unavailable)
	if s.Store.counts.changes.Load() != changes {
		t.Error("a crowd makes the database work")
	}
	if err.RetryAfter != 2*time.Second || s.Store.counts.throttled.Load() != 1 {
		t.Errorf("%+v, %d counted", err, s.Store.counts.throttled.Load())
	}
	if _, err := s.hasher.Hash(t.Context(), password); !errors.Is(err, errCrowded) {
		t.Errorf("one more hash: %v", err)
	}
	try, failed := s.takeAttempt(t.Context(), visitor(here), ana.emailKey) // as if there had been room a moment ago
	must(t, failed)
	err2 := s.unlessCrowded(t.Context(), visitor(here), try, errCrowded)
	if n := queryInt(t, s.reader, `SELECT count(*) FROM throttles`); n != 0 || !errors.Is(err2, errCrowded) {
		t.Errorf("%d tries count that were not looked at (%v)", n, err2)
	}
	giveUp()
	close(release)
	for range 3 {
		<-ended
	}
	if n := s.hasher.crowd.Load(); n != 0 {
		t.Errorf("%d are said to wait still", n)
	}
}
