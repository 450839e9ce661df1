package store

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

// Leases let one program at a time do something, of all that share a database.
// A lease is held only while there is something to do: an idle office writes
// nothing. Whoever holds one gives signs of life, in the very transactions that
// do the work where that is possible; once they have stopped, another takes over,
// and the first, should it come back, finds the lease taken and stops.

// lease is the right to do something.
type lease struct{ name, holder string }

// What there are leases for.
const (
	leaseSearch = "search"
	leaseTidy   = "tidy"
)

// leaseTerm is how long a holder is believed to be alive after their last beat.
const leaseTerm = 10 * time.Second

// errTaken says that another program does it.
var errTaken = errors.New("store: another program holds the lease")

func newLease(name string) lease { return lease{name, rand.Text()} }

// Alone does work if it is due, unless another program is at it. due is told
// when the work was last done to its end, by whichever program; zero stands for
// never. The context of work ends when another program has taken over.
func (s *Store) Alone(ctx context.Context, name string, due func(done time.Time) bool, work func(context.Context) error) (did bool, err error) {
	return s.alone(ctx, newLease(name), due, work)
}

func (s *Store) alone(ctx context.Context, l lease, due func(time.Time) bool, work func(context.Context) error) (did bool, err error) {
	done, err := lastDone(querierAt{ctx, s.reader}, l.name)
	if err != nil || !due(done) {
		return false, err
	}
	err = s.holding(ctx, l, func(x *tx) error {
		// It may have been done since.
		if done, err = lastDone(x, l.name); err == nil && !due(done) {
			err = errTaken
		}
		return err
	})
	if err != nil {
		return false, unlessTaken(err)
	}
	if err = s.beating(ctx, l, leaseTerm/3, work); err != nil {
		return false, errors.Join(err, s.giveBack(ctx, l))
	}
	err = s.holding(context.WithoutCancel(ctx), l, func(x *tx) error {
		return errors.Join(l.markDone(x), l.giveBack(x))
	})
	return err == nil, err
}

// unlessTaken makes no error of that somebody else does it.
func unlessTaken(err error) error {
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// holding runs a step in a transaction, if the lease is ours or nobody else's.
func (s *Store) holding(ctx context.Context, l lease, step func(*tx) error) error {
	return s.enqueue(&pending{ctx: ctx, actor: Actor{Kind: System}, do: func(x *tx) error {
		if err := l.beat(x); err != nil {
			return err
		}
		return step(x)
	}})
}

// beating does work while it gives signs of life. The work is stopped when that
// is in vain.
func (s *Store) beating(ctx context.Context, l lease, every time.Duration, work func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	var beats sync.WaitGroup
	beats.Go(func() {
		for rest(ctx, every) {
			if err := s.holding(ctx, l, nothing); errors.Is(err, errTaken) {
				stop(err)
			}
		}
	})
	err := work(ctx)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errTaken) {
		err = cause
	}
	stop(nil)
	beats.Wait()
	return err
}

// nothing is a step for the sake of its sign of life.
func nothing(*tx) error { return nil }

// giveBack gives a lease back, also when the context has ended.
func (s *Store) giveBack(ctx context.Context, l lease) error {
	return s.enqueue(&pending{ctx: context.WithoutCancel(ctx), do: l.giveBack})
}
