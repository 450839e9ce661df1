package store

import (
	"database/sql"
	"errors"
	"time"
)

func loadThrottle(x *tx, kind, key string) (failures int, last, blocked time.Time, err error) {
	var lastAt, blockedTo int64
	err = x.QueryRowContext(x.ctx, `SELECT failures, last_at, blocked_to FROM throttles WHERE kind = ?1 AND key = ?2`,
		kind, key).Scan(&failures, &lastAt, &blockedTo)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return failures, fromMillis(lastAt), fromMillis(blockedTo), err
}

func saveThrottle(x *tx, kind, key string, failures int, blocked time.Time) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO throttles (kind, key, failures, last_at, blocked_to) VALUES (?1, ?2, ?3, ?4, ?5)
 ON CONFLICT (kind, key) DO UPDATE SET failures = ?3, last_at = ?4, blocked_to = ?5`,
		kind, key, failures, toMillis(x.now), toMillis(blocked))
	return err
}

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
