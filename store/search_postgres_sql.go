package store

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A search on PostgreSQL. The index users_search finds words with three letters in
// a row, users_search_pairs those with two. Both are slow where a word is common:
// they gather all hits before they give the first. But then a walk soon meets a
// page of them.

const (
	fewFirst = 2_000  // people looked at to find out whether a short word may be common
	maxFirst = 20_000 // and to make sure that it is
	maxWalk  = 3_000  // people the order of the list is walked past for a page
)

// ordinary are the letters that search_pairs has in pairs only: hardly anybody has
// none of them.
const ordinary = "abcdefghijklmnopqrstuvwxyz0123456789 .@-\n"

// pairsOf are the pairs of letters that whoever has the word has; nil where there
// is something better, or nothing, to look it up by.
func pairsOf(word string) []string {
	letters := []rune(word)
	switch {
	case hasThree(word), len(letters) == 1 && strings.ContainsRune(ordinary, letters[0]):
		return nil
	case len(letters) == 1:
		return []string{word}
	}
	var pairs []string
	for i := range letters[1:] {
		pairs = append(pairs, string(letters[i:i+2]))
	}
	return pairs
}

// hasThree reports whether a word has three letters in a row that pg_trgm takes for
// letters in whatever locale.
func hasThree(word string) bool {
	run := 0
	for _, r := range word {
		run++
		if r >= utf8.RuneSelf || !strings.ContainsRune(ordinary[:36], r) {
			run = 0
		}
		if run == 3 {
			return true
		}
	}
	return false
}

// lacksThree reports whether a search may come down to short words alone.
func lacksThree(typed string) bool {
	for _, words := range searchAlternatives(typed) {
		short := true
		for _, word := range words {
			short = short && !hasThree(word)
		}
		if short {
			return true
		}
	}
	return false
}

// pairs is the condition by which a word is looked up in users_search_pairs.
func (w *where) pairs(word string) string {
	list := pairsOf(word)
	for i, pair := range list {
		list[i] = w.arg(pair) + "::text"
	}
	return "search_pairs(u.search_key) @> ARRAY[" + strings.Join(list, ", ") + "]"
}

// areCommon reports whether more than most of the first people are hits. If of
// fewer people not half that share are, it looks no further.
func areCommon(ctx context.Context, db querier, q Query, most int) (common bool, err error) {
	var w where
	w.matching(q)
	hits := func(among, most int) string {
		return "SELECT count(*) > " + strconv.Itoa(most) + " FROM (SELECT 1 FROM (SELECT * FROM users u WHERE u.deleted_at = 0 LIMIT " +
			strconv.Itoa(among) + ") u WHERE " + w.String() + " LIMIT " + strconv.Itoa(most+1) + ") hits"
	}
	err = db.QueryRowContext(ctx, "SELECT ("+hits(fewFirst, most*fewFirst/maxFirst/2)+") AND ("+hits(maxFirst, most)+")", w.args...).Scan(&common)
	return common, err
}

// walkHitsSQL walks past some people in the order of the list and gives the hits
// among them.
func walkHitsSQL(q Query, from *Cursor, backwards bool, limit int) (string, []any) {
	var w where
	order := Sort{q.Sort.By, q.Sort.Desc != backwards}
	end, bound := order.orderBy(), q
	bound.Search = ""
	w.within(bound)
	w.beside(bound)
	places := w.beyond(bound, order, from)
	walks := len(new(where).groups(bound))
	past := end + " LIMIT " + w.arg(q.patience()/walks)
	inner := w.branches(bound, order.columns()+", u.search_key", places, past)
	if inner == "" {
		return selectSQL(bound, from, backwards, limit)
	}
	inner += past
	rest := where{args: w.args}
	rest.search(q.Search)
	return "SELECT " + order.columns() + " FROM (" + inner + ") u WHERE " + cmp.Or(rest.String(), "true") + end + " LIMIT " + rest.arg(limit), rest.args
}

// patience is how many people are walked past for a page. A letter that is in no
// index by itself is common, and else everybody would be read.
func (q Query) patience() int {
	if word := strings.TrimSpace(q.Search); len(word) == 1 && pairsOf(word) == nil {
		return 10 * maxWalk
	}
	return maxWalk
}

// picked reports whether few people pass a filter, who are then put in order. The
// planner would rather walk the order, as those who pass may stand anywhere in it;
// but whoever was here last a year ago did not come this month.
func (q Query) picked() bool {
	return q.along != "" && q.along != filterDeleted && q.along != string(q.Sort.key())
}

// sortedSQL looks up whom a query matches, unless they are known, and puts them in
// order.
func sortedSQL(q Query, from *Cursor, backwards bool, limit int) (string, []any) {
	var w where
	order := Sort{q.Sort.By, q.Sort.Desc != backwards}
	w.lookUp = true
	w.matching(q)
	hits, beyond := w.String(), ""
	if from != nil {
		beyond = " WHERE " + w.beyond(Query{Sort: q.Sort, along: "search", dialect: forPostgres}, order, from)(group{})[0]
	}
	return "WITH u AS MATERIALIZED (SELECT " + order.columns() + " FROM users u WHERE " + hits + ") SELECT * FROM u" +
		beyond + order.orderBy() + " LIMIT " + w.arg(limit), w.args
}

// orderBy ends a statement that gives people in this order.
func (s Sort) orderBy() string {
	column, _ := s.column()
	direction := ""
	if s.Desc {
		direction = " DESC"
	}
	return " ORDER BY " + column + direction + ", id" + direction
}

// selectMet gives up to limit hits from a place on. Few of them are put in order
// at once: the planner would rather walk the order, past everybody, to meet them.
func selectMet(ctx context.Context, db querier, q Query, from *Cursor, backwards bool, limit int) ([]User, error) {
	if !q.few {
		query, args := walkHitsSQL(q, from, backwards, limit)
		users, err := selectList(ctx, db, q.Sort, query, args)
		if err != nil || len(users) == limit {
			return users, err
		}
	}
	return selectSorted(ctx, db, q, from, backwards, limit)
}

func selectSorted(ctx context.Context, db querier, q Query, from *Cursor, backwards bool, limit int) ([]User, error) {
	query, args := sortedSQL(q, from, backwards, limit)
	return selectList(ctx, db, q.Sort, query, args)
}

func selectList(ctx context.Context, db querier, order Sort, query string, args []any) ([]User, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, order.scan().read)
}
