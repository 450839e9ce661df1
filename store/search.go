package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxCount is where counting the hits of a search ends. Up to as many are
	// all looked at and put in order.
	maxCount = 1000
	// maxProbe is how many of the candidates are looked at to say how many hits
	// there are at least, when there are more of them.
	maxProbe = 300
	// sortCost is how many people an order is walked past in the time that it
	// takes to look at one candidate.
	sortCost = 25
	// maxStep bounds how much of an order is walked at once.
	maxStep = 20_000
)

// find looks for whom a search means. What the index gives is a little more than
// that, so each is looked at as well. Few of them are put in order; among many
// of them the order of the list is walked, and meets a page of hits soon. Where
// the index does not help, all that is there is read.
func (s *Store) find(ctx context.Context, q Query) (Query, Count, error) {
	c, err := s.lookUp(ctx, q.Search)
	if err != nil || c == nil {
		return s.scan(ctx, q, err)
	}
	if c.count() <= maxCount {
		return s.putInOrder(ctx, q, c)
	}
	q.among = c
	total, err := s.atLeast(ctx, q, c)
	return q, total, err
}

// scan looks for hits, up to maxCount of them, along the one index that holds
// what is searched.
func (s *Store) scan(ctx context.Context, q Query, err error) (Query, Count, error) {
	if err != nil {
		return q, Count{}, err
	}
	ids, err := selectHits(ctx, s.searcher, q, maxCount+1)
	if err != nil || len(ids) > maxCount {
		return q, Count{N: maxCount, AtLeast: true}, err
	}
	q.few, q.hits = true, ids
	return q, Count{N: len(ids)}, nil
}

// putInOrder looks at all candidates.
func (s *Store) putInOrder(ctx context.Context, q Query, c *candidates) (Query, Count, error) {
	places, err := selectPlaces(ctx, s.searcher, q, slices.Collect(c.ids()))
	slices.SortFunc(places, q.Sort.compare)
	q.among, q.found, q.places = nil, true, places
	return q, Count{N: len(places)}, err
}

// atLeast says how many hits there are at least among many candidates.
func (s *Store) atLeast(ctx context.Context, q Query, c *candidates) (Count, error) {
	filtered := q.Role != "" || q.Status != "" || len(q.filters()) > 0
	if !filtered && c.certain() >= maxCount {
		return Count{N: maxCount, AtLeast: true}, nil
	}
	n, err := countThese(ctx, s.searcher, q, c.some(maxProbe))
	return Count{N: roundDown(n), AtLeast: true}, err
}

// compare is the order of places in the list.
func (s Sort) compare(a, b Cursor) int {
	c := cmp.Or(strings.Compare(a.Text, b.Text), cmp.Compare(a.Num, b.Num), cmp.Compare(a.ID, b.ID))
	if s.Desc {
		return -c
	}
	return c
}

// beyond are up to limit places from one on, the nearest first.
func (q Query) beyond(from *Cursor, backwards bool, limit int) []int64 {
	places := q.places
	if from != nil {
		at, found := slices.BinarySearchFunc(places, *from, q.Sort.compare)
		switch {
		case backwards:
			places = places[:at]
		case found:
			places = places[at+1:]
		default:
			places = places[at:]
		}
	}
	var ids []int64
	for i := range min(limit, len(places)) {
		if backwards {
			i = len(places) - 1 - i
		}
		ids = append(ids, places[i].ID)
	}
	return ids
}

// meet gives up to limit hits from a place on, in the order of the list or
// backwards.
func (s *Store) meet(ctx context.Context, q Query, from *Cursor, backwards bool, limit int) ([]User, error) {
	if q.found {
		return selectFound(ctx, s.searcher, q, q.beyond(from, backwards, limit))
	}
	w := meeting{store: s, query: q, backwards: backwards, limit: limit, at: from}
	err := w.walk(ctx)
	if errors.Is(err, errFarApart) {
		if q, _, err = s.putInOrder(ctx, q, q.among); err == nil {
			return s.meet(ctx, q, from, backwards, limit)
		}
	}
	return w.users, err
}

// errFarApart says that a walk takes longer than to put all candidates in order.
var errFarApart = errors.New("store: the hits are far apart")

// meeting is a walk in the order of the list that meets candidates.
type meeting struct {
	store     *Store
	query     Query
	backwards bool
	limit     int
	at        *Cursor
	users     []User // the hits that were met
	walked    int    // past how many people
}

// walk goes on until there are enough hits. If the candidates stood anywhere in
// the order, every everyth person would be one; when it takes much longer than
// that to meet them, they stand together somewhere.
func (m *meeting) walk(ctx context.Context) error {
	n := m.query.among.count()
	every, err := m.every(ctx, n)
	if err != nil {
		return err
	}
	page := m.limit * every
	for step, patience := page*5/4, page; ; step = min(max(page/2, 2*step), maxStep) {
		done, err := m.step(ctx, step)
		switch {
		case err != nil || done:
			return err
		case m.walked > n*sortCost:
			return errFarApart
		case m.walked > patience && m.query.Sort.key() == ByName:
			if err := m.jump(ctx); err != nil {
				return err
			}
			step, patience = page/4, m.walked+2*page
		}
	}
}

// every is how many people there are for each of n candidates.
func (m *meeting) every(ctx context.Context, n int) (int, error) {
	counts, err := allCounts(ctx, m.store.searcher)
	return 1 + counts.Of("", "")/(1+n), err
}

// step walks past n people.
func (m *meeting) step(ctx context.Context, n int) (done bool, err error) {
	ids, last, err := selectWalk(ctx, m.store.searcher, m.query, m.at, m.backwards, n)
	if err != nil {
		return false, err
	}
	among := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !m.query.among.has(id) })
	for some := range slices.Chunk(among, m.limit) {
		users, err := selectFound(ctx, m.store.searcher, m.query, some)
		if err != nil {
			return false, err
		}
		m.users = append(m.users, users...)
		if len(m.users) >= m.limit {
			m.users = m.users[:m.limit]
			return true, nil
		}
	}
	m.at, m.walked = last, m.walked+len(ids)
	return len(ids) < n, nil
}

// jump passes over names of alphabets that no candidate's name begins in.
func (m *meeting) jump(ctx context.Context) error {
	first, _ := utf8.DecodeRuneInString(m.at.Text)
	if m.at.Text == "" || !indexed(first) || len(m.query.among.added) > maxCount {
		return nil
	}
	at, desc := alphabet(first), m.query.Sort.Desc != m.backwards
	to, err := m.nextStart(ctx, at, desc)
	switch {
	case err != nil || to == at:
		return err
	case desc:
		m.at = &Cursor{Sort: m.query.Sort, Text: string(firstOf(to + 1))}
	default:
		m.at = &Cursor{Sort: m.query.Sort, Text: string(firstOf(to))}
	}
	return nil
}

// nextStart is the next alphabet that the name of a candidate begins in.
func (m *meeting) nextStart(ctx context.Context, at rune, desc bool) (rune, error) {
	next := rune(alphabets) // behind all that are indexed
	if desc {
		next = -1 // no name at all
	}
	nearer := func(a rune) {
		if !desc && a >= at && a < next || desc && a <= at && a > next {
			next = a
		}
	}
	for part, set := range m.query.among.parts {
		a, err := selectStart(ctx, m.store.searcher, part, set, at, desc)
		if err != nil {
			return 0, err
		}
		nearer(a)
	}
	added, err := selectPlaces(ctx, m.store.searcher, m.query, m.query.among.added)
	for _, place := range added {
		first, _ := utf8.DecodeRuneInString(place.Text)
		nearer(alphabet(first))
	}
	return next, err
}
