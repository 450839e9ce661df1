package store

import (
	"context"
	"math"
	"strings"
	"time"
)

// Times is a stretch of time, from From up to, but without, To. The zero time
// stands for an end that is open.
type Times struct{ From, To time.Time }

// IsZero reports whether it is all time.
func (t Times) IsZero() bool { return t.From.IsZero() && t.To.IsZero() }

// words says when that is, as UTC has it.
func (t Times) words() string {
	var parts []string
	if !t.From.IsZero() {
		parts = append(parts, "from "+t.From.UTC().Format("2006-01-02 15:04"))
	}
	if !t.To.IsZero() {
		parts = append(parts, "before "+t.To.UTC().Format("2006-01-02 15:04"))
	}
	return strings.Join(parts, " ")
}

// Answer is yes or no; "" does not mind.
type Answer string

// The answers.
const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// Filters that have an index of their own, by which it is named.
const (
	filterCreated    = "created"
	filterLastSignIn = "last_sign_in"
	filterPassword   = "password"
	filterDeleted    = "deleted"
	filterInvite     = "invite"
	filterUninvited  = "uninvited" // those whose invitation is open are few among the Invited: it goes along these
	filterFactor     = "factor"
	filterSlowed     = "slowed" // has none: they are few, and known
)

// filters are those of the query that have an index of their own.
func (q Query) filters() []string {
	var all []string
	if !q.Created.IsZero() {
		all = append(all, filterCreated)
	}
	if q.Never || !q.SignedIn.IsZero() {
		all = append(all, filterLastSignIn)
	}
	if q.Password != "" {
		all = append(all, filterPassword)
	}
	if q.Uninvited {
		all = append(all, filterUninvited)
	} else if !q.Invite.IsZero() {
		all = append(all, filterInvite)
	}
	if q.Factor != "" {
		all = append(all, filterFactor)
	}
	if q.Slowed {
		all = append(all, filterSlowed)
	}
	return all
}

// Bounds of what is read to find out how to read a query.
const (
	maxSampled = 1_000  // people looked at one by one
	maxSorted  = 50_000 // people put in order, when hardly anybody passes another filter besides
)

// plan decides along what a query is read, and counts those it matches unless
// the kept counts say it.
func (s *Store) plan(ctx context.Context, q Query, among Counts) (Query, Count, error) {
	q, total, err := s.narrow(ctx, q, among, q.Limit)
	if err != nil || q.along != "" || !q.searches() {
		return q, total, err
	}
	return s.engine.search(ctx, s, q)
}

// narrow looks for a filter that few pass: those are put in order. Where many
// pass it, the order of the list is walked, and meets a page of them soon. Of
// the two, it takes what reads fewer people: all n who pass, or page·N/n of the
// N there are. If besides only the share p of them passes the other filters, the
// walk is 1/p as long.
func (s *Store) narrow(ctx context.Context, q Query, among Counts, page int) (Query, Count, error) {
	q, err := s.prepared(ctx, q)
	if err != nil {
		return q, Count{}, err
	}
	if q.Deleted {
		q.along = filterDeleted
		total, _, err := s.count(ctx, q, maxSampled)
		return q, total, err
	}
	if len(q.filters()) == 0 {
		return q, Count{}, nil
	}
	if q.Slowed {
		q.along = filterSlowed
		total, _, err := s.count(ctx, q, maxSampled)
		return q, total, err
	}
	most := math.Sqrt(float64(page * among.Of(q.Role, q.Status)))
	along, n, err := s.fewest(ctx, q, int(most))
	if err != nil {
		return q, Count{}, err
	}
	narrow := q
	narrow.along = along
	total, share, err := s.count(ctx, narrow, max(maxSampled, int(most)))
	if err == nil && n > int(most) && share < 1 {
		most = min(most/math.Sqrt(share), maxSorted)
		n, _, err = countAlong(ctx, s.reader, q.only(along), int(most)+1)
	}
	if n > int(most) {
		return q, total, err
	}
	return narrow, total, err
}

// prepared is the query with what has to be known before it is put into words for
// the database.
func (s *Store) prepared(ctx context.Context, q Query) (_ Query, err error) {
	q.dialect = s.engine.dialect()
	if q.Slowed {
		q.slowed, err = s.slowedPeople(ctx)
	}
	return q, err
}

// fewest finds the filter that the fewest pass, and how many do, up to one more
// than most.
func (s *Store) fewest(ctx context.Context, q Query, most int) (along string, fewest int, err error) {
	for _, f := range q.filters() {
		n, _, err := countAlong(ctx, s.reader, q.only(f), most+1)
		if err != nil {
			return "", 0, err
		}
		if along == "" || n < fewest {
			along, fewest = f, n
		}
	}
	return along, fewest, nil
}

// only is the query with one of its filters, which it goes along, besides role
// and status.
func (q Query) only(filter string) Query {
	only := Query{Role: q.Role, Status: q.Status, along: filter, dialect: q.dialect, slowed: q.slowed}
	switch filter {
	case filterCreated:
		only.Created = q.Created
	case filterLastSignIn:
		only.SignedIn, only.Never = q.SignedIn, q.Never
	case filterPassword:
		only.Password = q.Password
	case filterInvite, filterUninvited:
		only.Invite, only.Uninvited = q.Invite, q.Uninvited
	case filterFactor:
		only.Factor = q.Factor
	case filterSlowed:
		only.Slowed = q.Slowed
	case filterDeleted:
		only.Deleted = true
	}
	return only
}

// count counts whom the query matches among the first on its route, and gives
// the share they are of those. Where all on the route match, the index alone is
// read, and more of it for the same time.
func (s *Store) count(ctx context.Context, q Query, most int) (total Count, share float64, err error) {
	if q.picks() {
		most = maxSampled
	}
	all, matching, err := countAlong(ctx, s.reader, q, most+1)
	share = float64(max(matching, 1)) / float64(max(all, 1))
	if all <= most {
		return Count{N: matching}, share, err
	}
	return Count{N: roundDown(matching), AtLeast: true}, share, err
}

// Tally counts whom a query with one filter, besides role and status, matches,
// up to a thousand.
func (s *Store) Tally(ctx context.Context, a Actor, q Query) (Count, error) {
	if err := q.allowed(a); err != nil {
		return Count{}, err
	}
	filters := append(q.filters(), filterDeleted)
	q, err := s.prepared(brief(ctx), q)
	if err != nil {
		return Count{}, err
	}
	n, _, err := s.count(brief(ctx), q.only(filters[0]), maxCount)
	return n, err
}

// roundDown leaves the first digit of a number: "at least 3,000" is read more
// easily than "at least 3,172" and says as much.
func roundDown(n int) int {
	unit := 1
	for n/unit >= 10 {
		unit *= 10
	}
	return n / unit * unit
}
