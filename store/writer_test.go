package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkEditors is one changed cell with its audit entry, durable, by one
// editor and by sixteen at once on people of their own.
func BenchmarkEditors(b *testing.B) {
	for _, editors := range []int{1, 16} {
		b.Run(fmt.Sprint(editors), func(b *testing.B) {
			s := newTestStore(b)
			people := make([]int64, editors)
			for i := range people {
				c, err := s.CreateUser(b.Context(), console, NewUser{Name: "Somebody", Email: fmt.Sprintf("p%d@example.com", i), Role: Member, Password: password})
				if err != nil {
					b.Fatal(err)
				}
				people[i] = c.User.ID
			}
			b.ResetTimer()
			var left atomic.Int64
			left.Store(int64(b.N))
			var all sync.WaitGroup
			for i := range editors {
				all.Go(func() {
					for n := left.Add(-1); n >= 0; n = left.Add(-1) {
						if _, err := s.UpdateUser(b.Context(), console, people[i], map[Field]Edit{FieldPhone: {To: fmt.Sprintf("600 %06d", n)}}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
		})
	}
}
