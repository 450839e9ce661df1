package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// checkSearchIndex compares the index of the search with the people, but for
// those who wait. Each test ends with it, as one of the invariants.
func checkSearchIndex(t testing.TB, s *Store) {
	t.Helper()
	waiting := queryInts(t, s.reader, `SELECT id FROM search_pending`)
	got, want := indexedSets(t, s), expectedSets(t, s)
	for _, sets := range []map[int64]idset{got, want} {
		for key, set := range sets {
			part, _ := gramOf(key)
			for _, id := range waiting {
				if p, place := partOf(id); p == part {
					set.remove(place)
				}
			}
			if sets[key] = set; set.count() == 0 {
				delete(sets, key)
			}
		}
	}
	same := func(a, b idset) bool { return slices.Equal(a.bytes(), b.bytes()) }
	if !maps.EqualFunc(got, want, same) {
		t.Errorf("the index has %d sets, the people have %d, and they differ", len(got), len(want))
	}
}

// indexedSets is the whole index.
func indexedSets(t testing.TB, s *Store) map[int64]idset {
	rows, err := s.reader.Query(`SELECT id, people FROM search_grams`)
	must(t, err)
	defer rows.Close()
	sets := map[int64]idset{}
	for rows.Next() {
		var key int64
		var people []byte
		must(t, rows.Scan(&key, &people))
		if len(people) == 0 {
			t.Error("an empty set is kept")
		}
		sets[key] = readIDSet(people)
	}
	must(t, rows.Err())
	return sets
}

// expectedSets is what the index must be for the people there are.
func expectedSets(t testing.TB, s *Store) map[int64]idset {
	rows, err := s.reader.Query(`SELECT id, search_key FROM users WHERE deleted_at = 0`)
	must(t, err)
	defer rows.Close()
	sets := map[int64]idset{}
	for rows.Next() {
		var id int64
		var text string
		must(t, rows.Scan(&id, &text))
		part, place := partOf(id)
		for _, g := range gramSet(text) {
			set := sets[g.in(part)]
			set.add(place)
			sets[g.in(part)] = set
		}
	}
	must(t, rows.Err())
	return sets
}

func (s *testStore) index() {
	s.t.Helper()
	must(s.t, s.IndexSearch(s.t.Context()))
	if n := s.waiting(); n != 0 {
		s.t.Fatalf("%d still wait for the index", n)
	}
}

func (s *testStore) waiting() int {
	return queryInt(s.t, s.reader, `SELECT count(*) FROM search_pending`)
}

// indexHalf takes in half of the letters of those who wait, and is then cut off.
func (s *testStore) indexHalf(r *rand.Rand) {
	s.t.Helper()
	part, err := waitingPart(s.t.Context(), s.reader, 0)
	must(s.t, err)
	if part < 0 {
		return
	}
	b, err := s.waitingOf(s.t.Context(), part)
	must(s.t, err)
	grams := slices.DeleteFunc(slices.Collect(maps.Keys(b.changes)), func(gram) bool { return r.IntN(2) == 0 })
	must(s.t, s.holding(s.t.Context(), lease{leaseSearch, "cut off"}, func(x *tx) error { return b.write(x, grams) }))
	s.clock.advance(leaseTerm)
}

var searchSamples = []string{"José García", "Élodie Durand", "Пётр Петров", "Sinéad O’Brien", "山田 太郎", "山本 𠮷野", "𠮷", "محمد علي", "ليلى", "Ana 🌵 Pérez", "100% Sure",
	"under_score", `back\slash`, "Li", "Bo Li", "Łukasz Żak", "김민준", "Νίκος", "Maria-José van der Berg", "E-004211"}

// randomSearch is something that people type: a part of what is there, or not.
func randomSearch(r *rand.Rand, people []User) string {
	var text string
	if u := &people[r.IntN(len(people))]; len(people) > 0 {
		text = []string{u.Name, u.Email, u.Phone, u.ExternalID, fmt.Sprint(u.ID), "#" + fmt.Sprint(u.ID), searchSamples[r.IntN(len(searchSamples))]}[r.IntN(7)]
	}
	letters := []rune(text)
	from := r.IntN(len(letters) + 1)
	text = string(letters[from:min(len(letters), from+1+r.IntN(7))])
	switch r.IntN(12) {
	case 0:
		return text + string(rune('a'+r.IntN(26)))
	case 1:
		return text + " " + randomSearch(r, people)
	case 2:
		return []string{"%", "_", `\`, "0034", "zzz", "@e", "a", "e x", "𠮷"}[r.IntN(9)]
	}
	return text
}

// randomChange changes somebody.
func (s *testStore) randomChange(r *rand.Rand, n int) {
	s.t.Helper()
	ctx := s.t.Context()
	alive, gone := s.everyone(), queryInts(s.t, s.reader, `SELECT id FROM users WHERE deleted_at <> 0`)
	among := []int{6, len(alive)}[r.IntN(2)] // the first few change again and again
	switch u := alive[r.IntN(among)]; r.IntN(8) {
	case 0:
		change(s.t)(s.Delete(ctx, console, u.ID))
	case 1:
		if len(gone) > 0 {
			change(s.t)(s.Restore(ctx, console, gone[r.IntN(len(gone))]))
		}
	case 2:
		change(s.t)(s.UpdateUser(ctx, console, u.ID, edit(FieldEmail, fmt.Sprintf("new.%d@example.org", n))))
	case 3:
		change(s.t)(s.UpdateUser(ctx, console, u.ID, edit(FieldPhone, fmt.Sprintf("+34 6%d", r.IntN(1e8)))))
	case 4:
		s.insert(User{Name: searchSamples[r.IntN(len(searchSamples))], Email: fmt.Sprintf("n%d@example.com", n), emailKey: fmt.Sprintf("n%d@example.com", n), Role: Member, Status: Active, Created: morning, Changed: morning, Version: 1})
	default:
		change(s.t)(s.UpdateUser(ctx, console, u.ID, edit(FieldName, searchSamples[r.IntN(len(searchSamples))])))
	}
}

func queryInts(t testing.TB, db querier, query string) []int64 {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	must(t, err)
	all, err := collect(rows, func(r row) (id int64, err error) { err = r.Scan(&id); return id, err })
	must(t, err)
	return all
}

// TestSearchFindsTheTruth changes people at random and searches at random, with
// an index that is up to date, behind, or cut off half-way, and finds whom
// looking through everybody finds.
func TestSearchFindsTheTruth(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	r := rand.New(rand.NewPCG(4, 2))
	s.insert(crowd(60)...)
	for _, last := range []int{partSize - 3, 5*partSize - 2} { // into other parts
		mustExec(t, s.writer, `UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'users'`, last)
		for i, name := range searchSamples {
			email := fmt.Sprintf("p%d.%d@example.net", last, i)
			s.insert(User{Name: name, Email: email, emailKey: email, Role: Roles()[i%4], Status: Active, Created: morning, Changed: morning, Version: 1})
		}
	}
	for n := range storetest.Rounds(150) {
		switch r.IntN(4) {
		case 0:
			s.index()
		case 1:
			s.indexHalf(r)
		}
		s.randomChange(r, n)
		checkSearchIndex(t, s.Store)
		people := s.everyone()
		for range 20 {
			q := Query{Search: randomSearch(r, people), Sort: Sort{SortKeys()[r.IntN(7)], r.IntN(2) == 0}, Limit: 1000}
			if r.IntN(4) == 0 {
				q.Role = Roles()[r.IntN(4)]
			}
			s.checkSearch(q, people)
		}
	}
	s.index()
}

// checkSearch compares a search with looking through everybody.
func (s *testStore) checkSearch(q Query, people []User) {
	s.t.Helper()
	p := s.list(q)
	want := ids(sorted(slices.DeleteFunc(slices.Clone(people), func(u User) bool { return !means(&u, q) }), q.Sort))
	if !slices.Equal(ids(p.Users), want) {
		s.t.Fatalf("%q by %v, with %d waiting: %v, want %v", q.Search, q.Sort, s.waiting(), ids(p.Users), want)
	}
	if n := p.Total.N; n > len(want) || !p.Total.AtLeast && n != len(want) {
		s.t.Fatalf("%q: %+v, there are %d", q.Search, p.Total, len(want))
	}
}

// means is matches, and the number of somebody with a sign before it.
func means(u *User, q Query) bool {
	if id := searchID(q.Search); id > 0 && id == u.ID {
		q.Search = ""
	}
	return matches(u, q)
}

// TestSearchAmongMany walks through searches with so many hits that they are not
// put in order, forwards and back again, whether or not they stand together.
func TestSearchAmongMany(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(1200)...)
	s.insert(namesakes("Яна", 1100)...)
	s.index()
	s.insert(User{Name: "Ειρήνη яна", Email: "x@example.org", emailKey: "x@example.org", Role: Member, Status: Active, Created: morning, Changed: morning, Version: 1})
	people := s.everyone()
	s.meetFromAnywhere(people)
	for i, q := range []Query{{Search: "a"}, {Search: "яна"}, {Search: "exampl"}, {Search: "example.com", Role: Viewer}, {Search: "яна", Status: Active}, {Search: "x@exa"}} {
		hits := slices.DeleteFunc(slices.Clone(people), func(u User) bool { return !means(&u, q) })
		for j, by := range SortKeys() {
			q.Sort, q.Limit = Sort{by, (i+j)%2 == 0}, 333
			s.walkSearch(q, ids(sorted(hits, q.Sort)))
		}
	}
}

// meetFromAnywhere looks from any place for hits that stand together.
func (s *testStore) meetFromAnywhere(people []User) {
	s.t.Helper()
	r := rand.New(rand.NewPCG(8, 8))
	for range 12 {
		q := Query{Search: []string{"яна", "x@e"}[r.IntN(2)], Sort: Sort{ByName, r.IntN(2) == 0}}
		from := q.Sort.cursor(&people[r.IntN(len(people))])
		s.checkMeeting(q, people, &from, r.IntN(2) == 0, 1+r.IntN(5))
	}
}

// TestSearchCountsNobodyTwice has a thousand people change, who wait for the
// index: it still has them under their old names.
func TestSearchCountsNobodyTwice(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.insert(namesakes("Яна", 1300)...)
	s.index()
	mustExec(t, s.writer, `UPDATE users SET name = replace(name, 'Яна', 'Ольга'), name_key = replace(name_key, 'яна', 'ольга'),
 search_key = replace(search_key, 'яна', 'ольга') WHERE id > 300`)
	people := s.everyone()
	for _, search := range []string{"яна", "оль", "ольга", "а", "x"} {
		hits := ids(sorted(slices.DeleteFunc(slices.Clone(people), func(u User) bool { return !means(&u, Query{Search: search}) }), Sort{}))
		s.walkSearch(Query{Search: search, Limit: 200}, hits)
	}
}

// namesakes are so many people of one given name.
func namesakes(name string, n int) []User {
	var all []User
	for i := range n {
		email := fmt.Sprintf("%dx@example.org", i)
		all = append(all, User{Name: fmt.Sprint(name, " ", i), Email: email, emailKey: email, Role: Member, Status: Active, Created: morning, Changed: morning, Version: 1})
	}
	return all
}

// walkSearch walks a list to its end and back.
func (s *testStore) walkSearch(q Query, want []int64) {
	s.t.Helper()
	var got []int64
	p := s.list(q)
	if p.Total.N > len(want) || !p.Total.AtLeast && p.Total.N != len(want) {
		s.t.Fatalf("%+v: %+v, there are %d", q, p.Total, len(want))
	}
	for got = ids(p.Users); p.Next != nil; got = append(got, ids(p.Users)...) {
		q.After = p.Next
		p = s.list(q)
	}
	if !slices.Equal(got, want) {
		s.t.Fatalf("%q by %v: %d hits, want %d", q.Search, q.Sort, len(got), len(want))
	}
	for back := ids(p.Users); ; back = append(ids(p.Users), back...) {
		if p.Prev == nil {
			if !slices.Equal(back, want) {
				s.t.Fatalf("%q by %v: %d hits on the way back, want %d", q.Search, q.Sort, len(back), len(want))
			}
			return
		}
		q.After, q.Before = nil, p.Prev
		p = s.list(q)
	}
}

// TestSearchIndexFails fails every statement of the worker in turn. What has
// been done then is no harm, and it is done in the end.
func TestSearchIndexFails(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	f := &faults{}
	s := newTestStore(t, failing(f))
	s.insert(crowd(2 * fewWaiting)...)
	for n := 1; ; n += storetest.Every(3) {
		f.arm(once, n)
		err := s.IndexSearch(t.Context())
		if !f.disarm() {
			must(t, err)
			break
		}
		if !errors.Is(err, errFault) {
			t.Fatalf("statement %d failed, and the answer is %v", n, err)
		}
		if n%storetest.Every(4) == 0 {
			checkSearchIndex(t, s.Store)
		}
		s.clock.advance(leaseTerm)
	}
	if n := s.waiting(); n != 0 {
		t.Errorf("%d wait", n)
	}
	checkSearchIndex(t, s.Store)
}

// TestOneWorkerAtATime lets a second worker take over from a first one that is
// silent, and nothing from one that is not. The first one then does no harm.
func TestOneWorkerAtATime(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(2 * fewWaiting)...)
	first, err := s.waitingOf(t.Context(), 0)
	must(t, err)
	grams := slices.Sorted(maps.Keys(first.changes))
	write := func(x *tx) error { return first.write(x, grams) }
	must(t, s.holding(t.Context(), lease{leaseSearch, "first"}, nothing))
	s.clock.advance(leaseTerm - time.Millisecond)
	must(t, s.IndexSearch(t.Context()))
	if s.waiting() != 2*fewWaiting {
		t.Fatal("two worked at once")
	}
	change(t)(s.UpdateUser(t.Context(), console, 3, edit(FieldName, "Zebulon")))
	s.clock.advance(time.Millisecond)
	must(t, s.holding(t.Context(), lease{leaseSearch, "second"}, nothing))
	if err := s.holding(t.Context(), lease{leaseSearch, "first"}, write); !errors.Is(err, errTaken) {
		t.Errorf("the first one goes on: %v", err)
	}
	s.clock.advance(leaseTerm)
	s.index()
	if n := queryInt(t, s.reader, `SELECT count(*) FROM leases WHERE holder <> ''`); n != 0 {
		t.Error("the worker has not left")
	}
}

// TestTwoProgramsIndex lets two programs change people and index them at once.
func TestTwoProgramsIndex(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	other, err := Open(t.Context(), s.config)
	must(t, err)
	defer other.Close()
	s.insert(crowd(50)...)
	var all sync.WaitGroup
	for i, each := range []*Store{s.Store, other} {
		all.Go(func() {
			for n := range 40 {
				if _, err := each.UpdateUser(t.Context(), console, int64(1+n%20), edit(FieldName, fmt.Sprintf("Name %d of %d", n, i))); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 40 {
				if err := each.IndexSearch(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	s.clock.advance(leaseTerm)
	s.index()
}

// TestKeepSearch sees the worker take people in by itself: those from before,
// those of this program and those of another.
func TestKeepSearch(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(30)...)
	s.KeepSearch(func(err error) { t.Error(err) })
	for s.waiting() > 0 {
		runtime.Gosched()
	}
	s.add("Otto", Member)
	for s.waiting() > 0 {
		runtime.Gosched()
	}
	if got := s.list(Query{Search: "otto"}); len(got.Users) != 1 {
		t.Errorf("Otto is not found: %+v", got)
	}
}

// TestSearchesWaitForThemselves fills the connections of the searches. Pages do
// not feel it, and whoever goes on typing no longer waits.
func TestSearchesWaitForThemselves(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(5)...)
	for range searchers {
		c, err := s.searcher.Conn(t.Context())
		must(t, err)
		defer c.Close()
	}
	if p := s.list(Query{}); len(p.Users) != 5 {
		t.Errorf("%d people", len(p.Users))
	}
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() { answer <- second(s.ListUsers(ctx, console, Query{Search: "a"})) }()
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("the answer is %v", err)
	}
}
