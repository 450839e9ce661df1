package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// hasty is a patience for tests.
func hasty() patience {
	p := usualPatience()
	p.silence, p.ask, p.again, p.deaf = 300*time.Millisecond, 300*time.Millisecond, 50*time.Millisecond, 300*time.Millisecond
	p.read, p.write, p.commit, p.decide = 3*time.Second, 3*time.Second, 2*time.Second, 2*time.Second
	return p
}

// newStoreApart is a store on a server of its own.
func newStoreApart(t *testing.T, db string, settings ...func(*Config)) *testStore {
	t.Helper()
	c := &clock{t: morning}
	s := &testStore{t: t, clock: c, config: Config{DB: db, Clock: c.now, Hash: HashParams{MemoryKiB: 64, Time: 1, Threads: 1}, patience: hasty()}}
	for _, set := range settings {
		set(&s.config)
	}
	opened, err := Open(t.Context(), s.config)
	must(t, err)
	s.Store = opened
	return s
}

// soon fails a test in which something takes longer than anybody waits.
func soon(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s takes too long", what)
	}
}

// TestServerHangs freezes a server: whatever is asked is told so soon, by many at
// once as well, and all goes on when it answers again.
func TestServerHangs(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	server := storetest.Apart(t)
	s := newStoreApart(t, server.Database(t, ""))
	defer s.Close()
	ben := s.add("Ben", Member)
	thaw := server.Freeze(t)
	asks := map[string]func() error{
		"a list":    func() error { return second(s.ListUsers(t.Context(), console, Query{})) },
		"a search":  func() error { return second(s.ListUsers(t.Context(), console, Query{Search: "ben"})) },
		"notices":   func() error { return second(s.NewestEntry(t.Context(), console)) },
		"a session": func() error { return s.Sessions().Commit("t", []byte("{}"), s.Now()) },
		"a save":    func() error { return second(s.UpdateUser(t.Context(), console, ben.ID, edit(FieldName, "Bo"))) },
	}
	s.wake()
	soon(t, "what is asked of a server that hangs", func() {
		var all sync.WaitGroup
		for what, ask := range asks {
			for range 3 * remoteReaders {
				all.Go(func() {
					if err := ask(); Explain(err).Kind != Unavailable {
						t.Errorf("%s: %v", what, err)
					}
				})
			}
		}
		all.Wait()
	})
	began := time.Now()
	if err := s.Ready(t.Context()); err == nil || time.Since(began) > readyWithin+time.Second {
		t.Errorf("it is ready: %v, after %v", err, time.Since(began))
	}
	thaw()
	soon(t, "going on", func() {
		for s.Ready(t.Context()) != nil {
		}
		for what, ask := range asks {
			if err := ask(); err != nil {
				t.Errorf("afterwards, %s: %v", what, err)
			}
		}
	})
}

// TestCommitIsNotAnswered freezes a server when a change is about to be committed,
// and lets it go on while it is tried to find out what became of it.
func TestCommitIsNotAnswered(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	server := storetest.Apart(t)
	s := newStoreApart(t, server.Database(t, ""), func(c *Config) { c.patience.decide = 15 * time.Second })
	defer s.Close()
	ben := s.add("Ben", Member)
	for _, goesOn := range []bool{true, false} {
		if !goesOn {
			s.engine.(*postgres).patience.decide = time.Second
		}
		var thaw func()
		err := s.transact(t.Context(), console, func(x *tx) error {
			_, err := x.record(Entry{Act: ActEdit, Target: ben.ID})
			thaw = server.Freeze(t)
			if goesOn {
				go func() {
					for s.engine.(*postgres).line.silence() == nil {
					}
					thaw()
				}()
			}
			return err
		})
		if !goesOn {
			thaw()
			if !errors.Is(err, errUndecided) {
				t.Errorf("nobody can know, and it says %v", err)
			}
			continue
		}
		// The server may have made the change before it knew that nobody waits, or not.
		there := s.newest(1)[0].Act == ActEdit
		if there != (err == nil) {
			t.Errorf("the change is there: %v; the answer was %v", there, err)
		}
	}
}

// TestLongStatementsAreWaitedFor asks for what takes longer than the silence after
// which it is asked whether the server is there.
func TestLongStatementsAreWaitedFor(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	s := newTestStore(t, func(c *Config) { c.patience = hasty() })
	const long = `SELECT 1 FROM pg_sleep(1.2)`
	ask := func(ctx context.Context, db *sql.DB) error {
		var n int
		return db.QueryRowContext(ctx, long).Scan(&n)
	}
	must(t, ask(t.Context(), s.reader))
	if err := ask(within(t.Context(), 500*time.Millisecond), s.reader); !errors.Is(err, errSilent) {
		t.Errorf("a statement that has half a second: %v", err)
	}
	must(t, ask(within(t.Context(), endless), s.reader))
	if s.engine.(*postgres).line.silence() != nil {
		t.Error("a server that answers is taken for one that hangs")
	}
	must(t, s.Ready(t.Context()))
}

// TestAnotherHostTakesOver freezes the one of two hosts that is used.
func TestAnotherHostTakesOver(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	server := storetest.Apart(t)
	db := server.Database(t, "")
	path := must2(url.Parse(db))(t).Path
	first, second := newRelay(t, addressOf(t, db)), newRelay(t, addressOf(t, db))
	address := fmt.Sprintf("postgres://postgres@%s,%s%s?sslmode=disable", first.Addr(), second.Addr(), path)
	s := newStoreApart(t, address)
	defer s.Close()
	ana := s.add("Ana", Admin)
	first.freeze()
	soon(t, "to find the other host", func() {
		for s.Ready(t.Context()) != nil {
		}
		change(t)(s.UpdateUser(t.Context(), console, ana.ID, edit(FieldName, "Anna")))
	})
	if got := s.load(ana.ID).Name; got != "Anna" {
		t.Errorf("the name is %q", got)
	}
	late := newStoreApart(t, address, func(c *Config) { c.patience.silence = time.Minute }) // it has never seen the first host alive
	defer late.Close()
	eventually(t, "it knows which host does not answer", func() bool { return late.engine.(*postgres).line.isSilent(first.Addr().String()) })
	late.reader.SetMaxIdleConns(-1)
	must(t, late.Ready(t.Context())) // by a new connection, which does not try the first host
	other := newStoreApart(t, db)
	defer other.Close()
	since := newestOf(t, s.Store)
	change(t)(other.UpdateUser(t.Context(), console, ana.ID, edit(FieldName, "Anouk")))
	eventually(t, "it hears of it, at the other host", func() bool { return len(told(t, s.Store, console, since).Notices) == 1 })
}

// relay is a host that leads to a server, until it hangs: then it takes whatever it
// is sent, and says nothing.
type relay struct {
	net.Listener
	mu     sync.Mutex
	frozen bool
	open   []net.Conn
}

// addressOf is where the server of a database listens.
func addressOf(t *testing.T, db string) net.Addr {
	t.Helper()
	u := must2(url.Parse(db))(t)
	if u.Host != "" {
		return must2(net.ResolveTCPAddr("tcp", u.Host))(t)
	}
	return must2(net.ResolveUnixAddr("unix", u.Query().Get("host")+"/.s.PGSQL.5432"))(t)
}

func newRelay(t *testing.T, to net.Addr) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r := &relay{Listener: l}
	t.Cleanup(func() {
		l.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, c := range r.open {
			c.Close()
		}
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.lead(c, to)
		}
	}()
	return r
}

func (r *relay) lead(from net.Conn, to net.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = append(r.open, from)
	if r.frozen {
		return
	}
	c, err := net.Dial(to.Network(), to.String())
	if err != nil {
		from.Close()
		return
	}
	r.open = append(r.open, c)
	go r.pass(c, from)
	go r.pass(from, c)
}

// pass takes from one what it hands to the other, as long as it does not hang.
func (r *relay) pass(to, from net.Conn) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		r.mu.Lock()
		frozen := r.frozen
		r.mu.Unlock()
		if frozen {
			if err != nil {
				return
			}
			continue
		}
		if _, werr := to.Write(b[:n]); err != nil || werr != nil {
			to.Close()
			return
		}
	}
}

func (r *relay) freeze() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frozen = true
}
