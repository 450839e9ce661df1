package main

import (
	"fmt"
	"slices"
	"sync"
)

// cell is one field of one person.
type cell struct {
	person int64
	field  string
}

func (c cell) String() string { return fmt.Sprintf("%s of %d", c.field, c.person) }

// fate is what is known of a write by its answer.
type fate int

const (
	open    fate = iota // no answer, or one that does not say: it may be done, now or later
	done                // acknowledged: it has to be there
	refused             // "nothing was changed": it must not be there, ever
)

// write is one change that somebody asked for. Its times are ticks of the
// ledger, so that no clock matters.
type write struct {
	at       cell
	value    string // what the field is afterwards
	sent     int64
	answered int64 // when its fate was known
	fate     fate
	request  string // the id that the program gave the request; "" when no answer came
}

// ledger is the generator's own record of what it asked for and of what it was
// told. It is what the program's word is held against.
type ledger struct {
	mu     sync.Mutex
	tick   int64
	writes []*write
	cells  map[cell][]*write // in the order they were sent
	first  map[cell]string   // what was there before
}

func newLedger() *ledger {
	return &ledger{cells: map[cell][]*write{}, first: map[cell]string{}}
}

// found notes what a field was before anybody wrote to it.
func (l *ledger) found(at cell, value string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first[at] = value
}

// now is the moment, and no other event has the same.
func (l *ledger) now() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tick++
	return l.tick
}

// begin notes a write before it is sent.
func (l *ledger) begin(at cell, value string) *write {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tick++
	w := &write{at: at, value: value, sent: l.tick}
	l.writes = append(l.writes, w)
	l.cells[at] = append(l.cells[at], w)
	return w
}

// end notes what became of writes that went in one request.
func (l *ledger) end(f fate, request string, writes ...*write) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tick++
	for _, w := range writes {
		w.fate, w.request, w.answered = f, request, l.tick
	}
}

// written lists the cells that somebody wrote to.
func (l *ledger) written() []cell {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]cell, 0, len(l.cells))
	for at := range l.cells {
		out = append(out, at)
	}
	return out
}

// acknowledged lists the writes that were answered as done.
func (l *ledger) acknowledged() []*write { return l.with(done) }

// with lists the writes of a fate.
func (l *ledger) with(f fate) []*write {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []*write
	for _, w := range l.writes {
		if w.fate == f {
			out = append(out, w)
		}
	}
	return out
}

// may lists the values that a field may be read as by somebody who asked at one
// moment and was answered at another: that of an acknowledged write which no
// later one has overtaken, and of any that was open meanwhile.
func (l *ledger) may(at cell, asked, answered int64) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	overtaken := l.lastBegun(at, asked)
	var out []string
	if first, ok := l.first[at]; ok && overtaken == 0 {
		out = append(out, first)
	}
	for _, w := range l.cells[at] {
		if w.sent < answered && w.mayStand(overtaken) {
			out = append(out, w.value)
		}
	}
	return out
}

// lastBegun is when the newest write was sent that was acknowledged before the
// given moment: what was acknowledged before that is overtaken.
func (l *ledger) lastBegun(at cell, before int64) int64 {
	var sent int64
	for _, w := range l.cells[at] {
		if w.fate == done && w.answered < before {
			sent = max(sent, w.sent)
		}
	}
	return sent
}

// mayStand reports whether the write can be the last one of its cell. One that
// is open may still come to pass.
func (w *write) mayStand(overtaken int64) bool {
	return w.fate == open || w.fate == done && w.answered > overtaken
}

// check judges a value that was read somewhere.
func (l *ledger) check(f *findings, where string, at cell, value string, asked, answered int64) {
	allowed := l.may(at, asked, answered)
	switch {
	case slices.Contains(allowed, value):
	case l.wasRefused(at, value):
		f.wonder("in the %s, %s reads %q, which was answered as not done", where, at, value)
	default:
		f.lose("in the %s, %s reads %q, and has to be one of %q", where, at, value, allowed)
	}
}

func (l *ledger) wasRefused(at cell, value string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.cells[at], func(w *write) bool { return w.fate == refused && w.value == value })
}
