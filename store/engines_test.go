package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// twins are two stores with the same people, one of each kind of database.
type twins struct {
	t      *testing.T
	r      *rand.Rand
	stores [2]*Store
	people []User
}

// newTwins makes people on PostgreSQL and copies them to a file.
func newTwins(t *testing.T) *twins {
	t.Helper()
	s := newTestStore(t)
	w := &twins{t: t, r: rand.New(rand.NewPCG(11, 12))}
	people := append(crowd(1500), w.strangers(900)...)
	for i := range people {
		if w.r.IntN(5) == 0 {
			people[i].passwordHash = "somebody's"
		}
	}
	s.insert(people...)
	must(t, s.transact(t.Context(), console, func(x *tx) error {
		for _, u := range people {
			if err := s.stand(x, w.r, &u); err != nil {
				return err
			}
		}
		return nil
	}))
	for range 60 {
		id := int64(1 + w.r.IntN(len(people)))
		if s.load(id).Deleted.IsZero() {
			change(t)(s.Delete(t.Context(), console, id))
		}
	}
	c := s.config
	c.DB = copied(t, s.config.DB, true)
	file, err := Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { file.Close() })
	w.stores, w.people = [2]*Store{s.Store, file}, s.people("TRUE")
	return w
}

// pieces of names, of which some look alike when they are folded, sort by their
// bytes only, or mean something to a database.
var pieces = []string{"a", "A", "Ä", "ä", "a\u0308", "ß", "SS", "ss", "İ", "ı", "I", "i", "Ø", "o", "Ö", "é", "e", "É", "e\u0301\u0323", "ﬁ", "fi", "ﷺ",
	"%", "_", `\`, "'", `"`, "%%", `\%`, "?1", "$1", "--", "/*", ";", "[a]", "*", "^", "~", "{}", "&", "|", "яна", "ЯНА", "Ё", "е", "Ελένη", "ς", "σ", "Σ",
	"מרים", "محمد", "عـلي", "陳", "陈", "𠮷", "ｱ", "ア", "ガ", "ｶﾞ", "각", "각", "नमस्ते", "ไทย", "🦊", "👩‍👩‍👧", "🇩🇪", "Ⅷ", "①", "ǅ", "ŉ", "K", "Å", "\uffee", "\U0001F9FF",
	" ", " ", " ", "-", ".", "zz", "aa", "ab", "0049", "12", "7"}

// text puts pieces together, now and then up to a limit.
func (w *twins) text(limit int) string {
	n := 1 + w.r.IntN(6)
	if w.r.IntN(40) == 0 {
		n = limit
	}
	var b strings.Builder
	for range n {
		b.WriteString(pieces[w.r.IntN(len(pieces))])
	}
	return string([]rune(b.String())[:min(limit, len([]rune(b.String())))])
}

// strangers are people whom the rules let in with whatever is in their fields.
func (w *twins) strangers(n int) []User {
	var all []User
	for i := range n {
		u := User{Status: Statuses()[w.r.IntN(3)], Version: 1, Created: w.moment(), Changed: morning}
		if w.r.IntN(2) == 0 {
			u.LastSignIn = w.moment()
		}
		values := map[Field]string{FieldName: w.text(maxNameRunes), FieldEmail: fmt.Sprintf("%s%d@example.org", w.local(), i),
			FieldRole: string(Roles()[w.r.IntN(4)]), FieldPhone: "", FieldExternalID: ""}
		if w.r.IntN(2) == 0 {
			values[FieldPhone] = fmt.Sprintf("+49 30 %d", 1000+w.r.IntN(500))
		}
		if w.r.IntN(3) == 0 {
			values[FieldExternalID] = fmt.Sprint(w.text(20), i)
		}
		for f, v := range values {
			d, _ := defOf(f)
			if d.set(&u, v) != nil && f == FieldName {
				must(w.t, d.set(&u, "Nobody in particular"))
			}
		}
		all = append(all, u)
	}
	return all
}

// local is what stands before the @ of an address.
func (w *twins) local() string {
	return []string{"a", "A", "z_", "a%b", "o'neil", "a-b", "a.b", "zz", "ÿ", "陳", "x+y"}[w.r.IntN(11)]
}

// moment is one of few, so that many people share it.
func (w *twins) moment() time.Time { return morning.Add(-time.Duration(w.r.IntN(200)) * 6 * time.Hour) }

// soon is when an invitation may run out.
func (w *twins) soon() time.Time { return morning.Add(time.Duration(w.r.IntN(20)-10) * time.Hour) }

// query is any.
func (w *twins) query() Query {
	q := Query{Sort: Sort{SortKeys()[w.r.IntN(len(SortKeys()))], w.r.IntN(2) == 0}, Limit: 1 + w.r.IntN(40)}
	if w.r.IntN(3) > 0 {
		q.Search = w.words()
	}
	if w.r.IntN(3) == 0 {
		q.Role = Roles()[w.r.IntN(4)]
	}
	if w.r.IntN(4) == 0 {
		q.Status = Statuses()[w.r.IntN(3)]
	}
	switch w.r.IntN(18) {
	case 0:
		q.Created = Times{From: w.moment()}
	case 1:
		q.Created = Times{To: w.moment()}
	case 2:
		q.SignedIn = Times{From: w.moment(), To: morning}
	case 3:
		q.Never = true
	case 4:
		q.Password = Yes
	case 5:
		q.Password = No
	case 6:
		q.Deleted, q.Status = true, ""
	case 7:
		q.Factor = Yes
	case 8:
		q.Factor = No
	case 9:
		q.Invite = Times{From: w.soon()}
	case 10:
		q.Invite, q.Uninvited = Times{To: w.soon()}, w.r.IntN(2) == 0
	case 11:
		q.Slowed = true
	}
	return q
}

// words are cut out of somebody, or made of pieces.
func (w *twins) words() string {
	u := &w.people[w.r.IntN(len(w.people))]
	text := []rune([]string{u.Name, u.Email, u.Phone, u.ExternalID, strings.ToUpper(u.Name), Fold(u.Name), w.text(12), fmt.Sprint("#", u.ID)}[w.r.IntN(8)])
	if w.r.IntN(30) == 0 {
		return string(text)
	}
	from := w.r.IntN(len(text) + 1)
	cut := string(text[from:min(len(text), from+1+w.r.IntN(6))])
	switch w.r.IntN(8) {
	case 0:
		return cut + " " + w.words()
	case 1:
		return cut + "\x00"
	case 2:
		return cut + "\xff"
	}
	return cut
}

// both asks both stores, and fails unless they say the same.
func both[T any](w *twins, what string, q Query, ask func(*Store) (T, error), same func(a, b T) bool) T {
	w.t.Helper()
	var said [2]T
	for i, s := range w.stores {
		var err error
		if said[i], err = ask(s); err != nil {
			w.t.Fatalf("%s of %+v: %v", what, q, err)
		}
	}
	if !same(said[0], said[1]) {
		w.t.Fatalf("%s of %+v:\non PostgreSQL %+v\non SQLite     %+v", what, q, said[0], said[1])
	}
	return said[0]
}

// seenPage is what a page comes to.
type seenPage struct {
	IDs        []int64
	Prev, Next string
	Total      Count
}

func seen(p Page) seenPage {
	s := seenPage{IDs: ids(p.Users), Total: p.Total}
	if p.Prev != nil {
		s.Prev = p.Prev.String()
	}
	if p.Next != nil {
		s.Next = p.Next.String()
	}
	return s
}

func (a seenPage) same(b seenPage) bool {
	return slices.Equal(a.IDs, b.IDs) && a.Prev == b.Prev && a.Next == b.Next && sameCount(a.Total, b.Total)
}

// sameCount compares counts where both are exact. How far a search counts is up
// to the index that it has.
func sameCount(a, b Count) bool { return a.AtLeast || b.AtLeast || a.N == b.N }

// page asks for one, and follows it either way.
func (w *twins) page(q Query) {
	w.t.Helper()
	if w.r.IntN(2) == 0 {
		at := q.Sort.cursor(&w.people[w.r.IntN(len(w.people))])
		if w.r.IntN(2) == 0 {
			q.After = &at
		} else {
			q.Before = &at
		}
	}
	for range 3 {
		p := both(w, "the page", q, func(s *Store) (seenPage, error) {
			p, err := s.ListUsers(w.t.Context(), console, q)
			return seen(p), err
		}, seenPage.same)
		before, after := ParseCursor(p.Prev, q.Sort), ParseCursor(p.Next, q.Sort)
		if q.Before, q.After = nil, after; w.r.IntN(2) == 0 || after == nil {
			q.Before, q.After = before, nil
		}
		if q.Before == nil && q.After == nil {
			return
		}
	}
}

// neighbours asks who stands beside somebody.
func (w *twins) neighbours(q Query) {
	w.t.Helper()
	u := &w.people[w.r.IntN(len(w.people))]
	both(w, fmt.Sprint("the neighbours of ", u.ID), q, func(s *Store) (beside [2]int64, err error) {
		prev, next, err := s.Neighbours(w.t.Context(), console, q, u)
		for i, u := range []*User{prev, next} {
			if u != nil {
				beside[i] = u.ID
			}
		}
		return beside, err
	}, func(a, b [2]int64) bool { return a == b })
}

// export asks for everybody, in order.
func (w *twins) export(q Query) {
	w.t.Helper()
	both(w, "the export", q, func(s *Store) (all []int64, err error) {
		err = s.ExportUsers(w.t.Context(), console, q, "CSV", func(u *User) error { all = append(all, u.ID); return nil })
		return all, err
	}, slices.Equal)
}

// TestBothDatabasesAgree asks thousands of random questions about strange people:
// the two databases give the same people in the same order, the same places, and
// the same counts.
func TestBothDatabasesAgree(t *testing.T) {
	if !storetest.OnPostgres() {
		return // it takes both
	}
	t.Parallel()
	w := newTwins(t)
	for n := range 700 {
		q := w.query()
		w.page(q)
		if n%4 == 0 {
			w.neighbours(q)
		}
		if n%40 == 0 {
			w.export(q)
		}
		if !q.searches() {
			both(w, "the tally", q, func(s *Store) (Count, error) { return s.Tally(t.Context(), console, q) }, sameCount)
		}
	}
}

// TestListBeyondItsGroup follows a place of another status, which stands beyond
// everybody who is asked for: the last page is given.
func TestListBeyondItsGroup(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.insert(User{Name: "Ina", Email: "ina@example.com", emailKey: "ina@example.com", Role: Member, Status: Invited, Created: morning, Changed: morning, Version: 1})
	order := Sort{ByStatus, true}
	p := s.list(Query{Status: Invited, Sort: order, After: &Cursor{Sort: order, Text: string(Deactivated), ID: 9}})
	if len(p.Users) != 1 {
		t.Errorf("%d people", len(p.Users))
	}
}
