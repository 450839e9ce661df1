package store

import "context"

// selectKeys gives the names of the keys that secrets of this database have been
// sealed by.
func selectKeys(ctx context.Context, q querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT id FROM seal_keys ORDER BY noted_at, id`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id string, err error) { return id, r.Scan(&id) })
}

func insertKey(x *tx, id string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO seal_keys (id, noted_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING`, id, toMillis(x.now))
	return err
}

func deleteOtherKeys(x *tx, id string) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM seal_keys WHERE id <> ?1`, id)
	return err
}
