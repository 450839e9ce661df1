package store

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
)

// RememberFor is how long a browser is remembered.
const RememberFor = 90 * 24 * time.Hour

const (
	// browsersInCookie is for how many people one browser is remembered at once.
	browsersInCookie = 4
	// browsersKept is in how many browsers somebody is remembered at once.
	browsersKept = 10
	// browserSecret is how long the secret of one is: that of rand.Text.
	browserSecret = 26
)

// Browser is one that somebody has signed in with and wishes to be remembered in.
// To show its secret is no sign-in. It makes that who tries to sign in to this
// account there is counted alone, and it is no new device.
type Browser struct {
	ID      int64
	Made    time.Time
	Seen    time.Time // the last sign-in with it
	Address string    // from where that was
	Agent   string
	This    bool // the one that the actor shows

	digest string
}

// browserDigests are the digests of the secrets that a browser shows.
func browserDigests(shown string) []string {
	var out []string
	for _, secret := range browserSecrets(shown) {
		out = append(out, digest("browser", secret))
	}
	return out
}

// browserSecrets are the secrets in what a browser shows, however long it is.
func browserSecrets(shown string) []string {
	all := strings.Split(clip(shown, browsersInCookie*(browserSecret+1)), ".")
	return slices.DeleteFunc(all, func(s string) bool { return len(s) != browserSecret })
}

// recognised gives the number of the browser that shows these secrets, if it is
// one that the person with this account is remembered in, or 0.
func (x *tx) recognised(account, shown string) (int64, error) {
	for _, d := range browserDigests(shown) {
		id, err := browserOf(x, account, d, x.now.Add(-RememberFor))
		if err != nil || id != 0 {
			return id, err
		}
	}
	return 0, nil
}

// RememberBrowser remembers the browser that the actor has just signed in with,
// and gives what it is to show from then on: a secret that the store keeps the
// digest of. What it shows of others who are remembered there stays.
func (s *Store) RememberBrowser(ctx context.Context, a Actor) (show string, err error) {
	secret := rand.Text()
	err = s.transact(ctx, a, func(x *tx) error {
		mine, err := selectBrowsers(x.ctx, x.Tx, a.ID)
		if err != nil {
			return err
		}
		shown := browserDigests(a.Browser)
		for i, b := range mine { // the newest first
			if i >= browsersKept-1 || slices.Contains(shown, b.digest) {
				if err := deleteBrowser(x, b.ID); err != nil {
					return err
				}
			}
		}
		if err := insertBrowser(x, digest("browser", secret)); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActRememberBrowser, Target: a.ID})
		show = showWith(secret, a.Browser, mine)
		return err
	})
	return show, err
}

// showWith is what a browser shows with a new secret: first that, and then what
// it has of others.
func showWith(secret, shown string, mine []Browser) string {
	all := []string{secret}
	for _, other := range browserSecrets(shown) {
		own := slices.ContainsFunc(mine, func(b Browser) bool { return b.digest == digest("browser", other) })
		if !own && len(all) < browsersInCookie {
			all = append(all, other)
		}
	}
	return strings.Join(all, ".")
}

// Browsers lists the browsers that the actor is remembered in, the newest first.
func (s *Store) Browsers(ctx context.Context, a Actor) ([]Browser, error) {
	all, err := selectBrowsers(brief(ctx), s.reader, a.ID)
	if err != nil {
		return nil, err
	}
	shown, after := browserDigests(a.Browser), s.now().Add(-RememberFor)
	all = slices.DeleteFunc(all, func(b Browser) bool { return !b.Made.After(after) })
	for i := range all {
		all[i].This = slices.Contains(shown, all[i].digest)
	}
	return all, nil
}

// ForgetBrowser forgets one of the browsers that the actor is remembered in. It
// reports whether there was such a one.
func (s *Store) ForgetBrowser(ctx context.Context, a Actor, id int64) (there bool, err error) {
	err = s.transact(ctx, a, func(x *tx) error {
		mine, err := selectBrowsers(x.ctx, x.Tx, a.ID)
		if err != nil {
			return err
		}
		if there = slices.ContainsFunc(mine, func(b Browser) bool { return b.ID == id }); !there {
			return nil
		}
		if err := deleteBrowser(x, id); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActForgetBrowser, Target: a.ID})
		return err
	})
	return there, err
}

// forgetBrowsers forgets all browsers of a person but those that are shown, and
// gives how many they were.
func (x *tx) forgetBrowsers(user int64, shown string) (n int, err error) {
	all, err := selectBrowsers(x.ctx, x.Tx, user)
	if err != nil {
		return 0, err
	}
	spared := browserDigests(shown)
	for _, b := range all {
		if slices.Contains(spared, b.digest) {
			continue
		}
		if err := deleteBrowser(x, b.ID); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
