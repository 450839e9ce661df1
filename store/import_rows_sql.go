package store

import (
	"context"
	"encoding/json"
	"errors"
	"math"
)

const importRowColumns = `r.line, r.cells, r.broken, r.verdict, r.problems, r.changes, r.email_key, r.external_id,
 r.user_id, r.done, r.entry_id, r.undo`

func scanImportRow(r row, more ...any) (ImportRow, error) {
	var i ImportRow
	var cells, problems, changes string
	err := r.Scan(append([]any{&i.Line, &cells, &i.Broken, &i.Verdict, &problems, &changes, &i.emailKey, &i.externalID,
		&i.User, &i.Done, &i.Entry, &i.Undo}, more...)...)
	if err != nil {
		return i, err
	}
	return i, errors.Join(fromJSON(cells, &i.Cells), fromJSON(problems, &i.Problems), fromJSON(changes, &i.Changes))
}

func fromJSON(text string, v any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), v)
}

// toJSON writes what has entries; what is empty is an empty text.
func toJSON[T any, S ~[]T](v S) (string, error) {
	if len(v) == 0 {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func problemsJSON(problems map[string]string) (string, error) {
	if len(problems) == 0 {
		return "", nil
	}
	b, err := json.Marshal(problems)
	return string(b), err
}

func selectImportRows(ctx context.Context, q querier, id int64, want ImportRowQuery, limit int) ([]ImportRow, error) {
	var w where
	w.and("r.import_id = " + w.arg(id))
	if want.Verdict != "" {
		w.and("r.verdict = " + w.arg(string(want.Verdict)))
	}
	w.and("r.line > " + w.arg(want.After))
	rows, err := q.QueryContext(ctx, `SELECT `+importRowColumns+`, coalesce(u.name, '') FROM import_rows r LEFT JOIN users u ON u.id = r.user_id
 WHERE `+w.String()+` ORDER BY r.line LIMIT `+w.arg(limit), w.args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (ImportRow, error) {
		var name string
		i, err := scanImportRow(r, &name)
		i.UserName = name
		return i, err
	})
}

// pendingRows are the next rows without an address that a run has to carry out,
// in the order of lines.
func pendingRows(ctx context.Context, q querier, id int64, after, limit int) ([]ImportRow, error) {
	return rowsOf(ctx, q, `SELECT `+importRowColumns+` FROM import_rows r WHERE r.import_id = ?1 AND r.line > ?2
 AND r.email_key = '' AND NOT r.done AND r.verdict IN ('create', 'change') ORDER BY r.line LIMIT ?3`, id, after, limit)
}

// pendingByEmail are those with an address, in the order of addresses.
func pendingByEmail(ctx context.Context, q querier, id int64, after string, limit int) ([]ImportRow, error) {
	return rowsOf(ctx, q, `SELECT `+importRowColumns+` FROM import_rows r WHERE r.import_id = ?1 AND r.email_key <> '' AND r.email_key > ?2
 AND NOT r.done AND r.verdict IN ('create', 'change') ORDER BY r.email_key, r.line LIMIT ?3`, id, after, limit)
}

// checkedRows are the next rows of an import that is checked again.
func checkedRows(ctx context.Context, q querier, i *Import, limit int) ([]ImportRow, error) {
	return rowsOf(ctx, q, `SELECT `+importRowColumns+` FROM import_rows r WHERE r.import_id = ?1 AND r.line > ?2 ORDER BY r.line LIMIT ?3`, i.ID, i.At, limit)
}

// carriedRows are the next rows that an undo has to take back: what was done
// last goes first, so that an address that went from one person to the next goes
// back. before is the entry that it has come to; 0: none yet.
func carriedRows(ctx context.Context, q querier, id, before int64, limit int) ([]ImportRow, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return rowsOf(ctx, q, `SELECT `+importRowColumns+` FROM import_rows r WHERE r.import_id = ?1 AND r.entry_id <> 0 AND r.entry_id < ?2
 AND r.done AND r.undo = '' ORDER BY r.entry_id DESC LIMIT ?3`, id, before, limit)
}

func rowsOf(ctx context.Context, q querier, query string, args ...any) ([]ImportRow, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (ImportRow, error) { return scanImportRow(r) })
}

func loadImportRow(x *tx, id int64, line int) (ImportRow, error) {
	rows, err := rowsOf(x.ctx, x.Tx, `SELECT `+importRowColumns+` FROM import_rows r WHERE r.import_id = ?1 AND r.line = ?2`, id, line)
	if err == nil && len(rows) == 0 {
		err = &Error{Kind: NotFound, Message: "There is no such row in this import."}
	}
	if err != nil {
		return ImportRow{}, err
	}
	return rows[0], nil
}

// rowsLike are the rows that share an address or an external id with a row, or
// did until now.
func rowsLike(x *tx, id int64, line int, emails, externals [2]string) ([]ImportRow, error) {
	return rowsOf(x.ctx, x.Tx, `SELECT `+importRowColumns+` FROM import_rows r WHERE r.import_id = ?1 AND NOT r.done AND r.line IN (
 SELECT e.line FROM import_rows e WHERE e.import_id = ?1 AND e.email_key <> '' AND e.email_key IN (?3, ?4)
 UNION SELECT o.line FROM import_rows o WHERE o.import_id = ?1 AND o.external_id <> '' AND o.external_id IN (?5, ?6))
 AND r.line > ?2 ORDER BY r.line LIMIT 1000`, id, line, emails[0], emails[1], externals[0], externals[1])
}

const insertImportRowSQL = `INSERT INTO import_rows (import_id, line, cells, broken, verdict, problems, changes, email_key, external_id,
 user_id, done, entry_id, undo) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
 ON CONFLICT (import_id, line) DO UPDATE SET cells = excluded.cells, broken = excluded.broken, verdict = excluded.verdict,
 problems = excluded.problems, changes = excluded.changes, email_key = excluded.email_key, external_id = excluded.external_id,
 user_id = excluded.user_id, done = excluded.done, entry_id = excluded.entry_id, undo = excluded.undo`

// saveImportRow writes a row, new or known.
func saveImportRow(x *tx, id int64, r *ImportRow) error {
	cells, err := json.Marshal(r.Cells)
	if err != nil {
		return err
	}
	problems, err := problemsJSON(r.Problems)
	if err != nil {
		return err
	}
	changes, err := toJSON(r.Changes)
	if err != nil {
		return err
	}
	_, err = x.ExecContext(x.ctx, insertImportRowSQL, id, r.Line, string(cells), r.Broken, string(r.Verdict), problems, changes,
		r.emailKey, r.externalID, r.User, r.Done, r.Entry, r.Undo)
	return err
}

// settleImportRow writes what a run or an undo did with a row.
func settleImportRow(x *tx, id int64, r *ImportRow) error {
	_, err := x.ExecContext(x.ctx, `UPDATE import_rows SET user_id = ?1, done = ?2, entry_id = ?3, undo = ?4
 WHERE import_id = ?5 AND line = ?6`, r.User, r.Done, r.Entry, r.Undo, id, r.Line)
	return err
}

// judgeImportRow writes a verdict that is not what it was. The index of verdicts
// is left alone for all other rows.
func judgeImportRow(x *tx, id int64, r *ImportRow) error {
	problems, err := problemsJSON(r.Problems)
	if err != nil {
		return err
	}
	_, err = x.ExecContext(x.ctx, `UPDATE import_rows SET verdict = ?1, problems = ?2 WHERE import_id = ?3 AND line = ?4`,
		string(r.Verdict), problems, id, r.Line)
	return err
}

// lookups is how many keys one query looks up. It is one number, so that there
// is one statement.
const lookups = 200

// inList is the placeholders of a list of lookups keys, the first being ?from.
func inList(from int) string { return placeholders(from, lookups) }

// eachLookup calls do with the keys in groups of lookups, the last one filled up
// with its last key.
func eachLookup(keys []string, do func([]any) error) error {
	for len(keys) > 0 {
		group := make([]any, lookups)
		for i := range group {
			group[i] = keys[min(i, len(keys)-1)]
		}
		if err := do(group); err != nil {
			return err
		}
		keys = keys[min(lookups, len(keys)):]
	}
	return nil
}

// peopleByKeys gives the people, not deleted, who have one of the addresses or
// one of the external ids.
func peopleByKeys(ctx context.Context, q querier, emails, externals []string) ([]*User, error) {
	var people []*User
	find := func(query string) func([]any) error {
		return func(keys []any) error {
			rows, err := q.QueryContext(ctx, query, keys...)
			if err != nil {
				return err
			}
			found, err := collect(rows, func(r row) (*User, error) { return scanUser(r) })
			people = append(people, found...)
			return err
		}
	}
	list := inList(1)
	err := eachLookup(emails, find(`SELECT `+userColumns+` FROM users u WHERE u.deleted_at = 0 AND u.email_key IN `+list))
	if err == nil {
		err = eachLookup(externals, find(`SELECT `+userColumns+` FROM users u WHERE u.deleted_at = 0 AND u.external_id <> '' AND u.external_id IN `+list))
	}
	return people, err
}

// earlierRows gives for each of the keys the first line before a line of the
// import that has it too. column is email_key or external_id.
func earlierRows(ctx context.Context, q querier, id int64, column string, keys []string, before int) (map[string]int, error) {
	first := map[string]int{}
	query := `SELECT r.` + column + `, min(r.line) FROM import_rows r WHERE r.import_id = ?1 AND r.line < ?2 AND r.` + column + ` <> ''
 AND r.` + column + ` IN ` + inList(3) + ` GROUP BY r.` + column
	err := eachLookup(keys, func(group []any) error {
		rows, err := q.QueryContext(ctx, query, append([]any{id, before}, group...)...)
		if err != nil {
			return err
		}
		_, err = collect(rows, func(r row) (struct{}, error) {
			var key string
			var line int
			err := r.Scan(&key, &line)
			first[key] = line
			return struct{}{}, err
		})
		return err
	})
	return first, err
}

// forgetImported removes a purged person from the rows that brought them.
func forgetImported(x *tx, id int64) error {
	_, err := x.ExecContext(x.ctx, `UPDATE import_rows SET cells = '[]', changes = '', problems = '', email_key = '', external_id = '' WHERE user_id = ?1`, id)
	return err
}
