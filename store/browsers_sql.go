package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// browserOf gives the number of the browser with this digest, if the person with
// this account is remembered in it since after that time; else 0.
func browserOf(x *tx, account, digest string, after time.Time) (id int64, err error) {
	err = x.QueryRowContext(x.ctx, `SELECT b.id FROM browsers b JOIN users u ON u.id = b.user_id
 WHERE b.digest = ?1 AND b.made_at > ?2 AND u.email_key = ?3 AND u.deleted_at = 0`, digest, toMillis(after), account).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// selectBrowsers gives the browsers of a person, the newest first.
func selectBrowsers(ctx context.Context, q querier, user int64) ([]Browser, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, digest, made_at, seen_at, address, agent FROM browsers WHERE user_id = ?1 ORDER BY id DESC`, user)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (b Browser, err error) {
		var made, seen int64
		err = r.Scan(&b.ID, &b.digest, &made, &seen, &b.Address, &b.Agent)
		b.Made, b.Seen = fromMillis(made), fromMillis(seen)
		return b, err
	})
}

func insertBrowser(x *tx, digest string) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO browsers (user_id, digest, made_at, seen_at, address, agent) VALUES (?1, ?2, ?3, ?3, ?4, ?5)`,
		x.actor.ID, digest, toMillis(x.now), x.actor.Address, agentText(x.actor.Agent))
	return err
}

func touchBrowser(x *tx, id int64) error {
	_, err := x.ExecContext(x.ctx, `UPDATE browsers SET seen_at = ?1, address = ?2, agent = ?3 WHERE id = ?4`,
		toMillis(x.now), x.actor.Address, agentText(x.actor.Agent), id)
	return err
}

func deleteBrowser(x *tx, id int64) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM browsers WHERE id = ?1`, id)
	return err
}

func deleteEveryBrowser(x *tx) error {
	_, err := x.ExecContext(x.ctx, `DELETE FROM browsers`)
	return err
}
