package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkEditors saves one cell after the other, each with its entry in the
// trail and durable, of people at random: one editor alone, sixteen at once, and
// sixteen while four readers turn pages. They take turns, so that a noisy
// machine slows all of them; each turn of b.N takes about a second.
//
//	x-of-one     the rate of sixteen editors as a multiple of one editor's
//	x-of-pages   the rate of readers beside editors as a share of readers alone
//	x-of-limit   the same as a share of what the editors leave of the processors:
//	             more than 1 of that is not to be had
//
//	BENCH_USERS=1000000 go test -run '^$' -bench Editors -benchtime 10x ./store
func BenchmarkEditors(b *testing.B) {
	people, err := strconv.Atoi(os.Getenv("BENCH_USERS"))
	if err != nil {
		people = 100_000
	}
	s := &desks{b: b, Store: benchStore(b, people), people: people, lasts: 200 * time.Millisecond}
	var one, many, pages, both turn
	for b.Loop() {
		one.add(s.work(1, 0))
		many.add(s.work(16, 0))
		pages.add(s.work(0, readers))
		both.add(s.work(16, readers))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(one.percentile(50), "p50-µs")
	b.ReportMetric(one.percentile(99), "p99-µs")
	b.ReportMetric(many.percentile(50), "p50-of-16-µs")
	b.ReportMetric(one.saves(), "saves/s")
	b.ReportMetric(many.saves()/one.saves(), "x-of-one")
	b.ReportMetric(both.pages()/pages.pages(), "x-of-pages")
	// What a save takes of the processors is known from the turns without readers.
	perSave := many.worked.Seconds() / float64(len(many.times))
	left := 1 - float64(len(both.times))*perSave/both.worked.Seconds()
	b.ReportMetric(both.pages()/pages.pages()/left, "x-of-limit")
}

// desks are editors and readers at work.
type desks struct {
	*Store
	b      *testing.B
	people int
	lasts  time.Duration // of a turn
	saved  atomic.Int64
}

// turn is what came of some turns.
type turn struct {
	times        []time.Duration // of each save
	read         int64           // pages
	took, worked time.Duration   // by the clock, and by the processors
}

func (t *turn) add(o turn) {
	t.times = append(t.times, o.times...)
	t.read, t.took, t.worked = t.read+o.read, t.took+o.took, t.worked+o.worked
}

func (t *turn) saves() float64 { return float64(len(t.times)) / t.took.Seconds() }
func (t *turn) pages() float64 { return float64(t.read) / t.took.Seconds() }

// percentile is in microseconds.
func (t *turn) percentile(p int) float64 {
	slices.Sort(t.times)
	return float64(t.times[len(t.times)*p/100].Nanoseconds()) / 1000
}

// work lets so many people work for one turn.
func (s *desks) work(editors, readers int) turn {
	began, worked := time.Now(), processorTime(s.b)
	end := began.Add(s.lasts)
	var all sync.WaitGroup
	times := make([][]time.Duration, editors)
	for i := range editors {
		all.Go(func() { times[i] = s.edit(end) })
	}
	var read atomic.Int64
	for range readers {
		all.Go(func() { read.Add(s.read(end)) })
	}
	all.Wait()
	return turn{slices.Concat(times...), read.Load(), time.Since(began), processorTime(s.b) - worked}
}

var benchAdmin = Actor{Kind: Person, ID: 1, Role: Admin}

// edit saves cells until the turn ends.
func (s *desks) edit(end time.Time) (times []time.Duration) {
	for began := time.Now(); began.Before(end); {
		phone := fmt.Sprintf("+34 91 %09d", s.saved.Add(1))
		_, err := s.UpdateUser(context.Background(), benchAdmin, 2+rand.Int64N(int64(s.people)), map[Field]Edit{FieldPhone: {To: phone}})
		if err != nil {
			s.b.Error(err)
			return times
		}
		now := time.Now()
		times = append(times, now.Sub(began))
		began = now
	}
	return times
}

// read turns pages until the turn ends.
func (s *desks) read(end time.Time) (pages int64) {
	for time.Now().Before(end) {
		if p, err := s.ListUsers(context.Background(), benchAdmin, Query{}); err != nil || len(p.Users) == 0 {
			s.b.Errorf("%d people, %v", len(p.Users), err)
			return pages
		}
		pages++
	}
	return pages
}
