package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// figures collects what happened to the requests.
type figures struct {
	mu       sync.Mutex
	answers  map[string]int // by status, or by what went wrong
	refusals map[string]int // those to writes that were not acknowledged
	reading  []time.Duration
	writing  []time.Duration
	acks     []time.Time // when a write was acknowledged
	outs     int         // people who found themselves signed out
	bad      []string    // answers that were not sensible
	badCount int
}

func newFigures() *figures { return &figures{answers: map[string]int{}, refusals: map[string]int{}} }

// keptBad is how many of the bad answers are shown; all are counted.
const keptBad = 20

// took counts an answer.
func (f *figures) took(what string, post bool, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[what]++
	if post {
		f.writing = append(f.writing, d)
	} else {
		f.reading = append(f.reading, d)
	}
}

// without counts a request that got no answer.
func (f *figures) without(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[what]++
}

// ack counts an acknowledged write.
func (f *figures) ack() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acks = append(f.acks, time.Now())
}

// refuse counts a write that was not acknowledged.
func (f *figures) refuse(a *answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case a.err != nil:
		f.refusals["without an answer"]++
	case a.fate() == open:
		f.refusals[a.kind()+" saying that it is not known"]++
	default:
		f.refusals[a.kind()]++
	}
}

// acked is how many writes were acknowledged so far.
func (f *figures) acked() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.acks)
}

// ackedAfter reports whether a write was acknowledged after a moment.
func (f *figures) ackedAfter(at time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.acks) > 0 && f.acks[len(f.acks)-1].After(at)
}

// out counts somebody who was signed out.
func (f *figures) out(format string, args ...any) {
	f.mu.Lock()
	f.outs++
	f.mu.Unlock()
	f.complain("signed out: "+format, args...)
}

// complain notes an answer that is not sensible.
func (f *figures) complain(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.badCount++
	if len(f.bad) < keptBad {
		f.bad = append(f.bad, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
	}
}

// since gives how the counts of answers grew since an earlier copy of them.
func (f *figures) since(earlier map[string]int) map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]int{}
	for what, n := range f.answers {
		if grown := n - earlier[what]; grown > 0 {
			out[what] = grown
		}
	}
	return out
}

// requests is how many were sent.
func (f *figures) requests() int {
	n := 0
	for _, c := range f.since(nil) {
		n += c
	}
	return n
}

// silence is the longest time without an acknowledged write around a span, and
// how long after its end the next one came; false when none came any more.
func (f *figures) silence(begin, end time.Time) (longest, after time.Duration, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	acks := slices.SortedFunc(slices.Values(f.acks), time.Time.Compare)
	first, _ := slices.BinarySearchFunc(acks, begin, time.Time.Compare)
	last := begin
	if first > 0 {
		last = acks[first-1]
	}
	for _, at := range acks[first:] {
		longest, last = max(longest, at.Sub(last)), at
		if at.After(end) {
			return longest, at.Sub(end), true
		}
	}
	return max(longest, time.Since(last)), 0, false
}

// quantile of durations; 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// counted writes counts as text: "200 ×812, 303 ×90".
func counted(counts map[string]int) string {
	text := ""
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s ×%d", what, counts[what])
	}
	return text
}
