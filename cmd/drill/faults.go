package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// fault is one thing that can go wrong with what the program stands on.
type fault struct {
	name  string
	fresh bool // afterwards a process is new
	do    func(ctx context.Context, lasting time.Duration) error
}

// happening is a fault that was brought about, with what came of it.
type happening struct {
	name       string
	begin, end time.Time
	answers    map[string]int // meanwhile, and until work went on
}

// planned is a fault with its time.
type planned struct {
	fault
	at, lasting time.Duration // from the beginning of the drill
}

// plan deals faults over a drill, at times and of lengths that its seed alone
// decides: each kind in turn, in an order of chance. After the middle no process
// is renewed, so that one lives long enough to show whether its memory grows.
func plan(faults []fault, long, every time.Duration, random *rand.Rand) []planned {
	lasting := slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return f.fresh })
	n := max(1, int(long/every))
	slot := long / time.Duration(n)
	early, late := dealer{kinds: faults}, dealer{kinds: lasting}
	var out []planned
	for i := range n {
		d := &early
		if i > 0 && i >= (n+1)/2 && len(lasting) > 0 {
			d = &late
		}
		out = append(out, planned{fault: d.deal(random), at: slot*time.Duration(i) + slot/4 + time.Duration(random.Int64N(int64(slot/4))),
			lasting: slot/8 + time.Duration(random.Int64N(int64(slot/4)))})
	}
	return out
}

// dealer gives each kind once before any a second time.
type dealer struct {
	kinds []fault
	left  []fault
}

func (d *dealer) deal(random *rand.Rand) fault {
	if len(d.left) == 0 {
		d.left = slices.Clone(d.kinds)
		random.Shuffle(len(d.left), func(i, j int) { d.left[i], d.left[j] = d.left[j], d.left[i] })
	}
	f := d.left[0]
	d.left = d.left[1:]
	return f
}

// choose picks faults by their names.
func choose(faults []fault, names []string) ([]fault, error) {
	if len(names) == 0 {
		return faults, nil
	}
	var out []fault
	for _, name := range names {
		i := slices.IndexFunc(faults, func(f fault) bool { return f.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no fault %q here; there are: %s", name, namesOf(faults))
		}
		out = append(out, faults[i])
	}
	return out, nil
}

func namesOf(faults []fault) string {
	var names []string
	for _, f := range faults {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// wait lets time pass.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// during brings a state about, waits, and ends it again whatever happens.
func during(ctx context.Context, lasting time.Duration, begin, end func() error) error {
	if err := begin(); err != nil {
		return errors.Join(err, end())
	}
	return errors.Join(wait(ctx, lasting), end())
}
