package store

import (
	"context"
	"database/sql"
	"errors"
)

// decoyHash gives the password hash of whoever a number chooses; "" when nobody is
// there, or they have none.
func decoyHash(ctx context.Context, db querier, n int64) (hash string, err error) {
	err = db.QueryRowContext(ctx, `SELECT password_hash FROM users
		WHERE id >= (SELECT 1 + ?1 % coalesce(max(id), 1) FROM users) ORDER BY id LIMIT 1`, n).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return hash, err
}
