package store

import (
	"cmp"
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// selectWaiting counts who waits for the index of the search, up to a limit, and
// lists whom of them a search means.
func selectWaiting(ctx context.Context, db querier, typed string, limit int) (n int, meant []int64, err error) {
	var w where
	from := "(SELECT id, now AS search_key FROM search_pending LIMIT " + w.arg(limit) + ") u"
	w.search(typed)
	var line string
	err = db.QueryRowContext(ctx, "SELECT count(*), coalesce(string_agg(CASE WHEN "+w.String()+" THEN u.id END, ','), '') FROM "+from, w.args...).Scan(&n, &line)
	if err != nil {
		return 0, nil, err
	}
	meant, err = splitIDs(line)
	return n, meant, err
}

// splitIDs takes apart what group_concat gives.
func splitIDs(line string) ([]int64, error) {
	if line == "" {
		return nil, nil
	}
	ids := make([]int64, 0, 1+strings.Count(line, ","))
	for number := range strings.SplitSeq(line, ",") {
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// selectParts lists the parts that there may be.
func selectParts(ctx context.Context, db querier) (parts []int64, err error) {
	var last int64
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM search_grams`).Scan(&last)
	last, _ = gramOf(last)
	for part := range last + 1 {
		parts = append(parts, part)
	}
	return parts, err
}

// selectSizes gives how much room the sets of each gram take.
func selectSizes(ctx context.Context, db querier, grams []gram, parts []int64) (map[gram]int, error) {
	sizes := map[gram]int{}
	err := eachGram(ctx, db, "length(g.people)", grams, parts, func(_ int64, g gram, size int) { sizes[g] += size })
	return sizes, err
}

// selectSets gives the sets of all the grams, by part.
func selectSets(ctx context.Context, db querier, grams []gram, parts []int64) (map[int64][]idset, error) {
	sets := map[int64][]idset{}
	err := eachGram(ctx, db, "g.people", grams, parts, func(part int64, _ gram, people sql.RawBytes) {
		sets[part] = append(sets[part], readIDSet(people))
	})
	return sets, err
}

// eachGram reads something of each set of the grams in the parts.
func eachGram[T any](ctx context.Context, db querier, what string, grams []gram, parts []int64, each func(int64, gram, T)) error {
	rows, err := db.QueryContext(ctx, `SELECT g.id, `+what+` FROM json_each(?1) j CROSS JOIN search_grams g ON g.id = j.value`,
		jsonIDs(gramKeys(grams, parts...)))
	if err != nil {
		return err
	}
	defer rows.Close()
	var key int64
	var value T
	for rows.Next() {
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		part, g := gramOf(key)
		each(part, g, value)
	}
	return rows.Err()
}

// jsonIDs lists numbers for json_each. The text of the statement stays the same,
// however many there are, so that it is prepared once.
func jsonIDs[ID ~int64](ids []ID) string { return "[" + joinIDs(ids) + "]" }

// selectStart gives the alphabet, from one on or in a descending order down from
// it, that names of those in a set begin with; -1 when there is none.
func selectStart(ctx context.Context, db querier, part int64, among idset, from rune, desc bool) (rune, error) {
	low, high, direction := startGram(from), startGram(alphabets), ""
	if desc {
		low, high, direction = startGram(0), startGram(from), " DESC"
	}
	rows, err := db.QueryContext(ctx, `SELECT id, people FROM search_grams WHERE id BETWEEN ?1 AND ?2 ORDER BY id`+direction, low.in(part), high.in(part))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var key int64
	var people sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&key, &people); err != nil {
			return 0, err
		}
		if both := among.and(readIDSet(people)); both.count() > 0 {
			_, g := gramOf(key)
			return g.alphabet(), nil
		}
	}
	return -1, rows.Err()
}

// fromThese begins a statement about people of given ids whom the query matches.
func (w *where) fromThese(q Query, columns string, ids []int64) string {
	list := w.arg(jsonIDs(ids))
	w.matching(q)
	return "SELECT " + columns + " FROM json_each(" + list + ") j CROSS JOIN users u ON u.id = j.value WHERE " + w.String()
}

// selectPlaces gives the places in the order of the list of those of the ids
// whom the query matches.
func selectPlaces(ctx context.Context, db querier, q Query, ids []int64) ([]Cursor, error) {
	var w where
	column, isText := q.Sort.column()
	rows, err := db.QueryContext(ctx, w.fromThese(q, "u."+column+", u.id", ids), w.args...)
	if err != nil {
		return nil, err
	}
	c := Cursor{Sort: q.Sort}
	dest := []any{&c.Num, &c.ID}
	if isText {
		dest[0] = &c.Text
	}
	return collect(rows, func(r row) (Cursor, error) { err := r.Scan(dest...); return c, err })
}

// countThese counts those of the ids whom the query matches.
func countThese(ctx context.Context, db querier, q Query, ids []int64) (n int, err error) {
	var w where
	err = db.QueryRowContext(ctx, w.fromThese(q, "count(*)", ids), w.args...).Scan(&n)
	return n, err
}

// selectFound gives those of the ids whom the query matches, in the order of the
// ids.
func selectFound(ctx context.Context, db querier, q Query, ids []int64) ([]User, error) {
	var w where
	rows, err := db.QueryContext(ctx, w.fromThese(q, q.Sort.columns(), ids)+" ORDER BY j.key", w.args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, q.Sort.scan().read)
}

// walkSQL gives who follows a place in the order of the list, whatever they are
// called: their ids in one line, and the last key. To take the ids one by one
// from the driver would cost more than to find them.
func walkSQL(q Query, from *Cursor, backwards bool, limit int) (string, []any) {
	var w where
	q = Query{Role: q.Role, Status: q.Status, Sort: q.Sort}
	w.within(q)
	order := Sort{q.Sort.By, q.Sort.Desc != backwards}
	column, _ := order.column()
	direction, last := "", "max"
	if order.Desc {
		direction, last = " DESC", "min"
	}
	columns := "u.id AS id, u." + column + " AS k"
	walk := cmp.Or(w.branches(q, columns, w.beyond(q, order, from), ""), noWalk(columns))
	return "SELECT coalesce(string_agg(CAST(id AS TEXT), ','), ''), " + last + "(k) FROM (" + walk +
		" ORDER BY k" + direction + ", id" + direction + " LIMIT " + w.arg(limit) + ")", w.args
}

// selectWalk gives the ids of up to limit people from a place on, and the place
// of the last of them.
func selectWalk(ctx context.Context, db querier, q Query, from *Cursor, backwards bool, limit int) ([]int64, *Cursor, error) {
	query, args := walkSQL(q, from, backwards, limit)
	var line string
	var text sql.NullString
	var number sql.NullInt64
	dest := []any{&line, &number}
	if _, isText := q.Sort.column(); isText {
		dest[1] = &text
	}
	if err := db.QueryRowContext(ctx, query, args...).Scan(dest...); err != nil || line == "" {
		return nil, nil, err
	}
	ids, err := splitIDs(line)
	if err != nil {
		return nil, nil, err
	}
	return ids, &Cursor{Sort: q.Sort, Text: text.String, Num: number.Int64, ID: ids[len(ids)-1]}, nil
}
