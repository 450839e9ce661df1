package store

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// mixed are people of whom some have a password, some a second factor, some an
// invitation, some are slowed down and some are deleted.
func (s *testStore) mixed(n int) {
	s.t.Helper()
	people := crowd(n)
	r := rand.New(rand.NewPCG(5, 6))
	var gone []string
	for i := range people {
		if r.IntN(3) == 0 {
			people[i].passwordHash = "x"
		}
		if r.IntN(5) == 0 {
			gone = append(gone, people[i].emailKey)
		}
	}
	s.insert(people...)
	must(s.t, s.transact(s.t.Context(), console, func(x *tx) error {
		for _, u := range people {
			if err := s.stand(x, r, &u); err != nil {
				return err
			}
		}
		return nil
	}))
	for i, email := range gone {
		u, err := loadUserByEmail(s.t.Context(), s.reader, email)
		must(s.t, err)
		after := *u
		after.Deleted = morning.Add(-time.Duration(i) * time.Minute)
		must(s.t, s.transact(s.t.Context(), console, func(x *tx) error { return updateUser(x, u, &after) }))
	}
}

// stand gives a person some of what the list is filtered by.
func (s *testStore) stand(x *tx, r *rand.Rand, u *User) error {
	if r.IntN(4) == 0 {
		if err := saveApp(x, u.ID, &totpApp{confirmed: 1}); err != nil {
			return err
		}
	}
	if r.IntN(6) == 0 {
		until := morning.Add(time.Duration(r.IntN(20)-10) * time.Hour)
		l := Link{Kind: LinkInvite, User: u.ID, Expires: until}
		if err := errors.Join(insertLink(x, &l, u.emailKey), setInviteUntil(x, u.ID, until)); err != nil {
			return err
		}
	}
	if r.IntN(9) > 0 {
		return nil
	}
	return saveThrottle(x, tally{throttle: throttles.pair, key: u.emailKey, about: digest("account", u.emailKey), user: u.ID, n: float64(4 + r.IntN(6))})
}

// anyQuery has any filters, among them bounds that are the very time of somebody.
func anyQuery(r *rand.Rand, people []User) Query {
	somebody := func() User { return people[r.IntN(len(people))] }
	times := func(of func(User) time.Time) Times {
		t := []Times{{}, {}, {From: of(somebody())}, {To: of(somebody())}, {From: of(somebody()), To: of(somebody())}}
		return t[r.IntN(len(t))]
	}
	one := func(choices ...string) string { return choices[r.IntN(len(choices))] }
	q := Query{dialect: testDialect(), Role: Role(one("", "", "member", "viewer", "admin")), Status: Status(one("", "", "active", "invited", "deactivated")),
		Created: times(func(u User) time.Time { return u.Created }), Password: Answer(one("", "", "yes", "no")),
		Search: one("", "", "", "an", "example"), Deleted: r.IntN(5) == 0, Sort: Sort{SortKeys()[r.IntN(7)], r.IntN(2) == 0}, Limit: 3 + r.IntN(20)}
	q.Factor, q.Slowed = Answer(one("", "", "", "yes", "no")), r.IntN(8) == 0
	if r.IntN(4) == 0 {
		q.Invite = times(func(u User) time.Time { return cmp.Or(u.InviteUntil, morning) })
		q.Uninvited = !q.Invite.To.IsZero() && r.IntN(2) == 0
	}
	if q.Never = r.IntN(6) == 0; !q.Never {
		q.SignedIn = times(func(u User) time.Time { return u.LastSignIn })
	}
	return q
}

// TestFilters compares many combinations of filters, orders and searches with a
// filter done here: by the list, by an export, and along each route that the list
// might take.
func TestFilters(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.mixed(400)
	all := s.people("true")
	slowed, err := s.slowedPeople(t.Context())
	must(t, err)
	if len(slowed) < 10 {
		t.Fatalf("%d are slowed down", len(slowed))
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range storetest.Rounds(200) {
		q := anyQuery(r, all)
		q.slowed = slowed
		want := ids(sorted(slices.DeleteFunc(slices.Clone(all), func(u User) bool { return !matches(&u, q) }), q.Sort))
		if got := s.allPages(q); !slices.Equal(got, want) {
			t.Errorf("%+v:\n%v, want\n%v", q, got, want)
		}
		if got := ids(s.exported(q)); !slices.Equal(got, want) {
			t.Errorf("%+v is exported:\n%v, want\n%v", q, got, want)
		}
		for _, along := range routes(q) {
			q.along = along
			if got := s.allAlong(q); !slices.Equal(got, want) {
				t.Errorf("%+v along %q:\n%v, want\n%v", q, along, got, want)
			}
		}
	}
}

// allPages are the ids on the pages of a list. Their totals say no more than is so.
func (s *testStore) allPages(q Query) []int64 {
	s.t.Helper()
	got, total := []int64{}, Count{}
	for {
		p := s.list(q)
		got, total = append(got, ids(p.Users)...), p.Total
		if q.After = again(s.t, p.Next); q.After == nil {
			break
		}
	}
	if total != (Count{N: len(got)}) {
		s.t.Errorf("%+v: the total is %+v of %d", q, total, len(got))
	}
	return got
}

// allAlong walks the list along its route, there and back again.
func (s *testStore) allAlong(q Query) []int64 {
	s.t.Helper()
	there, back := []int64{}, []int64{}
	for from := (*Cursor)(nil); ; {
		users, err := selectUsers(s.t.Context(), s.reader, q, from, false, q.Limit, nil)
		must(s.t, err)
		if there = append(there, ids(users)...); len(users) == 0 {
			break
		}
		c := q.Sort.cursor(&users[len(users)-1])
		from = again(s.t, &c)
	}
	for from := (*Cursor)(nil); ; {
		users, err := selectUsers(s.t.Context(), s.reader, q, from, true, q.Limit, nil)
		must(s.t, err)
		if back = append(back, ids(users)...); len(users) == 0 {
			break
		}
		c := q.Sort.cursor(&users[len(users)-1])
		from = again(s.t, &c)
	}
	if slices.Reverse(back); !slices.Equal(there, back) {
		s.t.Errorf("%+v: there %v, back %v", q, there, back)
	}
	return there
}

// TestRoundDown leaves one digit and never says more than there is.
func TestRoundDown(t *testing.T) {
	for n, want := range map[int]int{0: 0, 7: 7, 10: 10, 19: 10, 99: 90, 412: 400, 1001: 1000, 5099: 5000} {
		if got := roundDown(n); got != want {
			t.Errorf("%d becomes %d, want %d", n, got, want)
		}
	}
}
