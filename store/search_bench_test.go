package store

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// benchSearches are parts of names and addresses by how many have them.
var benchSearches = map[string][3]string{
	"name-2": {"xk", "an", "xq"}, "name-3": {"gma", "mar", "xqz"}, "name-6": {"mariaa", "garcia", "zzzzzz"},
	"email-2": {"qz", "@e", "@@"}, "email-3": {"z99", "com", "@@e"}, "email-6": {"na1234", "exampl", "q@zzzz"},
}

// BenchmarkSearch looks for parts of names and of addresses that are rare,
// common and nobody's, in every order, among a thousand people and among many
// more: BENCH_USERS, or 100,000. It tells the time that half of the searches
// take, and the time that all but one in a hundred take.
func BenchmarkSearch(b *testing.B) {
	most := 100_000
	if n, err := strconv.Atoi(os.Getenv("BENCH_USERS")); err == nil {
		most = n
	}
	for _, people := range []int{1_000, most} {
		s := benchStore(b, people)
		var all []time.Duration
		for _, part := range []string{"name-2", "name-3", "name-6", "email-2", "email-3", "email-6"} {
			for i, share := range []string{"rare", "common", "none"} {
				b.Run(fmt.Sprintf("people=%d/%s/%s", people, part, share), func(b *testing.B) {
					all = append(all, s.benchSearch(b, benchSearches[part][i])...)
				})
			}
		}
		b.Run(fmt.Sprintf("people=%d/all", people), func(b *testing.B) {
			for b.Loop() {
			}
			reportTimes(b, all)
		})
	}
}

// benchSearch searches in each order in turn, as a request does, which may be
// given up.
func (s *Store) benchSearch(b *testing.B, search string) (took []time.Duration) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	keys := SortKeys()
	for b.Loop() {
		by := keys[len(took)%len(keys)]
		began := time.Now()
		if _, err := s.ListUsers(ctx, Actor{Kind: Command}, Query{Search: search, Sort: Sort{By: by, Desc: by == ByCreated || by == ByLastSignIn}}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	reportTimes(b, took)
	return took
}

func reportTimes(b *testing.B, took []time.Duration) {
	if len(took) == 0 {
		return
	}
	took = slices.Sorted(slices.Values(took))
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
}
