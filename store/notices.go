package store

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Pages are told what has happened since they were drawn. The audit trail knows:
// whoever did it, another instance, the command line or an import, there is an
// entry. So nothing is sent around: who asks compares the newest entry that they
// know with the newest there is, which is remembered for a moment.

const (
	// noticesKept is how many of the newest entries are remembered.
	noticesKept = 1000
	// noticesMany is how many of them somebody is told one by one.
	noticesMany = 100
	// noticesFor is how long the newest entry is believed to be that while this
	// program writes nothing: others may have. Nobody asks, nobody looks.
	noticesFor = 400 * time.Millisecond
)

// Notice is an entry of the audit trail about a person, as far as a page has to
// know of it.
type Notice struct {
	Entry   int64
	Person  int64 // whom it is about; 0: about many at once
	Act     Act
	Outcome Outcome
	Kind    ActorKind // of who did it
	Actor   int64     // their id; 0 when it was no person
	Fields  []Field   // what changed
}

// Changes are what has happened since an entry.
type Changes struct {
	Newest  int64    // the newest entry
	Notices []Notice // oldest first
	Many    bool     // so much, or so long ago, that anybody may have changed
}

// follower remembers the newest entries of the trail for all who ask.
type follower struct {
	woken atomic.Bool // something was written since it looked

	mu     sync.Mutex
	looked time.Time // zero: never
	newest int64
	from   int64    // entries up to this one are not remembered
	kept   []Notice // of those after it, oldest first
}

// wake tells whoever waits for changes, or remembers some, that there are more.
func (s *Store) wake() {
	s.tellChanged()
	s.notices.woken.Store(true)
}

// NewestEntry is the newest entry of the trail. A page that knows it from before
// it was drawn can be told later what has happened since.
func (s *Store) NewestEntry(ctx context.Context, a Actor) (int64, error) {
	if !Can(a, ActLook, nil) {
		return 0, forbidden("Your role does not allow this.")
	}
	f := &s.notices
	f.mu.Lock()
	defer f.mu.Unlock()
	err := s.follow(brief(ctx))
	return f.newest, err
}

// ChangesSince tells what has happened to people after an entry. It is quick: when
// nothing has, it hardly ever asks the database.
func (s *Store) ChangesSince(ctx context.Context, a Actor, entry int64) (Changes, error) {
	if !Can(a, ActLook, nil) {
		return Changes{}, forbidden("Your role does not allow this.")
	}
	f := &s.notices
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := s.follow(brief(ctx)); err != nil {
		return Changes{}, err
	}
	return f.since(entry), nil
}

// People gives those of these people who are there, in the order of ids.
func (s *Store) People(ctx context.Context, a Actor, ids []int64) ([]User, error) {
	if !Can(a, ActLook, nil) {
		return nil, forbidden("Your role does not allow this.")
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return selectPeople(brief(ctx), s.reader, ids)
}

// follow looks for new entries, unless what it knows is fresh.
func (s *Store) follow(ctx context.Context) error {
	f, now := &s.notices, s.now()
	woken := f.woken.Swap(false)
	if age := now.Sub(f.looked); !woken && !f.looked.IsZero() && age >= 0 && age < noticesFor {
		return nil
	}
	if err := f.look(ctx, s.reader); err != nil {
		f.woken.Store(true)
		return err
	}
	f.looked = now
	return nil
}

// look takes the entries in that came since it last looked. What is too much to
// remember, as at the beginning, is not even read.
func (f *follower) look(ctx context.Context, q querier) error {
	head, err := trailHead(querierAt{ctx, q})
	if err != nil || head.id == f.newest && !f.looked.IsZero() {
		return err
	}
	if n := head.id - f.newest; f.looked.IsZero() || n < 0 || n > noticesKept {
		f.newest, f.from, f.kept = head.id, head.id, nil
		return nil
	}
	more, err := selectNotices(ctx, q, f.newest, head.id)
	if err != nil {
		return err
	}
	f.newest, f.from, f.kept = head.id, max(f.from, head.id-noticesKept), append(f.kept, more...)
	f.kept = f.kept[f.after(f.from):] // the room before it goes when the list moves to grow
	return nil
}

// after is the place of the first notice that came after an entry.
func (f *follower) after(entry int64) int {
	i, _ := slices.BinarySearchFunc(f.kept, entry+1, func(n Notice, entry int64) int { return int(n.Entry - entry) })
	return i
}

// since is what came after an entry. An entry that is not there yet is one of
// another trail: of a backup that was restored, perhaps.
func (f *follower) since(entry int64) Changes {
	c := Changes{Newest: f.newest}
	if entry < f.from || entry > f.newest {
		c.Many = entry != f.newest
		return c
	}
	c.Notices = slices.Clip(f.kept[f.after(entry):])
	c.Many = len(c.Notices) > noticesMany || slices.ContainsFunc(c.Notices, func(n Notice) bool { return n.Person == 0 })
	return c
}
