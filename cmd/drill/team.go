package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// team is everybody who works during a drill, and what is known of their work.
type team struct {
	bases    []string // where the program can be reached
	ledger   *ledger
	notes    *figures
	found    findings
	seed     uint64
	pace     time.Duration // between two requests of one member of staff, on average
	patience time.Duration // until somebody who cannot sign in gives up
	staff    []*staff
	boss     *browser // the first admin, who checks

	rough   spell // connections may break: a program was killed
	away    spell // a download may break off: its database went away
	stop    chan struct{}
	working sync.WaitGroup
}

// The first admin, who is made by the environment of the program.
const (
	bossEmail    = "chief@example.com"
	bossPassword = "a drill keeps people awake"
)

func newTeam(bases []string, seed uint64, pace time.Duration) *team {
	t := &team{bases: bases, ledger: newLedger(), notes: newFigures(), seed: seed, pace: pace, patience: recovery, stop: make(chan struct{})}
	t.boss = t.browser(0)
	return t
}

// browser is a browser with random numbers of its own.
func (t *team) browser(number uint64) *browser {
	return newBrowser(t.bases, t.notes, t.rough.lasts, t.away.lasts, rand.New(rand.NewPCG(t.seed, number)))
}

// spell is a time in which something is to be expected.
type spell struct {
	faults atomic.Int64 // that are at work
	ended  atomic.Int64 // when the last of them ended, in Unix nanoseconds
}

// settling is how long after a fault connections may still be found broken.
const settling = 2 * time.Second

// lasts reports whether it is time still.
func (s *spell) lasts() bool {
	return s.faults.Load() > 0 || time.Since(time.Unix(0, s.ended.Load())) < settling
}

// begin lets it last until the returned function is called.
func (s *spell) begin() (end func()) {
	s.faults.Add(1)
	return func() {
		s.ended.Store(time.Now().UnixNano())
		s.faults.Add(-1)
	}
}

// expecting is a fault or an event during which something is to be expected.
func (s *spell) expecting(do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		defer s.begin()()
		return do(ctx)
	}
}

// person is a line of the exported list.
type person struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Email  string `json:"email"`
	Role   string `json:"role"`
	Status string `json:"status"`
	Phone  string `json:"phone"`
}

// cells are the fields that the drill writes to, as they were read.
func (p *person) cells() map[cell]string {
	return map[cell]string{{p.ID, "phone"}: p.Phone, {p.ID, "name"}: p.Name, {p.ID, "status"}: p.Status, {p.ID, "email"}: p.Email}
}

// errNotNow says that the program could not be asked, which is no finding.
var errNotNow = errors.New("the program could not be asked")

// people reads the whole list.
func (b *browser) people(ctx context.Context) ([]person, error) {
	a := b.post(ctx, "/users/export", url.Values{"format": {"json"}})
	if !a.ok() {
		return nil, fmt.Errorf("%w for the list: %d, %v", errNotNow, a.status, a.err)
	}
	var out []person
	if err := json.Unmarshal(a.body, &out); err != nil {
		return nil, fmt.Errorf("the exported list: %w", err)
	}
	return out, nil
}

// signIn signs somebody in.
func (b *browser) signIn(ctx context.Context, email, password string) error {
	a := b.post(ctx, "/login", url.Values{"email": {email}, "password": {password}})
	if a.err != nil || a.status != http.StatusSeeOther {
		return fmt.Errorf("%s cannot sign in: %d, %w", email, a.status, a.err)
	}
	return nil
}

// shared are how many people everybody works at, so that staff meet.
const sharedPeople = 6

// gather signs the boss in, hires so many members of staff, and deals out the
// people: each is looked after by one of them, a few by all.
func (t *team) gather(ctx context.Context, size int) error {
	if err := t.boss.signIn(ctx, bossEmail, bossPassword); err != nil {
		return err
	}
	ids, err := t.lookAround(ctx)
	if err != nil {
		return err
	}
	if len(ids) < sharedPeople+size {
		return fmt.Errorf("%d active members are too few for a drill", len(ids))
	}
	for n := range size {
		s := &staff{team: t, browser: t.browser(uint64(n + 1)), number: n, shared: ids[:sharedPeople], resting: map[int64]time.Time{}, unclear: map[int64]bool{}}
		for i := sharedPeople + n; i < len(ids); i += size {
			s.own = append(s.own, ids[i])
		}
		if err := s.hire(ctx); err != nil {
			return err
		}
		t.staff = append(t.staff, s)
	}
	return nil
}

// lookAround notes what there is before anybody works, and gives the people to
// look after.
func (t *team) lookAround(ctx context.Context) (ids []int64, err error) {
	all, err := t.boss.people(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		for at, value := range p.cells() {
			t.ledger.found(at, value)
		}
		if p.Role == "member" && p.Status == "active" {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

// work lets everybody work until rest is called.
func (t *team) work(ctx context.Context) {
	for _, s := range t.staff {
		t.working.Go(func() { s.work(ctx) })
	}
}

// rest lets everybody finish what they are at.
func (t *team) rest() {
	close(t.stop)
	t.working.Wait()
}

// compare reads the whole list, compares it with the ledger, and gives it.
func (t *team) compare(ctx context.Context) (map[cell]string, error) {
	written, asked := t.ledger.written(), t.ledger.now()
	all, err := t.boss.people(ctx)
	if err != nil {
		return nil, err
	}
	answered, is := t.ledger.now(), map[cell]string{}
	for _, p := range all {
		for at, value := range p.cells() {
			is[at] = value
		}
	}
	for _, at := range written {
		t.ledger.check(&t.found, "list", at, is[at], asked, answered)
	}
	return is, nil
}

// conclude compares everything, with the trail as well: what is stored is what
// the trail says last, and as many people are counted as there are.
func (t *team) conclude(ctx context.Context) error {
	is, err := t.compare(ctx)
	if err != nil {
		return err
	}
	people := 0
	for at := range is {
		if at.field == "email" {
			people++
		}
	}
	if says := t.boss.counted(ctx); says != people {
		t.found.wonder("the list says that there are %d people, and holds %d", says, people)
	}
	trail, err := t.boss.trail(ctx)
	if err != nil {
		return err
	}
	t.ledger.audit(trail, &t.found)
	// The program may still be at what somebody sent who went away before the
	// answer: it may come between the list and the trail.
	later, err := t.compare(ctx)
	if err != nil {
		return err
	}
	for at, value := range lastOf(trail) {
		if stored, ok := is[at]; ok && stored != value && later[at] != value {
			t.found.lose("%s is stored as %q, the trail says %q", at, stored, value)
		}
	}
	return nil
}

// trail reads the whole audit trail.
func (b *browser) trail(ctx context.Context) ([]change, error) {
	a := b.post(ctx, "/audit/export", url.Values{})
	if !a.ok() {
		return nil, fmt.Errorf("%w for the trail: %d, %v", errNotNow, a.status, a.err)
	}
	return readTrail(bytes.NewReader(a.body))
}

var summary = regexp.MustCompile(`id="summary"[^>]*>\s*([0-9,]+)`)

// counted is how many people there are by the head of the list; -1 when it does
// not say.
func (b *browser) counted(ctx context.Context) int {
	found := summary.FindSubmatch(b.get(ctx, "/users").body)
	if found == nil {
		return -1
	}
	n, _ := strconv.Atoi(strings.ReplaceAll(string(found[1]), ",", ""))
	return n
}
