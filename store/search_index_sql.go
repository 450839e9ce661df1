package store

import (
	"context"
	"database/sql"
)

// waitingPart is the first part, from one on, of which somebody waits for the
// index of the search; -1 when nobody does.
func waitingPart(ctx context.Context, db querier, from int64) (part int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT coalesce((SELECT id / ?2 FROM search_pending WHERE id >= ?1 ORDER BY id LIMIT 1), -1)`,
		from*partSize, partSize).Scan(&part)
	return part, err
}

// eachWaiting gives those of a part who wait, in the order of their ids.
func eachWaiting(ctx context.Context, db querier, part int64, limit int, each func(waitingPerson)) error {
	rows, err := db.QueryContext(ctx, `SELECT id, seq, was, now FROM search_pending WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3`,
		part*partSize, (part+1)*partSize, limit)
	if err != nil {
		return err
	}
	return readWaiting(rows, each)
}

// eachWaitingAmong gives those who wait of some people.
func eachWaitingAmong(x *tx, ids []int64, each func(waitingPerson)) error {
	rows, err := x.QueryContext(x.ctx, `SELECT id, seq, was, now FROM search_pending
 WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id`, jsonIDs(ids))
	if err != nil {
		return err
	}
	return readWaiting(rows, each)
}

func readWaiting(rows *sql.Rows, each func(waitingPerson)) error {
	defer rows.Close()
	var p waitingPerson
	dest := []any{&p.id, &p.seq, &p.was, &p.now}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		each(p)
	}
	return rows.Err()
}

// strikeOff ends the waiting of those who have not changed again.
func strikeOff(x *tx, people []waitingPerson) error {
	stmt, err := x.PrepareContext(x.ctx, `DELETE FROM search_pending WHERE id = ?1 AND seq = ?2`)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, p := range people {
		if _, err := stmt.ExecContext(x.ctx, p.id, p.seq); err != nil {
			return err
		}
	}
	return nil
}

func hasGrams(ctx context.Context, db querier, part int64) (known bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM search_grams WHERE id >= ?1 AND id < ?2)`,
		gram(0).in(part), gram(0).in(part+1)).Scan(&known)
	return known, err
}

// gramKeys are the keys of the sets of grams in parts, in their order.
func gramKeys(grams []gram, parts ...int64) []int64 {
	keys := make([]int64, 0, len(grams)*len(parts))
	for _, part := range parts {
		for _, g := range grams {
			keys = append(keys, g.in(part))
		}
	}
	return keys
}

// selectGrams gives the sets of grams in a part.
func selectGrams(x *tx, part int64, grams []gram) (map[gram][]byte, error) {
	rows, err := x.QueryContext(x.ctx, `SELECT g.id, g.people FROM json_each(?1) j CROSS JOIN search_grams g ON g.id = j.value`,
		jsonIDs(gramKeys(grams, part)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sets := make(map[gram][]byte, len(grams))
	for rows.Next() {
		var key int64
		var people []byte
		if err := rows.Scan(&key, &people); err != nil {
			return nil, err
		}
		_, g := gramOf(key)
		sets[g] = people
	}
	return sets, rows.Err()
}

// gramWriter writes the sets of a part.
type gramWriter struct {
	x    *tx
	part int64
	stmt *sql.Stmt
}

func newGramWriter(x *tx, part int64) *gramWriter { return &gramWriter{x: x, part: part} }

// put stores a set; of an empty one nothing is left.
func (w *gramWriter) put(g gram, people []byte) (err error) {
	if len(people) == 0 {
		_, err = w.x.ExecContext(w.x.ctx, `DELETE FROM search_grams WHERE id = ?1`, g.in(w.part))
		return err
	}
	if w.stmt == nil {
		w.stmt, err = w.x.PrepareContext(w.x.ctx, `INSERT INTO search_grams (id, people) VALUES (?1, ?2)
 ON CONFLICT (id) DO UPDATE SET people = excluded.people`)
		if err != nil {
			return err
		}
	}
	_, err = w.stmt.ExecContext(w.x.ctx, g.in(w.part), people)
	return err
}

func (w *gramWriter) close() {
	if w.stmt != nil {
		w.stmt.Close()
	}
}
