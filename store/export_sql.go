package store

import (
	"context"
	"strings"
)

// exportColumns are what an export shows. Without the password hash, which has
// no business there, and without the keys but one, a person is read in two
// thirds of the time.
const exportColumns = `u.id, u.name, u.email, u.phone, u.role, u.status, u.external_id, u.created_at, u.last_sign_in_at`

// exportScan reads lines of exportColumns. It is used again for each line, as
// there are many.
type exportScan struct {
	User
	role, status        string
	created, lastSignIn int64
	dest                []any
}

// newExportScan reads what else the lines hold into more.
func newExportScan(more ...any) *exportScan {
	s := &exportScan{}
	u := &s.User
	s.dest = append([]any{&u.ID, &u.Name, &u.Email, &u.Phone, &s.role, &s.status, &u.ExternalID, &s.created, &s.lastSignIn}, more...)
	return s
}

func (s *exportScan) read(r row) (User, error) {
	err := r.Scan(s.dest...)
	s.Role, s.Status = Role(s.role), Status(s.status)
	s.Created, s.LastSignIn = fromMillis(s.created), fromMillis(s.lastSignIn)
	return s.User, err
}

// exportWalk reads the list page by page, each into the memory of the one before.
type exportWalk struct {
	query Query
	users []User  // of this page
	at    *Cursor // the place of the last of them; nil at the start
}

// next reads the next page, which is the last one when it is not full. It asks
// apart for those who share the key of the place: within (key, id) > (?, ?)
// SQLite seeks the key alone, and to pass over the half million who are members
// too, again for each page, would take hours.
func (e *exportWalk) next(ctx context.Context, db querier) error {
	e.users = e.users[:0]
	if e.at == nil {
		e.at = &Cursor{Sort: e.query.Sort}
		return e.read(ctx, db, "")
	}
	if err := e.read(ctx, db, "="); err != nil || len(e.users) == exportPage {
		return err
	}
	return e.read(ctx, db, ">")
}

// read adds to the page those beyond the place, whose key is the same ("=") or
// comes after it (">"); "" adds those from the start.
func (e *exportWalk) read(ctx context.Context, db querier, key string) error {
	query, args := exportSQL(e.query, key, e.at, exportPage-len(e.users))
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	scan := newExportScan(&e.at.Num)
	if _, isText := e.query.Sort.column(); isText {
		scan = newExportScan(&e.at.Text)
	}
	for rows.Next() {
		u, err := scan.read(rows)
		if err != nil {
			return err
		}
		e.users, e.at.ID = append(e.users, u), u.ID
	}
	return rows.Err()
}

// exportSQL walks along the index of the order.
func exportSQL(q Query, key string, from *Cursor, limit int) (string, []any) {
	var w where
	w.matchingAlong(q)
	column, _ := q.Sort.column()
	direction := ""
	if q.Sort.Desc {
		direction = " DESC"
	}
	if key != "" {
		w.beyond(q.Sort, key, from)
	}
	return "SELECT " + exportColumns + ", u." + column + " FROM users u WHERE " + w.String() +
		" ORDER BY u." + column + direction + ", u.id" + direction + " LIMIT " + w.arg(limit), w.args
}

// matchingAlong are the conditions of a query, so put that a filter does not
// lead to an index of its own, whose people would be sorted anew for each page.
// Only those in the order of names have indexes that begin with a filter.
func (w *where) matchingAlong(q Query) {
	column, _ := q.Sort.column()
	if column == "name_key" {
		w.matching(q)
		return
	}
	w.matching(Query{Search: q.Search})
	if q.Role != "" {
		w.and("u.role || '' = " + w.arg(string(q.Role)))
	}
	if q.Status != "" {
		w.and("u.status || '' = " + w.arg(string(q.Status)))
	}
}

// beyond is what stands after a place and has its key ("="), or a later one.
func (w *where) beyond(order Sort, key string, from *Cursor) {
	column, isText := order.column()
	at := any(from.Num)
	if isText {
		at = from.Text
	}
	than := " > "
	if order.Desc {
		than = " < "
	}
	if key == "=" {
		w.and("u." + column + " = " + w.arg(at) + " AND u.id" + than + w.arg(from.ID))
		return
	}
	w.and("u." + column + than + w.arg(at))
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
	return collect(rows, newExportScan().read)
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
