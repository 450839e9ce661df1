package store

import (
	"context"
	"database/sql"
)

// selectWaiting lists who waits for the index of the search.
func selectWaiting(ctx context.Context, db querier, limit int) ([]int64, error) {
	rows, err := db.QueryContext(ctx, `SELECT id FROM search_pending ORDER BY id LIMIT ?1`, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id int64, err error) { err = r.Scan(&id); return id, err })
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
	err := eachGram(ctx, db, `SELECT id, length(people) FROM search_grams`, grams, parts, func(_ int64, g gram, size int) { sizes[g] += size })
	return sizes, err
}

// selectSets gives the sets of all the grams, by part.
func selectSets(ctx context.Context, db querier, grams []gram, parts []int64) (map[int64][]idset, error) {
	sets := map[int64][]idset{}
	err := eachGram(ctx, db, `SELECT id, people FROM search_grams`, grams, parts, func(part int64, _ gram, people sql.RawBytes) {
		sets[part] = append(sets[part], readIDSet(people))
	})
	return sets, err
}

// eachGram reads something of each set of the grams in the parts.
func eachGram[T any](ctx context.Context, db querier, query string, grams []gram, parts []int64, each func(int64, gram, T)) error {
	rows, err := db.QueryContext(ctx, query+` WHERE id IN (`+joinIDs(gramKeys(grams, parts...))+`)`)
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
