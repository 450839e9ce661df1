package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// totpApp is somebody's authenticator app as it is kept.
type totpApp struct {
	sealed                 string
	begun, confirmed, used int64
	step                   int64
	signIn                 int64 // in which it is being set up
}

// loadApp gives nil when there is none.
func loadApp(ctx context.Context, q querier, user int64) (*totpApp, error) {
	var app totpApp
	err := q.QueryRowContext(ctx, `SELECT seed, begun_at, confirmed_at, used_at, step, signin_id FROM totp_apps WHERE user_id = ?1`, user).
		Scan(&app.sealed, &app.begun, &app.confirmed, &app.used, &app.step, &app.signIn)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &app, err
}

func saveApp(x *tx, user int64, app *totpApp) error {
	if _, err := x.ExecContext(x.ctx, `INSERT INTO totp_apps (user_id, seed, begun_at, confirmed_at, used_at, step, signin_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
 ON CONFLICT (user_id) DO UPDATE SET seed = ?2, begun_at = ?3, confirmed_at = ?4, used_at = ?5, step = ?6, signin_id = ?7`,
		user, app.sealed, app.begun, app.confirmed, app.used, app.step, app.signIn); err != nil {
		return err
	}
	return noteFactor(x, user)
}

func deleteApp(x *tx, user int64) (int, error) {
	n, err := affected(x.ExecContext(x.ctx, `DELETE FROM totp_apps WHERE user_id = ?1`, user))
	if err != nil {
		return 0, err
	}
	return n, noteFactor(x, user)
}

// hasFactor is whether the person u has a second factor, as 1 or 0: the one place
// that says what counts as one.
const hasFactor = `(CASE WHEN EXISTS (SELECT 1 FROM totp_apps a WHERE a.user_id = u.id AND a.confirmed_at <> 0)
 OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id) THEN 1 ELSE 0 END)`

// noteFactor notes with a person whether they have a second factor. Whatever adds
// one or takes one away calls it.
func noteFactor(x *tx, user int64) error {
	_, err := x.ExecContext(x.ctx, `UPDATE users AS u SET has_factor = `+hasFactor+` WHERE u.id = ?1 AND u.has_factor <> `+hasFactor, user)
	return err
}

// noteFactors is noteFactor for all who are said to have one.
func noteFactors(x *tx) error {
	_, err := x.ExecContext(x.ctx, `UPDATE users AS u SET has_factor = `+hasFactor+` WHERE u.has_factor <> 0`)
	return err
}

func deleteAllApps(x *tx) (int, error) {
	if _, err := x.ExecContext(x.ctx, `DELETE FROM recovery_codes`); err != nil {
		return 0, err
	}
	n, err := affected(x.ExecContext(x.ctx, `DELETE FROM totp_apps`))
	if err != nil {
		return 0, err
	}
	return n, noteFactors(x)
}

func countRecoveryCodes(ctx context.Context, q querier, user int64) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM recovery_codes WHERE user_id = ?1`, user).Scan(&n)
	return n, err
}

func insertRecoveryCode(x *tx, user int64, digest string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO recovery_codes (user_id, digest, made_at) VALUES (?1, ?2, ?3)`, user, digest, toMillis(x.now))
	return err
}

// deleteRecoveryCode gives how many there were: one, or none.
func deleteRecoveryCode(x *tx, user int64, digest string) (int, error) {
	return affected(x.ExecContext(x.ctx, `DELETE FROM recovery_codes WHERE user_id = ?1 AND digest = ?2`, user, digest))
}

// deleteRecoveryCodesSince leaves those that were made before.
func deleteRecoveryCodesSince(x *tx, user int64, since time.Time) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM recovery_codes WHERE user_id = ?1 AND made_at >= ?2`, user, toMillis(since))
	return err
}

func deleteRecoveryCodes(x *tx, user int64) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM recovery_codes WHERE user_id = ?1`, user)
	return err
}

// loadProved says when a sign-in that has not ended was last proved: 0 for never.
func loadProved(q querierAt, signIn, user int64) (at int64, err error) {
	err = q.queryRow(`SELECT CASE WHEN proved_at > started_at THEN proved_at ELSE started_at END
 FROM signins WHERE id = ?1 AND user_id = ?2 AND ended_at = 0`, signIn, user).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return at, err
}

func setProved(x *tx, signIn, user int64) error {
	_, err := x.ExecContext(x.ctx, `UPDATE signins SET proved_at = ?1 WHERE id = ?2 AND user_id = ?3`, toMillis(x.now), signIn, user)
	return err
}

// selectRequired gives the roles that need a second factor, and since when.
func selectRequired(ctx context.Context, q querier) (map[Role]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT role, since_at FROM required_factors`)
	if err != nil {
		return nil, err
	}
	since := map[Role]int64{}
	_, err = collect(rows, func(r row) (role Role, err error) {
		var at int64
		err = r.Scan(&role, &at)
		since[role] = at
		return role, err
	})
	return since, err
}

func insertRequired(x *tx, r Role) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO required_factors (role, since_at) VALUES (?1, ?2) ON CONFLICT (role) DO NOTHING`, string(r), toMillis(x.now))
	return err
}

func deleteRequired(x *tx, r Role) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM required_factors WHERE role = ?1`, string(r))
	return err
}
