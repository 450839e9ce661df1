package store

import (
	"cmp"
	"context"
	"iter"
	"slices"
)

const (
	// maxWaiting is how many people who wait for the index a search looks at one
	// by one. With more of them it does without the index.
	maxWaiting = 500
	// maxGrams is how many sets a search puts together; the smallest ones tell
	// nearly as much as all.
	maxGrams = 6
)

// candidates are who may be meant by a search, as the index knows it. Whoever is
// meant is among them.
type candidates struct {
	parts   map[int64]idset
	waiting []int64 // of them, who were added because the index does not know them yet
	exact   bool    // everybody but those who wait is meant
}

// lookUp asks the index who may be meant by a search, as all of it is at one
// moment. It gives nil when the index does not help: too many wait for it, or
// nothing was typed that it knows.
func (s *Store) lookUp(ctx context.Context, typed string) (*candidates, error) {
	t, err := s.searcher.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer t.Rollback()
	waiting, err := selectWaiting(ctx, t, maxWaiting+1)
	if err != nil || len(waiting) > maxWaiting {
		return nil, err
	}
	return lookUp(ctx, t, typed, waiting)
}

func lookUp(ctx context.Context, db querier, typed string, waiting []int64) (*candidates, error) {
	parts, err := selectParts(ctx, db)
	if err != nil {
		return nil, err
	}
	alternatives := searchAlternatives(typed)
	c := &candidates{parts: map[int64]idset{}, exact: true}
	for _, words := range alternatives {
		if ok, err := c.alternative(ctx, db, words, parts); err != nil || !ok {
			return nil, err
		}
	}
	if len(alternatives) == 0 {
		return nil, nil
	}
	if id := searchID(typed); id > 0 && !c.has(id) {
		waiting = append(waiting, id)
	}
	c.wait(waiting)
	return c, nil
}

// alternative adds who has all of the words. It gives false when they have no
// gram.
func (c *candidates) alternative(ctx context.Context, db querier, words []string, parts []int64) (bool, error) {
	grams, exact := gramsOfWords(words)
	if len(grams) == 0 {
		return false, nil
	}
	grams, all, err := smallest(ctx, db, grams, parts)
	if err != nil {
		return false, err
	}
	c.exact = c.exact && exact && all
	sets, err := selectSets(ctx, db, grams, parts)
	for part, of := range sets {
		if len(of) == len(grams) {
			c.parts[part] = c.parts[part].or(common(of))
		}
	}
	return true, err
}

// gramsOfWords are the grams that whoever has all the words has. They are exact
// when all of them are enough to have the words.
func gramsOfWords(words []string) (all []gram, exact bool) {
	exact = true
	for _, word := range words {
		grams, whole := gramsOfWord(word)
		all, exact = append(all, grams...), exact && whole
	}
	slices.Sort(all)
	return slices.Compact(all), exact
}

// smallest leaves the grams that the fewest have, and tells whether those are all.
func smallest(ctx context.Context, db querier, grams []gram, parts []int64) ([]gram, bool, error) {
	if len(grams) <= maxGrams {
		return grams, true, nil
	}
	sizes, err := selectSizes(ctx, db, grams, parts)
	slices.SortFunc(grams, func(a, b gram) int { return cmp.Or(cmp.Compare(sizes[a], sizes[b]), cmp.Compare(a, b)) })
	return grams[:maxGrams], false, err
}

// common is who is in all of the sets.
func common(sets []idset) idset {
	slices.SortFunc(sets, func(a, b idset) int { return cmp.Compare(a.room(), b.room()) })
	all := sets[0]
	for _, set := range sets[1:] {
		all = all.and(set)
	}
	return all
}

// wait adds people whom the index does not know well enough.
func (c *candidates) wait(ids []int64) {
	c.waiting = ids
	for _, id := range ids {
		part, place := partOf(id)
		set := c.parts[part]
		set.add(place)
		c.parts[part] = set
	}
}

func (c *candidates) has(id int64) bool {
	part, place := partOf(id)
	set, ok := c.parts[part]
	return ok && set.has(place)
}

// count is how many they are.
func (c *candidates) count() int {
	n := 0
	for _, set := range c.parts {
		n += set.count()
	}
	return n
}

// ids yields them, those of one part after those of another.
func (c *candidates) ids() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for part, set := range c.parts {
			for place := range set.all() {
				if !yield(part*partSize + int64(place)) {
					return
				}
			}
		}
	}
}

// some are up to n of them.
func (c *candidates) some(n int) []int64 {
	var ids []int64
	for id := range c.ids() {
		if ids = append(ids, id); len(ids) == n {
			break
		}
	}
	return ids
}
