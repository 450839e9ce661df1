package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// change is one field in one entry of the audit trail.
type change struct {
	entry         int64
	request       string
	at            cell
	before, after string
}

// readTrail reads the changes out of an exported audit trail, in its order.
func readTrail(r io.Reader) ([]change, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("the exported trail: %w", err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.TrimPrefix(name, "\uFEFF")] = i
	}
	var out []change
	for {
		line, err := in.Read()
		if err == io.EOF {
			slices.SortStableFunc(out, func(a, b change) int { return cmp.Compare(a.entry, b.entry) })
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the exported trail: %w", err)
		}
		out = append(out, changesOf(func(name string) string { return line[column[name]] })...)
	}
}

// changesOf reads one entry: "phone: 1 → 2; name: Ana → Bo".
func changesOf(value func(name string) string) []change {
	if value("outcome") != "done" {
		return nil
	}
	entry, _ := strconv.ParseInt(value("entry"), 10, 64)
	person, _ := strconv.ParseInt(value("target_id"), 10, 64)
	var out []change
	for text := range strings.SplitSeq(value("changes"), "; ") {
		field, values, ok := strings.Cut(text, ": ")
		before, after, both := strings.Cut(values, " → ")
		if ok && both {
			out = append(out, change{entry, value("request"), cell{person, field}, before, after})
		}
	}
	return out
}

// audit compares the ledger with the trail: every acknowledged write has one
// entry, refused ones have none, entries stand in the order of the answers, and
// each begins where the one before it ended.
func (l *ledger) audit(trail []change, f *findings) {
	entries := map[string]change{}
	for _, c := range trail {
		if twice, ok := entries[c.key()]; ok {
			f.wonder("%s: one request (%s) made the entries %d and %d", c.at, c.request, twice.entry, c.entry)
		}
		entries[c.key()] = c
	}
	for _, w := range l.acknowledged() {
		if c, ok := entries[w.key()]; !ok {
			f.lose("%s = %q was acknowledged (request %s) and is not in the trail", w.at, w.value, w.request)
		} else if c.after != w.value {
			f.wonder("%s = %q was acknowledged, the trail says %q (entry %d)", w.at, w.value, c.after, c.entry)
		}
	}
	for _, w := range l.with(refused) {
		if c, ok := entries[w.key()]; ok && w.request != "" {
			f.wonder("%s = %q was answered as not done (request %s), and stands in the trail as entry %d", w.at, w.value, w.request, c.entry)
		}
	}
	l.auditOrder(entries, f)
	auditChain(trail, f)
}

func (c change) key() string { return c.request + " " + c.at.String() }
func (w *write) key() string { return w.request + " " + w.at.String() }

// auditOrder wants of two writes to a cell, of which one was acknowledged before
// the other was sent, that they stand in the trail in this order.
func (l *ledger) auditOrder(entries map[string]change, f *findings) {
	for _, at := range l.written() {
		var newest change // of those that were acknowledged before
		var waiting []*write
		for _, w := range l.cells[at] {
			waiting = slices.DeleteFunc(waiting, func(b *write) bool {
				if b.answered < w.sent && entries[b.key()].entry > newest.entry {
					newest = entries[b.key()]
				}
				return b.answered < w.sent
			})
			c, ok := entries[w.key()]
			if !ok || w.fate != done {
				continue
			}
			if c.entry < newest.entry {
				f.wonder("%s: entry %d was asked for after entry %d was acknowledged", at, c.entry, newest.entry)
			}
			waiting = append(waiting, w)
		}
	}
}

// auditChain wants every change of a cell to begin with what the one before it
// left: nothing was lost in between, and nothing happened unseen.
func auditChain(trail []change, f *findings) {
	last := map[cell]change{}
	for _, c := range trail {
		if b, ok := last[c.at]; ok && b.after != c.before {
			f.lose("%s: entry %d leaves %q, entry %d begins with %q", c.at, b.entry, b.after, c.entry, c.before)
		}
		last[c.at] = c
	}
}

// lastOf gives what the trail says that each cell is now.
func lastOf(trail []change) map[cell]string {
	out := map[cell]string{}
	for _, c := range trail {
		out[c.at] = c.after
	}
	return out
}
