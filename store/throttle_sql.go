package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"
)

// set takes over what is stored, as it is now.
func (t *tally) set(thousandths, lastAt, blockedTo int64, now time.Time) {
	t.last, t.blocked = fromMillis(lastAt), fromMillis(blockedTo)
	t.n = t.faded(float64(thousandths)/1000, now.Sub(t.last))
}

func loadThrottle(x *tx, t *tally) error {
	var failures, lastAt, blockedTo int64
	err := x.QueryRowContext(x.ctx, `SELECT failures, last_at, blocked_to FROM throttles WHERE kind = ?1 AND key = ?2`,
		t.kind, t.key).Scan(&failures, &lastAt, &blockedTo)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // none has failed
	}
	t.set(failures, lastAt, blockedTo, x.now)
	return err
}

// saveThrottle stores a count as of now, or nothing where it is none.
func saveThrottle(x *tx, t tally) error {
	if t.n < 0.5 {
		_, err := x.ExecContext(x.ctx, `DELETE FROM throttles WHERE kind = ?1 AND key = ?2`, t.kind, t.key)
		return err
	}
	_, err := x.ExecContext(x.ctx, `INSERT INTO throttles (kind, key, about, failures, last_at, blocked_to, fades_at, user_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
 ON CONFLICT (kind, key) DO UPDATE SET failures = ?4, last_at = ?5, blocked_to = ?6, fades_at = ?7, user_id = ?8`,
		t.kind, t.key, t.about, int64(math.Round(t.n*1000)), toMillis(x.now), toMillis(t.blocked), toMillis(x.now.Add(t.lasts(t.n))), t.user)
	return err
}

// selectThrottles gives what is counted about an account.
func selectThrottles(ctx context.Context, q querier, about string, now time.Time) ([]tally, error) {
	rows, err := q.QueryContext(ctx, `SELECT kind, key, failures, last_at, blocked_to FROM throttles WHERE about = ?1 ORDER BY kind, key`, about)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (t tally, err error) {
		var kind string
		var failures, lastAt, blockedTo int64
		err = r.Scan(&kind, &t.key, &failures, &lastAt, &blockedTo)
		t.throttle, t.about = throttleOf(kind), about
		t.set(failures, lastAt, blockedTo, now)
		return t, err
	})
}

// selectSlow gives some of what is counted about people beyond what is free, by
// the accounts that they have now.
func selectSlow(ctx context.Context, q querier, now time.Time, limit int) ([]tally, error) {
	rows, err := q.QueryContext(ctx, `SELECT t.kind, t.key, t.about, t.user_id, t.failures, t.last_at, t.blocked_to, u.email_key
 FROM throttles t JOIN users u ON u.id = t.user_id
 WHERE t.user_id <> 0 AND t.failures > 5000 AND t.fades_at > ?1 AND u.deleted_at = 0 ORDER BY t.user_id LIMIT ?2`, toMillis(now), limit)
	if err != nil {
		return nil, err
	}
	all, err := collect(rows, func(r row) (t tally, err error) {
		var kind, account string
		var failures, lastAt, blockedTo int64
		err = r.Scan(&kind, &t.key, &t.about, &t.user, &failures, &lastAt, &blockedTo, &account)
		t.throttle = throttleOf(kind)
		if t.about == digest("account", account) {
			t.set(failures, lastAt, blockedTo, now)
		}
		return t, err
	})
	return all, err
}

// idByEmail gives whose account it is, or 0.
func idByEmail(x *tx, key string) (id int64, err error) {
	err = x.QueryRowContext(x.ctx, `SELECT coalesce(max(id), 0) FROM users WHERE email_key = ?1 AND deleted_at = 0`, key).Scan(&id)
	return id, err
}

func dropThrottles(x *tx, about string) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM throttles WHERE about = ?1`, about)
	return err
}
