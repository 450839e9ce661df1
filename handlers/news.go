package handlers

import (
	"slices"

	"backoffice/components"
	"backoffice/store"
)

// news is what has happened, as one page sees it.
type news struct {
	store.Changes
	about  []int64                 // those on the page about whom there is any
	fields map[int64][]store.Field // what of them changed, by anybody
	fresh  map[int64][]store.Field // what others changed
	by     []store.Entry           // those others, as the actors of entries
	who    string                  // their name, when it is one
	told   []int64                 // whom they changed
	counts bool                    // whether there may be more or fewer people in a role or status
}

func newsOf(a *ask, w watch, c store.Changes) news {
	n := news{Changes: c, fields: map[int64][]store.Field{}, fresh: map[int64][]store.Field{}, counts: c.Many}
	if c.Many {
		n.about = w.people
		for _, id := range w.people {
			n.fields[id] = store.FormFields()
		}
		return n
	}
	for _, e := range c.Notices {
		n.counts = n.counts || e.Outcome == store.Done && changesCounts(e)
		if slices.Contains(w.people, e.Person) {
			n.add(a, e)
		}
	}
	return n
}

func (n *news) add(a *ask, e store.Notice) {
	if !slices.Contains(n.about, e.Person) {
		n.about = append(n.about, e.Person)
	}
	if e.Outcome != store.Done || len(e.Fields) == 0 {
		return
	}
	n.fields[e.Person] = append(n.fields[e.Person], e.Fields...)
	if e.Kind == store.Person && e.Actor == a.actor.ID {
		return
	}
	n.fresh[e.Person] = append(n.fresh[e.Person], e.Fields...)
	if !slices.ContainsFunc(n.by, func(by store.Entry) bool { return by.Kind == e.Kind && by.Actor == e.Actor }) {
		n.by = append(n.by, store.Entry{Kind: e.Kind, Actor: e.Actor})
	}
	if !slices.Contains(n.told, e.Person) {
		n.told = append(n.told, e.Person)
	}
}

// changesCounts reports whether the counts over the list may have changed.
func changesCounts(e store.Notice) bool {
	return slices.ContainsFunc(e.Fields, func(f store.Field) bool {
		return f == store.FieldRole || f == store.FieldStatus || f == store.FieldDeleted
	})
}

// announce says once, politely, what others did to whom.
func announce(n news, people []store.User) []beside {
	if len(n.told) == 0 {
		return nil
	}
	who, whom := n.who, count(len(n.told), "person", "people")
	if who == "" {
		who = "Several people"
	}
	for i := range people {
		if len(n.told) == 1 && people[i].ID == n.told[0] {
			whom = people[i].Name
		}
	}
	return []beside{{components.Sel(components.AnnounceID), "innerHTML", components.Said(who + " changed " + whom)}}
}

// whoIn names the one who changed what others changed; "" when they were several.
func (s *server) whoIn(a *ask, n news) (string, error) {
	if len(n.by) != 1 {
		return "", nil
	}
	by := n.by[0]
	if by.Kind == store.Person {
		u, err := s.store.People(a.Context(), a.actor, []int64{by.Actor})
		if err != nil {
			return "", err
		}
		if len(u) == 1 {
			by.ActorName = u[0].Name
		}
	}
	return by.Who(), nil
}
