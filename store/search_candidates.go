package store

import (
	"cmp"
	"context"
	"iter"
	"slices"
)

const (
	// maxWaiting is how many people who wait for the index a search reads through.
	// With more of them it does without the index.
	maxWaiting = 20_000
	// maxGrams is how many sets a search puts together; the smallest ones tell
	// nearly as much as all.
	maxGrams = 6
)

// candidates are who may be meant by a search, as the index knows it. Whoever is
// meant is among them.
type candidates struct {
	parts   map[int64]idset
	exact   bool    // everybody but those who wait for the index is meant
	waiting int     // how many wait
	added   []int64 // those of them who are meant
	byID    int     // 1 when somebody is meant by their id alone
}

// lookUp asks the index who may be meant by a search, as all of it is at one
// moment. It gives nil when the index does not help: too many wait for it, or
// nothing was typed that it knows.
func (s *Store) lookUp(ctx context.Context, typed string) (*candidates, error) {
	alternatives := searchAlternatives(typed)
	if len(alternatives) == 0 {
		return nil, nil
	}
	t, err := s.searcher.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer t.Rollback()
	c := &candidates{parts: map[int64]idset{}, exact: true}
	if c.waiting, c.added, err = selectWaiting(ctx, t, typed, maxWaiting+1); err != nil || c.waiting > maxWaiting {
		return nil, err
	}
	parts, err := selectParts(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, words := range alternatives {
		if ok, err := c.alternative(ctx, t, words, parts); err != nil || !ok {
			return nil, err
		}
	}
	if id := searchID(typed); id > 0 && !c.has(id) {
		c.added, c.byID = append(c.added, id), 1
	}
	c.include(c.added)
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

// include adds people of whom the index does not say that they are meant.
func (c *candidates) include(ids []int64) {
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

// certain is how many are meant at least, if nothing else is asked for. The index
// may still have those who wait for what they were.
func (c *candidates) certain() int {
	n := len(c.added) - c.byID
	if c.exact {
		n += max(0, c.count()-c.byID-c.waiting)
	}
	return n
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
