package store

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"sync"
)

// listColumns are what the list and an export show. Without the password hash,
// which has no business there, and without the keys, a person is read in two
// thirds of the time.
const listColumns = `u.id, u.name, u.email, u.phone, u.role, u.status, u.external_id, u.created_at, u.last_sign_in_at, u.deleted_at, u.invite_until, ` + invitedBy

// listScan reads lines of listColumns. It is used again for each line, as there
// may be a million.
type listScan struct {
	User
	role, status                       string
	created, lastSignIn, gone, invited int64
	dest                               []any
}

func newListScan() *listScan {
	s := &listScan{}
	u := &s.User
	s.dest = []any{&u.ID, &u.Name, &u.Email, &u.Phone, &s.role, &s.status, &u.ExternalID, &s.created, &s.lastSignIn, &s.gone, &s.invited, &u.InvitedBy}
	return s
}

func (s *listScan) read(r row) (User, error) {
	err := r.Scan(s.dest...)
	s.Role, s.Status = Role(s.role), Status(s.status)
	s.Created, s.LastSignIn, s.Deleted, s.InviteUntil = fromMillis(s.created), fromMillis(s.lastSignIn), fromMillis(s.gone), fromMillis(s.invited)
	return s.User, err
}

// selectUsers adds to users up to limit of those whom the query matches, from a
// place on, in the order of the list or backwards.
func selectUsers(ctx context.Context, db querier, q Query, from *Cursor, backwards bool, limit int, users []User) ([]User, error) {
	query, args := selectSQL(q, from, backwards, limit)
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	scan := q.Sort.scan()
	for rows.Next() {
		u, err := scan.read(rows)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, rows.Err()
}

// columns are listColumns and the key of the order, unless it is among them:
// where walks are merged, they must give what they are merged by.
func (s Sort) columns() string {
	switch column, _ := s.column(); s.By {
	case ByRole, ByStatus, ByLastSignIn, ByCreated:
		return listColumns
	default:
		return listColumns + ", u." + column
	}
}

// scan reads what columns gives.
func (s Sort) scan() *listScan {
	scan := newListScan()
	switch s.By {
	case ByRole, ByStatus, ByLastSignIn, ByCreated:
	case ByEmail:
		scan.dest = append(scan.dest, &scan.emailKey)
	case ByPhone:
		scan.dest = append(scan.dest, &scan.phoneKey)
	default: // the key of a name is made again from the name
		scan.dest = append(scan.dest, new(sql.RawBytes))
	}
	return scan
}

// selectSQL is the main query of the list and of an export: walks along
// indexes, each from a place on, merged as they go. No more is read of them
// than is given, be there a thousand people or a million.
//
// SQLite seeks the key of a place, but not the id behind it. So those who share
// the key and those beyond it are walks of their own: to pass over the half
// million who are members too would take longer the further one is.
func selectSQL(q Query, from *Cursor, backwards bool, limit int) (string, []any) {
	var w where
	if q.few {
		w.matching(q)
	} else {
		w.within(q)
		w.beside(q)
	}
	order := Sort{q.Sort.By, q.Sort.Desc != backwards}
	column, _ := order.column()
	direction := ""
	if order.Desc {
		direction = " DESC"
	}
	end := " ORDER BY " + column + direction + ", id" + direction + " LIMIT "
	places := w.beyond(q, order, from)
	end += w.arg(limit)
	walks := w.branches(q, order.columns(), places, end)
	if walks == "" { // PostgreSQL refuses values that no placeholder takes
		return noWalk(order.columns()), nil
	}
	return walks + end, w.args
}

// beyond gives conditions for what stands beyond a place, of each group: one for
// each walk that it takes, and none where the whole group comes before it.
func (w *where) beyond(q Query, order Sort, from *Cursor) func(group) []string {
	if from == nil {
		return everyone
	}
	column, isText := order.column()
	value := any(from.Num)
	if isText {
		value = from.Text
	}
	than, after := " > ", 1
	if order.Desc {
		than, after = " < ", -1
	}
	column = "u." + column
	// PostgreSQL refuses a value that no placeholder takes.
	key, id := sync.OnceValue(func() string { return w.arg(value) }), sync.OnceValue(func() string { return w.arg(from.ID) })
	return func(g group) []string {
		same := g.key(order)
		switch {
		case q.sorts(), q.dialect == forPostgres && same == "":
			return []string{"(" + column + ", u.id)" + than + "(" + key() + ", " + id() + ")"}
		case same == "":
			return []string{column + " = " + key() + " AND u.id" + than + id(), column + than + key()}
		case same == from.Text:
			return []string{"u.id" + than + id()}
		case strings.Compare(same, from.Text) == after:
			return []string{""}
		}
		return nil
	}
}

// everyone is the only walk from the start on.
func everyone(group) []string { return []string{""} }

// branches are the walks whose people together are those of the query. SQLite
// merges them as it goes. PostgreSQL takes as much as is asked for of each, which
// is what end says, and sorts that. There may be none: see noWalk.
func (w *where) branches(q Query, columns string, places func(group) []string, end string) string {
	var all []string
	for _, g := range w.groups(q) {
		for _, place := range places(g) {
			all = append(all, "SELECT "+columns+" FROM users u"+q.indexedBy()+" WHERE "+w.with(g.condition, place))
		}
	}
	if q.dialect == forPostgres && len(all) > 1 {
		return "(" + strings.Join(all, end+") UNION ALL (") + end + ")"
	}
	return strings.Join(all, " UNION ALL ")
}

// noWalk is the walk where nobody is left to be met.
func noWalk(columns string) string { return "SELECT " + columns + " FROM users u WHERE u.id = 0" }

// group is the people of one role and status, whose order has an index. The zero
// group is everybody.
type group struct {
	role      Role
	status    Status
	condition string
}

// key is what all of the group have for the key of an order; "" where they differ.
func (g group) key(order Sort) string {
	switch order.By {
	case ByRole:
		return string(g.role)
	case ByStatus:
		return string(g.status)
	}
	return ""
}

// groups are those that a query means: at most twelve, and none of a query that
// contradicts itself.
func (w *where) groups(q Query) []group {
	switch {
	case !q.grouped():
		return []group{{}}
	case q.contradicts():
		return nil
	}
	role, status := "", "" // the values that are asked for
	roles, statuses := Roles(), Statuses()
	if q.Role != "" {
		role, roles = w.arg(string(q.Role)), []Role{q.Role}
	}
	if q.Status != "" {
		status, statuses = w.arg(string(q.Status)), []Status{q.Status}
	}
	if q.Uninvited {
		statuses = []Status{Invited}
	}
	var all []group
	for _, r := range roles {
		for _, s := range statuses {
			all = append(all, group{r, s, "u.role = " + cmp.Or(role, "'"+string(r)+"'") + " AND u.status = " + cmp.Or(status, "'"+string(s)+"'")})
		}
	}
	return all
}

// contradicts reports whether somebody is to be Invited and something else.
func (q Query) contradicts() bool { return q.Uninvited && q.Status != "" && q.Status != Invited }

// grouped tells whether the query is read within groups instead of along an
// index of everybody. Whether people have a second factor is asked of admins first
// of all, and has an index within groups only.
func (q Query) grouped() bool {
	switch route := q.route(); {
	case q.few, route == filterPassword, route == filterDeleted, route == filterInvite, route == filterSlowed:
		return false
	case route == filterFactor:
		return true
	}
	return q.Role != "" || q.Status != "" || q.Uninvited
}

// route is what the people are read along: a filter that few pass, or else the
// order of the list.
func (q Query) route() string {
	if q.along != "" {
		return q.along
	}
	return string(q.Sort.key())
}

// indexedBy names the index of the route. That the planner has no choice makes
// a plan that is tested the plan that is run, whatever it knows of the data.
// PostgreSQL has no such clause, and knows its data.
func (q Query) indexedBy() string {
	switch route := q.route(); {
	case q.few, q.dialect == forPostgres, route == filterSlowed:
		return ""
	case !q.grouped():
		return " INDEXED BY users_by_" + route
	case route == string(ByRole), route == string(ByStatus), route == filterUninvited:
		return " INDEXED BY users_group"
	default:
		return " INDEXED BY users_group_by_" + route
	}
}
