package store

import (
	"context"
	"sync"
	"time"
)

// background is work that goes on after the request that asked for it.
type background struct {
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
	line chan func(context.Context) // short work, for one at a time; see soon
}

// maxLine is how many pieces of short work may wait. Each takes some milliseconds: the
// last of them is done within a second.
const maxLine = 64

func newBackground() *background {
	ctx, stop := context.WithCancel(context.Background())
	return &background{ctx: ctx, stop: stop, line: make(chan func(context.Context), maxLine)}
}

// serve does the work that waits in the line, one piece after the other. What waits
// when all is to end was promised to somebody, and is done.
func (b *background) serve() {
	for {
		select {
		case do := <-b.line:
			do(context.WithoutCancel(b.ctx))
		case <-b.ctx.Done():
			for len(b.line) > 0 {
				(<-b.line)(context.WithoutCancel(b.ctx))
			}
			return
		}
	}
}

// full reports whether no more may wait.
func (b *background) full() bool { return len(b.line) == cap(b.line) }

// soon has short work done after what waits already. It reports false, and does nothing,
// when too much waits: what anybody may ask for must not pile up.
func (b *background) soon(work func(context.Context)) bool {
	select {
	case b.line <- work:
		return true
	default:
		return false
	}
}

// Go starts work that is longer than a request, such as an import. Close ends
// its context and waits for it.
func (s *Store) Go(work func(context.Context)) {
	s.background.work.Go(func() { work(s.background.ctx) })
}

// end ends what runs and waits until it has.
func (b *background) end() {
	if b != nil {
		b.stop()
		b.work.Wait()
	}
}

// rest waits between two pieces of work. It gives false when the context ends.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
