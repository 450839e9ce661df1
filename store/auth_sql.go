package store

import (
	"database/sql"
	"errors"
)

func saveSetup(x *tx, digest string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO setup (id, digest) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET digest = ?1`, digest)
	return err
}

func loadSetup(q rowQuerier) (digest string, err error) {
	err = q.queryRow(`SELECT digest FROM setup WHERE id = 1`).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return digest, err
}

func dropSetup(x *tx) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM setup`)
	return err
}
