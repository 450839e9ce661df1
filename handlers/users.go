package handlers

import (
	"net/url"
	"slices"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// listState is what the address of the list says: the address is the view.
type listState struct {
	q, role, status           string // status may be "deleted"
	created, signin, password string // see readFilters
	invite, factor, slowed    string
	sort                      store.Sort
	after, before             string
}

func readList(v url.Values) listState {
	l := listState{q: strings.TrimSpace(v.Get("q")), sort: store.ParseSort(v.Get("sort")), after: v.Get("after"), before: v.Get("before")}
	if r := v.Get("role"); store.Role(r).Valid() {
		l.role = r
	}
	if st := v.Get("status"); store.Status(st).Valid() || st == deleted {
		l.status = st
	}
	l.readFilters(v)
	return l
}

// listOf is the list that a request comes from.
func listOf(a *ask) listState { return readList(pageOf(a).Query()) }

// pageOf is the address of the page that a request belongs to: its own, or for
// a fragment the one it was sent from.
func pageOf(a *ask) *url.URL {
	if a.hx.fragment && a.hx.current != nil {
		return a.hx.current
	}
	return a.URL
}

// query is what the state asks of the store. Which days are meant by "30d" is
// told by today's.
func (l listState) query(w words) store.Query {
	q := store.Query{Search: l.q, Role: store.Role(l.role), Sort: l.sort, Password: store.Answer(l.password),
		Factor: store.Answer(l.factor), Slowed: l.slowed != "",
		After: store.ParseCursor(l.after, l.sort), Before: store.ParseCursor(l.before, l.sort)}
	if q.Deleted = l.status == deleted; !q.Deleted {
		q.Status = store.Status(l.status)
	}
	q.Created, _ = store.ParseSpan(l.created, w.today())
	q.SignedIn, q.Never, _ = store.ParseLastSignIn(l.signin, w.today())
	q.Invite, q.Uninvited, _ = store.ParseInvite(l.invite, w.now)
	return q
}

// encode is the query string of this state, without what is as always. A page
// of the list has dozens of them.
func (l listState) encode() string {
	var b strings.Builder
	add := func(name, value string) {
		if value == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + url.QueryEscape(value))
	}
	add("after", l.after)
	add("before", l.before)
	add("created", l.created)
	add("factor", l.factor)
	add("invite", l.invite)
	add("password", l.password)
	add("q", l.q)
	add("role", l.role)
	add("signin", l.signin)
	add("slowed", l.slowed)
	if l.sort != (store.Sort{By: store.ByName}) {
		add("sort", l.sort.String())
	}
	add("status", l.status)
	return b.String()
}

// at is an address with this state behind it.
func (l listState) at(path string) string {
	if q := l.encode(); q != "" {
		return path + "?" + q
	}
	return path
}

func (l listState) href() string { return l.at("/users") }

// first is the state at the beginning of the list.
func (l listState) first() listState {
	l.after, l.before = "", ""
	return l
}

func (l listState) withStatus(s string) listState { l = l.first(); l.status = s; return l }
func (l listState) withRole(r string) listState   { l = l.first(); l.role = r; return l }
func (l listState) withSort(s store.Sort) listState {
	l = l.first()
	l.sort = s
	return l
}

// users is the list of people.
func (s *server) users(a *ask) (view, error) {
	l := readList(a.URL.Query())
	if !a.hx.fragment && verbose(a.URL.Query()) {
		return view{goTo: l.href()}, nil
	}
	if err := s.notedNow(a); err != nil {
		return view{}, err
	}
	p, err := s.store.ListUsers(a.Context(), a.actor, l.query(a.words))
	if err != nil {
		return view{}, err
	}
	list := s.listView(a, l, p)
	v := view{title: "Users", screen: components.UsersPage(list)}
	if a.hx.target == components.ResultsID {
		v.part = components.UserListResults(list)
		v.beside = []beside{{components.Sel(components.SummaryID), "outerHTML", components.ListSummary(list)},
			{components.Sel(components.LiveID), "outerMorph", components.LiveView(list.Live)}}
		if a.URL.Query().Has(fromDialog) {
			v.beside = append(v.beside, closeDialog())
		}
		v.tell = addressBar(a, l)
	}
	return v, nil
}

// addressBar pushes a new view of the list onto the history, but only
// corrects the address while somebody types a search: one step back from a
// search is the list before it, not the search less a letter.
func addressBar(a *ask, l listState) instruct {
	before := listOf(a)
	typing := before.q != "" && l.q != "" && before.q != l.q
	if typing || before.href() == l.href() {
		return instruct{replace: l.href()}
	}
	return instruct{push: l.href()}
}

func (s *server) listView(a *ask, l listState, p store.Page) components.UserList {
	list := components.UserList{Query: l.q, Columns: columns(l), Summary: summary(l, p.Total),
		CreateHref: "/users/new", CreateLabel: "New user", Live: watchOfList(a, p.Users)}
	filters(l, p.Counts, &list)
	exportMenu(a, l, &list)
	list.Rows = make([]components.UserRow, len(p.Users))
	for i := range p.Users {
		list.Rows[i] = s.row(a, l, &p.Users[i])
	}
	list.Range = "Showing " + thousands(len(p.Users)) + " of " + total(p.Total)
	if p.Prev != nil {
		prev := l.first()
		prev.before = p.Prev.String()
		list.PrevHref = prev.href()
	}
	if p.Next != nil {
		next := l.first()
		next.after = p.Next.String()
		list.NextHref = next.href()
	}
	if len(p.Users) == 0 && l.q != "" {
		list.CreateHref, list.CreateLabel = createFor(l.q)
	}
	if !a.can(store.ActCreate, nil) {
		list.CreateHref = ""
	}
	if a.can(store.ActInvite, nil) {
		list.InviteHref = "/users/invite"
	}
	if a.can(store.ActImport, nil) {
		list.ImportHref = "/imports"
	}
	return list
}

// createFor offers to create whom one looked for in vain.
func createFor(q string) (href, label string) {
	field := "name"
	if strings.Contains(q, "@") {
		field = "email"
	}
	return "/users/new?" + url.Values{field: {q}}.Encode(), "Create “" + q + "”"
}

// filters are the chips, with the counts that are kept for them. Each count is
// what choosing the chip would show, search aside.
func filters(l listState, counts store.Counts, list *components.UserList) {
	n := func(role, status string) string { return short(counts.Of(store.Role(role), store.Status(status))) }
	if l.narrowed() || l.status == deleted {
		n = func(string, string) string { return "" } // is kept for no combination with these
	}
	list.Statuses = []components.Chip{{Label: "All", Count: n(l.role, ""), Href: l.withStatus("").href(), Current: l.status == ""}}
	for _, st := range store.Statuses() {
		list.Statuses = append(list.Statuses, components.Chip{Label: st.Label(), Count: n(l.role, string(st)),
			Href: l.withStatus(string(st)).href(), Current: l.status == string(st)})
	}
	list.Roles = []components.Chip{{Label: "Any role", Count: n("", l.status), Href: l.withRole("").href(), Current: l.role == ""}}
	for _, r := range store.Roles() {
		list.Roles = append(list.Roles, components.Chip{Label: r.Label(), Count: n(string(r), l.status),
			Href: l.withRole(string(r)).href(), Current: l.role == string(r)})
	}
	list.FilterHref, list.Chosen = l.first().at("/users/filter"), l.chosen()
	for _, kept := range [][2]string{{"role", l.role}, {"status", l.status}, {"created", l.created}, {"signin", l.signin}, {"password", l.password},
		{"invite", l.invite}, {"factor", l.factor}, {"slowed", l.slowed}} {
		list.Kept = keep(list.Kept, kept[0], kept[1])
	}
	if l.sort != (store.Sort{By: store.ByName}) {
		list.Kept = keep(list.Kept, "sort", l.sort.String())
	}
	if l.q != "" || l.filtered() {
		list.ClearHref = listState{sort: l.sort}.href()
	}
}

func columns(l listState) []components.Column {
	var out []components.Column
	for _, c := range []struct {
		key, label string
		by         store.SortKey
	}{
		{"name", "Name", store.ByName}, {"email", "E-mail", store.ByEmail}, {"role", "Role", store.ByRole},
		{"status", "Status", store.ByStatus}, {"phone", "Phone", store.ByPhone},
		{"signin", "Last sign-in", store.ByLastSignIn}, {"created", "Created", store.ByCreated},
	} {
		col := components.Column{Key: c.key, Label: c.label}
		to := store.Sort{By: c.by, Desc: c.by == store.ByLastSignIn || c.by == store.ByCreated}
		if l.sort.By == c.by {
			col.Sort = "ascending"
			if l.sort.Desc {
				col.Sort = "descending"
			}
			to.Desc = !l.sort.Desc
		}
		col.Href = l.withSort(to).href()
		out = append(out, col)
	}
	return out
}

func total(c store.Count) string {
	if c.AtLeast {
		return thousands(c.N) + "+"
	}
	return thousands(c.N)
}

func summary(l listState, c store.Count) string {
	people := " people"
	if c.N == 1 && !c.AtLeast {
		people = " person"
	}
	if l.q == "" && !l.filtered() {
		return total(c) + people
	}
	if people == " person" {
		return "1 person matches"
	}
	return total(c) + " people match"
}

// row is one person in the list.
func (s *server) row(a *ask, l listState, u *store.User) components.UserRow {
	return components.UserRow{
		ID: u.ID, Avatar: avatar(u), Href: l.at("/users/" + formatID(u.ID)),
		Name:       cellOf(a, u, store.FieldName, l.q),
		Email:      cellOf(a, u, store.FieldEmail, l.q),
		Phone:      cellOf(a, u, store.FieldPhone, l.q),
		Role:       cellOf(a, u, store.FieldRole, ""),
		Status:     a.words.standing(u),
		LastSignIn: a.words.inRow(u.LastSignIn),
		Created:    a.words.inRow(u.Created),
		HasMenu:    hasActions(a, u),
		Found:      foundElsewhere(u, l.q),
	}
}

// foundElsewhere shows why somebody was found by what no column shows.
func foundElsewhere(u *store.User, q string) []components.Mark {
	if q == "" {
		return nil
	}
	spans := store.Marks(u.ExternalID, q)
	if len(spans) == 0 {
		return nil
	}
	label := components.Mark{Text: store.FieldExternalID.Label() + " "}
	return append([]components.Mark{label}, marks(u.ExternalID, spans)...)
}

func status(u *store.User) components.Status {
	if !u.Deleted.IsZero() {
		return components.Status{Key: "deleted", Label: "Deleted"}
	}
	return components.Status{Key: string(u.Status), Label: u.Status.Label()}
}

// cellOf is one value of a person, with the hits of a search marked.
func cellOf(a *ask, u *store.User, f store.Field, q string) components.Cell {
	c := components.Cell{UserID: u.ID, Field: string(f), Label: f.Label(), Person: u.Name}
	c.CanEdit = a.can(f.Act(), u.On()) && u.Deleted.IsZero() && !(f == store.FieldRole && u.ID == a.actor.ID)
	text := f.Of(u)
	if f == store.FieldRole {
		c.Badge, text = text, u.Role.Label()
	}
	c.Text, c.Marks = text, marks(text, hits(f, text, q))
	c.Fresh = slices.Contains(a.fresh[u.ID], f)
	return c
}

// hits are where a value matches a search.
func hits(f store.Field, text, q string) []store.Span {
	switch {
	case q == "":
		return nil
	case f == store.FieldPhone:
		return store.PhoneMarks(text, q)
	}
	return store.Marks(text, q)
}

func marks(text string, spans []store.Span) []components.Mark {
	if len(spans) == 0 {
		return nil
	}
	var out []components.Mark
	at := 0
	for _, sp := range spans {
		if sp.From > at {
			out = append(out, components.Mark{Text: text[at:sp.From]})
		}
		out = append(out, components.Mark{Text: text[sp.From:sp.To], Hit: true})
		at = sp.To
	}
	if at < len(text) {
		out = append(out, components.Mark{Text: text[at:]})
	}
	return out
}

// hasActions reports whether there is anything to put into a menu of acts.
// Whoever may edit a person may do the rest of it as well.
func hasActions(a *ask, u *store.User) bool {
	if !u.Deleted.IsZero() {
		return a.can(store.ActRestore, u.On())
	}
	return a.can(store.ActEdit, u.On())
}

// actions are what may be done with a person, by whom one is and where the
// person stands. What is not offered is refused as well.
func actions(a *ask, u *store.User) components.Actions {
	on, path := u.On(), "/users/"+formatID(u.ID)
	acts := components.Actions{Name: u.Name}
	offer := func(to *string, act store.Act, suits bool) {
		if suits && a.can(act, on) {
			*to = path + "/" + actPaths[act]
		}
	}
	here, self := u.Deleted.IsZero(), u.ID == a.actor.ID
	offer(&acts.EditHref, store.ActEdit, here)
	offer(&acts.DeactivateHref, store.ActDeactivate, here && !self && u.Status != store.Deactivated)
	offer(&acts.ReactivateHref, store.ActReactivate, here && u.Status == store.Deactivated)
	offer(&acts.ResetHref, store.ActResetPassword, here && !self && u.Status == store.Active)
	if here && !self && u.HasPassword && u.Status != store.Invited && a.can(store.ActResetPassword, on) {
		acts.MustHref, acts.Must = path+"/must-change", u.MustChangePassword
	}
	offer(&acts.DeleteHref, store.ActDelete, here && !self)
	offer(&acts.RestoreHref, store.ActRestore, !here)
	offer(&acts.EraseHref, store.ActPurge, !here)
	offer(&acts.SeeHref, store.ActImpersonate, here && u.Status == store.Active)
	offer(&acts.InviteHref, store.ActInvite, here && u.Status == store.Invited)
	if acts.InviteHref != "" && !u.InviteUntil.IsZero() {
		acts.RevokeHref = acts.InviteHref + "/revoke"
	}
	return acts
}

var actPaths = map[store.Act]string{
	store.ActEdit: "edit", store.ActDeactivate: "deactivate", store.ActReactivate: "reactivate",
	store.ActDelete: "delete", store.ActRestore: "restore", store.ActPurge: "erase", store.ActResetPassword: "reset",
	store.ActInvite: "invite", store.ActImpersonate: "impersonate",
}
