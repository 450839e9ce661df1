package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// tx is one change within a writing transaction, with what every change needs:
// the time, and who is acting, as loaded inside it.
type tx struct {
	*sql.Tx
	ctx   context.Context
	now   time.Time
	actor Actor
	store *Store
	end   head // the newest entry of those that were recorded
}

// pending is a change that waits for the one writing connection.
type pending struct {
	ctx   context.Context
	actor Actor
	fresh bool // load the actor again, and refuse one who is no longer active
	soon  bool // see transactSoon
	do    func(*tx) error
	err   error
	done  chan struct{}
}

// maxGroup is how many waiting changes share one transaction.
const maxGroup = 64

// errClosed is what a change gets that comes after Close.
var errClosed = errors.New("store: closed")

// transact runs do in a transaction and waits until it is durable. It makes
// sure first that the acting person still may act at all.
func (s *Store) transact(ctx context.Context, a Actor, do func(*tx) error) error {
	return s.enqueue(&pending{ctx: ctx, actor: a, fresh: true, do: do})
}

// transactSoon is transact for one of many large pieces of work that somebody
// carries on from wherever they end. It does not wait for the disk: a power cut
// takes the last of them back, whole and in their order. Those who save a cell
// meanwhile do not share its transaction.
func (s *Store) transactSoon(ctx context.Context, a Actor, do func(*tx) error) error {
	s.bulkGate.RLock()
	defer s.bulkGate.RUnlock()
	return s.enqueue(&pending{ctx: ctx, actor: a, fresh: true, soon: true, do: do})
}

// enqueue hands a change to the writer. Once the writer has taken it, its
// outcome is waited for even when the context ends: it may be done already.
func (s *Store) enqueue(c *pending) error {
	c.done = make(chan struct{})
	s.counts.waiting.Add(1)
	defer s.counts.waiting.Add(-1)
	changes := s.changes
	if c.soon {
		changes = s.bulk
	}
	select {
	case changes <- c:
	case <-c.ctx.Done():
		return c.ctx.Err()
	case <-s.closing:
		return errClosed
	}
	<-c.done
	return c.err
}

// writeLoop takes what waits for the writer and commits it together: what
// makes a change durable is one flush of the disk, and sixteen editors who
// wait for the same flush are done at once. Nobody waits for company: an only
// change is committed at once. Whoever waits goes before the next piece of bulk
// work.
func (s *Store) writeLoop() {
	defer close(s.stopped)
	for {
		select {
		case c := <-s.changes:
			s.commit(s.waiting([]*pending{c}))
			s.engine.committed()
			continue
		default:
		}
		select {
		case c := <-s.changes:
			s.commit(s.waiting([]*pending{c}))
			s.engine.committed()
		case c := <-s.bulk:
			s.commit([]*pending{c})
			s.engine.committed()
		case do := <-s.between:
			do()
		case <-s.closing:
			return
		}
	}
}

// waiting adds the changes that wait by now.
func (s *Store) waiting(group []*pending) []*pending {
	for len(group) < maxGroup {
		select {
		case c := <-s.changes:
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// commit runs a group of changes in one transaction and answers each. A change
// that fails is taken back alone, to its savepoint. What breaks the transaction
// fails them all: none has been answered yet.
func (s *Store) commit(group []*pending) {
	err := s.commitGroup(group)
	s.counts.committed(len(group))
	s.wake()
	s.tellMailed()
	for _, c := range group {
		if c.err == nil {
			c.err = err
		}
		close(c.done)
	}
}

func (s *Store) commitGroup(group []*pending) error {
	if err := s.engine.check(); err != nil {
		return err
	}
	t, err := s.engine.begin(context.Background(), group[0].soon)
	if err != nil {
		return err
	}
	defer t.Rollback()
	kept, end := 0, head{}
	for _, c := range group {
		if c.err = c.ctx.Err(); c.err != nil {
			continue
		}
		last, err := s.apart(t, c, len(group) > 1)
		if err != nil {
			return err
		}
		if c.err == nil {
			kept, end = kept+1, last.or(end)
		}
	}
	if kept == 0 {
		return nil
	}
	if err := t.Commit(); err != nil {
		return s.engine.decide(err, end)
	}
	return nil
}

// apart runs one change, and gives the entry that it ends with; a failure of its
// own stays in c.err. Alone in its group it needs no savepoint: the transaction is
// taken back as a whole.
func (s *Store) apart(t *sql.Tx, c *pending, savepoint bool) (end head, err error) {
	if savepoint {
		if err := beginChange(t); err != nil {
			return end, err
		}
	}
	end, c.err = s.run(t, c)
	switch {
	case !savepoint:
		return end, nil
	case c.err != nil:
		if err := takeBackChange(t); err != nil { // a full disk takes the transaction back as a whole
			return end, errors.Join(c.err, err)
		}
		return end, nil
	}
	return end, endChange(t)
}

// run runs the change itself. It goes on when the context ends, because an
// interrupted statement would take the whole group back. A panic fails the
// change alone.
func (s *Store) run(t *sql.Tx, c *pending) (end head, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: a change panicked: %v", p)
		}
	}()
	x := &tx{Tx: t, ctx: context.WithoutCancel(c.ctx), now: s.now(), actor: c.actor, store: s}
	if c.fresh {
		if err := x.refreshActor(); err != nil {
			return end, err
		}
	}
	err = c.do(x)
	return x.end, err
}

// refreshActor loads the acting person's role and status again: they may have
// been demoted or deactivated since their request began. Who sees the back office as
// somebody else changes nothing.
func (x *tx) refreshActor() error {
	if x.actor.Kind != Person {
		return nil
	}
	if x.actor.By != 0 {
		return onlyLooking()
	}
	u, err := loadUser(x.ctx, x.Tx, x.actor.ID)
	if err != nil {
		return err
	}
	if u.Status != Active || !u.Deleted.IsZero() {
		return &Error{Kind: Unauthenticated, Message: "Your account is no longer active."}
	}
	x.actor.Role = u.Role
	return nil
}
