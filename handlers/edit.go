package handlers

import (
	"errors"
	"net/http"
	"slices"

	"backoffice/components"
	"backoffice/store"
)

// newUser is the form for a new person. A search that found nobody may have
// filled in a name or an address.
func (s *server) newUser(a *ask) (view, error) {
	return view{title: "New user", screen: components.UserFormPage(s.newUserForm(a, nil))}, nil
}

func (s *server) newUserForm(a *ask, problems map[string]string) components.UserForm {
	f := components.UserForm{Action: "/users", Submit: "Create user", CancelHref: "/users"}
	for _, key := range store.FormFields() {
		field := fieldOf(a, key, "user-"+string(key))
		field.Value, field.Error = a.FormValue(string(key)), problems[string(key)]
		if key == store.FieldRole {
			field.Options = roleOptions(a, nil, store.Role(field.Value))
		}
		field.Required = key == store.FieldName || key == store.FieldEmail
		field.Autofocus = key == store.FieldName
		f.Fields = append(f.Fields, field)
	}
	f.Fields = append(f.Fields, s.entryField(a.FormValue("entry")),
		components.Field{ID: "user-password", Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password",
			Hint: passwordHint + " It is for the first sign-in only: they choose their own then.", Error: problems["password"], Required: true})
	markFirst(&f)
	return f
}

// createUser adds a person and goes to their page. A password that somebody else has
// set is good until the first sign-in.
func (s *server) createUser(a *ask) (view, error) {
	role := store.Role(a.PostFormValue("role"))
	if role == "" {
		role = store.Member
	}
	n := store.NewUser{
		Name: a.PostFormValue("name"), Email: a.PostFormValue("email"), Phone: a.PostFormValue("phone"), Role: role,
		ExternalID: a.PostFormValue("external_id"), Password: a.PostFormValue("password"),
		MustChangePassword: true,
	}
	v, err := s.addUser(a, n)
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		return view{status: statusOf(e.Kind), title: "New user", screen: components.UserFormPage(s.newUserForm(a, e.Fields))}, nil
	}
	return v, err
}

// addUser adds a person in the way that was chosen for them to come in.
func (s *server) addUser(a *ask, n store.NewUser) (view, error) {
	if entry := a.PostFormValue("entry"); entry == entryMail || entry == entryLink {
		return s.inviteUser(a, n, s.mail && entry == entryMail)
	}
	c, err := s.store.CreateUser(a.Context(), a.actor, n)
	if err != nil {
		return view{}, err
	}
	return view{goTo: "/users/" + formatID(c.User.ID),
		toast: &components.Toast{Tone: "ok", Title: c.User.Name + " created", Detail: "They sign in with the password you gave them, and choose their own at once."}}, nil
}

// fieldOf is the bare control of a field.
func fieldOf(a *ask, f store.Field, id string) components.Field {
	field := components.Field{ID: id, Name: string(f), Label: f.Label(), Type: "text", Autocomplete: "off"}
	switch f {
	case store.FieldName:
		field.MaxLength = 200
	case store.FieldEmail:
		field.Type, field.MaxLength = "email", 254
	case store.FieldPhone:
		field.Type, field.MaxLength = "tel", 40
	case store.FieldRole:
		field.Type = "select"
	case store.FieldExternalID:
		field.MaxLength, field.Hint = 100, "The number or name of this person in another system."
	}
	return field
}

// roleOptions are the roles one may give, and the one the person has.
func roleOptions(a *ask, u *store.User, chosen store.Role) []components.Option {
	if chosen == "" {
		chosen = store.Member
	}
	var out []components.Option
	for _, r := range store.Roles() {
		if a.can(store.ActSetRole, &store.Target{Role: r}) || u != nil && u.Role == r {
			out = append(out, components.Option{Value: string(r), Label: r.Label(), Selected: r == chosen})
		}
	}
	return out
}

// draft is a form about a person as it was typed, with what was said about it.
// An empty draft is the person as they stand.
type draft struct {
	typed     map[store.Field]string
	problems  map[string]string
	conflicts map[string]store.FieldConflict
	problem   string // about the form as a whole
}

// field is a control for a field of a person: what was typed, what it was drawn
// from, and what is wrong. After a conflict it is drawn from their value, so
// that sending it again means "keep mine".
func (d draft) field(a *ask, u *store.User, f store.Field, id string) components.Field {
	field := fieldOf(a, f, id)
	field.Hint = ""
	field.UserID, field.Was, field.HasWas = u.ID, f.Of(u), true
	field.Value = field.Was
	if typed, ok := d.typed[f]; ok {
		field.Value = typed
	}
	if was, sent := a.PostForm["was."+string(f)]; sent && d.conflicts[string(f)].At.IsZero() {
		field.Was = was[0]
	}
	field.Error = d.problems[string(f)]
	if f == store.FieldRole {
		field.Options = roleOptions(a, u, store.Role(field.Value))
		field.Disabled = u.ID == a.actor.ID
		field.HasWas = !field.Disabled
		if field.Disabled {
			field.Hint = "Another admin can change your role."
		}
	}
	if c, ok := d.conflicts[string(f)]; ok {
		field.Was = c.Theirs
		field.Conflict = conflict(a, f, c)
	}
	if field.Was != f.Of(u) {
		mark := newer(u, f)
		field.Newer = &mark
	}
	return field
}

func conflict(a *ask, f store.Field, c store.FieldConflict) *components.Conflict {
	out := &components.Conflict{Yours: c.Yours, Theirs: c.Theirs, Before: c.Before, Who: c.Who, When: "meanwhile"}
	if out.Who == "" {
		out.Who = "Somebody"
	}
	if !c.At.IsZero() {
		out.When = a.words.ago(c.At)
	}
	if f == store.FieldRole {
		for _, v := range []*string{&out.Yours, &out.Theirs, &out.Before} {
			*v = store.Role(*v).Label()
		}
	}
	return out
}

func (d draft) cell(a *ask, u *store.User, f store.Field) components.CellForm {
	field := d.field(a, u, f, components.CellID(u.ID, string(f))+"-in")
	field.Autofocus = a.Method != http.MethodPost
	if field.Error == "" {
		field.Error = d.problem
	}
	return components.CellForm{Field: field, UserID: u.ID, Person: u.Name, Key: string(f), Label: f.Label()}
}

func (d draft) form(a *ask, u *store.User, prefix, focus string) components.UserForm {
	path := "/users/" + formatID(u.ID)
	out := components.UserForm{UserID: u.ID, Person: u.Name, Action: path, Submit: "Save changes", CancelHref: path, Error: d.problem}
	for _, f := range store.FormFields() {
		field := d.field(a, u, f, prefix+string(f))
		field.Required = f == store.FieldName || f == store.FieldEmail
		field.Autofocus = string(f) == focus
		out.Fields = append(out.Fields, field)
	}
	markFirst(&out)
	return out
}

// markFirst leads to the first field that something is wrong with.
func markFirst(form *components.UserForm) {
	wrong := func(f components.Field) bool { return f.Error != "" || f.Conflict != nil }
	first := slices.IndexFunc(form.Fields, wrong)
	if first < 0 {
		return
	}
	for i := range form.Fields {
		form.Fields[i].Autofocus = i == first
	}
	if form.Error == "" {
		form.Error = "Nothing has been saved yet. Please look at what is marked."
	}
}

func (d draft) row(s *server, a *ask, u *store.User) components.UserRow {
	focus := "name"
	if a.Method == http.MethodPost {
		focus = ""
	}
	r := s.row(a, listOf(a), u)
	form := d.form(a, u, components.RowID(u.ID)+"-row-", focus)
	form.Fields = slices.DeleteFunc(form.Fields, func(f components.Field) bool {
		return f.Name == string(store.FieldExternalID) // no column shows it
	})
	r.Form = &form
	return r
}

// editUser opens a cell or a row, or is the form as a page.
func (s *server) editUser(a *ask) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	if !a.can(store.ActEdit, u.On()) {
		return view{}, s.refuse(a, store.ActEdit, u.Name+" ranks too high for you to change.")
	}
	if !u.Deleted.IsZero() {
		return view{}, &store.Error{Kind: store.Refused, Message: u.Name + " has been deleted. Restore the account first."}
	}
	return s.editView(a, &u, draft{}, a.FormValue("view"), store.Field(a.FormValue("field"))), nil
}

// inForms reports whether a field can be edited in a cell of its own. Status
// and deletion change by acts.
func inForms(f store.Field) bool { return slices.Contains(store.FormFields(), f) }

// editView draws a draft where it came from: in its cell, in its row, or on
// the page.
func (s *server) editView(a *ask, u *store.User, d draft, place string, f store.Field) view {
	if a.hx.fragment && place == "row" {
		return view{part: components.UserRowView(d.row(s, a, u))}
	}
	if a.hx.fragment && place != "page" && inForms(f) {
		return view{part: components.CellEdit(d.cell(a, u, f))}
	}
	focus := string(f)
	if focus == "" {
		focus = "name"
	}
	form := d.form(a, u, "user-", focus)
	form.Live = watchOf(a, u.ID)
	return view{title: "Edit " + u.Name, screen: components.UserFormPage(form)}
}

// saveUser saves a cell, a row or the whole form.
func (s *server) saveUser(a *ask) (view, error) {
	d := draft{typed: map[store.Field]string{}}
	edits := map[store.Field]store.Edit{}
	for _, f := range store.FormFields() {
		values, sent := a.PostForm[string(f)]
		if !sent {
			continue
		}
		e := store.Edit{To: values[0]}
		if was, ok := a.PostForm["was."+string(f)]; ok {
			e.Was = &was[0]
		}
		edits[f], d.typed[f] = e, values[0]
	}
	place, field := a.PostFormValue("view"), store.Field(a.PostFormValue("field"))
	if take := store.Field(a.PostFormValue("take")); take != "" {
		return s.takeTheirs(a, d, place, take)
	}
	c, err := s.store.UpdateUser(a.Context(), a.actor, a.pathID(), edits)
	if err != nil {
		return s.notSaved(a, d, place, field, err)
	}
	return s.saved(a, c, place, field)
}

// takeTheirs puts the value as it now stands into the form, and saves nothing.
func (s *server) takeTheirs(a *ask, d draft, place string, f store.Field) (view, error) {
	u, err := s.findUser(a)
	if err != nil {
		return view{}, err
	}
	delete(d.typed, f)
	a.PostForm.Del("was." + string(f))
	return s.editView(a, &u, d, place, f), nil
}

// notSaved draws the form again with what was typed and what is wrong, beside
// the field it is about.
func (s *server) notSaved(a *ask, d draft, place string, field store.Field, err error) (view, error) {
	var e *store.Error
	if !errors.As(err, &e) || e.Kind != store.Invalid && e.Kind != store.Conflict && e.Kind != store.Refused {
		return view{}, err
	}
	u, lerr := s.findUser(a)
	if lerr != nil {
		return view{}, lerr
	}
	if !u.Deleted.IsZero() {
		return view{}, err
	}
	d.problems, d.conflicts = e.Fields, e.Conflicts
	if e.Kind == store.Refused {
		d.problem = e.Message
	}
	v := s.editView(a, &u, d, place, field)
	v.status = statusOf(e.Kind)
	return v, nil
}

// saved shows the new value where it was typed, and offers to undo it.
func (s *server) saved(a *ask, c store.Change, place string, field store.Field) (view, error) {
	u := &c.User
	v := view{toast: changeToast(c)}
	switch {
	case a.hx.fragment && place == "row":
		v.part = components.UserRowView(s.row(a, listOf(a), u))
	case a.hx.fragment && place != "page" && inForms(field):
		v.part = components.CellView(s.cell(a, u, field))
	default:
		v.goTo = "/users/" + formatID(u.ID)
		return v, nil
	}
	return v, s.besideChange(a, u, &v)
}

// besideChange brings along what else the page shows of the change: the counts
// over the list, or the head of the person's page.
func (s *server) besideChange(a *ask, u *store.User, v *view) error {
	if a.hx.on("/users") {
		return s.besideList(listOf(a), a, v)
	}
	head, err := s.userView(a, u, "profile")
	v.beside = append(v.beside, beside{components.Sel(components.UserHeadID), "outerMorph", components.UserHead(head)})
	return err
}

// besideList are the counts over the list. How many match a search, or filters for
// which no counts are kept, is left as it was: counting them again would cost another
// search.
func (s *server) besideList(l listState, a *ask, v *view) error {
	counts, err := s.store.Counts(a.Context(), a.actor)
	if err != nil {
		return err
	}
	var list components.UserList
	filters(l, counts, &list)
	v.beside = append(v.beside, beside{components.Sel(components.ChipsID), "outerMorph", components.ListChips(list)})
	if l.q == "" && !l.narrowed() && l.status != deleted {
		list.Summary = summary(l, store.Count{N: counts.Of(store.Role(l.role), store.Status(l.status))})
		v.beside = append(v.beside, beside{components.Sel(components.SummaryID), "outerHTML", components.ListSummary(list)})
	}
	return nil
}
