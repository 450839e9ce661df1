package store

import "context"

// Two things are noted with a person that follow from other tables, so that the list
// is filtered by them without looking there: until when their invitation is good, and
// whether they have a second factor. Whatever changes the one notes the other. But a
// program of an earlier version, which may work beside this one while an office is
// brought up to date, knows nothing of that.

// mendAtOnce bounds a transaction of mendStanding, for which editors wait.
const mendAtOnce = 500

// mendStanding puts right what is noted with people. Mostly there is nothing to do,
// and then nothing is written: it reads who has an invitation or a factor, or is said
// to, by indexes.
func (s *Store) mendStanding(ctx context.Context, hold func(*tx) error) error {
	for _, wrong := range wrongStandings() {
		for {
			ids, err := selectIDs(ctx, s.reader, wrong, mendAtOnce)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			err = s.transact(ctx, Actor{Kind: System}, func(x *tx) error {
				if err := hold(x); err != nil {
					return err
				}
				return x.noteStanding(ids)
			})
			if err != nil {
				return err
			}
			if len(ids) < mendAtOnce {
				break
			}
		}
	}
	return nil
}

func (x *tx) noteStanding(ids []int64) error {
	for _, id := range ids {
		if err := noteInvite(x, id); err != nil {
			return err
		}
		if err := noteFactor(x, id); err != nil {
			return err
		}
	}
	return nil
}
