package store

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A server may hang: its host goes on to acknowledge what it is sent, and nothing
// is answered. Its processes are stopped, say, or its disk is. Long silence alone
// proves nothing, because some statements have much to do. So after some of it the
// server is asked, on a connection of its own, whether it is there: if it is, one
// waits on, for as long as such a statement may take. If not, everybody is told at
// once, instead of each after a time-out of their own, until it answers again.

// patience is how long a server is waited for. Tests wait less.
type patience struct {
	silence time.Duration // until it is asked whether it is there
	ask     time.Duration // until it has said so
	again   time.Duration // until one that is not there is asked again
	deaf    time.Duration // until who listens asks whether anybody is there

	// How long an answer is waited for from a server that is there.
	read   time.Duration // to a question
	write  time.Duration // to a statement of a change
	commit time.Duration // to a commit

	decide time.Duration // until it is given up to find out what became of a change

	lock    string        // until a migration lets others pass, in milliseconds
	rest    time.Duration // until it tries again
	migrate time.Duration // until it is given up
}

// endless is for work that takes as long as it takes, such as a statement about a
// million rows: the server is asked from time to time whether it is there.
const endless = 0

func usualPatience() patience {
	return patience{silence: 4 * time.Second, ask: 2 * time.Second, again: 500 * time.Millisecond, deaf: 10 * time.Second,
		read: 20 * time.Second, write: 30 * time.Second, commit: 10 * time.Second, decide: 10 * time.Second,
		lock: "500", rest: 5 * time.Second, migrate: 10 * time.Minute}
}

type patienceKey struct{}

// within has statements wait so long for an answer, and not as long as is usual on
// their connection.
func within(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, d)
}

func patienceOf(ctx context.Context, usual time.Duration) time.Duration {
	if d, ok := ctx.Value(patienceKey{}).(time.Duration); ok {
		return d
	}
	return usual
}

// errSilent is the error of what a server did not answer.
var errSilent = errors.New("store: the database takes what it is asked, and does not answer")

// line is what all connections know of the hosts that they lead to.
type line struct {
	patience
	call func(context.Context, func(address string)) error // makes a connection and ends it; tells where it tries to

	dead   atomic.Bool              // all hosts were asked, and none answers
	silent atomic.Pointer[[]string] // addresses that did not when another one did

	mu      sync.Mutex
	asking  *asking // nil: nobody does
	ctx     context.Context
	hangUp  context.CancelFunc
	callers sync.WaitGroup
}

// asking is a question whether the server is there.
type asking struct {
	done     chan struct{} // closed when it is known
	answered bool
	by       string // the address; "": by whichever
}

func newLine(p patience, call func(context.Context, func(string)) error) *line {
	l := &line{patience: p, call: call}
	l.silent.Store(&[]string{})
	l.ctx, l.hangUp = context.WithCancel(context.Background())
	return l
}

// end ends the question that may be asked.
func (l *line) end() {
	l.mu.Lock()
	l.hangUp()
	l.mu.Unlock()
	l.callers.Wait()
}

// silence is why nothing is to be asked just now.
func (l *line) silence() error {
	if l.dead.Load() {
		return errSilent
	}
	return nil
}

// isSilent reports whether an address is one that did not answer when another did. It
// is not used before it has answered again.
func (l *line) isSilent(address string) bool { return slices.Contains(*l.silent.Load(), address) }

// missed is told why there is no connection.
func (l *line) missed(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errSilent) {
		l.wonder()
	}
}

// answers reports whether the server at an address is there.
func (l *line) answers(address string) bool {
	a := l.wonder()
	<-a.done
	return a.answered && (a.by == "" || a.by == address)
}

// wonder asks whether the server is there. Those who want to know at the same time
// ask once.
func (l *line) wonder() *asking {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asking != nil {
		return l.asking
	}
	a := &asking{done: make(chan struct{})}
	l.asking = a
	if l.ctx.Err() != nil {
		close(a.done)
		return a
	}
	l.callers.Go(func() { l.inquire(a) })
	return a
}

// inquire asks until there is an answer.
func (l *line) inquire(a *asking) {
	if a.by, a.answered = l.reach(); !a.answered {
		l.dead.Store(true)
	}
	close(a.done)
	for answered := a.answered; !answered; _, answered = l.reach() {
		if !rest(l.ctx, l.again) {
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asking = nil
	l.dead.Store(false)
}

// reach asks once, and notes which addresses were tried in vain. That the server is
// starting, or full, is an answer as well.
func (l *line) reach() (by string, answered bool) {
	var tried []string
	err := l.call(l.ctx, func(address string) { tried = append(tried, address) })
	var p *pgconn.PgError
	switch {
	case err == nil && len(tried) > 0:
		by = tried[len(tried)-1]
		vain := slices.DeleteFunc(tried, func(address string) bool { return address == by })
		l.silent.Store(&vain)
		return by, true
	case errors.As(err, &p):
		l.silent.Store(&[]string{})
		return "", true
	}
	return "", false
}

// wire is a connection that gives up who is silent.
type wire struct {
	net.Conn
	address string
	line    *line
	within  atomic.Int64 // how long an answer is waited for; endless
	silent  atomic.Bool  // it was given up

	mu           sync.Mutex
	read, writes time.Time // what the driver has set; zero: nothing
}

func (l *line) wire(c net.Conn, address string, within time.Duration) *wire {
	w := &wire{Conn: c, address: address, line: l}
	w.within.Store(int64(within))
	return w
}

// wireOf is the wire of a connection, also below TLS.
func wireOf(c *pgx.Conn) *wire {
	n := c.PgConn().Conn()
	if t, ok := n.(*tls.Conn); ok {
		n = t.NetConn()
	}
	w, _ := n.(*wire)
	return w
}

func (w *wire) Read(b []byte) (int, error) {
	return w.patiently(func() (int, error) { return w.Conn.Read(b) }, w.Conn.SetReadDeadline, &w.read)
}

func (w *wire) Write(b []byte) (done int, err error) {
	for done < len(b) && err == nil {
		var n int
		n, err = w.patiently(func() (int, error) { return w.Conn.Write(b[done:]) }, w.Conn.SetWriteDeadline, &w.writes)
		done += n
	}
	return done, err
}

// patiently does something until it gets on, or is to be given up. What the driver
// has set comes first: it ends what nobody waits for any more.
func (w *wire) patiently(do func() (int, error), set func(time.Time) error, driver *time.Time) (int, error) {
	for waited := time.Duration(0); ; {
		limit, pause := time.Duration(w.within.Load()), w.line.patience.silence
		if limit != endless {
			pause = min(pause, max(limit-waited, time.Millisecond))
		}
		ours, err := w.arm(wall().Add(pause), set, driver)
		if err != nil {
			return 0, err
		}
		n, err := do()
		if !errors.Is(err, os.ErrDeadlineExceeded) || !ours || w.ended(driver) {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
		waited += pause
		if !w.line.answers(w.address) || limit != endless && waited >= limit {
			w.silent.Store(true)
			return 0, errSilent
		}
	}
}

// arm sets when to look up, and reports whether that is for us.
func (w *wire) arm(at time.Time, set func(time.Time) error, driver *time.Time) (ours bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ours = driver.IsZero() || at.Before(*driver); !ours {
		at = *driver
	}
	return ours, set(at)
}

// ended reports whether the driver has ended it meanwhile.
func (w *wire) ended(driver *time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !driver.IsZero() && !wall().Before(*driver)
}

// SetDeadline implements net.Conn.
func (w *wire) SetDeadline(t time.Time) error {
	return errors.Join(w.SetReadDeadline(t), w.SetWriteDeadline(t))
}

// SetReadDeadline implements net.Conn.
func (w *wire) SetReadDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.read = t
	return w.Conn.SetReadDeadline(t)
}

// SetWriteDeadline implements net.Conn.
func (w *wire) SetWriteDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes = t
	return w.Conn.SetWriteDeadline(t)
}
