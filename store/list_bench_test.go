package store

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// BenchmarkList asks for pages of the list by every order and by filters, the
// first page and one in the middle, of a thousand people and of many more:
// BENCH_USERS, or 100,000.
func BenchmarkList(b *testing.B) {
	most := 100_000
	if n, err := strconv.Atoi(os.Getenv("BENCH_USERS")); err == nil {
		most = n
	}
	for _, people := range []int{1_000, most} {
		s := benchStore(b, people)
		for _, by := range SortKeys() {
			for _, q := range []Query{{}, {Role: Viewer}, {Status: Active}, {Role: Member, Status: Active}} {
				q.Sort = Sort{by, by == ByCreated || by == ByLastSignIn}
				s.benchPage(b, fmt.Sprintf("people=%d/%s/%s%s/first", people, by, q.Role, q.Status), q)
				if q.After = s.middle(b, q, people); q.After != nil {
					s.benchPage(b, fmt.Sprintf("people=%d/%s/%s%s/middle", people, by, q.Role, q.Status), q)
				}
			}
		}
		week := Times{From: s.now().AddDate(0, 0, -7)}
		for name, q := range map[string]Query{"created-7d": {Created: week}, "older-1y": {SignedIn: Times{To: s.now().AddDate(-1, 0, 0)}}, "never-viewer": {Never: true, Role: Viewer},
			"no-password": {Password: No}, "has-password": {Password: Yes}, "created-7d-never": {Created: week, Never: true}} {
			s.benchPage(b, fmt.Sprintf("people=%d/name/%s/first", people, name), q)
		}
	}
}

// middle is the place of somebody in the middle of those with a role.
func (s *Store) middle(b *testing.B, q Query, people int) *Cursor {
	var id int64
	where := "id > 0"
	if q.Role != "" {
		where = "role = '" + string(q.Role) + "'"
	}
	if err := s.reader.QueryRow(`SELECT id FROM users WHERE `+where+` AND status = 'active' AND id > ?1 LIMIT 1`, people/2).Scan(&id); err != nil {
		return nil
	}
	u, err := loadUser(b.Context(), s.reader, id)
	if err != nil {
		b.Fatal(err)
	}
	c := q.Sort.cursor(u)
	return &c
}

func (s *Store) benchPage(b *testing.B, name string, q Query) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			if _, err := s.ListUsers(b.Context(), Actor{Kind: Command}, q); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCounts(b *testing.B) {
	s := benchStore(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := allCounts(brief(b.Context()), s.reader); err != nil {
			b.Fatal(err)
		}
	}
}
