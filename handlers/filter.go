package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// deleted is where a status stands in an address, for people who have been
// deleted and can be restored.
const deleted = "deleted"

// fromDialog is set in the request of the filter form when it is a dialog.
const fromDialog = "dialog"

// readFilters reads the filters besides role and status: "created=30d" or
// "created=2026-01-01..2026-01-31", "signin=never", "7d" or "older-90d",
// "password=yes" or "no", "factor=yes" or "no", "invite=pending", "soon",
// "expired" or "none", and "slowed=yes". The form sends two dates instead of a stretch.
func (l *listState) readFilters(v url.Values) {
	l.created = v.Get("created")
	if l.created == "dates" {
		l.created = v.Get("from") + ".." + v.Get("to")
	}
	if _, ok := store.ParseSpan(l.created, time.Time{}); !ok {
		l.created = ""
	}
	if l.signin = v.Get("signin"); !validSignIn(l.signin) {
		l.signin = ""
	}
	l.password, l.factor = readAnswer(v.Get("password")), readAnswer(v.Get("factor"))
	if l.slowed = readAnswer(v.Get("slowed")); l.slowed == string(store.No) {
		l.slowed = ""
	}
	if _, _, ok := store.ParseInvite(v.Get("invite"), time.Time{}); ok {
		l.invite = v.Get("invite")
	}
}

func readAnswer(text string) string {
	if answer := store.Answer(text); answer != store.Yes && answer != store.No {
		return ""
	}
	return text
}

func validSignIn(text string) bool {
	_, _, ok := store.ParseLastSignIn(text, time.Time{})
	return ok
}

// narrowed reports whether there are filters for which no counts are kept.
func (l listState) narrowed() bool {
	return l.created+l.signin+l.password+l.invite+l.factor+l.slowed != ""
}

func (l listState) filtered() bool { return l.role+l.status != "" || l.narrowed() }

// verbose reports whether an address is as the filter form makes it with scripts
// off: with all there is to choose, chosen or not.
func verbose(v url.Values) bool {
	return v.Has("created") && v.Has("from") && v.Has("to") && v.Has("signin") && v.Has("password") && v.Has("invite")
}

// chosen are the chips of the filters that have none of their own. Each takes
// its filter away.
func (l listState) chosen() []components.Chip {
	var chips []components.Chip
	for _, f := range []struct {
		text string
		name func(*listState) *string
	}{
		{deletedLabel(l.status), func(l *listState) *string { return &l.status }},
		{labelled("Created: ", spanLabel(l.created)), func(l *listState) *string { return &l.created }},
		{labelled("Last sign-in: ", spanLabel(l.signin)), func(l *listState) *string { return &l.signin }},
		{labelled("Password: ", passwordLabels[l.password]), func(l *listState) *string { return &l.password }},
		{labelled("Invitation: ", inviteLabels[l.invite]), func(l *listState) *string { return &l.invite }},
		{labelled("Second factor: ", factorLabels[l.factor]), func(l *listState) *string { return &l.factor }},
		{labelled("Sign-in: ", slowedLabels[l.slowed]), func(l *listState) *string { return &l.slowed }},
	} {
		if f.text != "" {
			without := l.first()
			*f.name(&without) = ""
			chips = append(chips, components.Chip{Label: f.text, Href: without.href()})
		}
	}
	return chips
}

func deletedLabel(status string) string {
	if status != deleted {
		return ""
	}
	return "Deleted"
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + value
}

var (
	passwordLabels = map[string]string{"yes": "set", "no": "none"}
	inviteLabels   = map[string]string{"pending": "pending", "soon": "expires in 2 days", "expired": "expired", "none": "none open"}
	factorLabels   = map[string]string{"yes": "with one", "no": "without one"}
	slowedLabels   = map[string]string{"yes": "slowed down now"}
)

// spanLabel is a stretch of time as a chip names it.
func spanLabel(text string) string {
	first, last, dates := strings.Cut(text, "..")
	switch {
	case text == "" || text == "never":
		return text
	case dates && last == "":
		return "from " + dayLabel(first)
	case dates && first == "":
		return "until " + dayLabel(last)
	case dates && first == last:
		return dayLabel(first)
	case dates:
		return dayLabel(first) + " – " + dayLabel(last)
	}
	days, older := strings.CutPrefix(text, "older-")
	switch number := strings.TrimSuffix(days, "d"); {
	case older && number == "365":
		return "not for a year"
	case older:
		return "not for " + number + " days"
	case number == "1":
		return "today"
	default:
		return "last " + number + " days"
	}
}

func dayLabel(text string) string {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return day.Format("2 Jan 2006")
}

// filterUsers is the form of the filters, as a dialog over the list or as a page.
func (s *server) filterUsers(a *ask) (view, error) {
	l := readList(a.URL.Query()).first()
	form := components.FilterForm{Deleted: l.status == deleted, BackHref: l.href()}
	if l.filtered() {
		form.ClearHref = listState{q: l.q, sort: l.sort}.href()
	}
	if first, last, dates := strings.Cut(l.created, ".."); dates {
		form.From, form.To = first, last
	}
	form.Kept = keep(keep(form.Kept, "q", l.q), "role", l.role)
	if !form.Deleted {
		form.Kept = keep(form.Kept, "status", l.status)
	}
	if l.sort != (store.Sort{By: store.ByName}) {
		form.Kept = keep(form.Kept, "sort", l.sort.String())
	}
	err := s.filterChoices(a, l, &form)
	return view{title: "Filter users", screen: components.FilterPage(form), part: components.FilterDialog(form)}, err
}

func keep(kept []components.Hidden, name, value string) []components.Hidden {
	if value == "" {
		return kept
	}
	return append(kept, components.Hidden{Name: name, Value: value})
}

// filterChoices are what can be chosen, with how many of the role and status at
// hand each would show.
func (s *server) filterChoices(a *ask, l listState, form *components.FilterForm) error {
	base := listState{role: l.role, status: l.status}
	if form.Deleted {
		base.status = ""
	}
	c := counter{s, a, base}
	created, err1 := c.choice("created", "Created", l.created, "Any time", []string{"7d", "30d", "90d"})
	created.Options = append(created.Options, components.Option{Value: "dates", Label: "Between two days…", Selected: form.From+form.To != ""})
	signIn, err2 := c.choice("signin", "Last sign-in", l.signin, "Any time", []string{"never", "7d", "30d", "older-30d", "older-90d", "older-365d"})
	password, err3 := c.choice("password", "Password", l.password, "Any", []string{"yes", "no"})
	gone, err4 := c.count("status", deleted)
	form.Created, form.SignIn, form.Password, form.DeletedCount = created, signIn, password, gone
	return errors.Join(err1, err2, err3, err4, c.standingChoices(a, l, form))
}

// standingChoices are those about how people's accounts stand. Who has no second
// factor is not everybody's business.
func (c counter) standingChoices(a *ask, l listState, form *components.FilterForm) error {
	invite, err1 := c.choice("invite", "Invitation", l.invite, "Any", []string{"pending", "soon", "expired", "none"})
	slowed, err2 := c.choice("slowed", "Sign-in", l.slowed, "Any", []string{"yes"})
	form.Standing = []components.Field{invite, slowed}
	if !a.can(store.ActResetFactors, nil) {
		return errors.Join(err1, err2)
	}
	factor, err3 := c.choice("factor", "Second factor", l.factor, "Any", []string{"yes", "no"})
	form.Standing = []components.Field{invite, factor, slowed}
	return errors.Join(err1, err2, err3)
}

// counter counts what choices would show beside a list.
type counter struct {
	s    *server
	a    *ask
	list listState
}

// choice is one filter as a field of a form. What an address says, but no option,
// is an option too.
func (c counter) choice(name, label, now, any string, values []string) (components.Field, error) {
	f := components.Field{ID: "filter-" + name, Name: name, Label: label, Type: "select",
		Options: []components.Option{{Label: any, Selected: now == ""}}}
	if now != "" && !slices.Contains(values, now) && !strings.Contains(now, "..") {
		values = append(values, now)
	}
	for _, v := range values {
		n, err := c.count(name, v)
		if err != nil {
			return f, err
		}
		f.Options = append(f.Options, components.Option{Value: v, Label: choiceLabel(name, v) + " (" + n + ")", Selected: v == now})
	}
	return f, nil
}

// count is how many one choice would show.
func (c counter) count(name, value string) (string, error) {
	v := url.Values{"role": {c.list.role}, "status": {c.list.status}}
	v.Set(name, value)
	n, err := c.s.store.Tally(c.a.Context(), c.a.actor, readList(v).query(c.a.words))
	return total(n), err
}

// choiceLabel is a choice as the form names it: as its chip does.
func choiceLabel(name, value string) string {
	labels := map[string]map[string]string{"password": passwordLabels, "invite": inviteLabels, "factor": factorLabels, "slowed": slowedLabels}
	label := labels[name][value]
	if label == "" {
		label = spanLabel(value)
	}
	return strings.ToUpper(label[:1]) + label[1:]
}
