package store

import (
	"slices"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// everyFilter is each filter alone and each two of them together.
func everyFilter() []Query {
	var one []Query
	for _, r := range Roles() {
		one = append(one, Query{Role: r})
	}
	for _, s := range Statuses() {
		one = append(one, Query{Status: s})
	}
	week, year := morning.AddDate(0, 0, -7), morning.AddDate(-1, 0, 0)
	one = append(one, Query{Created: Times{From: week}}, Query{Created: Times{From: year, To: week}}, Query{Created: Times{To: year}},
		Query{SignedIn: Times{From: week}}, Query{SignedIn: Times{To: year}}, Query{SignedIn: Times{From: year, To: week}}, Query{Never: true},
		Query{Password: Yes}, Query{Password: No}, Query{Deleted: true},
		Query{Invite: Times{From: week}}, Query{Invite: Times{To: week}}, Query{Uninvited: true, Invite: Times{To: week}}, Query{Factor: Yes}, Query{Factor: No}, Query{Slowed: true, slowed: []int64{3, 5}})
	all := append([]Query{{}}, one...)
	for i, a := range one {
		for _, b := range one[i+1:] {
			if both, ok := together(a, b); ok {
				all = append(all, both)
			}
		}
	}
	return all
}

// together is a query with the filters of two, unless both have the same one.
func together(a, b Query) (Query, bool) {
	if a.Role != "" && b.Role != "" || a.Status != "" && b.Status != "" || !a.Created.IsZero() && !b.Created.IsZero() ||
		a.Password != "" && b.Password != "" || !a.Invite.IsZero() && !b.Invite.IsZero() || a.Factor != "" && b.Factor != "" || (a.Never || !a.SignedIn.IsZero()) && (b.Never || !b.SignedIn.IsZero()) {
		return Query{}, false
	}
	if b.Role != "" {
		a.Role = b.Role
	}
	if b.Status != "" {
		a.Status = b.Status
	}
	if !b.Created.IsZero() {
		a.Created = b.Created
	}
	if b.Never || !b.SignedIn.IsZero() {
		a.Never, a.SignedIn = b.Never, b.SignedIn
	}
	if b.Password != "" {
		a.Password = b.Password
	}
	if !b.Invite.IsZero() {
		a.Invite, a.Uninvited = b.Invite, b.Uninvited
	}
	if b.Factor != "" {
		a.Factor = b.Factor
	}
	if b.Slowed {
		a.Slowed, a.slowed = true, b.slowed
	}
	a.Deleted = a.Deleted || b.Deleted
	return a, true
}

// routes are the ways a query may be read: along its order, or along one of its
// filters, if few pass it.
func routes(q Query) []string {
	if q.Deleted {
		return []string{filterDeleted}
	}
	if q.Slowed {
		return []string{filterSlowed} // they are few, and known
	}
	return append([]string{""}, q.filters()...)
}

// TestPlans asks SQLite how it would read the list, for each filter, order,
// direction and place, forwards and backwards, with what it knows of the data
// and without: it never reads a table from its start, and sorts nobody but the
// few who pass a filter.
func TestPlans(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.insert(crowd(300)...)
	for _, known := range []bool{false, true} {
		if known {
			mustExec(t, s.writer, `ANALYZE`)
		}
		s.checkStandingPlans()
		for i, q := range everyFilter() {
			if i%storetest.Every(4) > 0 {
				continue
			}
			for _, by := range SortKeys() {
				for _, desc := range []bool{false, true} {
					for _, route := range routes(q) {
						q.Sort, q.along = Sort{by, desc}, route
						s.checkPlans(q)
					}
				}
			}
		}
	}
}

// checkPlans looks at the plan of each page of a query, and of its count.
func (s *testStore) checkPlans(q Query) {
	s.t.Helper()
	at := map[SortKey]string{ByRole: string(Editor), ByStatus: string(Invited)}[q.Sort.By]
	for _, from := range []*Cursor{nil, {Sort: q.Sort, Text: at, Num: morning.UnixMilli(), ID: 7}} {
		for _, backwards := range []bool{false, true} {
			query, args := selectSQL(q, from, backwards, 26)
			for _, step := range s.steps(query, args) {
				if !fine(q, from, step) {
					s.t.Errorf("%s: %s, by %s", q.words(), step, query)
				}
			}
		}
	}
	query, args := countSQL(q, 9)
	for _, step := range s.steps(query, args) {
		if strings.Contains(step, "B-TREE") || strings.HasPrefix(step, "SCAN u USING") && q.along != "" || step == "SCAN users" {
			s.t.Errorf("%s is counted: %s, by %s", q.words(), step, query)
		}
	}
}

// fine tells whether a step of a plan may be: a walk along an index, from the
// place on; many of them merged; the few who pass a filter, sorted.
func fine(q Query, from *Cursor, step string) bool {
	column, _ := q.Sort.column()
	// In the order of what one filters by, all of a group share the key.
	among := q.Role != "" || q.Status != "" || q.Uninvited
	grouped := among && (q.Sort.By == ByRole || q.Sort.By == ByStatus)
	switch {
	case step == "MERGE (UNION ALL)", step == "LEFT", step == "RIGHT":
		return true
	case strings.HasPrefix(step, "CORRELATED SCALAR SUBQUERY"), strings.HasPrefix(step, "SEARCH l USING INDEX links_of_user (user_id=? AND kind=?)"), strings.HasPrefix(step, "SEARCH b USING INTEGER PRIMARY KEY"):
		return true // who made an invitation, of each who has one
	case q.along == filterSlowed && strings.HasPrefix(step, "SEARCH u USING INTEGER PRIMARY KEY"):
		return true
	case (grouped || q.contradicts()) && strings.HasPrefix(step, "SEARCH u USING INTEGER PRIMARY KEY"): // there is no such group behind the place
		return true
	case q.along != "":
		return strings.HasPrefix(step, "USE TEMP B-TREE FOR") || strings.HasPrefix(step, "SEARCH u USING INDEX users_")
	case from == nil && !among:
		return strings.Contains(step, " u USING INDEX users_by_")
	case from == nil, grouped:
		return strings.HasPrefix(step, "SEARCH u USING INDEX users_group")
	}
	seeks := slices.ContainsFunc([]string{" AND id>?", " AND id<?", " AND rowid>?", " AND rowid<?", column + ">?", column + "<?"},
		func(place string) bool { return strings.Contains(step, place) })
	return seeks && strings.HasPrefix(step, "SEARCH u USING INDEX users_")
}

// steps are the lines of a plan, without what draws them as a tree.
func (s *testStore) steps(query string, args []any) []string {
	s.t.Helper()
	rows, err := s.reader.Query(`EXPLAIN QUERY PLAN `+query, args...)
	must(s.t, err)
	steps, err := collect(rows, func(r row) (step string, err error) {
		var id, parent, unused int
		err = r.Scan(&id, &parent, &unused, &step)
		return step, err
	})
	must(s.t, err)
	return steps
}
