package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

func insertLink(x *tx, l *Link, digest string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO links (digest, user_id, kind, about, email_key, made_at, made_by, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
		digest, l.User, string(l.Kind), l.about(), l.emailKey, toMillis(l.Made), l.MadeBy, toMillis(l.Expires))
	return err
}

const linkColumns = `l.user_id, l.kind, l.about, l.email_key, l.made_at, l.made_by, coalesce(b.name, ''), l.expires_at
 FROM links l LEFT JOIN users b ON b.id = l.made_by`

func scanLink(r row) (l Link, err error) {
	var made, expires int64
	var about string
	err = r.Scan(&l.User, &l.Kind, &about, &l.emailKey, &made, &l.MadeBy, &l.MadeByName, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoLink()
	}
	l.Made, l.Expires = fromMillis(made), fromMillis(expires)
	if l.Kind != LinkDevice {
		l.Address = about
		return l, err
	}
	l.SignIn.ID, _ = strconv.ParseInt(about, 10, 64) // of what is no number there is no sign-in
	return l, err
}

func loadLink(ctx context.Context, q querier, digest string) (Link, error) {
	return scanLink(q.QueryRowContext(ctx, `SELECT `+linkColumns+` WHERE l.digest = ?1`, digest))
}

func loadLinkOf(ctx context.Context, q querier, user int64, kind LinkKind) (Link, error) {
	return scanLink(q.QueryRowContext(ctx, `SELECT `+linkColumns+` WHERE l.user_id = ?1 AND l.kind = ?2`, user, string(kind)))
}

// selectOpenLinks are the links of somebody that are still good.
func selectOpenLinks(ctx context.Context, q querier, user int64, now time.Time) ([]Link, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+linkColumns+` WHERE l.user_id = ?1 AND l.expires_at > ?2 ORDER BY l.made_at, l.kind`, user, toMillis(now))
	if err != nil {
		return nil, err
	}
	return collect(rows, scanLink)
}

// claim is somebody who can take an address back, and until when.
type claim struct {
	user  int64
	until time.Time
}

// claims are those on addresses, by the key of each. Links are found by when they run
// out: of those that last longer only a part can be meant.
func claims(ctx context.Context, q querier, now time.Time) (map[string]claim, error) {
	rows, err := q.QueryContext(ctx, `SELECT email_key, user_id, expires_at FROM links
 WHERE expires_at > ?1 AND expires_at <= ?2 AND kind = 'address_back' ORDER BY expires_at`, toMillis(now), toMillis(now.Add(AddressBackLife)))
	if err != nil {
		return nil, err
	}
	all := map[string]claim{}
	_, err = collect(rows, func(r row) (struct{}, error) {
		var key string
		var user, until int64
		err := r.Scan(&key, &user, &until)
		all[key] = claim{user, fromMillis(until)}
		return struct{}{}, err
	})
	return all, err
}

// claimOn is until when somebody else can take an address back; zero: nobody can.
func claimOn(ctx context.Context, q querier, key string, except int64, now time.Time) (time.Time, error) {
	var until int64
	err := q.QueryRowContext(ctx, `SELECT coalesce(max(expires_at), 0) FROM links
 WHERE expires_at > ?1 AND expires_at <= ?2 AND kind = 'address_back' AND email_key = ?3 AND user_id <> ?4`,
		toMillis(now), toMillis(now.Add(AddressBackLife)), key, except).Scan(&until)
	return fromMillis(until), err
}

func deleteLinks(x *tx, user int64, kinds []LinkKind) error {
	if len(kinds) == 0 {
		return nil
	}
	_, err := x.ExecContext(x.ctx, `DELETE FROM links WHERE user_id = ?1 AND kind IN `+placeholders(2, len(kinds)), kindArgs(kinds, user)...)
	return err
}

// kindArgs are what comes before some kinds, and those.
func kindArgs[K ~string](kinds []K, before ...any) []any {
	for _, kind := range kinds {
		before = append(before, string(kind))
	}
	return before
}

// deleteLinksSince leaves those that were made before.
func deleteLinksSince(x *tx, user int64, kind LinkKind, since time.Time) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM links WHERE user_id = ?1 AND kind = ?2 AND made_at >= ?3`, user, string(kind), toMillis(since))
	return err
}

// deleteLinksBut removes the links of everybody that are of another kind.
func deleteLinksBut(x *tx, kind LinkKind) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM links WHERE kind <> ?1`, string(kind))
	return err
}

// selectWayBackMakers gives who made the ways back of somebody that are open, with the
// role that they have; of who is gone, none.
func selectWayBackMakers(x *tx, user int64) ([]Target, error) {
	rows, err := x.QueryContext(x.ctx, `SELECT l.made_by, coalesce(b.role, '') FROM links l LEFT JOIN users b ON b.id = l.made_by
 WHERE l.user_id = ?1 AND l.kind = ?2 AND l.expires_at > ?3`, user, string(LinkAddressBack), toMillis(x.now))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (m Target, err error) {
		err = r.Scan(&m.ID, &m.Role)
		return m, err
	})
}

// deleteLink removes the links of somebody that are about the same.
func deleteLink(x *tx, l *Link) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM links WHERE user_id = ?1 AND kind = ?2 AND about = ?3`, l.User, string(l.Kind), l.about())
	return err
}

// setInviteUntil writes nothing where nothing changes: nearly nobody has an
// invitation.
func setInviteUntil(x *tx, user int64, until time.Time) error {
	_, err := x.ExecContext(x.ctx, `UPDATE users SET invite_until = ?1 WHERE id = ?2 AND invite_until <> ?1`, toMillis(until), user)
	return err
}

// dropLinkMails keeps mails from being posted whose link is good no more.
func dropLinkMails(x *tx, user int64, links []LinkKind) error {
	if len(links) == 0 {
		return nil
	}
	kinds := mailsWith(links)
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'failed', next_at = 0, secret = '', problem = ?2
 WHERE user_id = ?1 AND state <> 'sent' AND secret <> '' AND kind IN `+placeholders(3, len(kinds)), kindArgs(kinds, user, linkIsOver)...)
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
