package handlers

import (
	"net/url"

	"backoffice/components"
	"backoffice/store"
)

// ownNewest is how many entries the account page shows of what others did to it.
const ownNewest = 10

// ownHistory is all that others did to one's own account, a page at a time.
func (s *server) ownHistory(a *ask) (view, error) {
	f := a.URL.Query()
	t, err := s.ownTimeline(a, store.TrailQuery{Below: parseID(f.Get("below")), Above: parseID(f.Get("above"))})
	return view{title: "Changes made by others", screen: components.OwnHistoryPage(t)}, err
}

// ownTimeline is what others did to one's own account: who by name, when, and each
// field before and after. What they wrote down beside it is theirs, unless it
// only says what happened.
func (s *server) ownTimeline(a *ask, q store.TrailQuery) (components.Timeline, error) {
	q.Target, q.Staff = a.actor.ID, true
	trail, err := s.store.Trail(a.Context(), a.actor, q)
	if err != nil {
		return components.Timeline{}, err
	}
	for i := range trail.Entries {
		if e := &trail.Entries[i]; !saysOnlyWhat[e.Act] {
			e.Note = ""
		}
	}
	t := s.told(a, &url.URL{Path: "/account/history"}, q, trail)
	t.Empty = "Nobody has changed anything here."
	return t, nil
}

// saysOnlyWhat are the acts whose note tells what was done and nothing that the
// staff have written, or have written to be read by the person.
var saysOnlyWhat = map[store.Act]bool{store.ActSignIn: true, store.ActEndSessions: true, store.ActLift: true,
	store.ActImpersonate: true, store.ActStopImpersonating: true}
