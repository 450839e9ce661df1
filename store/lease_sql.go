package store

import (
	"database/sql"
	"errors"
	"time"
)

// beat says that the holder is alive, and makes them the holder if nobody else
// is. It fails with errTaken while another one is alive. A beat that is to come,
// by a clock that was wrong, is none.
func (l lease) beat(x *tx) error {
	n, err := affected(x.ExecContext(x.ctx, `INSERT INTO leases (name, holder, beat_at, done_at) VALUES (?1, ?2, ?3, 0)
 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, beat_at = excluded.beat_at
 WHERE leases.holder = excluded.holder OR leases.beat_at <= ?4 OR leases.beat_at > ?5`,
		l.name, l.holder, toMillis(x.now), toMillis(x.now.Add(-leaseTerm)), toMillis(x.now.Add(leaseTerm))))
	if err == nil && n == 0 {
		err = errTaken
	}
	return err
}

// giveBack lets another take the lease at once.
func (l lease) giveBack(x *tx) error {
	_, err := x.ExecContext(x.ctx, `UPDATE leases SET holder = '', beat_at = 0 WHERE name = ?1 AND holder = ?2`, l.name, l.holder)
	return err
}

// markDone notes that what the lease is for has come to its end.
func (l lease) markDone(x *tx) error {
	_, err := x.ExecContext(x.ctx, `UPDATE leases SET done_at = ?1 WHERE name = ?2 AND holder = ?3`, toMillis(x.now), l.name, l.holder)
	return err
}

// lastDone is when something was last done to its end; zero: never.
func lastDone(q rowQuerier, name string) (time.Time, error) {
	var at int64
	err := q.queryRow(`SELECT done_at FROM leases WHERE name = ?1`, name).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return fromMillis(at), err
}
