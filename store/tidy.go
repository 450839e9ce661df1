package store

import (
	"context"
	"time"
)

// TidyEvery is how often what has run out is removed.
const TidyEvery = time.Hour

// Tidy removes what has run out, if that is due and no other program does it:
// see Purge and Sweep; and puts right what is noted with people. It gives how many people were removed for good, and
// whether it was done to its end.
func (s *Store) Tidy(ctx context.Context) (purged int, did bool, err error) {
	l := newLease(leaseTidy)
	did, err = s.alone(ctx, l, s.tidyDue, func(ctx context.Context) (err error) {
		purged, err = s.tidy(ctx, l)
		return err
	})
	return purged, did, err
}

// tidy stops when the lease is somebody else's.
func (s *Store) tidy(ctx context.Context, l lease) (purged int, err error) {
	s.counts.tidying.Store(true)
	defer s.counts.tidying.Store(false)
	if purged, err = s.purge(ctx, l.beat); err != nil {
		return purged, err
	}
	if err = s.sweep(ctx, l.beat); err != nil {
		return purged, err
	}
	return purged, s.mendStanding(ctx, l.beat)
}

// tidyDue reports whether it is time, also by a clock that was set back.
func (s *Store) tidyDue(done time.Time) bool {
	since := s.now().Sub(done)
	return since < 0 || since >= TidyEvery
}

// Purge removes the data of people deleted more than KeepDeleted ago, for
// good, and gives how many they were. The trail keeps that they existed, not
// who they were. An archive of the trail keeps what it holds.
func (s *Store) Purge(ctx context.Context) (int, error) { return s.purge(ctx, nothing) }

// purgeAtOnce bounds a transaction of Purge, for which editors wait.
const purgeAtOnce = 500

func (s *Store) purge(ctx context.Context, hold func(*tx) error) (n int, err error) {
	for {
		some, err := s.purgeSome(ctx, hold)
		n += some
		if err != nil || some < purgeAtOnce {
			return n, err
		}
	}
}

func (s *Store) purgeSome(ctx context.Context, hold func(*tx) error) (n int, err error) {
	err = s.transact(ctx, Actor{Kind: System}, func(x *tx) error {
		if err := hold(x); err != nil {
			return err
		}
		ids, err := purgeable(x, x.now.Add(-KeepDeleted), purgeAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := x.purgeUser(id, "Removed for good "+days(KeepDeleted)+" after the deletion."); err != nil {
				return err
			}
		}
		n = len(ids)
		return x.store.engine.unindex(x, ids)
	})
	if err != nil {
		n = 0
	}
	return n, err
}

func (x *tx) purgeUser(id int64, why string) error {
	if err := purgeUser(x, id); err != nil {
		return err
	}
	_, err := x.record(Entry{Act: ActPurge, Target: id, Note: why})
	return err
}

// Erase removes the data of somebody who was deleted for good, before the time is
// over after which that is done anyway: because they have asked for it. Nothing
// brings it back but a backup. The trail keeps that they existed, not who they were.
func (s *Store) Erase(ctx context.Context, a Actor, id int64) error {
	return s.write(ctx, a, attempt{ActPurge, id}, func(x *tx) error {
		u, err := loadUser(x.ctx, x.Tx, id)
		if err != nil {
			return err
		}
		if err := x.require(ActPurge, u); err != nil {
			return err
		}
		if u.Deleted.IsZero() {
			return refused(u.Name + " has to be deleted first.")
		}
		if err := x.purgeUser(id, "Erased on request."); err != nil {
			return err
		}
		return x.store.engine.unindex(x, []int64{id})
	})
}

func days(d time.Duration) string { return plural(int(d/(24*time.Hour)), "day", "days") }

// keepEnded is how long an ended sign-in is kept.
const keepEnded = 90 * 24 * time.Hour

// Sweep removes what nobody needs any more: sign-ins that ended long ago, links
// and mails of that time, browsers remembered long ago, failures that have faded,
// sessions past their time. It gives up what waits in the outbox with a link that is
// over. It is no change to a person and leaves no audit entry.
func (s *Store) Sweep(ctx context.Context) error { return s.sweep(ctx, nothing) }

func (s *Store) sweep(ctx context.Context, hold func(*tx) error) error {
	err := s.transact(ctx, Actor{Kind: System}, func(x *tx) error {
		if err := hold(x); err != nil {
			return err
		}
		if err := sweepMails(x, x.now.Add(-keepEnded)); err != nil {
			return err
		}
		return sweep(x, x.now.Add(-keepEnded), x.now.Add(-RememberFor))
	})
	if err != nil {
		return err
	}
	return s.sweepImports(ctx)
}
