package store

import (
	"context"
	"strings"
)

// wrongStandings ask for those with whom something is noted that is not so. Who is
// deleted waits until they are restored.
func wrongStandings() []string {
	return []string{
		`SELECT u.id FROM users u LEFT JOIN links l ON l.user_id = u.id AND l.kind = 'invite'
 WHERE u.deleted_at = 0 AND u.invite_until <> 0 AND u.invite_until <> coalesce(l.expires_at, 0) LIMIT ?1`,
		`SELECT u.id FROM links l JOIN users u ON u.id = l.user_id WHERE l.kind = 'invite' AND u.deleted_at = 0 AND u.invite_until = 0 LIMIT ?1`,
		`SELECT u.id FROM (SELECT user_id FROM totp_apps WHERE confirmed_at <> 0 UNION SELECT user_id FROM passkeys) f
 JOIN users u ON u.id = f.user_id WHERE u.deleted_at = 0 AND u.has_factor = 0 LIMIT ?1`,
		`SELECT u.id FROM users u WHERE u.role IN ` + quoted(Roles()) + ` AND u.status IN ` + quoted(Statuses()) +
			` AND u.has_factor = 1 AND u.deleted_at = 0 AND ` + hasFactor + ` = 0 LIMIT ?1`,
	}
}

// quoted is a list of words of this program, as SQL has it.
func quoted[W ~string](words []W) string {
	var all []string
	for _, w := range words {
		all = append(all, "'"+string(w)+"'")
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func selectIDs(ctx context.Context, q querier, query string, limit int) ([]int64, error) {
	rows, err := q.QueryContext(ctx, query, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id int64, err error) {
		err = r.Scan(&id)
		return id, err
	})
}

// noteInvite notes with a person until when their invitation is good.
func noteInvite(x *tx, user int64) error {
	const until = `coalesce((SELECT l.expires_at FROM links l WHERE l.user_id = u.id AND l.kind = 'invite'), 0)`
	_, err := x.ExecContext(x.ctx, `UPDATE users AS u SET invite_until = `+until+` WHERE u.id = ?1 AND u.invite_until <> `+until, user)
	return err
}
