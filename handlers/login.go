package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// loginForm shows the sign-in page, or goes on when somebody is signed in.
func (s *server) loginForm(a *ask) (view, error) {
	next := safeNext(a.FormValue("next"))
	if a.who != nil {
		return view{goTo: next}, nil
	}
	form := components.SignIn{Brand: s.brand, Next: next, Reason: s.whyEnded(a.ended)}
	if form.Reason == "" && a.FormValue("out") != "" {
		form.Reason = "You are signed out."
	}
	return s.signInPage(a, form)
}

func (s *server) signInPage(a *ask, form components.SignIn) (view, error) {
	has, err := s.store.HasAdmin(a.Context())
	if err != nil {
		return view{}, err
	}
	form.NoAdmin = !has
	return view{bare: true, title: "Sign in", screen: components.SignInPage(form)}, nil
}

// login signs somebody in, by the page or by the dialog over one.
func (s *server) login(a *ask) (view, error) {
	switch {
	case a.PostFormValue("use") == "passkey":
		return s.askAlone(a, nil)
	case a.PostFormValue("use") == "password":
		return s.formAgain(a, s.sentForm(a), nil), nil
	case a.PostFormValue("step") == string(components.AskPasskey):
		return s.enterByPasskey(a)
	}
	email := a.PostFormValue("email")
	who, err := s.store.SignIn(a.Context(), a.actor, email, a.PostFormValue("password"))
	var half *store.Halfway
	if errors.As(err, &half) {
		return s.askFactor(a, half)
	}
	if refusedAtDoor(err) {
		return s.formAgain(a, s.sentForm(a), err), nil
	}
	if err != nil {
		return view{}, err
	}
	return s.signedIn(a, who)
}

// signedIn begins the session of a sign-in and goes on with what it interrupted.
func (s *server) signedIn(a *ask, who store.Whoever) (view, error) {
	if a.who != nil { // this browser was signed in: that sign-in is over
		if err := s.store.SignOut(a.Context(), a.actor); err != nil {
			return view{}, err
		}
	}
	if err := s.beginSession(a, who); err != nil {
		return view{}, err
	}
	if err := s.rememberBrowser(a); err != nil {
		return view{}, err
	}
	if a.hx.fragment {
		return s.signedInAgain(a, who), nil
	}
	kept, first := readKept(a), dutyOf(a)
	if kept.Action != "" && a.PostFormValue("person") != formatID(who.User.ID) {
		return startOver(a), nil
	}
	if kept.Action != "" && first == "" {
		kept.Title = "Welcome back, " + who.User.Name
		kept.Lead = "Your session had ended, so this was not saved yet. Nothing you typed is lost."
		if strings.HasPrefix(kept.Action, linkPlace) {
			kept.Lead = "Your new address is not confirmed yet: one more step, and it is."
		}
		return view{title: "Welcome back", screen: components.KeptPage(kept)}, nil
	}
	next := safeNext(a.PostFormValue("next"))
	if first == "" && !who.FactorDue().IsZero() {
		return view{goTo: factorPath + "?" + url.Values{"next": {next}}.Encode()}, nil
	}
	return view{goTo: next}, nil
}

// refusedAtDoor reports whether an error of a sign-in is to be read in its form:
// wrong, too often, or too many at once.
func refusedAtDoor(err error) bool {
	var e *store.Error
	return errors.As(err, &e) && (e.Kind == store.Unauthenticated || e.Kind == store.Throttled || e.Kind == store.Unavailable && e.RetryAfter > 0)
}

// signedInAgain closes the dialog and lets what was refused run, for the same
// person only. For anybody else, and for somebody who has to do something else
// first, the page starts over and nothing runs.
func (s *server) signedInAgain(a *ask, who store.Whoever) view {
	if a.PostFormValue("person") != formatID(who.User.ID) || dutyOf(a) != "" {
		return view{tell: instruct{refresh: true}}
	}
	return view{part: components.Nothing(), tell: instruct{trigger: signedInBack}, beside: []beside{closeDialog()}}
}

// closeDialog empties the place of dialogs.
func closeDialog() beside {
	return beside{components.Sel(components.DialogID), "innerHTML", components.Nothing()}
}

// logoutForm asks, for somebody who came here by address: a GET changes nothing.
func (s *server) logoutForm(a *ask) (view, error) {
	if a.who == nil {
		return view{goTo: "/login"}, nil
	}
	name := a.who.User.Name
	if in := a.seeing(); in != nil {
		name = in.Real.Name
	}
	c := components.Confirm{Title: "Sign out?", Body: []string{"You are signed in as " + name + "."},
		Action: "/logout", Submit: "Sign out", Cancel: "/"}
	return view{title: "Sign out", screen: components.ConfirmPage(c)}, nil
}

// logout ends the sign-in and the session, so that the old cookie is useless.
func (s *server) logout(a *ask) (view, error) {
	if a.who != nil {
		if err := s.store.SignOut(a.Context(), a.self()); err != nil {
			return view{}, err
		}
	}
	if err := s.sessions.Destroy(a.Context()); err != nil {
		return view{}, err
	}
	a.who = nil
	return view{goTo: "/login?out=1"}, nil
}

// safeNext is where to go after a sign-in: a place on this site, or the start.
// Browsers read "//host" and "/\host" as another site.
func safeNext(s string) string {
	if strings.HasPrefix(s, linkPlace) {
		return "/"
	}
	return safePlace(s)
}

// linkPlace is what the addresses of one-time links begin with. They are secrets,
// which the address of a page that one is sent to would tell.
const linkPlace = "/link/"

// safePlace is where a form may go that was kept during a sign-in: what a one-time
// link is for as well.
func safePlace(s string) string {
	const start = "/"
	if !strings.HasPrefix(s, "/") || len(s) > 2000 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return start
	}
	u, err := url.Parse(s)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.HasPrefix(s, "//") {
		return start
	}
	for _, p := range []string{"/login", "/login/", "/logout", "/setup/", "/forgot", "/session", "/proof"} {
		if u.Path == p || strings.HasSuffix(p, "/") && strings.HasPrefix(u.Path, p) {
			return start
		}
	}
	return s
}

// A form that was sent without a session travels through the sign-in page in
// hidden fields under these names.
const (
	keptAction = "kept-action"
	keptPrefix = "kept-field."
)

// neverKept are fields that are typed anew: passwords do not travel in a page.
var neverKept = []string{"password", "current", "repeat", "code", "credential"}

func keptFields(a *ask) []components.Hidden {
	out := []components.Hidden{{Name: keptAction, Value: a.URL.Path}}
	for _, name := range sortedKeys(a.PostForm) {
		if slices.Contains(neverKept, name) || name == components.PageOf {
			continue
		}
		for _, v := range a.PostForm[name] {
			out = append(out, components.Hidden{Name: keptPrefix + name, Value: v})
		}
	}
	return out
}

// rekeep carries the kept fields through a wrong password.
func rekeep(form url.Values) []components.Hidden {
	var out []components.Hidden
	for _, name := range sortedKeys(form) {
		if name == keptAction || strings.HasPrefix(name, keptPrefix) {
			for _, v := range form[name] {
				out = append(out, components.Hidden{Name: name, Value: v})
			}
		}
	}
	return out
}

// readKept is the form to send again, for the person to see before they do.
func readKept(a *ask) components.KeptForm {
	var k components.KeptForm
	if a.PostForm.Get(keptAction) == "" {
		return k
	}
	k.Action, k.Cancel = safePlace(a.PostForm.Get(keptAction)), "/"
	for _, h := range rekeep(a.PostForm) {
		name, ok := strings.CutPrefix(h.Name, keptPrefix)
		if !ok {
			continue
		}
		k.Hidden = append(k.Hidden, components.Hidden{Name: name, Value: h.Value})
		if label := store.Field(name).Label(); !strings.HasPrefix(name, "was.") && name != "view" && name != "field" && h.Value != "" {
			k.Fields = append(k.Fields, components.Fact{Label: label, Text: h.Value})
		}
	}
	return k
}

// setupForm is behind the one-time link that makes the first admin.
func (s *server) setupForm(a *ask) (view, error) {
	if err := s.checkSetupLink(a); err != nil {
		return view{}, err
	}
	return s.setupPage(a, nil, "", true), nil
}

// checkSetupLink fails unless the one-time link is still good. Setting up asks
// again, within its transaction.
func (s *server) checkSetupLink(a *ask) error {
	ok, err := s.store.CheckSetupToken(a.Context(), a.PathValue("token"))
	if err == nil && !ok {
		err = &store.Error{Kind: store.NotFound, Message: "This link has been used or replaced. The newest one stands where the program was started."}
	}
	return err
}

func (s *server) setupPage(a *ask, problems map[string]string, problem string, example bool) view {
	form := components.Setup{Brand: s.brand, Action: a.URL.Path, Example: example, Error: problem}
	for _, f := range []components.Field{
		{Name: "name", Label: "Your name", Type: "text", Autocomplete: "name", MaxLength: 200, Autofocus: true},
		{Name: "email", Label: "E-mail", Type: "email", Autocomplete: "username", MaxLength: 254},
		{Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password", Hint: passwordHint},
	} {
		f.ID, f.Required, f.Error = "setup-"+f.Name, true, problems[f.Name]
		if f.Type != "password" {
			f.Value = a.PostFormValue(f.Name)
		}
		form.Fields = append(form.Fields, f)
	}
	v := view{bare: true, title: "Welcome", screen: components.SetupPage(form)}
	if problems != nil {
		v.status = http.StatusUnprocessableEntity
	}
	return v
}

// setup makes the first admin, adds examples if wanted, and signs in.
func (s *server) setup(a *ask) (view, error) {
	if err := s.checkSetupLink(a); err != nil {
		return view{}, err // before a password is hashed for nothing
	}
	n := store.NewUser{Name: a.PostFormValue("name"), Email: a.PostFormValue("email"), Password: a.PostFormValue("password")}
	c, err := s.store.SetUp(a.Context(), a.actor, a.PathValue("token"), n)
	if e, ok := err.(*store.Error); ok && e.Kind == store.Invalid {
		return s.setupPage(a, e.Fields, "", a.PostFormValue("example") != ""), nil
	}
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "Welcome, " + c.User.Name, Detail: "You are the first admin."}
	if a.PostFormValue("example") != "" {
		admin := a.actor
		admin.Kind, admin.ID, admin.Role = store.Person, c.User.ID, c.User.Role
		if _, err := s.store.AddExamples(a.Context(), admin, 200); err != nil {
			return view{}, err
		}
		toast.Detail = "You are the first admin. 200 example people are there to look around."
	}
	who, err := s.store.SignIn(a.Context(), a.actor, n.Email, n.Password)
	if err != nil {
		return view{}, err
	}
	return view{goTo: "/users", toast: toast}, s.beginSession(a, who)
}
