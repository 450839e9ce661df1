package store

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// TestMeeting walks the order of the list for hits that would better be put in
// order, too: from anywhere, both ways, it gives the same as sorting by hand.
// With so few hits it also gives up walking and puts them in order.
func TestMeeting(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	r := rand.New(rand.NewPCG(7, 7))
	s.insert(crowd(700)...)
	s.index()
	s.add("Zoë Ψ", Member) // who waits
	people := s.everyone()
	for range storetest.Rounds(250) {
		q := Query{Search: randomSearch(r, people), Sort: Sort{SortKeys()[r.IntN(7)], r.IntN(2) == 0}}
		if r.IntN(2) == 0 {
			q.Sort.By = ByName
		}
		from, backwards, limit := (*Cursor)(nil), r.IntN(2) == 0, 1+r.IntN(30)
		if r.IntN(3) > 0 {
			c := q.Sort.cursor(&people[r.IntN(len(people))])
			from = &c
		}
		s.checkMeeting(q, people, from, backwards, limit)
	}
}

func (s *testStore) checkMeeting(q Query, people []User, from *Cursor, backwards bool, limit int) {
	s.t.Helper()
	c, err := s.lookUp(s.t.Context(), q.Search)
	must(s.t, err)
	if c == nil {
		return
	}
	hits := sorted(slices.DeleteFunc(slices.Clone(people), func(u User) bool { return !means(&u, q) }), q.Sort)
	if backwards {
		slices.Reverse(hits)
	}
	var want []int64
	for i := range hits {
		d := 1
		if from != nil {
			d = q.Sort.compare(q.Sort.cursor(&hits[i]), *from)
		}
		if backwards && from != nil {
			d = -d
		}
		if d > 0 && len(want) < limit {
			want = append(want, hits[i].ID)
		}
	}
	walking, found := q, q
	walking.among = c
	found, _, err = s.putInOrder(s.t.Context(), q, c)
	must(s.t, err)
	for _, q := range []Query{walking, found} {
		got, err := s.read(s.t.Context(), q, from, backwards, limit)
		must(s.t, err)
		if !slices.Equal(ids(got), append([]int64{}, want...)) {
			s.t.Fatalf("%q by %v from %v, backwards %v: %v, want %v", q.Search, q.Sort, from, backwards, ids(got), want)
		}
	}
}

// TestSearchFails fails every statement of a search in turn: no answer is made of
// half of what there is.
func TestSearchFails(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	f := &faults{}
	s := newTestStore(t, failing(f))
	s.insert(crowd(300)...)
	s.index()
	s.add("Zoë", Member)
	for _, q := range []Query{{Search: "яна"}, {Search: "an"}, {Search: "petrov@example.com"}, {Search: "山", Sort: Sort{By: ByEmail}}} {
		answer := func() ([]User, error) {
			c, err := s.lookUp(t.Context(), q.Search)
			if err != nil {
				return nil, err
			}
			if _, err := s.atLeast(t.Context(), q, c); err != nil {
				return nil, err
			}
			q := q
			q.among = c
			return s.read(t.Context(), q, nil, false, 5)
		}
		want, err := answer()
		must(t, err)
		for n := 1; ; n++ {
			f.arm(once, n)
			got, err := answer()
			if !f.disarm() {
				must(t, err)
				break
			}
			if err == nil && !slices.Equal(ids(got), ids(want)) || err != nil && !errors.Is(err, errFault) {
				t.Fatalf("%q: statement %d failed, and the answer is %v, %v", q.Search, n, ids(got), err)
			}
		}
	}
}

// TestWalkPlans asks SQLite how it would walk an order to meet hits: along an
// index that holds all that is asked for, without sorting. (Nobody has the id 0:
// that is a group all of whom come before the place.)
func TestWalkPlans(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(300)...)
	for _, q := range []Query{{}, {Role: Member}, {Status: Active}, {Role: Viewer, Status: Invited}} {
		for _, by := range SortKeys() {
			for _, desc := range []bool{false, true} {
				for _, from := range []*Cursor{nil, {Text: string(Viewer), Num: morning.UnixMilli(), ID: 7}} {
					q.Sort, q.Search = Sort{by, desc}, "ana"
					query, args := walkSQL(q, from, false, 100)
					for _, step := range s.steps(query, args) {
						if strings.Contains(step, "B-TREE") || strings.Contains(step, " u ") && !strings.Contains(step, "COVERING INDEX users_") && !strings.Contains(query, "u.id = 0") {
							t.Errorf("%s: %s, by %s", q.words(), step, query)
						}
					}
				}
			}
		}
	}
}

// TestIDSets adds, removes, joins and stores sets as a map would.
func TestIDSets(t *testing.T) {
	if storetest.OnPostgres() {
		return // about neither
	}
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	random := func() (idset, map[uint16]bool) {
		set, want := idset{}, map[uint16]bool{}
		dense := []int{10, 5000, partSize}[r.IntN(3)]
		for range []int{0, 20, 3000, 9000}[r.IntN(4)] {
			p := uint16(r.IntN(dense))
			set.add(p)
			want[p] = true
			if p := uint16(r.IntN(dense)); r.IntN(4) == 0 {
				set.remove(p)
				delete(want, p)
			}
		}
		return set, want
	}
	for range storetest.Rounds(100) {
		a, wantA := random()
		b, wantB := random()
		checkIDSet(t, a, wantA)
		checkIDSet(t, readIDSet(a.bytes()), wantA)
		either, both := map[uint16]bool{}, map[uint16]bool{}
		for p := range wantA {
			either[p] = true
			if wantB[p] {
				both[p] = true
			}
		}
		for p := range wantB {
			either[p] = true
		}
		checkIDSet(t, a.and(b), both)
		checkIDSet(t, a.or(b), either)
		checkIDSet(t, a, wantA)
	}
}

func checkIDSet(t *testing.T, set idset, want map[uint16]bool) {
	t.Helper()
	got := slices.Collect(set.all())
	if len(got) != len(want) || set.count() != len(want) || !slices.IsSorted(got) {
		t.Fatalf("%d places, counted %d, want %d", len(got), set.count(), len(want))
	}
	for p := range uint16(partSize - 1) {
		if set.has(p) != want[p] {
			t.Fatalf("place %d: %v, want %v", p, set.has(p), want[p])
		}
	}
	if n := len(set.bytes()); n != 2*len(want) && n != partSize/8 || len(want) <= fewPlaces && n != 2*len(want) {
		t.Fatalf("%d places take %d bytes", len(want), n)
	}
}
