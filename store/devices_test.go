package store

import (
	"context"
	"errors"
	"path/filepath"
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

// deviceMail signs Ben in with a device that he has not been seen with, and gives
// what he is told.
func (c *cast) deviceMail(agent string) (w Whoever, p Posting) {
	c.t.Helper()
	a := visitor(there)
	a.Agent = agent
	w, err := c.SignIn(c.t.Context(), a, c.ben.Email, password)
	must(c.t, err)
	must(c.t, c.PostMail(c.t.Context(), func(_ context.Context, one Posting) error { p = one; return nil }))
	return w, p
}

// TestANewDeviceIsTold once, with what it is, and the link ends its sign-in and no
// other.
func TestANewDeviceIsTold(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	if n := queryInt(t, c.reader, `SELECT count(*) FROM mails`); n != 0 {
		t.Fatalf("the first sign-ins of all are told: %d", n)
	}
	w, p := c.deviceMail(safari)
	if p.Kind != MailDevice || p.To != c.ben.Email || p.Token == "" || p.SignIn.Address != there || p.SignIn.Agent != safari || !p.SignIn.Started.Equal(c.Now()) {
		t.Fatalf("told %+v", p)
	}
	again, none := c.deviceMail(safari)
	if none.ID != 0 {
		t.Errorf("told again: %+v", none)
	}
	fingerprint := c.fingerprint()
	l, _, err := c.OpenLink(t.Context(), c.guest, p.Token)
	must(t, err)
	if l.Kind != LinkDevice || l.SignIn.ID != w.SignIn.ID || l.SignIn.Agent != safari || c.fingerprint() != fingerprint {
		t.Errorf("%+v", l)
	}
	must(t, c.EndByLink(t.Context(), c.guest, p.Token))
	c.dead(p.Token)
	_, err = c.Resume(t.Context(), w.SignIn.ID, c.ben.ID, true)
	var ended *Ended
	if !errors.As(err, &ended) || ended.Why != EndedByOwner {
		t.Errorf("it goes on: %v", err)
	}
	for _, id := range []int64{again.SignIn.ID, c.self.SignIn} {
		must(t, second(c.Resume(t.Context(), id, c.ben.ID, true)))
	}
}

// TestTheLinkOfADeviceEnds with its sign-in and by time, and by nothing that whoever
// signed in can do.
func TestTheLinkOfADeviceEnds(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		do   func(c *cast, w Whoever)
		over bool
	}{
		"its sign-in": {func(c *cast, w Whoever) {
			must(c.t, second(c.EndSignIn(c.t.Context(), c.admin, c.ben.ID, w.SignIn.ID)))
		}, true},
		"idleness": {func(c *cast, _ Whoever) { c.clock.advance(c.idle) }, true},
		"deactivation": {func(c *cast, _ Whoever) {
			deactivateBen(c)
			change(c.t)(c.Reactivate(c.t.Context(), console, c.ben.ID))
		}, true},
		"another password": {func(c *cast, w Whoever) {
			a := as(&w.User)
			a.SignIn = w.SignIn.ID
			must(c.t, c.ChangeOwnPassword(c.t.Context(), a, password, newPassword))
		}, false},
		"another address": {func(c *cast, _ Whoever) { c.move(newAddress) }, false},
		"another device":  {func(c *cast, _ Whoever) { c.deviceMail(firefox140) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			w, p := c.deviceMail(safari)
			one.do(c, w)
			if one.over {
				c.dead(p.Token)
				return
			}
			must(t, c.EndByLink(t.Context(), c.guest, p.Token))
		})
	}
	c := newCast(t, mutation{}, func(s *Config) { s.IdleTimeout, s.AbsoluteTimeout = 10*DeviceLife, 10*DeviceLife })
	_, p := c.deviceMail(safari)
	c.clock.advance(DeviceLife)
	c.dead(p.Token)
}

// TestMailsAboutDevicesAreFew however often somebody's device is another one; and
// nobody is kept out.
func TestMailsAboutDevicesAreFew(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for n := range 3 * deviceMails.free {
		c.deviceMail("Browser " + string(rune('A'+n)))
	}
	if n := queryInt(t, c.reader, `SELECT count(*) FROM mails`); n != deviceMails.free+1 {
		t.Errorf("%d mails", n)
	}
}

// TestADeviceIsToldWithoutKeys too, and nobody is kept out.
func TestADeviceIsToldWithoutKeys(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{}, func(s *Config) { s.KeyFile = filepath.Join(s.KeyFile, "is", "no", "place") })
	if _, p := c.deviceMail(safari); p.Kind != MailDevice || p.Token != "" || p.SignIn.Agent != safari {
		t.Errorf("told %+v", p)
	}
}
