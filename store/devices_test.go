package store

import (
	"testing"
	"time"
)

const (
	firefox140 = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	firefox141 = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0.1"
	safari     = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)

// TestNewDevice tells of a device that somebody has not been seen with, and of
// no other.
func TestNewDevice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, address, agent string
		later                time.Duration
		remember             bool
		want                 bool
	}{
		{name: "the same", address: "192.0.2.7", agent: firefox140},
		{name: "its next version", address: "192.0.2.7", agent: firefox141},
		{name: "another address of the provider", address: "192.0.77.1", agent: firefox140},
		{name: "another part of the net", address: "198.51.100.4", agent: firefox140, want: true},
		{name: "another kind of browser", address: "192.0.2.7", agent: safari, want: true},
		{name: "no name", address: "192.0.2.7", want: true},
		{name: "remembered, from elsewhere", address: "198.51.100.4", agent: safari, remember: true},
		{name: "after a season", address: "192.0.2.7", agent: firefox140, later: keepEnded + time.Hour, want: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newTestStore(t)
			u := s.add("Ana", Admin)
			a := Actor{Kind: Nobody, Address: "192.0.2.7", Agent: firefox140}
			first, err := s.SignIn(t.Context(), a, u.Email, password)
			must(t, err)
			if first.SignIn.NewDevice || s.newest(1)[0].Note != "" {
				t.Error("the first of all is a new device")
			}
			if c.remember {
				me := as(&first.User)
				a.Browser, err = s.RememberBrowser(t.Context(), me)
				must(t, err)
			}
			s.clock.advance(c.later)
			must(t, s.Sweep(t.Context()))
			a.Address, a.Agent = c.address, c.agent
			w, err := s.SignIn(t.Context(), a, u.Email, password)
			must(t, err)
			list, err := s.SignIns(t.Context(), as(u), u.ID)
			must(t, err)
			note := map[bool]string{true: "from a new device"}[c.want]
			if w.SignIn.NewDevice != c.want || list[0].NewDevice != c.want || s.newest(1)[0].Note != note {
				t.Errorf("new: %v, in the list %v, on record %q; want %v", w.SignIn.NewDevice, list[0].NewDevice, s.newest(1)[0].Note, c.want)
			}
			if c.remember {
				if known, err := s.Browsers(t.Context(), Actor{ID: u.ID, Browser: a.Browser}); err != nil || known[0].Address != c.address || !known[0].This {
					t.Errorf("the browser is %+v, %v", known, err)
				}
			}
			w, err = s.SignIn(t.Context(), a, u.Email, password)
			must(t, err)
			if w.SignIn.NewDevice {
				t.Error("the second time with it is new again")
			}
		})
	}
}

func TestNeighbourhood(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"192.0.2.7": "192.0.0.0/16", "::ffff:192.0.2.7": "192.0.0.0/16",
		"2001:db8:1:2::3": "2001:db8::/32", "fe80::1%eth0": "fe80::/32", "": "", "unix": "unix"} {
		if got := neighbourhood(address); got != want {
			t.Errorf("neighbourhood(%q) = %q, want %q", address, got, want)
		}
	}
}
