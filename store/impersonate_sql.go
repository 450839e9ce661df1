package store

import (
	"database/sql"
	"errors"
	"time"
)

// setSeeing notes at a sign-in as whom its person sees the back office. It gives 0
// when that is somebody already, or the sign-in has ended.
func setSeeing(x *tx, signIn, user, as int64, until time.Time, reason string) (int, error) {
	return affected(x.ExecContext(x.ctx, `UPDATE signins SET as_user = ?1, as_until = ?2, as_reason = ?3
 WHERE id = ?4 AND user_id = ?5 AND ended_at = 0 AND as_user = 0`, as, toMillis(until), reason, signIn, user))
}

// clearSeeing gives as whom it was; 0 for nobody.
func clearSeeing(x *tx, signIn, user int64) (as int64, err error) {
	err = x.QueryRowContext(x.ctx, `SELECT as_user FROM signins WHERE id = ?1 AND user_id = ?2 AND as_user <> 0`, signIn, user).Scan(&as)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err == nil {
		_, err = x.ExecContext(x.ctx, `UPDATE signins SET as_user = 0, as_until = 0, as_reason = '' WHERE id = ?1`, signIn)
	}
	return as, err
}

// forgetSeen removes of a person who goes for good that somebody saw as they do.
func forgetSeen(x *tx, user int64) error {
	_, err := x.ExecContext(x.ctx, `UPDATE signins SET as_user = 0, as_until = 0, as_reason = '' WHERE as_user = ?1 AND as_user <> 0`, user)
	return err
}
