package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// saveLink keeps a link in place of the one of its kind that was there.
func saveLink(x *tx, l Link, digest string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO links (user_id, kind, digest, email_key, made_at, made_by, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
 ON CONFLICT (user_id, kind) DO UPDATE SET digest = ?3, email_key = ?4, made_at = ?5, made_by = ?6, expires_at = ?7`,
		l.User, string(l.Kind), digest, l.emailKey, toMillis(l.Made), l.MadeBy, toMillis(l.Expires))
	return err
}

const linkColumns = `l.user_id, l.kind, l.email_key, l.made_at, l.made_by, coalesce(b.name, ''), l.expires_at
 FROM links l LEFT JOIN users b ON b.id = l.made_by`

func scanLink(r row) (l Link, err error) {
	var made, expires int64
	err = r.Scan(&l.User, &l.Kind, &l.emailKey, &made, &l.MadeBy, &l.MadeByName, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoLink()
	}
	l.Made, l.Expires = fromMillis(made), fromMillis(expires)
	return l, err
}

func loadLink(ctx context.Context, q querier, digest string) (Link, error) {
	return scanLink(q.QueryRowContext(ctx, `SELECT `+linkColumns+` WHERE l.digest = ?1`, digest))
}

func loadLinkOf(ctx context.Context, q querier, user int64, kind LinkKind) (Link, error) {
	return scanLink(q.QueryRowContext(ctx, `SELECT `+linkColumns+` WHERE l.user_id = ?1 AND l.kind = ?2`, user, string(kind)))
}

func deleteLinks(x *tx, user int64) (int, error) {
	return affected(x.ExecContext(x.ctx, `DELETE FROM links WHERE user_id = ?1`, user))
}

// setInviteUntil writes nothing where nothing changes: nearly nobody has an
// invitation.
func setInviteUntil(x *tx, user int64, until time.Time) error {
	_, err := x.ExecContext(x.ctx, `UPDATE users SET invite_until = ?1 WHERE id = ?2 AND invite_until <> ?1`, toMillis(until), user)
	return err
}

// dropLinkMails keeps mails from being posted whose link is good no more.
func dropLinkMails(x *tx, user int64, kind LinkKind) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'failed', next_at = 0, secret = '', problem = ?3
 WHERE user_id = ?1 AND kind = ?2 AND state <> 'sent' AND secret <> ''`, user, string(kind), linkIsOver)
	return err
}

// blockedTo is how long somebody has to wait.
func blockedTo(q rowQuerier, kind, key string) (time.Time, error) {
	var at int64
	err := q.queryRow(`SELECT blocked_to FROM throttles WHERE kind = ?1 AND key = ?2`, kind, key).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return fromMillis(at), err
}
