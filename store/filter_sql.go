package store

import (
	"cmp"
	"context"
)

// within are the conditions that belong to the route of a query: that people
// are there at all, or are not, and the filter it goes along.
func (w *where) within(q Query) {
	if !q.Deleted {
		w.and("u.deleted_at = 0")
	} else {
		w.and("u.deleted_at <> 0")
	}
	if q.along != "" {
		w.filter(q, q.along)
	}
}

// beside are the conditions that are looked at for each person on the route.
func (w *where) beside(q Query) {
	if !q.grouped() && q.Role != "" {
		w.and("u.role = " + w.arg(string(q.Role)))
	}
	if !q.grouped() && q.Status != "" {
		w.and("u.status = " + w.arg(string(q.Status)))
	}
	if !q.grouped() && q.Uninvited {
		w.and(areInvited)
	}
	for _, f := range q.filters() {
		if f != q.along {
			w.filter(q, f)
		}
	}
	w.search(q.Search)
}

// areInvited is the condition of those of whom Uninvited are some.
const areInvited = "u.status = 'invited'"

// filter is the condition of one filter.
func (w *where) filter(q Query, name string) {
	switch name {
	case filterCreated:
		w.times("u.created_at", q.Created)
	case filterLastSignIn:
		if w.times("u.last_sign_in_at", q.SignedIn); q.Never {
			w.and("u.last_sign_in_at < 1") // a stretch of the order, in which a place can be sought
		} else if q.SignedIn.From.IsZero() {
			w.and("u.last_sign_in_at > 0")
		}
	case filterPassword:
		w.and("(u.password_hash = '') = " + q.dialect.one(w.arg(q.Password == No)))
	case filterInvite:
		w.and("u.invite_until <> 0") // who is in the index
		w.times("u.invite_until", q.Invite)
	case filterUninvited:
		w.times("u.invite_until", Times{To: q.Invite.To}) // of the Invited
	case filterFactor:
		w.and("u.has_factor = " + w.arg(bit(q.Factor == Yes)))
	case filterSlowed:
		w.and("u.id IN (" + cmp.Or(joinIDs(q.slowed), "NULL") + ")")
	case filterDeleted:
		w.and("u.deleted_at > 0") // which, unlike <>, is a part of an index to be searched
	}
}

// one is a truth value that PostgreSQL looks up in an index of truth values. It
// would make "is not" of "equals false", which is in none.
func (d dialect) one(value string) string {
	if d == forPostgres {
		return "ANY (ARRAY[" + value + "::boolean])"
	}
	return value
}

// bit is a truth value in a column of numbers.
func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (w *where) times(column string, t Times) {
	if !t.From.IsZero() {
		w.and(column + " >= " + w.arg(toMillis(t.From)))
	}
	if !t.To.IsZero() {
		w.and(column + " < " + w.arg(toMillis(t.To)))
	}
}

// picks tells whether not everybody on the route of a query matches it.
func (q Query) picks() bool {
	var w where
	w.beside(q)
	return len(w.parts) > 0
}

// countSQL counts, of up to limit people on the route of a query, all of them
// and those whom the rest of the query matches.
func countSQL(q Query, limit int) (string, []any) {
	var rest, w where
	rest.beside(q)
	w.args = rest.args // so that the two are numbered on
	w.within(q)
	columns, matching := "1", "1"
	if q.contradicts() {
		return "SELECT 0, 0", nil
	}
	if len(rest.parts) > 0 {
		columns = "u.id, u.role, u.status, u.created_at, u.last_sign_in_at, u.password_hash, u.invite_until, u.has_factor, u.search_key"
		matching = "CASE WHEN " + rest.String() + " THEN 1 END"
	}
	end := " LIMIT " + w.arg(limit)
	return "SELECT count(*), count(" + matching + ") FROM (" + w.branches(q, columns, everyone, end) + end + ") u", w.args
}

func countAlong(ctx context.Context, db querier, q Query, limit int) (all, matching int, err error) {
	query, args := countSQL(q, limit)
	err = db.QueryRowContext(ctx, query, args...).Scan(&all, &matching)
	return all, matching, err
}
