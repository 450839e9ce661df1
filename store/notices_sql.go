package store

import (
	"context"
	"database/sql"
)

// selectNotices are the entries after one up to another that are about people.
func selectNotices(ctx context.Context, q querier, after, upTo int64) ([]Notice, error) {
	rows, err := q.QueryContext(ctx, `SELECT e.id, e.target_id, e.act, e.outcome, e.actor_kind, e.actor_id, v.body
 FROM audit_entries e LEFT JOIN audit_values v ON v.entry_id = e.id
 WHERE e.id > ?1 AND e.id <= ?2 AND (e.target_id <> 0 OR e.act = ?3) ORDER BY e.id`, after, upTo, string(ActDemo))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (Notice, error) {
		var n Notice
		var body sql.NullString
		if err := r.Scan(&n.Entry, &n.Person, &n.Act, &n.Outcome, &n.Kind, &n.Actor, &body); err != nil {
			return n, err
		}
		var e Entry
		err := e.readBody(body.String)
		for _, c := range e.Changes {
			n.Fields = append(n.Fields, c.Field)
		}
		return n, err
	})
}

// selectPeople are the people with these ids, in the order of ids.
func selectPeople(ctx context.Context, q querier, ids []int64) ([]User, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id IN (`+joinIDs(ids)+`) ORDER BY u.id`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (User, error) {
		u, err := scanUser(r)
		if err != nil {
			return User{}, err
		}
		return *u, nil
	})
}
