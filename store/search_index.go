package store

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// The index of the search says for each gram who has it. It follows the people
// a moment behind: triggers note who has changed, whoever writes, and a worker
// takes them in. Meanwhile a search looks at those who wait one by one, so that
// it is right at any time, and slower when many wait.
//
// About somebody who does not wait the index is exact. It stays so because the
// note has all that the index may know of them until all of it has been
// corrected, and because only one worker at a time corrects it.

const (
	// searchDelay is how long the worker lets changes gather. Each person costs
	// some dozens of sets, which those who change together share.
	searchDelay = 200 * time.Millisecond
	// searchRest is how much longer the worker rests than it has worked, so that
	// it leaves the writing connection to the editors.
	searchRest = 4
	// searchLook is how often the worker looks for changes by other programs.
	searchLook = 5 * time.Second

	// fewWaiting is how many people are taken in within a single transaction.
	fewWaiting = 8
	// gramsAtOnce bounds a transaction of the worker, for which editors wait.
	gramsAtOnce = 200
	// idsAtOnce bounds one that strikes people off the list of those who wait.
	idsAtOnce = 1000
)

// KeepSearch takes people into the index of the search soon after they have
// changed, until Close. The server does it; a command that is over in a moment
// leaves it to the server, or calls [Store.IndexSearch]. failed is told what went
// wrong; it is tried again later.
func (s *Store) KeepSearch(failed func(error)) {
	s.tellChanged() // there may be people from before
	s.Go(func(ctx context.Context) {
		for rest := searchDelay; s.waitForChange(ctx, rest); {
			began := s.now()
			if err := s.IndexSearch(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
			rest = max(searchDelay, searchRest*s.now().Sub(began))
		}
	})
}

// tellChanged wakes the worker up.
func (s *Store) tellChanged() {
	select {
	case s.changed <- struct{}{}:
	default: // it is told already
	}
}

// waitForChange rests, then waits for a change, by this program or at the
// latest in searchLook by another. It gives false when the context ends.
func (s *Store) waitForChange(ctx context.Context, rest time.Duration) bool {
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return false
	}
	timer.Reset(searchLook)
	select {
	case <-s.changed:
	case <-timer.C:
	case <-ctx.Done():
		return false
	}
	return ctx.Err() == nil
}

// IndexSearch takes everybody who waits into the index of the search, unless
// another process is at it. A large import or a new index takes seconds; editors
// go on meanwhile. PostgreSQL keeps its index itself.
func (s *Store) IndexSearch(ctx context.Context) error { return s.engine.index(ctx, s) }

func (s *Store) indexAll(ctx context.Context) error {
	l := newLease(leaseSearch)
	for part := int64(0); ; part++ {
		var err error
		if part, err = waitingPart(ctx, s.reader, part); err != nil || part < 0 {
			return err
		}
		if err = s.indexPart(ctx, l, part); err != nil {
			return unlessTaken(err)
		}
	}
}

// indexPart takes those of a part in who wait: a few at once, many in steps.
func (s *Store) indexPart(ctx context.Context, l lease, part int64) error {
	var all bool
	err := s.holding(ctx, l, func(x *tx) (err error) {
		if all, err = x.indexFew(part); all && err == nil {
			return l.giveBack(x)
		}
		return err
	})
	if err != nil || all {
		return err
	}
	b, err := s.waitingOf(ctx, part)
	if err != nil {
		return err
	}
	for grams := range slices.Chunk(slices.Sorted(maps.Keys(b.changes)), gramsAtOnce) {
		if err := s.holding(ctx, l, func(x *tx) error { return b.write(x, grams) }); err != nil {
			return err
		}
	}
	for people := range slices.Chunk(b.people, idsAtOnce) {
		if err := s.holding(ctx, l, func(x *tx) error { return strikeOff(x, people) }); err != nil {
			return err
		}
	}
	return s.holding(ctx, l, l.giveBack)
}

// waitingPerson is somebody who waits to be taken into the index.
type waitingPerson struct {
	id, seq  int64
	was, now string // the search keys that the index may know, and the one it should
}

// searchBatch is what the index must learn and forget about people of one part.
type searchBatch struct {
	part    int64
	fresh   bool // the index knows nobody of this part
	people  []waitingPerson
	changes map[gram]*gramChange
	grams   []gram // scratch
}

// gramChange is who has a gram now, and who no longer has it.
type gramChange struct {
	add    idset
	remove []uint16
}

func newBatch(part int64) *searchBatch {
	return &searchBatch{part: part, changes: map[gram]*gramChange{}}
}

// add notes a person. Those of a batch come in the order of their ids.
func (b *searchBatch) add(p waitingPerson) {
	_, place := partOf(p.id)
	b.grams = gramsOf(b.grams[:0], p.now)
	for _, g := range b.grams {
		b.change(g).add.add(place)
	}
	if p.was != "" {
		now := gramSet(p.now)
		for _, g := range gramSet(p.was) {
			if _, kept := slices.BinarySearch(now, g); !kept {
				c := b.change(g)
				c.remove = append(c.remove, place)
			}
		}
	}
	p.was, p.now = "", "" // all that matters of them is noted
	b.people = append(b.people, p)
}

func (b *searchBatch) change(g gram) *gramChange {
	c := b.changes[g]
	if c == nil {
		c = &gramChange{}
		b.changes[g] = c
	}
	return c
}

// apply gives the set as it is after the change.
func (c *gramChange) apply(set idset) idset {
	if c.add.many != nil || len(c.add.few) > 100 {
		set = set.or(c.add)
	} else {
		for _, place := range c.add.few {
			set.add(place)
		}
	}
	for _, place := range c.remove {
		set.remove(place)
	}
	return set
}

// write brings some grams up to date. To do it again changes nothing.
func (b *searchBatch) write(x *tx, grams []gram) error {
	stored := map[gram][]byte{}
	if !b.fresh {
		var err error
		if stored, err = selectGrams(x, b.part, grams); err != nil {
			return err
		}
	}
	to := newGramWriter(x, b.part)
	defer to.close()
	for _, g := range grams {
		set := b.changes[g].apply(readIDSet(stored[g]))
		if now := set.bytes(); !bytes.Equal(now, stored[g]) {
			if err := to.put(g, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexFew takes in those of a part who wait if they are few.
func (x *tx) indexFew(part int64) (all bool, err error) {
	b := newBatch(part)
	if err := eachWaiting(x.ctx, x.Tx, part, fewWaiting+1, b.add); err != nil || len(b.people) > fewWaiting {
		return false, err
	}
	return true, x.indexBatch(b)
}

// leaveIndex takes people in who wait although they are deleted, and with that
// what the index knows of them out.
func (x *tx) leaveIndex(ids []int64) error {
	batches := map[int64]*searchBatch{}
	err := eachWaitingAmong(x, ids, func(p waitingPerson) {
		part, _ := partOf(p.id)
		if batches[part] == nil {
			batches[part] = newBatch(part)
		}
		batches[part].add(p)
	})
	for _, b := range batches {
		err = errors.Join(err, x.indexBatch(b))
	}
	return err
}

// indexBatch takes a batch in at once.
func (x *tx) indexBatch(b *searchBatch) error {
	if err := b.write(x, slices.Sorted(maps.Keys(b.changes))); err != nil {
		return err
	}
	return strikeOff(x, b.people)
}

// waitingOf reads those of a part who wait. Nobody else writes to the index
// meanwhile.
func (s *Store) waitingOf(ctx context.Context, part int64) (*searchBatch, error) {
	b := newBatch(part)
	known, err := hasGrams(ctx, s.reader, part)
	if err != nil {
		return nil, err
	}
	b.fresh = !known
	return b, eachWaiting(ctx, s.reader, part, partSize, b.add)
}
