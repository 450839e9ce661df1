package store

import (
	"context"
	"strings"
)

// exportColumns are what an export shows. Without the password hash, which has
// no business there, and without the keys but one, a person is read in two
// thirds of the time.
const exportColumns = `u.id, u.name, u.email, u.phone, u.role, u.status, u.external_id, u.created_at, u.last_sign_in_at`

func scanForExport(r row, more ...any) (u User, err error) {
	var created, lastSignIn int64
	err = r.Scan(append([]any{&u.ID, &u.Name, &u.Email, &u.Phone, &u.Role, &u.Status, &u.ExternalID, &created, &lastSignIn}, more...)...)
	u.Created, u.LastSignIn = fromMillis(created), fromMillis(lastSignIn)
	return u, err
}

// selectForExport gives up to limit people of the list from a place on, and the
// place of the last one.
func selectForExport(ctx context.Context, db querier, q Query, from *Cursor, limit int) (users []User, last Cursor, err error) {
	column, isText := q.Sort.column()
	query, args := listSQL(exportColumns+", u."+column, q, from, false, limit)
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, last, err
	}
	last.Sort = q.Sort
	key := any(&last.Num)
	if isText {
		key = &last.Text
	}
	users, err = collect(rows, func(r row) (User, error) {
		u, err := scanForExport(r, key)
		last.ID = u.ID
		return u, err
	})
	return users, last, err
}

// selectTheseForExport gives those of the ids that the query matches.
func selectTheseForExport(ctx context.Context, db querier, q Query, ids []int64) ([]User, error) {
	var w where
	w.matching(q)
	var these []string
	for _, id := range ids {
		these = append(these, w.arg(id))
	}
	w.and("u.id IN (" + strings.Join(these, ", ") + ")")
	rows, err := db.QueryContext(ctx, `SELECT `+exportColumns+` FROM users u WHERE `+w.String()+` ORDER BY u.id`, w.args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (User, error) { return scanForExport(r) })
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
