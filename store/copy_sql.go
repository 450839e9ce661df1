package store

import (
	"context"
	"database/sql"
	"strings"
)

// countRows counts the rows of a table.
func countRows(ctx context.Context, q querier, table string) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n)
	return n, err
}

// columnsOf are the columns of a table.
func columnsOf(ctx context.Context, q querier, table string) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT * FROM `+table+` LIMIT 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return rows.Columns()
}

// rowsQuery asks for rows of a table, from a key on if it is part of the trail.
func (s *side) rowsQuery(t copyTable, columns []string) string {
	var read []string
	for _, c := range columns {
		read = append(read, s.read(c, t.kinds[c]))
	}
	query := `SELECT ` + strings.Join(read, ", ") + ` FROM ` + t.name
	if t.grows {
		query += ` WHERE ` + t.key + ` > ?1`
	}
	return query + ` ORDER BY ` + t.key
}

// sendRows sends the rows of a table, until ctx ends.
func sendRows(ctx context.Context, s *side, t copyTable, columns []string, after int64, to chan<- rowChunk) {
	var args []any
	if t.grows {
		args = append(args, after)
	}
	var c rowChunk
	send := func() bool {
		select {
		case to <- c:
			c = rowChunk{}
			return true
		case <-ctx.Done():
			return false
		}
	}
	rows, err := s.tx.QueryContext(ctx, s.rowsQuery(t, columns), args...)
	if err == nil {
		defer rows.Close()
		for rows.Next() {
			var values []any
			if values, err = readValues(rows, t, columns); err != nil {
				break
			}
			if c.rows = append(c.rows, values); len(c.rows) == copyChunk && !send() {
				return
			}
		}
		if err == nil {
			err = rows.Err()
		}
	}
	if len(c.rows) == 0 || send() {
		c.err = err
		send()
	}
}

// readValues reads a row. A flag is a bool, whichever database it comes from.
func readValues(rows *sql.Rows, t copyTable, columns []string) ([]any, error) {
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	if err := rows.Scan(dest...); err != nil {
		return nil, err
	}
	for i, c := range columns {
		if n, ok := values[i].(int64); ok && t.kinds[c] == flag {
			values[i] = n != 0
		}
	}
	return values, nil
}

func buildIndexes(ctx context.Context, t *sql.Tx, indexes []index) error {
	for _, i := range indexes {
		if _, err := t.ExecContext(ctx, i.statement); err != nil {
			return err
		}
	}
	return nil
}

// setHead notes where the trail ends.
func setHead(ctx context.Context, t *sql.Tx, end head) error {
	_, err := t.ExecContext(ctx, `UPDATE audit_head SET entry_id = ?1, hash = ?2 WHERE id = 1`, end.id, end.hash)
	return err
}

// setBase lets the trail begin where another one does: after an entry that is
// there, or before there is any.
func setBase(ctx context.Context, t *sql.Tx, from base) error {
	_, err := t.ExecContext(ctx, `UPDATE audit_base SET entry_id = ?1, hash = ?2, at = ?3 WHERE id = 1`, from.id, from.hash, toMillis(from.at))
	return err
}

// dropBefore removes the entries before the beginning of the trail.
func dropBefore(ctx context.Context, t *sql.Tx, base int64) error {
	for _, statement := range []string{`DELETE FROM audit_values WHERE entry_id <= ?1`, `DELETE FROM audit_entries WHERE id <= ?1`} {
		if _, err := t.ExecContext(ctx, statement, base); err != nil {
			return err
		}
	}
	return nil
}

// valuesOfPurged are the entries about people who were purged that have values
// still, such as that of the purge itself.
func valuesOfPurged(ctx context.Context, q querier) (map[int64]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT v.entry_id FROM audit_values v JOIN purged_users p ON p.user_id = v.target_id`)
	if err != nil {
		return nil, err
	}
	ids, err := collect(rows, scanID)
	all := make(map[int64]bool, len(ids))
	for _, id := range ids {
		all[id] = true
	}
	return all, err
}

func scanID(r row) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}

// dropPurged removes the values about people who were purged, but some.
func dropPurged(ctx context.Context, t *sql.Tx, kept map[int64]bool) error {
	all, err := valuesOfPurged(ctx, t)
	if err != nil {
		return err
	}
	for id := range all {
		if kept[id] {
			continue
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM audit_values WHERE entry_id = ?1`, id); err != nil {
			return err
		}
	}
	return nil
}
