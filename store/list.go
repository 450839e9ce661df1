package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// SortKey names an order of the list.
type SortKey string

// The orders of the list. Equal keys are ordered by id.
const (
	ByName       SortKey = "name"
	ByEmail      SortKey = "email"
	ByPhone      SortKey = "phone"
	ByRole       SortKey = "role"
	ByStatus     SortKey = "status"
	ByLastSignIn SortKey = "last_sign_in"
	ByCreated    SortKey = "created"
)

// SortKeys lists all orders.
func SortKeys() []SortKey {
	return []SortKey{ByName, ByEmail, ByPhone, ByRole, ByStatus, ByLastSignIn, ByCreated}
}

// Sort is an order and its direction.
type Sort struct {
	By   SortKey
	Desc bool
}

// ParseSort reads "name" or "-name". Anything else is the order by name.
func ParseSort(s string) Sort {
	by, desc := strings.CutPrefix(s, "-")
	for _, k := range SortKeys() {
		if string(k) == by {
			return Sort{k, desc}
		}
	}
	return Sort{By: ByName}
}

// key is the order, which is by name where none is said.
func (s Sort) key() SortKey { return ParseSort(string(s.By)).By }

// String is what ParseSort reads.
func (s Sort) String() string {
	if s.Desc {
		return "-" + string(s.By)
	}
	return string(s.By)
}

// Query says which people to list and from where.
type Query struct {
	Search   string // as typed; every word must be found somewhere in the person
	Role     Role   // "": any
	Status   Status // "": any
	Created  Times  // when the person was added
	SignedIn Times  // when the person signed in last; who never did is left out
	Never    bool   // only those who never signed in
	Password Answer // whether the person has one
	Factor   Answer // whether the person has a second factor
	Invite   Times  // when the invitation runs out that the person has; who has none is left out
	// Uninvited are those who are Invited and have no invitation that is good at
	// Invite.To or later: it ran out before, or there is none.
	Uninvited bool
	Slowed    bool // only those as whom tries to sign in are slowed down at the moment
	Deleted   bool // those who are deleted and can be restored, instead of those who are not
	Sort      Sort
	After     *Cursor // list what follows this place
	Before    *Cursor // list what comes before it
	Limit     int     // rows of a page; 25 when 0

	few    bool        // the search has at most maxCount hits
	hits   []int64     // and these are their ids
	among  *candidates // or the index says that the hits are among these many
	found  bool        // or these few are the hits
	places []Cursor    // in the order of the list

	along  string  // the filter that few pass: those are put in order
	slowed []int64 // whom Slowed means

	dialect dialect
}

// sorts reports whether people are put in order, instead of met in it.
func (q Query) sorts() bool { return q.few || q.along != "" }

// Filtered reports whether the query leaves anybody out.
func (q Query) Filtered() bool {
	return q.searches() || q.Role != "" || q.Status != "" || q.Deleted || len(q.filters()) > 0
}

// Cursor is a place between two rows of the list: the sort key and the id of
// the row it stands at. It holds the key itself, so that the place stays when
// that row changes or goes.
type Cursor struct {
	Sort Sort
	Text string // the key of an order by text
	Num  int64  // the key of an order by time, in milliseconds
	ID   int64
}

// String encodes the cursor for a URL.
func (c Cursor) String() string {
	b, err := json.Marshal([]any{c.Sort.String(), c.Text, c.Num, c.ID})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// maxCursor is the longest cursor that is looked at: the longest folded name,
// of 200 ligatures of 33 bytes each, fits.
const maxCursor = 16 << 10

// ParseCursor decodes what Cursor.String made for the given order. It gives nil
// for anything else: a place in another order means nothing in this one.
func ParseCursor(s string, order Sort) *Cursor {
	if s == "" || len(s) > maxCursor {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	var sort string
	c := Cursor{Sort: order}
	parts := []any{&sort, &c.Text, &c.Num, &c.ID}
	if err := json.Unmarshal(b, &parts); err != nil || len(parts) != 4 || sort != order.String() || c.ID < 0 {
		return nil
	}
	return &c
}

// Page is one page of the list.
type Page struct {
	Users []User
	Prev  *Cursor // for Query.Before; nil at the start
	Next  *Cursor // for Query.After; nil at the end
	Total Count

	Counts Counts // of everybody, whatever the query
}

// Count is a number of people. AtLeast says that it is a lower bound: counting
// on would have taken noticeable time.
type Count struct {
	N       int
	AtLeast bool
}

// Counts is how many people there are by role and status.
type Counts map[Role]map[Status]int

// Of is how many have the role and the status; "" stands for any.
func (c Counts) Of(role Role, status Status) int {
	sum := 0
	for _, r := range Roles() {
		for _, s := range Statuses() {
			if (role == "" || role == r) && (status == "" || status == s) {
				sum += c[r][s]
			}
		}
	}
	return sum
}

// ListUsers gives one page of people.
func (s *Store) ListUsers(ctx context.Context, a Actor, q Query) (Page, error) {
	if err := q.allowed(a); err != nil {
		return Page{}, err
	}
	if q.Limit == 0 {
		q.Limit = 25
	}
	counts, err := allCounts(brief(ctx), s.reader)
	if err != nil {
		return Page{}, err
	}
	q, total, err := s.plan(ctx, q, counts)
	if err != nil {
		return Page{}, err
	}
	p, err := s.page(ctx, q)
	p.Counts, p.Total = counts, p.total(q, total, counts)
	return p, err
}

// total is how many the query matches: by the kept counts, if they know; as many
// as there are, if this page is all; and otherwise as it was counted.
func (p *Page) total(q Query, counted Count, kept Counts) Count {
	switch {
	case !q.searches() && !q.Deleted && len(q.filters()) == 0:
		return Count{N: kept.Of(q.Role, q.Status)}
	case p.Prev == nil && p.Next == nil:
		return Count{N: len(p.Users)}
	}
	counted.N = max(counted.N, len(p.Users))
	return counted
}

// page reads one row more than it shows, to know whether there is more. A page
// that lost its rows since its link was drawn becomes the nearest one that has
// some.
func (s *Store) page(ctx context.Context, q Query) (Page, error) {
	backwards := q.Before != nil
	from := q.After
	if backwards {
		from = q.Before
	}
	users, more, err := s.walk(ctx, q, from, backwards, q.Limit)
	if err != nil {
		return Page{}, err
	}
	if backwards && !more && len(users) < q.Limit {
		q.Before = nil
		return s.page(ctx, q)
	}
	if len(users) == 0 && from != nil {
		return s.lastPage(ctx, q)
	}
	p := Page{Users: users}
	if len(users) == 0 {
		return p, nil
	}
	if backwards && more || !backwards && from != nil {
		c := q.Sort.cursor(&users[0])
		p.Prev = &c
	}
	if !backwards && more || backwards {
		c := q.Sort.cursor(&users[len(users)-1])
		p.Next = &c
	}
	return p, nil
}

// lastPage reads the page at the end of the list.
func (s *Store) lastPage(ctx context.Context, q Query) (Page, error) {
	users, more, err := s.walk(ctx, q, nil, true, q.Limit)
	p := Page{Users: users}
	if more {
		c := q.Sort.cursor(&users[0])
		p.Prev = &c
	}
	return p, err
}

// walk gives up to limit rows from a place on, in the order of the list, and
// whether more follow in the direction of the walk.
func (s *Store) walk(ctx context.Context, q Query, from *Cursor, backwards bool, limit int) ([]User, bool, error) {
	q.dialect = s.engine.dialect()
	if !q.searches() && !q.Deleted && len(q.filters()) == 0 {
		ctx = brief(ctx)
	}
	users, err := s.read(ctx, q, from, backwards, limit+1)
	if err != nil {
		return nil, false, err
	}
	more := len(users) > limit
	if more {
		users = users[:limit]
	}
	if backwards {
		for i, j := 0, len(users)-1; i < j; i, j = i+1, j-1 {
			users[i], users[j] = users[j], users[i]
		}
	}
	return users, more, nil
}

// read gives up to limit rows from a place on, in the order of the walk. Searches
// have connections of their own, so that a page never waits for one.
func (s *Store) read(ctx context.Context, q Query, from *Cursor, backwards bool, limit int) ([]User, error) {
	switch {
	case q.found || q.among != nil:
		return s.meet(ctx, q, from, backwards, limit)
	case q.dialect == forPostgres && q.picked():
		return selectSorted(ctx, s.reader, q, from, backwards, limit)
	case q.searches() && q.dialect == forPostgres && q.along == "":
		return selectMet(ctx, s.searcher, q, from, backwards, limit)
	case q.searches():
		return selectUsers(ctx, s.searcher, q, from, backwards, limit, make([]User, 0, limit))
	}
	return selectUsers(ctx, s.reader, q, from, backwards, limit, make([]User, 0, limit))
}

// allowed fails with Forbidden for who may not ask this. Who has no second factor
// is told to those only who may see the factors of others.
func (q Query) allowed(a Actor) error {
	if !Can(a, ActLook, nil) || q.Factor != "" && !Can(a, ActResetFactors, nil) {
		return forbidden("Your role does not allow this.")
	}
	return nil
}

// searches reports whether the query looks for words.
func (q Query) searches() bool { return strings.TrimSpace(q.Search) != "" }

// Neighbours gives the people before and after one in the list that the query
// describes; nil at its ends.
func (s *Store) Neighbours(ctx context.Context, a Actor, q Query, u *User) (prev, next *User, err error) {
	if err := q.allowed(a); err != nil {
		return nil, nil, err
	}
	counts, err := allCounts(brief(ctx), s.reader)
	if err != nil {
		return nil, nil, err
	}
	q.Limit = 1
	q, _, err = s.plan(ctx, q, counts)
	if err != nil {
		return nil, nil, err
	}
	at := q.Sort.cursor(u)
	before, _, err := s.walk(ctx, q, &at, true, 1)
	if err != nil {
		return nil, nil, err
	}
	after, _, err := s.walk(ctx, q, &at, false, 1)
	if len(before) > 0 {
		prev = &before[0]
	}
	if len(after) > 0 {
		next = &after[0]
	}
	return prev, next, err
}

// Counts gives how many people there are by role and status.
func (s *Store) Counts(ctx context.Context, a Actor) (Counts, error) {
	if !Can(a, ActLook, nil) {
		return nil, forbidden("Your role does not allow this.")
	}
	return allCounts(brief(ctx), s.reader)
}

// cursor is the place of a person in this order.
func (s Sort) cursor(u *User) Cursor {
	c := Cursor{Sort: s, ID: u.ID}
	switch s.By {
	case ByEmail:
		c.Text = u.emailKey
	case ByPhone:
		c.Text = u.phoneKey
	case ByRole:
		c.Text = string(u.Role)
	case ByStatus:
		c.Text = string(u.Status)
	case ByLastSignIn:
		c.Num = toMillis(u.LastSignIn)
	case ByCreated:
		c.Num = toMillis(u.Created)
	default: // ByName, and no order at all: as column has it
		c.Text = Fold(u.Name)
	}
	return c
}

// searchAlternatives turns what was typed into alternatives, each a list of
// pieces that must all be found. A number is looked for as typed and as a
// telephone number, with and without its leading zeros.
func searchAlternatives(typed string) [][]string {
	words := SearchWords(typed)
	if len(words) == 0 {
		return nil
	}
	alternatives := [][]string{words}
	if LooksLikePhone(typed) {
		digits := Digits(typed)
		for _, d := range slices.Compact([]string{digits, strings.TrimLeft(digits, "0")}) {
			if d != "" && (len(words) > 1 || d != words[0]) {
				alternatives = append(alternatives, []string{d})
			}
		}
	}
	return alternatives
}

// searchID is the id that was typed, if it is one.
func searchID(typed string) int64 {
	id, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(typed), "#"), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}
