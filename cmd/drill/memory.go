package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// memory watches how much memory the instances hold.
type memory struct {
	mu    sync.Mutex
	lives map[int]*life // by process
}

// life is one process of an instance, from its start to its end.
type life struct {
	instance string
	samples  []float64 // MB, one every sampleEvery
}

const sampleEvery = time.Second

// watch looks at the instances until ctx ends.
func (m *memory) watch(ctx context.Context, instances []*instance) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		for _, i := range instances {
			if pid := i.pid(); pid != 0 {
				m.note(pid, i.name, resident(pid))
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (m *memory) note(pid int, name string, mb float64) {
	if mb == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lives == nil {
		m.lives = map[int]*life{}
	}
	if m.lives[pid] == nil {
		m.lives[pid] = &life{instance: name}
	}
	m.lives[pid].samples = append(m.lives[pid].samples, mb)
}

// resident is what a process holds in memory, in MB, by the word of the system;
// 0 where it does not say.
func resident(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages float64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0
	}
	return pages * float64(os.Getpagesize()) / 1e6
}

// growth is how the memory of one life went.
type growth struct {
	instance            string
	lived               time.Duration
	first, middle, last float64 // MB, the median of each third
}

// grown measures the life that lasted longest.
func (m *memory) grown() growth {
	m.mu.Lock()
	defer m.mu.Unlock()
	var longest *life
	for _, l := range m.lives {
		if longest == nil || len(l.samples) > len(longest.samples) {
			longest = l
		}
	}
	if longest == nil {
		return growth{}
	}
	return longest.growth()
}

func (l *life) growth() growth {
	s := l.samples
	g := growth{instance: l.instance, lived: time.Duration(len(s)) * sampleEvery}
	third := len(s) / 3
	g.first, g.middle, g.last = median(s[:third]), median(s[third:2*third]), median(s[2*third:])
	return g
}

func median(s []float64) float64 {
	if len(s) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(s))[len(s)/2]
}

// ratio is the last third by the first.
func (g growth) ratio() float64 {
	if g.first == 0 {
		return 1
	}
	return g.last / g.first
}

// A life that is shorter says nothing of a leak; one that is long enough must
// not have grown by more than this.
const (
	tellingLife = 90 * time.Second
	mostGrowth  = 1.35
)

// problem says that memory kept growing: in each third more than before.
func (g growth) problem() string {
	if g.lived < tellingLife || g.ratio() <= mostGrowth || g.middle <= g.first || g.last <= g.middle {
		return ""
	}
	return fmt.Sprintf("the memory of %s grew in %v from %.0f over %.0f to %.0f MB", g.instance, g.lived, g.first, g.middle, g.last)
}
