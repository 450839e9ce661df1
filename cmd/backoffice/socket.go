package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
)

// firstSocket is the number of the first socket that systemd hands over.
const firstSocket = 3

// inherit takes the sockets that systemd (or whoever speaks its protocol) holds
// open for this process: the first is for --addr, the second for --http-addr. As
// they are never closed, a new version can be started without a refused
// connection.
func inherit(getenv func(string) string) (map[string]net.Listener, error) {
	if getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if err != nil {
		return nil, fmt.Errorf("LISTEN_FDS: %w", err)
	}
	sockets := map[string]net.Listener{}
	for i, flag := range []string{"addr", "http-addr"} {
		if i >= n {
			break
		}
		f := os.NewFile(uintptr(firstSocket+i), flag)
		l, err := net.FileListener(f)
		f.Close() // the listener has a copy
		if err != nil {
			return sockets, fmt.Errorf("socket %d of LISTEN_FDS: %w", i+1, err)
		}
		sockets[flag] = l
	}
	return sockets, nil
}

// leftOver refuses sockets that were handed over for an address that is not set: whoever
// connects there would wait for ever.
func (s *service) leftOver() error {
	for flag := range s.inherited {
		return wrongSetting(flag, "is not set, but a socket is handed over for it (LISTEN_FDS).")
	}
	return nil
}

// reachable is an address as it can be asked from this machine.
func reachable(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return a.String()
}

// open listens on an address, or takes the socket that was handed over for it.
func (s *service) open(flag, address string) (net.Listener, error) {
	if l := s.inherited[flag]; l != nil {
		delete(s.inherited, flag)
		return l, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--%s %s: %w", flag, address, err)
	}
	return l, nil
}
