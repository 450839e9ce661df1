package store

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Stats are figures of the store for a monitor. Counts are since it was opened.
type Stats struct {
	FileBytes                   int64 // of the database
	LogBytes                    int64 // of the log of changes beside the file of SQLite
	PageBytes, Pages, FreePages int64 // of the file of SQLite

	Waiting int64 // changes that wait for the writer, or are being written
	Hashing int64 // passwords that wait to be hashed or compared, or are at it
	Commits int64 // groups of changes that were committed together
	Changes int64 // changes in them

	SignIns  SignInCounts
	Sessions int64 // sign-ins that are still good
	Blocked  int64 // accounts and addresses that have to wait before they try again
	Imports  int64 // files that are being checked, carried out or undone
	Mails    int64 // mails that wait to be posted
	Lost     int64 // mails that were given up

	Tidying bool      // whether this program removes what has run out right now
	Tidied  time.Time // when that was last done to its end, by whichever program; zero: never
}

// SignInCounts says how tries to sign in ended.
type SignInCounts struct{ Done, Failed, Throttled, Fault int64 }

// counts are what is counted as it happens.
type counts struct {
	waiting, commits, changes      atomic.Int64
	done, failed, throttled, fault atomic.Int64
	tidying                        atomic.Bool
}

func (c *counts) committed(changes int) {
	c.commits.Add(1)
	c.changes.Add(int64(changes))
}

func (c *counts) signIn(err error) {
	switch k := KindOf(err); {
	case k == "":
		c.done.Add(1)
	case k == Unauthenticated, k == Invalid:
		c.failed.Add(1)
	case k == Throttled, errors.Is(err, errCrowded):
		c.throttled.Add(1)
	default:
		c.fault.Add(1)
	}
}

// Stats gives the figures. What is counted as it happens is there even when the
// database does not answer.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	c := &s.counts
	st := Stats{Waiting: c.waiting.Load(), Hashing: s.hasher.crowd.Load(), Commits: c.commits.Load(), Changes: c.changes.Load(),
		SignIns: SignInCounts{c.done.Load(), c.failed.Load(), c.throttled.Load(), c.fault.Load()}, Tidying: c.tidying.Load()}
	if err := s.engine.stats(ctx, &st); err != nil {
		return st, err
	}
	var err error
	if st.Tidied, err = lastDone(querierAt{ctx, s.reader}, leaseTidy); err != nil {
		return st, err
	}
	now := s.now()
	return st, loadStats(ctx, s.reader, &st, now, now.Add(-s.absolute), now.Add(-s.idle), now.Add(-beatLost))
}
