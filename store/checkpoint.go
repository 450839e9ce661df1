package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// checkpointer carries what has been committed from SQLite's log into the file
// itself. SQLite would do that now and then within a commit, for which one
// editor would wait; here it goes on beside the commits, and two processors
// share the work. What fails is tried again after the next commit: a change is
// durable in the log already.
type checkpointer struct {
	db      *sql.DB
	grew    chan struct{} // something was committed
	stopped chan struct{}
	between chan<- func() // see Store

	// bulk is held for writing while a long log comes to its end: who writes much
	// waits, who saves a cell does not.
	bulk *sync.RWMutex
}

const (
	// dueFrames is how many pages in the log are worth a flush of the file.
	dueFrames = 4 << 10
	// longLog is when the log is begun anew, in pages of 4 KB. A log that is
	// written without a pause, as by an import, never comes to its end by itself.
	longLog = 64 << 10
	// endlessLog is when SQLite carries it out within a commit after all: no
	// log grows without end because somebody reads for an hour.
	endlessLog = 4 * longLog
	// checkpointPause is how long the log may grow before it is looked at again.
	checkpointPause = 25 * time.Millisecond
)

func newCheckpointer(db *sql.DB, bulk *sync.RWMutex, between chan<- func()) *checkpointer {
	db.SetMaxOpenConns(1)
	return &checkpointer{db: db, grew: make(chan struct{}, 1), stopped: make(chan struct{}), between: between, bulk: bulk}
}

// committed tells that the log has grown. It does not wait.
func (c *checkpointer) committed() {
	select {
	case c.grew <- struct{}{}:
	default: // it knows
	}
}

// loop carries the log out until closing is closed.
func (c *checkpointer) loop(closing <-chan struct{}) {
	defer close(c.stopped)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for {
		select {
		case <-c.grew:
		case <-closing:
			return
		}
		c.work(ctx, closing)
		select {
		case <-time.After(checkpointPause):
		case <-closing:
			return
		}
	}
}

// work carries out what is due, while the writer goes on.
func (c *checkpointer) work(ctx context.Context, closing <-chan struct{}) {
	frames, done, err := logState(ctx, c.db)
	if err != nil || frames-done < dueFrames {
		return
	}
	for left := frames + 1; err == nil && frames-done >= dueFrames && frames-done < left; {
		left = frames - done
		if _, _, err = carryLogOut(ctx, c.db); err == nil {
			frames, done, err = logState(ctx, c.db)
		}
	}
	if err == nil && frames >= longLog {
		c.anew(ctx, closing)
	}
}

// anew lets the log begin anew. The writer waits for it, when next to nothing is
// left to be carried out.
func (c *checkpointer) anew(ctx context.Context, closing <-chan struct{}) {
	c.bulk.Lock()
	defer c.bulk.Unlock()
	if _, _, err := carryLogOut(ctx, c.db); err != nil {
		return
	}
	done := make(chan struct{})
	select {
	case c.between <- func() { defer close(done); beginLogAnew(ctx, c.db) }:
		<-done
	case <-closing:
	}
}
