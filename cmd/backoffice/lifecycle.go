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
}

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
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		// What it says is about clients, by their address.
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	d := &door{Server: server, listener: l}
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
		err := d.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = errors.Join(fmt.Errorf("requests to %s were cut off after %v", d.listener.Addr(), finishTime), d.Close())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
