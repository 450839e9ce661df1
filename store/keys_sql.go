package store

import "context"

// selectKeys gives the names of the keys that secrets of this database have been
// sealed by.
func selectKeys(ctx context.Context, q querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT id FROM seal_keys ORDER BY noted_at, id`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id string, err error) {
		err = r.Scan(&id)
		return id, err
	})
}

func insertKey(x *tx, id string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO seal_keys (id, noted_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING`, id, toMillis(x.now))
	return err
}

func deleteOtherKeys(x *tx, id string) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM seal_keys WHERE id <> ?1`, id)
	return err
}

// sealedText is a secret as it is kept.
type sealedText struct {
	id   int64
	text string
}

// selectSealed gives rows of a column, in their order, that another key has sealed.
func selectSealed(x *tx, c sealedColumn, after int64, key string, limit int) ([]sealedText, error) {
	rows, err := x.QueryContext(x.ctx, `SELECT `+c.id+`, `+c.column+` FROM `+c.table+`
 WHERE `+c.id+` > ?1 AND `+c.column+` <> '' AND substr(`+c.column+`, 1, 16) <> ?2 ORDER BY `+c.id+` LIMIT ?3`, after, key, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (s sealedText, err error) {
		err = r.Scan(&s.id, &s.text)
		return s, err
	})
}

func updateSealed(x *tx, c sealedColumn, id int64, text string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE `+c.table+` SET `+c.column+` = ?1 WHERE `+c.id+` = ?2`, text, id)
	return err
}

// keysInUse gives the names of the keys that a column is sealed by.
func keysInUse(ctx context.Context, q querier, c sealedColumn) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT substr(`+c.column+`, 1, 16) FROM `+c.table+` WHERE `+c.column+` <> ''`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id string, err error) {
		err = r.Scan(&id)
		return id, err
	})
}
