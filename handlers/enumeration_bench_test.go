package handlers

import (
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// enumerationTries is how often each address is tried at least.
const enumerationTries = 500

// BenchmarkEnumeration compares how long it takes to refuse a wrong password for
// an address that has an account with how long it takes for others: one that has
// none, one of somebody deactivated, and one of somebody deleted. They are tried
// in turns, in an order that changes. With cheap hashes what the store does
// besides is seen; with those of the product, what somebody at the door can see.
//
// Of each it reports the median in microseconds, by how much that differs from
// the known one's (Δµs), and Welch's t of the two means, the slowest twentieth
// left out: beyond 4.5 either way the times would tell somebody who could ask so
// often, which the throttle does not let them.
func BenchmarkEnumeration(b *testing.B) {
	for name, costs := range map[string]store.HashParams{"cheap": cheap, "product": store.DefaultHashParams} {
		b.Run(name, func(b *testing.B) {
			s := newSite(b, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
			s.rehash(costs)
			emails := []string{email(nora), "nobody@example.com", email(otto), email(ida)}
			times := make([][]float64, len(emails))
			for range max(b.N, enumerationTries) {
				for _, i := range rand.Perm(len(emails)) {
					s.clock.pass(24 * time.Hour) // what was counted has faded
					times[i] = append(times[i], s.refusal(emails[i]))
				}
			}
			b.ReportMetric(0, "ns/op")
			known := trimmed(times[0])
			b.ReportMetric(median(known), "known-µs")
			for i, other := range []string{"unknown", "deactivated", "deleted"} {
				them := trimmed(times[i+1])
				b.ReportMetric(median(them)-median(known), other+"-Δµs")
				b.ReportMetric(welch(them, known), other+"-t")
			}
		})
	}
}

// rehash opens the store anew with other costs, and gives those who are tried
// hashes of these.
func (s *site) rehash(costs store.HashParams) {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), store.Config{DB: s.path, Clock: s.clock.Now, Hash: costs})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { db.Close() })
	if err := db.ResetPassword(s.t.Context(), commandLine, nora, password, false); err != nil {
		s.t.Fatal(err)
	}
	if err := db.ResetPassword(s.t.Context(), commandLine, otto, password, false); err != nil {
		s.t.Fatal(err)
	}
	s.db, s.config.Store = db, db
	s.restart()
}

// refusal is how many microseconds it takes to refuse a wrong password.
func (s *site) refusal(email string) float64 {
	s.t.Helper()
	r := httptest.NewRequest("POST", "/login", strings.NewReader(url.Values{"email": {email}, "password": {"wrong horse battery"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := &nowhere{header: http.Header{}}
	began := time.Now()
	s.handler.ServeHTTP(w, r)
	took := time.Since(began)
	if w.code != http.StatusUnauthorized {
		s.t.Fatalf("%s: %d", email, w.code)
	}
	return float64(took.Nanoseconds()) / 1000
}

// trimmed leaves out the slowest twentieth, in which others used the machine.
func trimmed(times []float64) []float64 {
	times = slices.Sorted(slices.Values(times))
	return times[:len(times)-len(times)/20]
}

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }

// welch is Welch's t of two samples.
func welch(x, y []float64) float64 {
	mean := func(v []float64) (mean, variance float64) {
		for _, one := range v {
			mean += one / float64(len(v))
		}
		for _, one := range v {
			variance += (one - mean) * (one - mean) / float64(len(v)-1)
		}
		return mean, variance
	}
	mx, vx := mean(x)
	my, vy := mean(y)
	return (mx - my) / math.Sqrt(vx/float64(len(x))+vy/float64(len(y)))
}

// TestWelch holds the figure against one that was worked out elsewhere.
func TestWelch(t *testing.T) {
	t.Parallel()
	x := []float64{27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4}
	y := []float64{27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.6, 23.4}
	if got := welch(x, y); math.Abs(got-(-2.787)) > 0.001 {
		t.Errorf("t is %v", got)
	}
}
