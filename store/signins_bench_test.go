package store

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"backoffice/store/storetest"
)

// BenchmarkSignIns lets eight people sign in at once, again and again, with
// hashes of the full cost, in turns with argon2id alone on each processor.
//
//	x-of-argon2  sign-ins as a share of the bare hashes that the machine makes
//	MB-taken     how much memory Go has had from the system, hashing included
//
//	go test -run '^$' -bench SignIns -benchtime 5x ./store
func BenchmarkSignIns(b *testing.B) {
	s, err := Open(b.Context(), Config{DB: storetest.New(b)})
	must(b, err)
	b.Cleanup(func() { s.Close() })
	const crowd = 8
	for i := range crowd {
		must(b, second(s.CreateUser(b.Context(), console, newPerson(fmt.Sprint("Ana ", i), Member))))
	}
	sessions := s.Sessions()
	signIn := func(i int) {
		w, err := s.SignIn(context.Background(), Actor{Kind: Nobody, Address: fmt.Sprint("192.0.2.", i)}, emailOf(fmt.Sprint("Ana ", i)), password)
		if err == nil {
			err = sessions.Commit(fmt.Sprint("token ", w.SignIn.ID), sessionData, time.Now().Add(time.Hour))
		}
		if err != nil {
			b.Error(err)
		}
	}
	p := DefaultHashParams
	hash := func(int) {
		argon2.IDKey([]byte(password), make([]byte, saltBytes), p.Time, p.MemoryKiB, p.Threads, hashBytes)
	}
	var ours, bare float64
	for b.Loop() {
		ours += rate(crowd, signIn)
		bare += rate(runtime.GOMAXPROCS(0), hash)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours/float64(b.N), "sign-ins/s")
	b.ReportMetric(ours/bare, "x-of-argon2")
	b.ReportMetric(float64(m.Sys)/1e6, "MB-taken")
}

// rate is how often a second do is done by so many at once.
func rate(crowd int, do func(int)) float64 {
	began := time.Now()
	var all sync.WaitGroup
	var done atomic.Int64
	for i := range crowd {
		all.Go(func() {
			for time.Since(began) < time.Second {
				do(i)
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

// sessionData is what a session holds, about.
var sessionData = []byte(`{"deadline":"2026-03-03T09:00:00Z","values":{"person":"1","signin":"1"}}`)

// BenchmarkSessionCheck does what each request does to find out who is asking:
// the session by its token, then the sign-in with its person. It fails when
// that writes anything.
func BenchmarkSessionCheck(b *testing.B) {
	s := benchStore(b, 1_000)
	w, err := s.SignIn(b.Context(), Actor{Kind: Nobody}, "ana@example.com", "correct horse battery")
	must(b, err)
	sessions, token := s.Sessions(), strings.Repeat("t", 43)
	must(b, sessions.Commit(token, sessionData, time.Now().Add(time.Hour)))
	before := s.written(b)
	for b.Loop() {
		_, found, err := sessions.Find(token)
		if err == nil && found {
			_, err = s.Resume(b.Context(), w.SignIn.ID, w.User.ID, false)
		}
		if err != nil || !found {
			b.Fatal(found, err)
		}
	}
	if after := s.written(b); after != before {
		b.Errorf("the log had %d pages and has %d", before, after)
	}
}

// written is how many pages the log of SQLite has. That of PostgreSQL grows by
// itself and tells nothing.
func (s *Store) written(b *testing.B) int {
	b.Helper()
	file, ok := s.engine.(*sqlite)
	if !ok {
		return 0
	}
	pages, _, err := logState(b.Context(), file.log.db)
	must(b, err)
	return pages
}
