package store

import (
	"context"
	"database/sql"
	"time"
)

const signInColumns = `s.id, s.user_id, s.started_at, s.last_seen_at, s.ended_at, s.ended_why, s.address, s.agent, s.new_device, s.factor, s.proved_at, s.as_user, s.as_until, s.as_reason`

type signInTimes struct{ started, seen, ended, proved, until int64 }

func signInFields(s *SignIn, t *signInTimes) []any {
	return []any{&s.ID, &s.User, &t.started, &t.seen, &t.ended, &s.Why, &s.Address, &s.Agent, &s.NewDevice, &s.Factor, &t.proved, &s.As, &t.until, &s.asReason}
}

func (t signInTimes) into(s *SignIn) {
	s.Started, s.LastSeen, s.Ended = fromMillis(t.started), fromMillis(t.seen), fromMillis(t.ended)
	s.Proved, s.AsUntil = fromMillis(max(t.started, t.proved)), fromMillis(t.until)
}

// loadSignIn gives a sign-in with its person. A sign-in that belongs to
// another person is not found. The plus signs are those of where.arg.
func loadSignIn(ctx context.Context, q querier, id, user int64) (Whoever, error) {
	var w Whoever
	var t signInTimes
	var confirmed, required int64
	more := append(signInFields(&w.SignIn, &t), &confirmed, &w.Passkeys, &required)
	u, err := scanUser(q.QueryRowContext(ctx, `SELECT `+userColumns+`, `+signInColumns+`,
 COALESCE((SELECT a.confirmed_at FROM totp_apps a WHERE a.user_id = u.id), 0),
 (SELECT count(*) FROM passkeys p WHERE p.user_id = u.id),
 COALESCE((SELECT r.since_at FROM required_factors r WHERE r.role = u.role), 0)
 FROM signins s JOIN users u ON u.id = s.user_id WHERE s.id = +?1 AND s.user_id = +?2`, id, user), more...)
	if err != nil {
		return w, err
	}
	t.into(&w.SignIn)
	w.User, w.HasApp, w.required = *u, confirmed != 0, fromMillis(required)
	return w, nil
}

func touchSignIn(ctx context.Context, db *sql.DB, id int64, now time.Time) error {
	_, err := db.ExecContext(ctx, `UPDATE signins SET last_seen_at = ?1 WHERE id = ?2 AND last_seen_at < ?1`, toMillis(now), id)
	return err
}

func selectSignIns(ctx context.Context, q querier, user int64, startedAfter, seenAfter time.Time) ([]SignIn, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+signInColumns+` FROM signins s
 WHERE s.user_id = ?1 AND s.ended_at = 0 AND s.started_at > ?2 AND s.last_seen_at > ?3 ORDER BY s.last_seen_at DESC, s.id DESC`,
		user, toMillis(startedAfter), toMillis(seenAfter))
	if err != nil {
		return nil, err
	}
	return collect(rows, scanSignIn)
}

// selectEverySignIn gives those of a person that have ended as well.
func selectEverySignIn(ctx context.Context, q querier, user int64) ([]SignIn, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+signInColumns+` FROM signins s WHERE s.user_id = ?1 ORDER BY s.id DESC`, user)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanSignIn)
}

func scanSignIn(r row) (s SignIn, err error) {
	var t signInTimes
	err = r.Scan(signInFields(&s, &t)...)
	t.into(&s)
	return s, err
}

func insertSignIn(x *tx, user int64, newDevice bool, by Factor) (id int64, err error) {
	err = x.QueryRowContext(x.ctx, `INSERT INTO signins (user_id, started_at, last_seen_at, ended_at, ended_why, address, agent, new_device, factor, proved_at)
 VALUES (?1, ?2, ?2, 0, '', ?3, ?4, ?5, ?6, ?2) RETURNING id`, user, toMillis(x.now), x.actor.Address, agentText(x.actor.Agent), newDevice, string(by)).Scan(&id)
	return id, err
}

// lastDevices gives with what and from where somebody signed in last.
func lastDevices(x *tx, user int64, limit int) ([]SignIn, error) {
	rows, err := x.QueryContext(x.ctx, `SELECT DISTINCT address, agent FROM
 (SELECT address, agent FROM signins WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2) s`, user, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (s SignIn, err error) { return s, r.Scan(&s.Address, &s.Agent) })
}

// placesAsked is how many of the addresses of somebody are looked at.
const placesAsked = 500

// signedInFrom gives the addresses from where somebody has signed in since a time.
func signedInFrom(x *tx, user int64, since time.Time) ([]string, error) {
	rows, err := x.QueryContext(x.ctx, `SELECT DISTINCT address FROM signins WHERE user_id = ?1 AND started_at > ?2 LIMIT ?3`, user, toMillis(since), placesAsked)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (address string, err error) { return address, r.Scan(&address) })
}

func endSignIn(x *tx, id, user int64, why EndReason) (int, error) {
	return affected(x.ExecContext(x.ctx, `UPDATE signins SET ended_at = ?1, ended_why = ?2
 WHERE id = ?3 AND user_id = ?4 AND ended_at = 0`, toMillis(x.now), string(why), id, user))
}

func endSignIns(x *tx, user, except int64, why EndReason) (int, error) {
	return affected(x.ExecContext(x.ctx, `UPDATE signins SET ended_at = ?1, ended_why = ?2
 WHERE user_id = ?3 AND ended_at = 0 AND id <> ?4`, toMillis(x.now), string(why), user, except))
}

func endEverySignIn(x *tx, except int64, why EndReason) (int, error) {
	return affected(x.ExecContext(x.ctx, `UPDATE signins SET ended_at = ?1, ended_why = ?2
 WHERE ended_at = 0 AND id <> ?3`, toMillis(x.now), string(why), except))
}

func affected(r sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// sweptAtOnce is how many rows sweepOldest looks at in one step.
const sweptAtOnce = 1000

// sweepOldest removes the rows of a table that ended before a time. Their ids tell which
// are the oldest, so that nothing is read of those that began since.
func sweepOldest(x *tx, table, began, ended string, before time.Time) error {
	for after := int64(0); ; {
		var last, newest int64
		err := x.queryRow(`SELECT coalesce(max(id), 0), coalesce(max(began), 0)
 FROM (SELECT id, `+began+` AS began FROM `+table+` WHERE id > ?1 ORDER BY id LIMIT ?2) AS oldest`, after, sweptAtOnce).Scan(&last, &newest)
		if err != nil || last == 0 {
			return err
		}
		if _, err := x.ExecContext(x.ctx, `DELETE FROM `+table+` WHERE id > ?1 AND id <= ?2 AND `+ended+` < ?3`, after, last, toMillis(before)); err != nil {
			return err
		}
		if newest >= toMillis(before) {
			return nil
		}
		after = last
	}
}

func sweep(x *tx, signInsBefore, browsersBefore time.Time) error {
	if err := sweepOldest(x, "signins", "started_at", "last_seen_at", signInsBefore); err != nil {
		return err
	}
	for _, s := range []struct {
		query string
		arg   any
	}{
		{`DELETE FROM browsers WHERE made_at < ?1`, toMillis(browsersBefore)},
		{`DELETE FROM throttles WHERE fades_at < ?1`, toMillis(x.now)},
	} {
		if _, err := x.ExecContext(x.ctx, s.query, s.arg); err != nil {
			return err
		}
	}
	if err := sweepChallenges(x, x.now.Add(-challengesKept)); err != nil {
		return err
	}
	return x.store.engine.sweepSessions(x)
}
