package handlers

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// A page that shows people asks every second what has changed since it was drawn,
// and names whom it shows. It asks anew each time instead of holding a connection:
// a browser has six of them, a proxy keeps what it should pass on, and a server
// that stops would have to wait. While nothing is new the answer is empty.

const (
	livePace = "1s"
	// slowPace is for times when so much changes that each answer draws the page.
	slowPace = "5s"
	// maxWatched is how many people a page can name.
	maxWatched = 200
)

// watch is what a page says of itself when it asks.
type watch struct {
	since   int64   // the entry of the trail up to which it has been told
	drawn   int64   // when its list was read, in seconds since 1970; 0: it shows none
	people  []int64 // whom it shows
	arrived int     // how many new people it has been told of
	pace    string
}

func readWatch(v url.Values) watch {
	w := watch{since: parseID(v.Get("since")), drawn: parseID(v.Get("drawn")), pace: livePace}
	w.arrived, _ = strconv.Atoi(v.Get("new"))
	for id := range strings.SplitSeq(v.Get("people"), ".") {
		if id := parseID(id); id > 0 && len(w.people) < maxWatched {
			w.people = append(w.people, id)
		}
	}
	return w
}

// more reports whether a page needs an answer even when nothing is new: because
// somebody has signed in again, or so that it asks as often as ever again.
func more(v url.Values) bool { return v.Has("ask") || v.Has("slow") }

// href is where the page asks next.
func (w watch) href() string {
	var b strings.Builder
	b.WriteString("/live?since=" + formatID(w.since))
	if w.drawn != 0 {
		b.WriteString("&drawn=" + formatID(w.drawn))
	}
	if w.arrived != 0 {
		b.WriteString("&new=" + strconv.Itoa(w.arrived))
	}
	if w.pace == slowPace {
		b.WriteString("&slow=1")
	}
	for i, id := range w.people {
		if i == 0 {
			b.WriteString("&people=")
		} else {
			b.WriteByte('.')
		}
		b.WriteString(formatID(id))
	}
	return b.String()
}

func (w watch) view(l listState) components.Live {
	v := components.Live{Href: w.href(), Pace: w.pace}
	if w.arrived > 0 {
		v.Arrived, v.ShowHref = count(w.arrived, "new person", "new people"), l.href()
	}
	return v
}

// notedNow remembers how far the trail is before a page reads its people, so that
// the page is told of whatever comes after.
func (s *server) notedNow(a *ask) (err error) {
	if a.newest == 0 && a.can(store.ActLook, nil) {
		a.newest, err = s.store.NewestEntry(a.Context(), a.actor)
	}
	return err
}

// watchOf is the watch of a page that shows these people.
func watchOf(a *ask, people ...int64) components.Live {
	if a.newest == 0 {
		return components.Live{}
	}
	return watch{since: a.newest, people: people, pace: livePace}.view(listState{})
}

// watchOfList is the watch of a page of the list.
func watchOfList(a *ask, users []store.User) components.Live {
	if a.newest == 0 {
		return components.Live{}
	}
	w := watch{since: a.newest, drawn: a.words.now.Unix(), pace: livePace}
	for i := range users {
		w.people = append(w.people, users[i].ID)
	}
	return w.view(listState{})
}

// quietly answers a timer. It never takes away what somebody is typing, asks them
// to sign in or leaves a trace: who may not be told any more is told nothing more,
// and asked to sign in when they want to.
func (s *server) quietly(a *ask, r route) (view, error) {
	if !a.hx.fragment {
		return view{goTo: "/users"}, nil
	}
	stranger := a.who != nil && a.hx.person != 0 && a.hx.person != a.who.User.ID
	if a.who != nil && !stranger && a.can(store.ActLook, nil) && dutyOf(a) == "" {
		return r.do(a)
	}
	if a.who == nil && a.FormValue("ask") != "" {
		return s.mustSignIn(a), nil
	}
	ended := readWatch(a.URL.Query()).view(listOf(a))
	ended.Ended, ended.Note = "You are signed out", "Nothing you typed is lost."
	if a.who != nil {
		ended.Ended, ended.Note = "This page is not kept up to date", "Your role has changed, or somebody else signed in."
		ended.Reload = pageOf(a).RequestURI()
	}
	return view{part: components.LiveView(ended)}, nil
}

// live tells a page what has changed since it last asked.
func (s *server) live(a *ask) (view, error) {
	w := readWatch(a.URL.Query())
	c, err := s.store.ChangesSince(a.Context(), a.actor, w.since)
	if err != nil {
		return view{}, err
	}
	if c.Newest == w.since && !more(a.URL.Query()) {
		s.rememberCalm(a, c.Newest)
		return view{status: http.StatusNoContent}, nil
	}
	w.since = c.Newest
	if c.Many {
		w.pace = slowPace
	}
	n := newsOf(a, w, c)
	if n.who, err = s.whoIn(a, n); err != nil {
		return view{}, err
	}
	var beside []beside
	switch page := pageOf(a).Path; {
	case page == "/users":
		beside, err = s.liveList(a, &w, n)
	case path.Base(page) == "edit":
		beside, err = s.liveMarks(a, n)
	default:
		beside, err = s.livePerson(a, w, n)
	}
	return view{part: components.LiveView(w.view(listOf(a))), beside: beside}, err
}

// liveList brings the rows up to date that are on the page. It moves none: who is
// deleted, or no longer matches, stays where they were, as they are now.
func (s *server) liveList(a *ask, w *watch, n news) ([]beside, error) {
	people, err := s.store.People(a.Context(), a.actor, n.about)
	if err != nil {
		return nil, err
	}
	var out []beside
	a.fresh = n.fresh
	l := listOf(a)
	for i := range people {
		u := &people[i]
		out = append(out, beside{components.QuietRow(u.ID), "outerMorph", components.UserRowView(s.row(a, l, u))})
		out = append(out, marksOf(a, n, u)...)
	}
	for _, id := range n.about {
		if !slices.ContainsFunc(people, func(u store.User) bool { return u.ID == id }) {
			out = append(out, beside{components.Sel(components.RowID(id)), "delete", components.Nothing()})
		}
	}
	if err := s.countArrived(a, w, n, l); err != nil {
		return nil, err
	}
	v := view{beside: out}
	if n.counts {
		err = s.besideList(l, a, &v)
	}
	return append(v.beside, announce(n, people)...), err
}

// skew is by how much the clocks of two instances may differ, or a change take.
const skew = 10 * time.Second

// countArrived counts the new people who would stand on this page, by reading it
// again, when somebody new has come at all.
func (s *server) countArrived(a *ask, w *watch, n news, l listState) error {
	created := func(e store.Notice) bool { return e.Act == store.ActCreate && e.Outcome == store.Done }
	if !n.Many && !slices.ContainsFunc(n.Notices, created) {
		return nil
	}
	p, err := s.store.ListUsers(a.Context(), a.actor, l.query(a.words))
	w.arrived = 0
	for i := range p.Users {
		if u := &p.Users[i]; !slices.Contains(w.people, u.ID) && u.Created.After(time.Unix(w.drawn, 0).Add(-skew)) {
			w.arrived++
		}
	}
	return err
}

// livePerson draws the page of a person anew, which leaves alone what is open.
func (s *server) livePerson(a *ask, w watch, n news) ([]beside, error) {
	people, err := s.store.People(a.Context(), a.actor, n.about)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	u, tab := &people[0], tabOf(a)
	if tab == "sessions" && !a.can(store.ActSeeSessions, u.On()) {
		return nil, nil
	}
	a.fresh, a.newest = n.fresh, w.since
	screen, err := s.userScreen(a, u, tab)
	if err != nil {
		return nil, err
	}
	out := []beside{{components.Sel(components.MainID), "innerMorph", screen}}
	out = append(out, marksOf(a, n, u)...)
	return append(out, announce(n, people)...), nil
}

// liveMarks is all that a form is told: what is typed into it stays.
func (s *server) liveMarks(a *ask, n news) ([]beside, error) {
	people, err := s.store.People(a.Context(), a.actor, n.about)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	return append(marksOf(a, n, &people[0]), announce(n, people)...), nil
}

// marksOf offers newer values beside the controls that are open, whichever those
// are, and takes back the offer of a value that they were drawn from.
func marksOf(a *ask, n news, u *store.User) []beside {
	if !a.can(store.ActEdit, u.On()) || !u.Deleted.IsZero() {
		return nil
	}
	var out []beside
	for _, f := range store.FormFields() {
		if !slices.Contains(n.fields[u.ID], f) {
			continue
		}
		value := f.Of(u)
		mark := newer(u, f)
		if slices.Contains(n.fresh[u.ID], f) {
			mark.Who = n.who
		}
		out = append(out, beside{components.NewerSlot(u.ID, string(f), value, false), "innerHTML", components.NewerValue(mark)},
			beside{components.NewerSlot(u.ID, string(f), value, true), "innerHTML", components.Nothing()})
	}
	return out
}

// newer offers the value that a field of a person has now.
func newer(u *store.User, f store.Field) components.Newer {
	n := components.Newer{UserID: u.ID, Field: string(f), Label: f.Label(), Person: u.Name, Text: f.Of(u)}
	if f == store.FieldRole {
		n.Text = u.Role.Label()
	}
	return n
}
