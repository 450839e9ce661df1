package store

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// insert adds people as they are, which no form could.
func (s *testStore) insert(people ...User) {
	s.t.Helper()
	must(s.t, s.transact(s.t.Context(), console, func(x *tx) error {
		in := newInserter(x)
		defer in.close()
		for i := range people {
			if added, err := in.insert(&people[i]); err != nil || !added {
				return fmt.Errorf("%s is not added: %w", people[i].Email, err)
			}
		}
		return in.finish()
	}))
}

// crowd are people of whom many have the same name, phone and times, and some
// have none.
func crowd(n int) []User {
	r := rand.New(rand.NewPCG(1, 2))
	var all []User
	for p := range DemoPeople(n, morning) {
		u, err := p.user()
		if err != nil {
			continue // tested beside DemoPeople
		}
		if r.IntN(3) == 0 && len(all) > 0 {
			twin := all[r.IntN(len(all))]
			u.Name, u.Phone, u.phoneKey, u.Created, u.LastSignIn = twin.Name, twin.Phone, twin.phoneKey, twin.Created, twin.LastSignIn
		}
		if r.IntN(4) == 0 {
			u.Role, u.Status = Roles()[r.IntN(4)], Statuses()[r.IntN(3)]
		}
		u.passwordHash = ""
		all = append(all, *u)
	}
	return all
}

// everyone is everybody who is not deleted, without any order of the list.
func (s *testStore) everyone() []User { return s.people("u.deleted_at = 0") }

func (s *testStore) people(where string) []User {
	s.t.Helper()
	rows, err := s.reader.Query(`SELECT ` + userColumns + ` FROM users u WHERE ` + where + ` ORDER BY u.id`)
	must(s.t, err)
	all, err := collect(rows, func(r row) (User, error) {
		u, err := scanUser(r)
		if err != nil {
			return User{}, err
		}
		return *u, nil
	})
	must(s.t, err)
	return all
}

// sorted is the order of the list, done here.
func sorted(people []User, by Sort) []User {
	key := func(a, b *User) int {
		switch by.By {
		case ByEmail:
			return strings.Compare(a.emailKey, b.emailKey)
		case ByPhone:
			return strings.Compare(a.phoneKey, b.phoneKey)
		case ByRole:
			return strings.Compare(string(a.Role), string(b.Role))
		case ByStatus:
			return strings.Compare(string(a.Status), string(b.Status))
		case ByLastSignIn:
			return a.LastSignIn.Compare(b.LastSignIn)
		case ByCreated:
			return a.Created.Compare(b.Created)
		}
		return strings.Compare(Fold(a.Name), Fold(b.Name))
	}
	out := slices.Clone(people)
	slices.SortFunc(out, func(a, b User) int {
		c := cmp.Or(key(&a, &b), cmp.Compare(a.ID, b.ID))
		if by.Desc {
			return -c
		}
		return c
	})
	return out
}

// matches tells whether the query means the person, worked out apart from SQL.
func matches(u *User, q Query) bool {
	if q.Role != "" && u.Role != q.Role || q.Status != "" && u.Status != q.Status {
		return false
	}
	within := func(t Times, at time.Time) bool {
		return (t.From.IsZero() || !at.Before(t.From)) && (t.To.IsZero() || at.Before(t.To))
	}
	if !within(q.Created, u.Created) || q.Never && !u.LastSignIn.IsZero() || q.Deleted == u.Deleted.IsZero() ||
		!q.SignedIn.IsZero() && (u.LastSignIn.IsZero() || !within(q.SignedIn, u.LastSignIn)) ||
		q.Password != "" && (q.Password == Yes) != u.HasPassword || q.Factor != "" && (q.Factor == Yes) != u.HasFactor ||
		q.Uninvited && (u.Status != Invited || !u.InviteUntil.IsZero() && !u.InviteUntil.Before(q.Invite.To)) ||
		!q.Uninvited && !q.Invite.IsZero() && (u.InviteUntil.IsZero() || !within(q.Invite, u.InviteUntil)) ||
		q.Slowed && !slices.Contains(q.slowed, u.ID) {
		return false
	}
	text := searchKey(u)
	found := func(words []string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	}
	if fmt.Sprint(u.ID) == q.Search || found(SearchWords(q.Search)) {
		return true
	}
	digits := Digits(q.Search)
	short := strings.TrimLeft(digits, "0")
	return LooksLikePhone(q.Search) && (found([]string{digits}) || short != "" && found([]string{short}))
}

func ids(people []User) []int64 {
	out := []int64{}
	for _, u := range people {
		out = append(out, u.ID)
	}
	return out
}

func (s *testStore) list(q Query) Page {
	s.t.Helper()
	p, err := s.ListUsers(s.t.Context(), console, q)
	must(s.t, err)
	return p
}

// queries are all orders, directions and filters, with some searches.
func queries() []Query {
	var all []Query
	for _, by := range SortKeys() {
		for _, desc := range []bool{false, true} {
			for _, filter := range []Query{{}, {Role: Member}, {Role: Admin}, {Status: Active}, {Status: Invited}, {Role: Viewer, Status: Active},
				{Search: "an"}, {Search: "a e", Role: Member}, {Search: "04"}, {Search: "7"}, {Search: "nobody has this"}, {Search: "example", Status: Deactivated}} {
				filter.Sort = Sort{by, desc}
				all = append(all, filter)
			}
		}
	}
	return all
}

// TestListWalks walks every list forwards and back again, and has everybody
// once and in order, as sorting by hand gives.
func TestListWalks(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(150)...)
	all := s.everyone()
	for _, q := range queries() {
		want := sorted(slices.DeleteFunc(slices.Clone(all), func(u User) bool { return !matches(&u, q) }), q.Sort)
		q.Limit = 20
		forwards, backwards := []int64{}, []int64{}
		page := s.list(q)
		if page.Prev != nil {
			t.Errorf("%+v: there is something before the beginning", q)
		}
		last := page
		for {
			forwards = append(forwards, ids(page.Users)...)
			if page.Total != (Count{N: len(want)}) {
				t.Errorf("%+v: the total is %+v, want %d", q, page.Total, len(want))
			}
			last = page
			if q.After = again(t, page.Next); q.After == nil {
				break
			}
			page = s.list(q)
		}
		for q.After = nil; ; {
			backwards = append(ids(last.Users), backwards...)
			if q.Before = again(t, last.Prev); q.Before == nil {
				break
			}
			last = s.list(q)
		}
		if !slices.Equal(forwards, ids(want)) {
			t.Errorf("%+v forwards:\n%v, want\n%v", q, forwards, ids(want))
		}
		if !slices.Equal(backwards, ids(want)) {
			t.Errorf("%+v backwards:\n%v, want\n%v", q, backwards, ids(want))
		}
	}
}

// TestListWalksWhileItChanges adds, deletes and renames people during the
// walk: whoever stayed as they were throughout is met exactly once.
func TestListWalksWhileItChanges(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for _, by := range SortKeys() {
		for _, backwards := range []bool{false, true} {
			s := newTestStore(t)
			s.insert(crowd(50)...)
			q := Query{Sort: Sort{by, r.IntN(2) == 0}, Limit: 8}
			order := sorted(s.everyone(), q.Sort)
			// Who is first and last stays, so that there is always a next page.
			first, last := order[0].ID, order[len(order)-1].ID
			stayed := map[int64]bool{}
			for _, u := range order {
				stayed[u.ID] = true
			}
			meddle := func(step int) {
				for i := range 2 {
					u := order[r.IntN(len(order))]
					if u.ID == first || u.ID == last {
						continue
					}
					delete(stayed, u.ID)
					switch {
					case !s.load(u.ID).Deleted.IsZero():
					case i == 0:
						change(t)(s.Delete(t.Context(), console, u.ID))
					default:
						change(t)(s.UpdateUser(t.Context(), console, u.ID, map[Field]Edit{FieldName: {To: order[r.IntN(len(order))].Name},
							FieldEmail: {To: fmt.Sprintf("%c%d.%d@example.com", 'a'+r.IntN(26), step, i)}, FieldPhone: {To: fmt.Sprint(10000 + r.IntN(1e6))}, FieldRole: {To: "viewer"}}))
					}
				}
				s.add(fmt.Sprintf("%c New %d", 'A'+r.IntN(26), step), Member)
			}
			met := map[int64]int{}
			page := s.list(q)
			if backwards {
				page, _ = s.lastPage(t.Context(), q)
			}
			for step := 0; ; step++ {
				for _, u := range page.Users {
					met[u.ID]++
				}
				meddle(step)
				if q.After, q.Before = page.Next, nil; backwards {
					q.After, q.Before = nil, page.Prev
				}
				if q.After == nil && q.Before == nil {
					break
				}
				page = s.list(q)
				if backwards && page.Prev == nil {
					// The first page is always full: its end has been met.
					page.Users = slices.DeleteFunc(page.Users, func(u User) bool { return !before(&u, q.Before) })
				}
			}
			for id := range stayed {
				if met[id] != 1 {
					t.Errorf("%s, backwards %v: %d was met %d times", q.Sort, backwards, id, met[id])
				}
			}
			if len(stayed) < 20 {
				t.Errorf("only %d stayed: the test is too weak", len(stayed))
			}
		}
	}
}

// before tells whether the person comes before the place in its order.
func before(u *User, c *Cursor) bool {
	at := c.Sort.cursor(u)
	n := cmp.Or(strings.Compare(at.Text, c.Text), cmp.Compare(at.Num, c.Num), cmp.Compare(at.ID, c.ID))
	if c.Sort.Desc {
		n = -n
	}
	return n < 0
}

// TestPagesThatLostTheirPeople become the nearest page that has some.
func TestPagesThatLostTheirPeople(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(31)...)
	q := Query{Limit: 5}
	var pages []Page
	for more := true; more; more = q.After != nil {
		pages = append(pages, s.list(q))
		q.After = pages[len(pages)-1].Next
	}
	remove := func(people []User) {
		for _, u := range people {
			change(t)(s.Delete(t.Context(), console, u.ID))
		}
	}
	n := len(pages)
	remove(pages[n-1].Users)
	got := s.list(Query{Limit: 5, After: pages[n-2].Next})
	if !slices.Equal(ids(got.Users), ids(pages[n-2].Users)) || got.Next != nil || got.Prev == nil {
		t.Errorf("after the end: %v", ids(got.Users))
	}
	remove(pages[0].Users)
	remove(pages[1].Users[:2])
	got = s.list(Query{Limit: 5, Before: pages[2].Prev})
	want := append(ids(pages[1].Users[2:]), ids(pages[2].Users[:2])...)
	if !slices.Equal(ids(got.Users), want) || got.Prev != nil || got.Next == nil {
		t.Errorf("before the beginning: %v, want %v", ids(got.Users), want)
	}
	for _, page := range pages[1 : n-1] {
		for _, u := range page.Users {
			if s.load(u.ID).Deleted.IsZero() {
				remove([]User{u})
			}
		}
	}
	for _, q := range []Query{{After: pages[1].Next}, {Before: pages[1].Prev}, {}} {
		if got := s.list(q); len(got.Users) != 0 || got.Prev != nil || got.Next != nil || got.Total != (Count{}) {
			t.Errorf("the empty list: %+v", got)
		}
	}
}

// TestNeighbours follows the list one came from, also for somebody who is not
// in it any more.
func TestNeighbours(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(60)...)
	for _, q := range []Query{{}, {Sort: Sort{ByLastSignIn, true}}, {Role: Member, Sort: Sort{ByPhone, false}}, {Search: "an", Sort: Sort{ByEmail, true}}} {
		list := slices.DeleteFunc(sorted(s.everyone(), q.Sort), func(u User) bool { return !matches(&u, q) })
		for i := range list {
			prev, next, err := s.Neighbours(t.Context(), console, q, &list[i])
			must(t, err)
			if (prev == nil) != (i == 0) || prev != nil && prev.ID != list[i-1].ID {
				t.Errorf("%+v: before %d comes %+v", q, list[i].ID, prev)
			}
			if (next == nil) != (i == len(list)-1) || next != nil && next.ID != list[i+1].ID {
				t.Errorf("%+v: after %d comes %+v", q, list[i].ID, next)
			}
		}
	}
}

// TestCounts are kept by every way for somebody to come, change and go.
func TestCounts(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	want := func(text string) {
		t.Helper()
		counts, err := s.Counts(t.Context(), console)
		must(t, err)
		var parts []string
		for _, r := range Roles() {
			for _, status := range Statuses() {
				if n := counts[r][status]; n > 0 {
					parts = append(parts, fmt.Sprintf("%s %s %d", status, r, n))
				}
			}
		}
		if got := strings.Join(parts, ", "); got != text {
			t.Errorf("there are %s, want %s", got, text)
		}
		checkCounts(t, s.Store)
	}
	want("active admin 1, active editor 1, active member 1")
	s.add("Nell", Member)
	want("active admin 1, active editor 1, active member 2")
	done := change(t)(s.UpdateUser(t.Context(), console, s.ben.ID, edit(FieldRole, "viewer")))
	want("active admin 1, active editor 1, active viewer 1, active member 1")
	deactivateBen(s)
	want("active admin 1, active editor 1, deactivated viewer 1, active member 1")
	change(t)(s.Undo(t.Context(), console, done.Entry))
	want("active admin 1, active editor 1, active member 1, deactivated member 1")
	deleteBen(s)
	want("active admin 1, active editor 1, active member 1")
	change(t)(s.Restore(t.Context(), console, s.ben.ID))
	want("active admin 1, active editor 1, active member 1, deactivated member 1")
	change(t)(s.Reactivate(t.Context(), console, s.ben.ID))
	want("active admin 1, active editor 1, active member 2")
}
