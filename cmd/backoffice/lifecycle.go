package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// service is the program while it serves: what listens, and what runs beside.
type service struct {
	log       *slog.Logger
	drain     time.Duration // how long it goes on after it was told to stop
	draining  atomic.Bool
	inherited map[string]net.Listener // by the flag of their address; see inherit
	doors     []*door
	beside    []func(context.Context)
}

// door is a server with what it listens on.
type door struct {
	*http.Server
	listener net.Listener
	says     string // about itself when it is open
	callers  callers
	shut     chan struct{} // closed when nobody is let in any more
}

// callers are the connections on which a request is on its way or being
// answered, with when they were opened; zero once something was read.
type callers struct {
	mu   sync.Mutex
	busy map[net.Conn]time.Time
}

// note is an http.Server's ConnState.
func (c *callers) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.busy[conn] = time.Now()
	case http.StateActive:
		c.busy[conn] = time.Time{}
	default:
		delete(c.busy, conn)
	}
}

// expected reports whether somebody is being answered, or has come so lately
// that they may still ask. Browsers open connections that they never use.
func (c *callers) expected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, opened := range c.busy {
		if opened.IsZero() || time.Since(opened) < aboutToAsk {
			return true
		}
	}
	return false
}

// aboutToAsk is how long after it was opened a connection may bring its request: as
// long as the server waits for one.
const aboutToAsk = headerTime

// headerTime is how long the head of a request may take.
const headerTime = 5 * time.Second

// finishTime is how long what runs may take to finish: as long as the slowest
// page, not as long as a download that its reader takes slowly.
const finishTime = 20 * time.Second

// listen adds a server on an address that stands in a flag. Time-outs end a
// client that is slow on purpose; the write time-out is longer than any page
// takes.
func (s *service) listen(flag, address string, h http.Handler) (*door, error) {
	l, err := s.open(flag, address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: headerTime, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		// What it says is about clients, by their address.
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	d := &door{Server: server, listener: l, callers: callers{busy: map[net.Conn]time.Time{}}, shut: make(chan struct{})}
	server.ConnState = d.callers.note
	s.doors = append(s.doors, d)
	return d, nil
}

// forget closes what listens, for a program that does not get so far as to serve.
func (s *service) forget() {
	for _, d := range s.doors {
		d.listener.Close()
	}
}

// announce tells where the program can be reached.
func (s *service) announce(w io.Writer) {
	for _, d := range s.doors {
		fmt.Fprintln(w, d.says)
	}
}

// run serves until ctx ends. Then /readyz says so at once, while requests are
// still answered for as long as a balancer needs to see it; after that nothing
// new is taken, and what runs is finished.
func (s *service) run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	for _, do := range s.beside {
		beside.Go(func() { do(work) })
	}
	failed := make(chan error, len(s.doors))
	for _, d := range s.doors {
		go func() { failed <- d.serve() }()
	}
	select {
	case err := <-failed:
		return errors.Join(err, s.shutDown())
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.log.Info("stopping", "drain", s.drain.String())
	select {
	case <-time.After(s.drain):
	case <-failed:
	}
	stop()
	return s.shutDown()
}

func (d *door) serve() error {
	defer close(d.shut)
	if d.TLSConfig != nil {
		return d.ServeTLS(d.listener, "", "")
	}
	return d.Serve(d.listener)
}

// shutDown takes nothing new, and waits for what runs.
func (s *service) shutDown() error {
	ctx, cancel := context.WithTimeout(context.Background(), finishTime)
	defer cancel()
	var errs []error
	for _, d := range s.doors {
		d.lastCall(ctx)
		err := d.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = errors.Join(fmt.Errorf("requests to %s were cut off after %v", d.listener.Addr(), finishTime), d.Close())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// lastCall lets nobody in any more and waits for those who are in. Each of them is
// answered once more, and told that the connection ends with that. Once Shutdown has
// begun, net/http hangs up on whoever came in before and only then asks (conn.serve),
// so it may begin only when nobody is expected to.
func (d *door) lastCall(ctx context.Context) {
	d.listener.Close()
	<-d.shut
	d.SetKeepAlivesEnabled(false)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for d.callers.expected() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}
