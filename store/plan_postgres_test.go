package store

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// planPeople are enough for PostgreSQL to tell a good plan from a bad one.
const planPeople = 20_000

// TestPostgresPlans asks PostgreSQL how it would read the list of many people, by
// each filter, order, direction and place, once it has looked at them: it never
// reads all of the table, and sorts no more than a page for each walk, or the few
// who pass a filter, for whom it does not walk the order either.
func TestPostgresPlans(t *testing.T) {
	if !storetest.OnPostgres() {
		return // TestPlans is about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddManyExamples(t.Context(), console, planPeople, func(int) {})))
	defer s.knowsExpressions()
	at, err := loadUser(t.Context(), s.reader, planPeople/2)
	must(t, err)
	counts, err := s.Counts(t.Context(), console)
	must(t, err)
	for _, q := range everyFilter() {
		if n := len(q.filters()); n > 1 || n == 1 && (q.Role != "" || q.Status != "" || q.Deleted) {
			continue // which are read as one of them is
		}
		for _, by := range SortKeys() {
			for _, desc := range []bool{false, true} {
				q.Sort = Sort{by, desc}
				q, _, err := s.narrow(t.Context(), q, counts, 25)
				must(t, err)
				place := q.Sort.cursor(at)
				for _, from := range []*Cursor{nil, &place} {
					query, args := selectSQL(q, from, desc, 26)
					if q.picked() {
						query, args = sortedSQL(q, from, desc, 26)
					}
					s.checkPostgresPlan(q, query, args)
				}
			}
		}
	}
}

// knowsExpressions: the planner guesses how many have no password, and how many have
// two letters in a row, by what it has seen of them. What is looked for every hour it
// does not read everybody for.
func (s *testStore) knowsExpressions() {
	s.t.Helper()
	for condition, want := range map[string][2]int{
		"(password_hash = '') = ANY (ARRAY[false])": {0, 10},
		"search_pairs(search_key) @> ARRAY['an']":   {planPeople / 10, planPeople},
	} {
		steps := s.postgresSteps(`SELECT id FROM users WHERE deleted_at = 0 AND `+condition, nil)
		if n, _ := strconv.Atoi(estimate.FindStringSubmatch(steps[0])[1]); n < want[0] || n > want[1] {
			s.t.Errorf("%s: %s", condition, steps[0])
		}
	}
	mustExec(s.t, s.writer, `ANALYZE`)
	s.checkStandingPlans()
}

var (
	estimate = regexp.MustCompile(`rows=(\d+)`)
	wholly   = regexp.MustCompile(`Seq Scan on users`)
)

// checkPostgresPlan looks at each step of a plan.
func (s *testStore) checkPostgresPlan(q Query, query string, args []any) {
	s.t.Helper()
	steps := s.postgresSteps(query, args)
	for i, step := range steps {
		if few := q.along != "" && !q.Deleted && q.along != string(q.Sort.key()); few && strings.Contains(step, "using users_by_"+string(q.Sort.key())+" ") {
			s.t.Errorf("%s walks past everybody to meet a few: %s, by %s", q.words(), step, query)
		}
		if wholly.MatchString(step) || strings.Contains(step, "Bitmap") && !q.sorts() {
			s.t.Errorf("%s: %s, by %s", q.words(), step, query)
		}
		if !strings.Contains(step, "Sort  (") || i+1 == len(steps) || q.sorts() {
			continue
		}
		if n, _ := strconv.Atoi(estimate.FindStringSubmatch(step)[1]); n > 26*12*2 {
			s.t.Errorf("%s sorts %d people: %s, by %s", q.words(), n, step, query)
		}
	}
}

// postgresSteps are the lines of a plan that is made for these values.
func (s *testStore) postgresSteps(query string, args []any) []string {
	s.t.Helper()
	rows, err := s.reader.Query(`EXPLAIN `+query, args...)
	must(s.t, err)
	steps, err := collect(rows, func(r row) (step string, err error) { err = r.Scan(&step); return step, err })
	must(s.t, err)
	return steps
}
