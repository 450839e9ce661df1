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
}

func newBackground() *background {
	ctx, stop := context.WithCancel(context.Background())
	return &background{ctx: ctx, stop: stop}
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
