package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// column is the column that an order is kept in.
func (s Sort) column() (name string, isText bool) {
	switch s.By {
	case ByEmail:
		return "email_key", true
	case ByPhone:
		return "phone_key", true
	case ByRole:
		return "role", true
	case ByStatus:
		return "status", true
	case ByLastSignIn:
		return "last_sign_in_at", false
	case ByCreated:
		return "created_at", false
	}
	return "name_key", true
}

// where collects conditions and their values.
type where struct {
	parts  []string
	args   []any
	lookUp bool // words are looked up in the indexes of PostgreSQL
}

// arg adds a value and gives its placeholder. They are numbered, because the
// driver binds $2, $1 in the order of appearance. The plus keeps the planner
// from looking at the value: else SQLite plans the statement anew whenever it is
// run, which takes as long as running it.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "+?" + strconv.Itoa(len(w.args))
}

func (w *where) and(part string) { w.parts = append(w.parts, part) }

func (w *where) String() string { return strings.Join(w.parts, " AND ") }

// with is String with more conditions, of which some may be empty.
func (w *where) with(more ...string) string {
	text := w.String()
	for _, part := range more {
		if part != "" {
			text += " AND " + part
		}
	}
	return text
}

// matching are the conditions of a query without its place.
func (w *where) matching(q Query) {
	w.within(Query{Deleted: q.Deleted})
	if q.Role != "" {
		w.and("u.role = " + w.arg(string(q.Role)))
	}
	if q.Status != "" {
		w.and("u.status = " + w.arg(string(q.Status)))
	}
	if q.Uninvited {
		w.and(areInvited)
	}
	for _, f := range q.filters() {
		w.filter(q, f)
	}
	if q.few {
		w.and("u.id IN (" + cmp.Or(joinIDs(q.hits), "NULL") + ")")
		return
	}
	w.search(q.Search)
}

// joinIDs lists numbers for IN (…).
func joinIDs[ID ~int64](ids []ID) string {
	var b []byte
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(id), 10)
	}
	return string(b)
}

// search is the condition of a search. To compare pairs of letters takes longest:
// it is done where no word has three of them, and last.
func (w *where) search(typed string) {
	var alternatives []string
	for _, words := range searchAlternatives(typed) {
		var all, pairs []string
		for _, word := range words {
			key := "u.search_key"
			if w.lookUp && !hasThree(word) {
				key = "(u.search_key || '')" // which is in no index: that would give everybody
			}
			all = append(all, key+" LIKE "+w.arg("%"+escapeLike(word)+"%")+` ESCAPE '\'`)
			if w.lookUp && !slices.ContainsFunc(words, hasThree) && pairsOf(word) != nil {
				pairs = append(pairs, w.pairs(word))
			}
		}
		alternatives = append(alternatives, strings.Join(append(all, pairs...), " AND "))
	}
	if id := searchID(typed); id > 0 {
		alternatives = append(alternatives, "u.id = "+w.arg(id))
	}
	slices.Reverse(alternatives) // what has fewest words is looked at first
	if len(alternatives) > 0 {
		w.and("(" + strings.Join(alternatives, " OR ") + ")")
	}
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// escapeLike makes wildcards that people type mere text.
func escapeLike(s string) string { return likeEscaper.Replace(s) }

// selectHits gives the ids of up to most hits of a search: on SQLite along the
// index that holds the text, where the table is not read for a miss.
func selectHits(ctx context.Context, db querier, q Query, most int) ([]int64, error) {
	w := where{lookUp: q.dialect == forPostgres}
	w.matching(q)
	from, order := "users u INDEXED BY users_by_name", " ORDER BY u.name_key, u.id"
	if q.dialect == forPostgres {
		from, order = "users u", ""
	}
	rows, err := db.QueryContext(ctx, "SELECT u.id FROM "+from+" WHERE "+w.String()+order+" LIMIT "+w.arg(most), w.args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// allCounts reads the kept counts, as one line: to take twelve from the driver
// would cost more than to take this one apart.
func allCounts(ctx context.Context, db querier) (Counts, error) {
	var lines string
	err := db.QueryRowContext(ctx, `SELECT coalesce(string_agg(role || ' ' || status || ' ' || n, ','), '') FROM user_counts`).Scan(&lines)
	if err != nil {
		return nil, err
	}
	counts := Counts{}
	for _, r := range Roles() {
		counts[r] = map[Status]int{}
	}
	for line := range strings.SplitSeq(lines, ",") {
		role, rest, _ := strings.Cut(line, " ")
		status, n, _ := strings.Cut(rest, " ")
		if by := counts[Role(role)]; by != nil {
			if by[Status(status)], err = strconv.Atoi(n); err != nil {
				return nil, err
			}
		}
	}
	return counts, nil
}
