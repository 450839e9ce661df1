package main

import (
	"fmt"
	"slices"
	"sync"
)

// findings is what comparing the ledger with the program brought up. Every line
// is a fault of the program.
type findings struct {
	mu      sync.Mutex
	lost    []string // acknowledged, and not there
	strange []string // anything else that cannot be
}

// lose notes that an acknowledged write is not there.
func (f *findings) lose(format string, args ...any) { f.add(&f.lost, fmt.Sprintf(format, args...)) }

// wonder notes what cannot be.
func (f *findings) wonder(format string, args ...any) {
	f.add(&f.strange, fmt.Sprintf(format, args...))
}

// add notes a thing once, however often it is met.
func (f *findings) add(to *[]string, what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(*to, what) {
		*to = append(*to, what)
	}
}

// losses is how many acknowledged writes were lost so far.
func (f *findings) losses() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.lost)
}

// all lists everything.
func (f *findings) all() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, lost := range f.lost {
		out = append(out, "LOST: "+lost)
	}
	return append(out, f.strange...)
}
