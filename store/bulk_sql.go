package store

import (
	"context"
	"database/sql"
	"slices"
)

// bulkInserter adds people to a table that is as good as empty. Each order of
// the list is kept in an index: to put a million people into a dozen orders one
// by one writes each page of them many times over. So the indexes are taken
// down, and built from all people at once, sorted, when those are there.
type bulkInserter struct {
	*inserter
	indexes []index
	taken   map[string]bool // addresses and external ids of those who were there before
}

// index is an index of a table, and the statement that makes it.
type index struct{ name, statement string }

// indexLister lists the indexes of a table that no constraint rests on.
type indexLister func(ctx context.Context, q querier, table string) ([]index, error)

func scanIndex(r row) (i index, err error) {
	err = r.Scan(&i.name, &i.statement)
	return i, err
}

func dropIndexes(ctx context.Context, t *sql.Tx, indexes []index) error {
	for _, i := range indexes {
		if _, err := t.ExecContext(ctx, `DROP INDEX `+i.name); err != nil {
			return err
		}
	}
	return nil
}

// newBulkInserter begins with what lists the indexes of a table.
func newBulkInserter(x *tx, list indexLister) (*bulkInserter, error) {
	b := &bulkInserter{taken: map[string]bool{}}
	if err := b.look(x, list); err != nil {
		return nil, err
	}
	if err := dropIndexes(x.ctx, x.Tx, b.indexes); err != nil {
		return nil, err
	}
	b.inserter = newInserter(x)
	return b, nil
}

// look notes the indexes, and what would be refused without them.
func (b *bulkInserter) look(x *tx, list indexLister) (err error) {
	if b.indexes, err = list(x.ctx, x.Tx, "users"); err != nil {
		return err
	}
	rows, err := x.QueryContext(x.ctx, `SELECT email_key, external_id FROM users WHERE deleted_at = 0`)
	if err != nil {
		return err
	}
	_, err = collect(rows, func(r row) (struct{}, error) {
		var email, external string
		err := r.Scan(&email, &external)
		b.taken["e"+email], b.taken["x"+external] = true, external != ""
		return struct{}{}, err
	})
	return err
}

// insertAll is that of inserter; people of one bulk have nothing in common.
func (b *bulkInserter) insertAll(people []*User) (int, error) {
	return b.inserter.insertAll(slices.DeleteFunc(people, func(u *User) bool {
		return b.taken["e"+u.emailKey] || b.taken["x"+u.ExternalID]
	}))
}

// finish builds the indexes as they were, in their order, and says how many are
// built.
func (b *bulkInserter) finish(built func(int)) error {
	for n, i := range b.indexes {
		if _, err := b.x.ExecContext(b.x.ctx, i.statement); err != nil {
			return err
		}
		built(n + 1)
	}
	return b.inserter.finish()
}

// isQuiet reports whether hardly anybody is there, and nobody is at work: then a
// minute in which nothing else can be written disturbs nobody.
func isQuiet(x *tx, people int, since int64) (quiet bool, err error) {
	err = x.QueryRowContext(x.ctx, `SELECT (SELECT count(*) FROM (SELECT 1 FROM users LIMIT ?1) u) < ?1
 AND NOT EXISTS (SELECT 1 FROM signins WHERE ended_at = 0 AND last_seen_at > ?2)`, people, since).Scan(&quiet)
	return quiet, err
}
