package store

import (
	"context"
	"strings"
)

// selectThese gives those of the ids that the query matches.
func selectThese(ctx context.Context, db querier, q Query, ids []int64) ([]User, error) {
	var w where
	w.matching(q)
	var these []string
	for _, id := range ids {
		these = append(these, w.arg(id))
	}
	w.and("u.id IN (" + strings.Join(these, ", ") + ")")
	rows, err := db.QueryContext(ctx, `SELECT `+listColumns+` FROM users u WHERE `+w.String()+` ORDER BY u.id`, w.args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, newListScan().read)
}

// targetsSince gives whom the next entries after one are about, and the last of
// those entries.
func targetsSince(ctx context.Context, db querier, entry int64, limit int) (ids []int64, last int64, err error) {
	rows, err := db.QueryContext(ctx, `SELECT e.id, e.target_id FROM audit_entries e
 WHERE e.id > ?1 AND e.target_id <> 0 ORDER BY e.id LIMIT ?2`, entry, limit)
	if err != nil {
		return nil, 0, err
	}
	ids, err = collect(rows, func(r row) (id int64, err error) { err = r.Scan(&last, &id); return id, err })
	return ids, last, err
}
