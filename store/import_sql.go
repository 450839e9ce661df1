package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
)

const importColumns = `i.id, i.name, i.actor_id, coalesce(a.name, ''), i.created_at, i.touched_at, i.state, i.plan, i.titles, i.line_count, i.reread,
 i.at_line, i.creates, i.changes, i.sames, i.refusals, i.created, i.changed, i.undone, i.kept, i.worker, i.beat_at, i.problem, i.entry_id`

const importQuery = `SELECT ` + importColumns + ` FROM imports i LEFT JOIN users a ON a.id = i.actor_id`

func scanImport(r row) (Import, error) {
	var i Import
	var created, touched, beat int64
	var plan, titles string
	err := r.Scan(&i.ID, &i.Name, &i.Actor, &i.Who, &created, &touched, &i.State, &plan, &titles, &i.Lines, &i.reread,
		&i.At, &i.Creates, &i.Changes, &i.Sames, &i.Refusals, &i.CreatedN, &i.ChangedN, &i.Undone, &i.Kept,
		&i.worker, &beat, &i.Problem, &i.entry)
	if errors.Is(err, sql.ErrNoRows) {
		return i, &Error{Kind: NotFound, Message: "There is no such import. It may have been discarded."}
	}
	if err != nil {
		return i, err
	}
	i.Created, i.Touched, i.Beat = fromMillis(created), fromMillis(touched), fromMillis(beat)
	return i, errors.Join(json.Unmarshal([]byte(plan), &i.Plan), json.Unmarshal([]byte(titles), &i.Titles))
}

func loadImport(ctx context.Context, q querier, id int64) (Import, error) {
	return scanImport(q.QueryRowContext(ctx, importQuery+` WHERE i.id = ?1 AND i.state <> 'uploading'`, id))
}

func selectImports(ctx context.Context, q querier, limit int) ([]Import, error) {
	rows, err := q.QueryContext(ctx, importQuery+` WHERE i.state <> 'uploading' ORDER BY i.id DESC LIMIT ?1`, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanImport)
}

func insertImport(x *tx, name string) (id int64, err error) {
	err = x.QueryRowContext(x.ctx, `INSERT INTO imports (name, actor_id, created_at, touched_at, state, plan, titles, line_count, reread,
 at_line, creates, changes, sames, refusals, created, changed, undone, kept, worker, beat_at, problem, entry_id)
 VALUES (?1, ?2, ?3, ?3, 'uploading', '{}', '[]', 0, TRUE, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, '', 0) RETURNING id`,
		name, x.actor.ID, toMillis(x.now)).Scan(&id)
	return id, err
}

// readyImport makes an import whose file is there ready to be checked.
func readyImport(x *tx, i *Import) error {
	plan, titles, err := planJSON(i)
	if err != nil {
		return err
	}
	_, err = x.ExecContext(x.ctx, `UPDATE imports SET state = 'checking', plan = ?1, titles = ?2, line_count = ?3 WHERE id = ?4`,
		plan, titles, i.Lines, i.ID)
	return err
}

func planJSON(i *Import) (plan, titles string, err error) {
	p, err := json.Marshal(i.Plan)
	if err != nil {
		return "", "", err
	}
	t, err := json.Marshal(i.Titles)
	return string(p), string(t), err
}

// planImport sends an import back to its check. Whoever is at it leaves off.
func planImport(x *tx, i *Import) error {
	plan, titles, err := planJSON(i)
	if err != nil {
		return err
	}
	_, err = x.ExecContext(x.ctx, `UPDATE imports SET state = 'checking', plan = ?1, titles = ?2, reread = ?3, at_line = 0,
 creates = 0, changes = 0, sames = 0, refusals = 0, worker = '', beat_at = 0, problem = '', touched_at = ?4 WHERE id = ?5`,
		plan, titles, i.reread, toMillis(x.now), i.ID)
	return err
}

// beginImport gives an import to a worker, who goes on where it is if the state
// stays the same.
func beginImport(x *tx, i *Import, to ImportState, worker string) error {
	at := i.At
	if i.State != to {
		at = 0
	}
	_, err := x.ExecContext(x.ctx, `UPDATE imports SET state = ?1, worker = ?2, beat_at = ?3, touched_at = ?3, problem = '', at_line = ?4 WHERE id = ?5`,
		string(to), worker, toMillis(x.now), at, i.ID)
	return err
}

// errNotOurs ends a worker whose import somebody stopped or took over.
var errNotOurs = errors.New("somebody else works on this import, or stopped it")

// saveImport writes how far a worker has come, unless the import is not theirs
// any more.
func saveImport(x *tx, i *Import) error {
	r, err := x.ExecContext(x.ctx, `UPDATE imports SET at_line = ?1, creates = ?2, changes = ?3, sames = ?4, refusals = ?5,
 created = ?6, changed = ?7, undone = ?8, kept = ?9, reread = ?10, beat_at = ?11, touched_at = ?11 WHERE id = ?12 AND worker = ?13`,
		i.At, i.Creates, i.Changes, i.Sames, i.Refusals, i.CreatedN, i.ChangedN, i.Undone, i.Kept, i.reread, toMillis(x.now), i.ID, i.worker)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errNotOurs
}

// endImport ends a piece of work in a state.
func endImport(x *tx, i *Import, to ImportState) error {
	_, err := x.ExecContext(x.ctx, `UPDATE imports SET state = ?1, worker = '', beat_at = 0, reread = FALSE, at_line = 0, entry_id = ?2 WHERE id = ?3 AND worker = ?4`,
		string(to), i.entry, i.ID, i.worker)
	return err
}

// leaveImport leaves an import where it is, for another to go on.
func leaveImport(x *tx, id int64, why string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE imports SET worker = '', beat_at = 0, problem = ?1 WHERE id = ?2`, why, id)
	return err
}

// mendImport writes the counts of an import after a row was mended. What was
// done already can be run again for the mended rows.
func mendImport(x *tx, i *Import) error {
	_, err := x.ExecContext(x.ctx, `UPDATE imports SET creates = ?1, changes = ?2, sames = ?3, refusals = ?4, touched_at = ?5,
 worker = '', state = CASE WHEN state = 'done' AND ?6 > 0 THEN 'checked' ELSE state END WHERE id = ?7`,
		i.Creates, i.Changes, i.Sames, i.Refusals, toMillis(x.now), i.Pending(), i.ID)
	return err
}

// hideImport keeps an import out of sight until its rows are removed.
func hideImport(x *tx, id int64) error {
	_, err := x.ExecContext(x.ctx, `UPDATE imports SET state = 'uploading', worker = '', beat_at = 0 WHERE id = ?1`, id)
	return err
}

// insertFilePart stores a piece of a file.
func insertFilePart(x *tx, id int64, part int, bytes []byte) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO import_files (import_id, part, bytes) VALUES (?1, ?2, ?3)`, id, part, bytes)
	return err
}

// filePart gives a piece of a file; nothing behind the last.
func filePart(ctx context.Context, q querier, id int64, part int) (bytes []byte, err error) {
	err = q.QueryRowContext(ctx, `SELECT bytes FROM import_files WHERE import_id = ?1 AND part = ?2`, id, part).Scan(&bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return bytes, err
}

// deleteFileParts removes some pieces of a file and says whether there were any.
func deleteFileParts(x *tx, id int64) (bool, error) {
	return someDeleted(x, `DELETE FROM import_files WHERE import_id = ?1 AND part IN
 (SELECT part FROM import_files WHERE import_id = ?1 ORDER BY part LIMIT 4)`, id)
}

// deleteSomeRows removes some rows of an import and says whether there were any.
func deleteSomeRows(x *tx, id int64) (bool, error) {
	return someDeleted(x, `DELETE FROM import_rows WHERE import_id = ?1 AND line IN
 (SELECT line FROM import_rows WHERE import_id = ?1 ORDER BY line LIMIT 2000)`, id)
}

func someDeleted(x *tx, query string, id int64) (bool, error) {
	r, err := x.ExecContext(x.ctx, query, id)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

func deleteImport(x *tx, id int64) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM imports WHERE id = ?1`, id)
	return err
}

// staleImports lists imports whose rows are not needed any more: those that
// nobody has touched for long, and what is left of discarded ones.
func staleImports(ctx context.Context, q querier, untouched, abandoned time.Time) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT i.id FROM imports i WHERE i.state = 'uploading' AND i.touched_at < ?1
 UNION SELECT i.id FROM imports i WHERE i.touched_at < ?2 AND EXISTS (SELECT 1 FROM import_rows r WHERE r.import_id = i.id)`,
		toMillis(abandoned), toMillis(untouched))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id int64, err error) { err = r.Scan(&id); return id, err })
}
