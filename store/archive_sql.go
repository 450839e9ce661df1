package store

import (
	"database/sql"
	"errors"
	"time"
)

// base is where the trail begins: the newest entry that has left for an archive.
type base struct {
	head
	at time.Time
}

// trailBase tells where the trail begins. One that has lost the note of it is
// read from its first entry on, which then is missing.
func trailBase(q rowQuerier) (b base, err error) {
	var at int64
	err = q.queryRow(`SELECT entry_id, hash, at FROM audit_base WHERE id = 1`).Scan(&b.id, &b.hash, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return base{}, nil
	}
	b.at = fromMillis(at)
	return b, err
}

// moveTrailBase lets the trail begin after an entry that is there.
func moveTrailBase(x *tx, to head) error {
	_, err := x.ExecContext(x.ctx, `UPDATE audit_base SET entry_id = ?1, hash = ?2, at = ?3 WHERE id = 1`, to.id, to.hash, toMillis(x.now))
	return err
}

// deleteArchived removes up to n of the entries before the beginning of the
// trail, the oldest first, and reports whether any may be left.
func deleteArchived(x *tx, n int) (more bool, err error) {
	var upTo int64
	err = x.queryRow(`SELECT coalesce((SELECT min(e.id) FROM audit_entries e), 0)`).Scan(&upTo)
	if err != nil || upTo == 0 {
		return false, err
	}
	b, err := trailBase(x)
	if err != nil || upTo > b.id {
		return false, err
	}
	upTo = min(upTo+int64(n)-1, b.id)
	for _, statement := range []string{`DELETE FROM audit_values WHERE entry_id <= ?1`, `DELETE FROM audit_entries WHERE id <= ?1`} {
		if _, err := x.ExecContext(x.ctx, statement, upTo); err != nil {
			return false, err
		}
	}
	return upTo < b.id, nil
}
