package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

const passkeyColumns = `id, user_id, credential, public_key, handle, site, name, model, transports, flags, counter, made_at, used_at`

func scanPasskey(r row) (p Passkey, err error) {
	var made, used int64
	err = r.Scan(&p.ID, &p.user, &p.credential, &p.publicKey, &p.handle, &p.Site, &p.Name, &p.model, &p.transports, &p.flags, &p.counter, &made, &used)
	p.Made, p.Used = fromMillis(made), fromMillis(used)
	return p, err
}

// selectPasskeys gives the passkeys of a person, the oldest first.
func selectPasskeys(ctx context.Context, q querier, user int64) ([]Passkey, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+passkeyColumns+` FROM passkeys WHERE user_id = ?1 ORDER BY id`, user)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanPasskey)
}

// loadPasskey gives nil when nobody has this credential.
func loadPasskey(x *tx, credential string) (*Passkey, error) {
	p, err := scanPasskey(x.QueryRowContext(x.ctx, `SELECT `+passkeyColumns+` FROM passkeys WHERE credential = ?1`, credential))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &p, err
}

func countPasskeys(ctx context.Context, q querier, user int64) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM passkeys WHERE user_id = ?1`, user).Scan(&n)
	return n, err
}

func insertPasskey(x *tx, p *Passkey) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO passkeys (user_id, credential, public_key, handle, site, name, model, transports, flags, counter, made_at, used_at)
 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0)`,
		p.user, p.credential, p.publicKey, p.handle, p.Site, p.Name, p.model, p.transports, p.flags, p.counter, toMillis(x.now))
	if err != nil {
		return err
	}
	return noteFactor(x, p.user)
}

// touchPasskey notes that it was used, and what it said of itself.
func touchPasskey(x *tx, p *Passkey) error {
	_, err := x.ExecContext(x.ctx, `UPDATE passkeys SET counter = ?1, flags = ?2, used_at = ?3 WHERE id = ?4`, p.counter, p.flags, toMillis(x.now), p.ID)
	return err
}

func renamePasskey(x *tx, id int64, name string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE passkeys SET name = ?1 WHERE id = ?2`, name, id)
	return err
}

func deletePasskey(x *tx, user, id int64) error {
	if _, err := x.ExecContext(x.ctx, `DELETE FROM passkeys WHERE id = ?1 AND user_id = ?2`, id, user); err != nil {
		return err
	}
	return noteFactor(x, user)
}

func deletePasskeys(x *tx, user int64) error {
	if _, err := x.ExecContext(x.ctx, `DELETE FROM passkeys WHERE user_id = ?1`, user); err != nil {
		return err
	}
	return noteFactor(x, user)
}

// deletePasskeysSince removes those that somebody has had since a time.
func deletePasskeysSince(x *tx, user int64, since time.Time) error {
	if _, err := x.ExecContext(x.ctx, `DELETE FROM passkeys WHERE user_id = ?1 AND made_at >= ?2`, user, toMillis(since)); err != nil {
		return err
	}
	return noteFactor(x, user)
}

// spendChallenge gives how many there were to be spent: one, or none.
func spendChallenge(x *tx, digest string) (int, error) {
	return affected(x.ExecContext(x.ctx, `INSERT INTO spent_challenges (digest, spent_at) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING`, digest, toMillis(x.now)))
}

func sweepChallenges(x *tx, before time.Time) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM spent_challenges WHERE spent_at < ?1`, toMillis(before))
	return err
}
