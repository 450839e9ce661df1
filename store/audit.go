package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Outcome says how an act ended.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Denied  Outcome = "refused" // not allowed
	Failure Outcome = "failed"  // tried and failed, as a sign-in with a wrong password
)

// Entry is one entry of the audit trail. It never holds a secret.
type Entry struct {
	ID      int64
	At      time.Time
	Kind    ActorKind
	Actor   int64 // 0: not a person
	As      int64 // as whom they saw the back office; 0: as themselves
	Act     Act
	Outcome Outcome
	Target  int64 // 0: about nobody
	Address string
	Agent   string
	Request string
	UndoOf  int64 // the entry that this one undid; 0: none

	Changes []FieldChange // each field before and after
	Note    string        // a reason or detail in words

	// What follows is read beside the entry and not part of it.
	ActorName  string // "" when the person is gone
	AsName     string // the same
	TargetName string
	TargetRole Role
	UndoneBy   int64 // the entry that undid this one; 0: none
	UndoneWho  string
	UndoneAt   time.Time
	Gone       bool  // the values were removed with a purged person
	Import     int64 // the import that this entry says is done, while it can be undone as a whole; 0: none
}

// entryBody is what of an entry may be removed when a person is purged.
type entryBody struct {
	Changes []FieldChange `json:"changes,omitempty"`
	Note    string        `json:"note,omitempty"`
	As      int64         `json:"as,omitempty"`
}

// record appends an entry for the actor of this transaction, within it, and
// gives its id.
func (x *tx) record(e Entry) (int64, error) { return x.recordAll([]Entry{e}) }

// recordAll appends entries, one after the other, and gives the id of the first.
// Changes are made one after the other, so that the trail has one end.
func (x *tx) recordAll(entries []Entry) (first int64, err error) {
	last, err := trailHead(x)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	first = last.id + 1
	known := map[origin]string{}
	for _, e := range entries {
		if last, err = x.chain(e, last, known); err != nil {
			return 0, err
		}
	}
	x.end = last
	return first, moveTrailHead(x, last)
}

// chain appends one entry after the last one, and gives the new end. known is what
// putAside knows by now.
func (x *tx) chain(e Entry, last head, known map[origin]string) (head, error) {
	e.ID, e.At = last.id+1, time.UnixMilli(x.now.UnixMilli()).UTC()
	e.Kind, e.Actor = x.actor.Kind, x.actor.ID
	if x.actor.By != 0 {
		e.Actor, e.As = x.actor.By, x.actor.ID
	}
	e.Address, e.Agent, e.Request = x.actor.Address, agentText(x.actor.Agent), x.actor.Request
	if e.Outcome == "" {
		e.Outcome = Done
	}
	if err := x.putAside(&e, known); err != nil {
		return head{}, err
	}
	body, err := json.Marshal(entryBody{e.Changes, e.Note, e.As})
	if err != nil {
		return head{}, err
	}
	salt := rand.Text()
	values := valuesHash(salt, string(body))
	next := head{e.ID, chainHash(e, values, last.hash)}
	return next, insertEntry(x, e, salt, string(body), values, last.hash, next.hash)
}

// agentText is what is kept of how a client names itself: what any database can.
func agentText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(clip(s, 300), ""), "\x00", "")
}

// valuesHash binds the values to their entry. The salt keeps a removed value
// from being guessed by its digest.
func valuesHash(salt, body string) string {
	sum := sha256.Sum256([]byte(salt + "\n" + body))
	return hex.EncodeToString(sum[:])
}

// chainHash is the digest of an entry and the one before it. Each part is
// preceded by its length, so that no two entries read the same.
func chainHash(e Entry, values, prev string) string {
	text := make([]byte, 0, 512)
	for _, part := range [...]string{
		strconv.FormatInt(e.ID, 10), strconv.FormatInt(e.At.UnixMilli(), 10), string(e.Kind), strconv.FormatInt(e.Actor, 10),
		string(e.Act), string(e.Outcome), strconv.FormatInt(e.Target, 10), e.Address, e.Agent, e.Request,
		strconv.FormatInt(e.UndoOf, 10), values, prev,
	} {
		text = append(strconv.AppendInt(text, int64(len(part)), 10), ':')
		text = append(append(text, part...), ',')
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// recordRefusal puts on record that somebody tried what they may not do.
func (s *Store) recordRefusal(ctx context.Context, a Actor, about attempt, why error) error {
	note := ""
	switch e, ok := why.(*Error); {
	case ok && e.Kind == Forbidden: // its message speaks to who tried
		note = "Their role does not allow this."
	case ok:
		note = e.Message
	}
	return s.recordAlone(ctx, a, Entry{Act: about.act, Target: about.target, Outcome: Denied, Note: note})
}

// Refuse records that the guard of the routes kept somebody from an act.
func (s *Store) Refuse(ctx context.Context, a Actor, act Act, target int64) error {
	return s.recordAlone(ctx, a, Entry{Act: act, Target: target, Outcome: Denied, Note: "Their role does not allow this."})
}

// recordAlone appends an entry in a transaction of its own. It does not ask
// whether the actor is still active: that they tried is what counts.
func (s *Store) recordAlone(ctx context.Context, a Actor, e Entry) error {
	return s.enqueue(&pending{ctx: ctx, actor: a, do: func(x *tx) error {
		_, err := x.record(e)
		return err
	}})
}

// TrailQuery says which entries to read.
type TrailQuery struct {
	Target  int64 // about this person; 0: about anybody
	Person  int64 // by or about this person; 0: anybody
	Act     string
	Outcome Outcome
	Since   time.Time // zero: from the beginning
	Until   time.Time // exclusive; zero: to the end
	Staff   bool      // leave out what people did to themselves, and what nobody was allowed to do
	Below   int64     // entries older than this id; 0: the newest
	Above   int64     // entries newer than this id, nearest first in the result's order
	Limit   int       // 50 when 0
}

// Trail is a piece of the audit trail, newest first.
type Trail struct {
	Entries      []Entry
	Newer, Older bool // whether there is more in that direction

	// Archived is the newest entry that has left for an archive, and ArchivedAt
	// when it did; 0 unless this piece reaches back to where the trail begins.
	Archived   int64
	ArchivedAt time.Time
}

// Trail reads the audit trail. People without the permission to read it may
// read what is about themselves.
func (s *Store) Trail(ctx context.Context, a Actor, q TrailQuery) (Trail, error) {
	if !Can(a, ActReadTrail, nil) && (q.Target == 0 || q.Target != a.ID) {
		return Trail{}, forbidden("Your role does not allow this.")
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	entries, more, err := selectEntries(ctx, s.reader, q)
	if err != nil {
		return Trail{}, err
	}
	t := Trail{Entries: entries, Older: more, Newer: q.Below != 0}
	if q.Above != 0 {
		t.Newer, t.Older = more, true
	}
	if !t.Older {
		base, err := trailBase(querierAt{ctx, s.reader})
		if err != nil {
			return Trail{}, err
		}
		t.Archived, t.ArchivedAt = base.id, base.at
	}
	for i := range t.Entries {
		if e := &t.Entries[i]; !Can(a, ActSeeSessions, &Target{ID: e.Actor}) {
			e.Address, e.Agent = "", ""
		}
	}
	return t, nil
}

// ExportTrail gives every entry that the query matches to each, newest first,
// a page at a time, so that a long trail takes no memory. That somebody took a
// copy, and of what, is on record before the first entry is given.
func (s *Store) ExportTrail(ctx context.Context, a Actor, q TrailQuery, each func(*Entry) error) error {
	err := s.write(ctx, a, attempt{ActExportTrail, 0}, func(x *tx) error {
		if err := x.require(ActExportTrail, nil); err != nil {
			return err
		}
		base, err := trailBase(x)
		if err != nil {
			return err
		}
		note := q.String()
		if base.id > 0 {
			note += ", without the archived entries up to " + strconv.FormatInt(base.id, 10)
		}
		_, err = x.record(Entry{Act: ActExportTrail, Note: note})
		return err
	})
	if err != nil {
		return err
	}
	q.Limit, q.Above = 500, 0
	for {
		entries, more, err := selectEntries(ctx, s.reader, q)
		if err != nil {
			return err
		}
		for i := range entries {
			if err := each(&entries[i]); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		q.Below = entries[len(entries)-1].ID
	}
}

// String says in words what a query selects.
func (q TrailQuery) String() string {
	var parts []string
	add := func(set bool, name, value string) {
		if set {
			parts = append(parts, name+" "+value)
		}
	}
	add(q.Target != 0, "about person", strconv.FormatInt(q.Target, 10))
	add(q.Person != 0, "by or about person", strconv.FormatInt(q.Person, 10))
	add(q.Act != "", "act", q.Act)
	add(q.Outcome != "", "outcome", string(q.Outcome))
	add(!q.Since.IsZero(), "since", formatTime(q.Since))
	add(!q.Until.IsZero(), "until", formatTime(q.Until))
	if len(parts) == 0 {
		return "the whole trail"
	}
	return strings.Join(parts, ", ")
}
