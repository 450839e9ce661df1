package handlers

import (
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// home is the start: the sign-in page without a session, the figures and what
// happened last with one. Members have no back office, only their account.
func (s *server) home(a *ask) (view, error) {
	if a.who == nil {
		if a.hx.fragment {
			return s.mustSignIn(a), nil
		}
		return s.signInPage(a, components.SignIn{Brand: s.brand, Next: "/", Reason: s.whyEnded(a.ended)})
	}
	if first := dutyOf(a); first != "" {
		return view{goTo: first}, nil
	}
	if !a.can(store.ActLook, nil) {
		return view{goTo: "/account"}, nil
	}
	tiles, err := s.tiles(a)
	if err != nil {
		return view{}, err
	}
	v := components.HomeView{Greeting: a.words.greeting() + ", " + a.who.User.Name, Tiles: tiles}
	if a.can(store.ActReadTrail, nil) {
		v.AllHref = "/audit"
		if v.Recent, err = s.timeline(a, a.URL, store.TrailQuery{Limit: 8}); err != nil {
			return view{}, err
		}
		v.Recent.NewerHref, v.Recent.OlderHref = "", "" // the whole log has pages, this page has not
	}
	return view{title: "Home", screen: components.HomePage(v)}, nil
}

// tiles are figures, each with the list behind it.
func (s *server) tiles(a *ask) ([]components.Tile, error) {
	counts, err := s.store.Counts(a.Context(), a.actor)
	if err != nil {
		return nil, err
	}
	by := func(st store.Status) string { return thousands(counts.Of("", st)) }
	admins := counts.Of(store.Admin, store.Active)
	tiles := []components.Tile{
		{Label: "People", Figure: by(""), Note: "with an account", Href: "/users"},
		{Label: "Active", Figure: by(store.Active), Note: "may sign in", Href: "/users?status=active"},
		{Label: "Invited", Figure: by(store.Invited), Note: "have not signed in yet", Href: "/users?status=invited"},
		{Label: "Deactivated", Figure: by(store.Deactivated), Note: "may not sign in", Href: "/users?status=deactivated"},
		{Label: "Admins", Figure: thousands(admins), Note: "may do everything", Href: "/users?role=admin&status=active"},
	}
	if admins == 1 {
		tiles[4].Tone, tiles[4].Note = "warn", "make a second one"
	}
	more, err := s.concerns(a)
	return append(tiles, more...), err
}

// concerns are figures of what needs a look, each with the list behind it. They are
// counted along indexes that hold nobody else, and up to a thousand only.
func (s *server) concerns(a *ask) ([]components.Tile, error) {
	var tiles []components.Tile
	for _, c := range []struct {
		label, calm, note string
		list              listState
		act               store.Act
	}{
		{"Invitations expiring", "none within two days", "within two days", listState{invite: "soon"}, store.ActLook},
		{"Admins without second factor", "all have one", "may do everything", listState{role: string(store.Admin), status: string(store.Active), factor: "no"}, store.ActResetFactors},
		{"Slowed down now", "no sign-in is", "too many failed tries", listState{slowed: "yes"}, store.ActLook},
	} {
		if !a.can(c.act, nil) {
			continue
		}
		n, err := s.store.Tally(a.Context(), a.actor, c.list.query(a.words))
		if err != nil {
			return nil, err
		}
		t := components.Tile{Label: c.label, Figure: total(n), Note: c.calm, Href: c.list.href()}
		if n.N > 0 {
			t.Tone, t.Note = "warn", c.note
		}
		tiles = append(tiles, t)
	}
	return tiles, nil
}

// navigation is the main menu, by what one may see.
func navigation(a *ask) []components.Link {
	if dutyOf(a) != "" {
		return nil
	}
	var out []components.Link
	add := func(label, href, icon string, act store.Act) {
		if a.can(act, nil) {
			current := isWithin(a.URL.Path, href) || href == "/users" && isWithin(a.URL.Path, "/imports")
			out = append(out, components.Link{Label: label, Href: href, Icon: icon, Current: current})
		}
	}
	add("Home", "/", "home", store.ActLook)
	add("Users", "/users", "users", store.ActLook)
	add("Audit log", "/audit", "history", store.ActReadTrail)
	add("Mail", "/mail", "mail", store.ActMail)
	return out
}

// isWithin reports whether a page belongs to a place of the menu.
func isWithin(page, place string) bool {
	return page == place || place != "/" && strings.HasPrefix(page, place+"/")
}
