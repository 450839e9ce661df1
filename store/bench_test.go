package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"backoffice/store/storetest"
)

// BenchmarkStore runs what each request asks of the data, without a server
// around it: one operation at a time, and edits by sixteen people at once,
// which are committed together.
func BenchmarkStore(b *testing.B) {
	for _, people := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			s := benchStore(b, people)
			ctx := context.Background()
			admin := Actor{Kind: Person, ID: 1, Role: Admin}
			list := func(q Query) func(*testing.B) {
				return func(b *testing.B) {
					for b.Loop() {
						if p, err := s.ListUsers(ctx, admin, q); err != nil || len(p.Users) == 0 {
							b.Fatalf("%d people, %v", len(p.Users), err)
						}
					}
				}
			}
			b.Run("list", list(Query{}))
			b.Run("list-by-role", list(Query{Role: Viewer, Sort: Sort{By: ByCreated, Desc: true}}))
			b.Run("search-many", list(Query{Search: "garcia"}))
			b.Run("search-one", list(Query{Search: "ana@example.com"}))
			b.Run("search-phone", list(Query{Search: "+34 6"}))
			b.Run("resume", func(b *testing.B) { s.benchResume(b, ctx) })
			var n atomic.Int64
			b.Run("edit", func(b *testing.B) {
				for b.Loop() {
					s.benchEdit(b, ctx, admin, n.Add(1))
				}
			})
			b.Run("edit-by-16", func(b *testing.B) {
				b.SetParallelism(16)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						s.benchEdit(b, ctx, admin, n.Add(1))
					}
				})
			})
		})
	}
}

// benchStore is a store at work, as the server has it.
func benchStore(b *testing.B, people int) *Store {
	b.Helper()
	s, err := Open(b.Context(), Config{DB: storetest.New(b), Hash: HashParams{MemoryKiB: 64, Time: 1, Threads: 1}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	c := Actor{Kind: Command}
	if _, err := s.CreateUser(b.Context(), c, NewUser{Name: "Ana Pérez", Email: "ana@example.com", Role: Admin, Password: "correct horse battery"}); err != nil {
		b.Fatal(err)
	}
	if _, err := s.AddExamples(b.Context(), c, people); err != nil {
		b.Fatal(err)
	}
	if err := s.IndexSearch(b.Context()); err != nil {
		b.Fatal(err)
	}
	s.KeepSearch(func(err error) { b.Error(err) })
	return s
}

func (s *Store) benchResume(b *testing.B, ctx context.Context) {
	w, err := s.SignIn(ctx, Actor{Kind: Nobody}, "ana@example.com", "correct horse battery")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Resume(ctx, w.SignIn.ID, w.User.ID, false); err != nil {
			b.Fatal(err)
		}
	}
}

// benchEdit changes a telephone number to one that was never there.
func (s *Store) benchEdit(b *testing.B, ctx context.Context, a Actor, n int64) {
	to := fmt.Sprintf("+34 91 %09d", n)
	if _, err := s.UpdateUser(ctx, a, 2+n%900, map[Field]Edit{FieldPhone: {To: to}}); err != nil {
		b.Error(err)
	}
}
