package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// drill is one run: the program with what it stands on, those who work with it,
// and what happened.
type drill struct {
	title     string
	dir       string // for everything that is made; removed at the end
	program   *program
	instances []*instance
	team      *team
	memory    memory

	began    time.Time
	log      io.Writer
	logging  sync.Mutex
	happened []happening
	checks   int       // comparisons on the way
	verified string    // what `audit verify` said last
	troubles []string  // of the drill itself: what it wanted to do and could not
	finally  []func()  // in the reverse order
	ended    time.Time // of the load
}

func newDrill(title string, log io.Writer) (*drill, error) {
	dir, err := os.MkdirTemp("", "backoffice-drill-")
	if err != nil {
		return nil, err
	}
	d := &drill{title: title, dir: dir, log: log, began: time.Now()}
	d.finally = append(d.finally, func() {
		if len(d.problems()) > 0 {
			d.say("what the server wrote, and its data, are kept in %s", dir)
			return
		}
		os.RemoveAll(dir)
	})
	// Where PostgreSQL runs as somebody else, they have to get through.
	return d, os.Chmod(dir, 0o755)
}

// close stops and removes everything.
func (d *drill) close() {
	for i := len(d.finally) - 1; i >= 0; i-- {
		d.finally[i]()
	}
}

// say writes a line of the log, with the time since the beginning.
func (d *drill) say(format string, args ...any) {
	d.logging.Lock()
	defer d.logging.Unlock()
	fmt.Fprintf(d.log, "%8.2fs  %s\n", time.Since(d.began).Seconds(), fmt.Sprintf(format, args...))
}

// open opens a log that several processes may write to.
func (d *drill) open(name string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(d.dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	d.finally = append(d.finally, func() { f.Close() })
	return f, nil
}

// prepare builds the program and fills its database with people.
func (d *drill) prepare(ctx context.Context, db string, people int) error {
	log, err := d.open("server.log")
	if err != nil {
		return err
	}
	d.say("building the program")
	if d.program, err = build(ctx, d.dir, db, &lines{to: log}); err != nil {
		return err
	}
	said, err := d.program.run(ctx, "demo", "--users", fmt.Sprint(people))
	d.say("%s", said)
	return err
}

// serve starts an instance that lives until the drill ends.
func (d *drill) serve(ctx context.Context, name string, held bool, args ...string) error {
	i, err := d.program.newInstance(name, held, args...)
	if err != nil {
		return err
	}
	d.finally = append(d.finally, i.close)
	d.instances = append(d.instances, i)
	if err := i.start(ctx); err != nil {
		return err
	}
	d.say("%s serves on %s", name, i.URL)
	return nil
}

// load hires the team and lets it work; the returned function ends that.
func (d *drill) load(ctx context.Context, c crowd, bases []string) (rest func(), err error) {
	d.team = newTeam(bases, c.Seed, c.Pace)
	if err := d.team.gather(ctx, c.Staff); err != nil {
		return nil, err
	}
	watching, unwatch := context.WithCancel(ctx)
	go d.memory.watch(watching, d.instances)
	d.began = time.Now()
	d.say("%d members of staff work", c.Staff)
	d.team.work(ctx)
	return sync.OnceFunc(func() {
		d.team.rest()
		d.ended = time.Now()
		unwatch()
		d.say("everybody rests, after %d requests", d.team.notes.requests())
	}), nil
}

// happen brings a fault about, and waits until work goes on.
func (d *drill) happen(ctx context.Context, name string, do func() error) {
	before := d.team.notes.since(nil)
	h := happening{name: name, begin: time.Now()}
	d.say("%s", name)
	if err := do(); err != nil {
		d.trouble("%s: %v", name, err)
	}
	h.end = time.Now()
	if err := d.goesOn(ctx, h.end); err != nil {
		d.team.found.wonder("after %s: %v", name, err)
	}
	h.answers = d.team.notes.since(before)
	d.happened = append(d.happened, h)
	longest, after, _ := d.team.notes.silence(h.begin, h.end)
	d.say("  over after %v; longest without an acknowledged write %v, the next one %v after; %s",
		round(h.end.Sub(h.begin)), round(longest), round(after), counted(h.answers))
}

// trouble notes that the drill could not do what it wanted to.
func (d *drill) trouble(format string, args ...any) {
	d.troubles = append(d.troubles, fmt.Sprintf(format, args...))
	d.say("TROUBLE: "+format, args...)
}

// recovery is how long after a fault work has to go on at the latest.
const recovery = 90 * time.Second

// goesOn waits for a write that is acknowledged after a moment.
func (d *drill) goesOn(ctx context.Context, after time.Time) error {
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		if d.team.notes.ackedAfter(after) {
			return nil
		}
		if time.Since(after) > recovery {
			return fmt.Errorf("no write was acknowledged for %v", recovery)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// check compares on the way, while people work.
func (d *drill) check(ctx context.Context) {
	if _, err := d.team.compare(ctx); err != nil {
		d.say("no comparison: %v", err)
		return
	}
	d.checks++
	d.verify(ctx)
	d.say("  compared: %d writes acknowledged, %d lost; %s", d.team.notes.acked(), d.team.found.losses(), d.verified)
}

// verify asks the program itself whether the trail is whole.
func (d *drill) verify(ctx context.Context) {
	said, err := d.program.run(ctx, "audit", "verify")
	d.verified, _, _ = strings.Cut(said, ", newest")
	if err != nil {
		d.team.found.wonder("%v", err)
	}
}

// conclude compares everything once nobody works any more, and looks whether
// everybody is still signed in.
func (d *drill) conclude(ctx context.Context) {
	if err := d.team.conclude(ctx); err != nil {
		d.team.found.wonder("%v", err)
		return
	}
	d.checks++
	d.verify(ctx)
	for _, s := range d.team.staff {
		if a := s.get(ctx, "/account"); !a.ok() {
			d.team.found.wonder("%s cannot open the own account: %d, %v", s.email, a.status, a.err)
		}
	}
}

// problems is everything that makes the drill fail.
func (d *drill) problems() []string {
	if d.team == nil {
		return d.troubles
	}
	n := d.team.notes
	out := slices.Concat(d.team.found.all(), d.troubles, n.bad)
	if n.badCount > len(n.bad) {
		out = append(out, fmt.Sprintf("and %d more answers like these", n.badCount-len(n.bad)))
	}
	if grew := d.memory.grown().problem(); grew != "" {
		out = append(out, grew)
	}
	return out
}

// lines are written by the drill for the servers, whose own files may be kept
// from growing.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// Write writes one piece.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}
