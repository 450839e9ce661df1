package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
)

// head is the newest entry.
type head struct {
	id   int64
	hash string
}

// or is the head, or another one where there is none.
func (h head) or(other head) head {
	if h.id == 0 {
		return other
	}
	return h
}

// rowQuerier asks for one row; it carries its context.
type rowQuerier interface {
	queryRow(query string, args ...any) *sql.Row
}

func (x *tx) queryRow(query string, args ...any) *sql.Row {
	return x.QueryRowContext(x.ctx, query, args...)
}

// querierAt is a database with a context.
type querierAt struct {
	ctx context.Context
	querier
}

func (q querierAt) queryRow(query string, args ...any) *sql.Row {
	return q.QueryRowContext(q.ctx, query, args...)
}

// errNoHead is the error of a trail whose note of its newest entry is gone.
var errNoHead = errors.New("the audit trail has lost its end")

func trailHead(q rowQuerier) (h head, err error) {
	err = q.queryRow(`SELECT entry_id, hash FROM audit_head WHERE id = 1`).Scan(&h.id, &h.hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoHead
	}
	return h, err
}

func insertEntry(x *tx, e Entry, salt, body, values, prev, hash string) error {
	for _, s := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO audit_entries (id, at, actor_kind, actor_id, act, outcome, target_id, address, agent, request_id,
 undo_of, values_hash, prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)`,
			[]any{e.ID, e.At.UnixMilli(), string(e.Kind), e.Actor, string(e.Act), string(e.Outcome), e.Target,
				e.Address, e.Agent, e.Request, e.UndoOf, values, prev, hash}},
		{`INSERT INTO audit_values (entry_id, target_id, salt, body) VALUES (?1, ?2, ?3, ?4)`,
			[]any{e.ID, e.Target, salt, body}},
	} {
		if _, err := x.ExecContext(x.ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

func moveTrailHead(x *tx, h head) error {
	_, err := x.ExecContext(x.ctx, `UPDATE audit_head SET entry_id = ?1, hash = ?2 WHERE id = 1`, h.id, h.hash)
	return err
}

const entryColumns = `e.id, e.at, e.actor_kind, e.actor_id, e.act, e.outcome, e.target_id, e.address, e.agent, e.request_id, e.undo_of`

func entryFields(e *Entry, at *int64) []any {
	return []any{&e.ID, at, &e.Kind, &e.Actor, &e.Act, &e.Outcome, &e.Target, &e.Address, &e.Agent, &e.Request, &e.UndoOf}
}

const entryQuery = `SELECT ` + entryColumns + `, coalesce(o.address, ''), coalesce(o.agent, ''), v.body, coalesce(a.name, ''), coalesce(t.name, ''), coalesce(t.role, ''),
 coalesce(un.id, 0), coalesce(un.at, 0), coalesce(ua.name, ''), coalesce(im.id, 0)
 FROM audit_entries e
 LEFT JOIN audit_values v ON v.entry_id = e.id
 LEFT JOIN audit_origins o ON o.digest = e.agent AND e.address = '#'
 LEFT JOIN users a ON a.id = e.actor_id
 LEFT JOIN users t ON t.id = e.target_id
 LEFT JOIN audit_entries un ON un.undo_of = e.id AND un.undo_of <> 0 AND un.outcome = 'done'
 LEFT JOIN users ua ON ua.id = un.actor_id
 LEFT JOIN imports im ON im.entry_id = e.id AND im.entry_id <> 0 AND im.state = 'done' AND im.created + im.changed > 0`

func scanEntry(r row) (Entry, error) {
	var e Entry
	var at, undoneAt int64
	var body sql.NullString
	var from origin
	err := r.Scan(append(entryFields(&e, &at), &from.Address, &from.Agent, &body, &e.ActorName, &e.TargetName, &e.TargetRole,
		&e.UndoneBy, &undoneAt, &e.UndoneWho, &e.Import)...)
	if errors.Is(err, sql.ErrNoRows) {
		return e, &Error{Kind: NotFound, Message: "There is no such entry in the history."}
	}
	if err != nil {
		return e, err
	}
	e.At, e.UndoneAt, e.Gone = fromMillis(at), fromMillis(undoneAt), !body.Valid
	if e.Address == originAside {
		e.Address, e.Agent = from.Address, from.Agent
	}
	return e, e.readBody(body.String)
}

func (e *Entry) readBody(body string) error {
	if body == "" {
		return nil
	}
	var b entryBody
	err := json.Unmarshal([]byte(body), &b)
	e.Changes, e.Note, e.As = b.Changes, b.Note, b.As
	return err
}

func loadEntry(ctx context.Context, q querier, id int64) (Entry, error) {
	e, err := scanEntry(q.QueryRowContext(ctx, entryQuery+` WHERE e.id = ?1`, id))
	if KindOf(err) == NotFound {
		base, berr := trailBase(querierAt{ctx, q})
		if berr != nil {
			return e, berr
		}
		if id > 0 && id <= base.id {
			err = refused("This is in an archive since " + base.at.Format("2 January 2006") + ". What it says can no longer be undone here.")
		}
	}
	return e, err
}

// selectEntries gives up to q.Limit entries, newest first, and whether there
// are more in the direction that was asked for.
func selectEntries(ctx context.Context, db querier, q TrailQuery) ([]Entry, bool, error) {
	var w where
	w.and("e.id > 0")
	w.trail(q)
	order := " DESC"
	if q.Above != 0 {
		order = ""
	}
	rows, err := db.QueryContext(ctx, entryQuery+" WHERE "+w.String()+" ORDER BY e.id"+order+" LIMIT "+w.arg(q.Limit+1), w.args...)
	if err != nil {
		return nil, false, err
	}
	entries, err := collect(rows, scanEntry)
	if err == nil {
		err = nameSeen(ctx, db, entries)
	}
	more := len(entries) > q.Limit
	if more {
		entries = entries[:q.Limit]
	}
	if q.Above != 0 {
		for i, j := 0, len(entries)-1; i < j; i, j = i+1, j-1 {
			entries[i], entries[j] = entries[j], entries[i]
		}
	}
	return entries, more, err
}

// nameSeen names those as whom somebody saw the back office.
func nameSeen(ctx context.Context, db querier, entries []Entry) error {
	var ids []int64
	for _, e := range entries {
		if e.As != 0 {
			ids = append(ids, e.As)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	people, err := selectPeople(ctx, db, ids)
	for i := range entries {
		for _, u := range people {
			if u.ID == entries[i].As {
				entries[i].AsName = u.Name
			}
		}
	}
	return err
}

func (w *where) trail(q TrailQuery) {
	if q.Target != 0 {
		w.and("e.target_id = " + w.arg(q.Target) + " AND e.target_id <> 0")
	}
	if q.Person != 0 {
		p := w.arg(q.Person)
		w.and("(e.target_id = " + p + " AND e.target_id <> 0 OR e.actor_id = " + p + " AND e.actor_id <> 0)")
	}
	if q.Act != "" {
		w.and("e.act = " + w.arg(q.Act))
	}
	if q.Outcome != "" {
		w.and("e.outcome = " + w.arg(string(q.Outcome)))
	}
	if !q.Since.IsZero() {
		w.and("e.at >= " + w.arg(q.Since.UnixMilli()))
	}
	if !q.Until.IsZero() {
		w.and("e.at < " + w.arg(q.Until.UnixMilli()))
	}
	if q.Staff {
		w.and("(e.actor_id <> e.target_id OR e.actor_kind <> 'person') AND e.outcome <> 'refused'")
	}
	if q.Below != 0 {
		w.and("e.id < " + w.arg(q.Below))
	}
	if q.Above != 0 {
		w.and("e.id > " + w.arg(q.Above))
	}
}

// lastChangeOf says who last changed a field of a person, and when. It looks
// at their newest hundred entries; older changes have no name.
func lastChangeOf(x *tx, id int64, f Field) (who string, at time.Time, err error) {
	entries, _, err := selectEntries(x.ctx, x.Tx, TrailQuery{Target: id, Outcome: Done, Limit: 100})
	if err != nil {
		return "", time.Time{}, err
	}
	for _, e := range entries {
		for _, c := range e.Changes {
			if c.Field == f {
				return e.Who(), e.At, nil
			}
		}
	}
	return "", time.Time{}, nil
}

// storedEntries calls see for up to limit entries after the given one, in the
// order of ids, until it says false, and gives how many it was called for.
func storedEntries(ctx context.Context, db querier, after int64, limit int64, see func(storedEntry) bool) (n int64, err error) {
	origins, err := originsIn(ctx, db)
	if err != nil {
		return 0, err
	}
	rows, err := db.QueryContext(ctx, `SELECT `+entryColumns+`, e.values_hash, e.prev_hash, e.hash, v.salt, v.body, v.target_id,
 o.owner_id, o.salt, o.address, o.agent
 FROM audit_entries e LEFT JOIN audit_values v ON v.entry_id = e.id LEFT JOIN `+origins+` o ON o.digest = e.agent AND e.address = '#' WHERE e.id > ?1 ORDER BY e.id LIMIT ?2`, after, limit)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var e storedEntry
		var at int64
		var owner sql.Null[int64]
		var from [3]sql.NullString
		if err := rows.Scan(append(entryFields(&e.Entry, &at), &e.values, &e.prev, &e.hash, &e.salt, &e.body, &e.about,
			&owner, &from[0], &from[1], &from[2])...); err != nil {
			return n, err
		}
		if owner.Valid {
			e.from = &origin{owner.V, from[0].String, from[1].String, from[2].String}
		}
		e.At = time.UnixMilli(at).UTC()
		n++
		if !see(e) {
			return n, nil
		}
	}
	return n, rows.Err()
}
