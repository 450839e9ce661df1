package handlers

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"

	"backoffice/components"
	"backoffice/store"
)

// passkeysPath is where one's own passkeys are kept.
const passkeysPath = "/account/passkeys"

// sessionChallenge is where the session keeps what a passkey was asked to sign, for each
// use of its own.
const sessionChallenge = "challenge-"

// keptByBrowser reports whether the browser keeps what was asked for this use, sealed, in a
// cookie: nobody is signed in then, and no session is made for whoever asks.
func keptByBrowser(use store.PasskeyUse) bool {
	return use == store.PasskeyAlone || use == store.PasskeyFirst
}

// challengeCookie is the name of that cookie.
func (s *server) challengeCookie(use store.PasskeyUse) string {
	name := "backoffice-asked-" + string(use)
	if s.secure {
		name = "__Host-" + name
	}
	return name
}

// carryChallenge has the browser keep a challenge until the answer, in place of the one
// before; "" has it keep none.
func (s *server) carryChallenge(a *ask, use store.PasskeyUse, sealed string) {
	age := int(store.ChallengeWithin.Seconds())
	if sealed == "" {
		age = -1
	}
	a.carries = &http.Cookie{Name: s.challengeCookie(use), Value: sealed, Path: "/", MaxAge: age,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

// passkeySite is where passkeys are used. It is not ok at an address where browsers
// have none.
func (s *server) passkeySite(a *ask) (store.PasskeySite, bool) {
	return store.PasskeySiteAt(s.originOf(a), s.brand)
}

// noPasskeys says why there are none at this address.
const noPasskeys = "Browsers use passkeys over HTTPS only, and at an address that has a name, not a number. Please ask an administrator for it, or use another way."

// keepChallenge has the session, or the browser, remember what was asked for, in place
// of what was asked for the same before.
func (s *server) keepChallenge(a *ask, c store.Challenge) error {
	if keptByBrowser(c.Use) {
		sealed, err := s.store.SealChallenge(a.Context(), c)
		s.carryChallenge(a, c.Use, sealed)
		return err
	}
	b, err := json.Marshal(c)
	if err == nil {
		s.sessions.Put(a.Context(), sessionChallenge+string(c.Use), string(b))
	}
	return err
}

// takeChallenge gives what this session or browser was asked for, once.
func (s *server) takeChallenge(a *ask, use store.PasskeyUse) (c store.Challenge) {
	if keptByBrowser(use) {
		kept, err := a.Cookie(s.challengeCookie(use))
		if err != nil {
			return store.Challenge{}
		}
		s.carryChallenge(a, use, "")
		return s.store.OpenChallenge(kept.Value)
	}
	if json.Unmarshal([]byte(s.sessions.PopString(a.Context(), sessionChallenge+string(use))), &c) != nil {
		return store.Challenge{}
	}
	return c
}

// askPasskey makes a form of the sign-in ask for a passkey, or say why it cannot.
func (s *server) askPasskey(a *ask, form *components.SignIn, use store.PasskeyUse, h store.Halfway) error {
	site, ok := s.passkeySite(a)
	if !ok {
		form.Passkey.Problem = noPasskeys
		return nil
	}
	asked, err := s.store.AskPasskey(a.Context(), a.actor, use, h, site)
	switch store.KindOf(err) {
	case "":
	case store.NotFound, store.Throttled:
		form.Passkey.Problem = sentence(err)
		return nil
	default:
		return err
	}
	form.Passkey = components.PasskeyAsk{Options: asked.Options, Now: true, Site: site.Origin}
	return s.keepChallenge(a, asked.Challenge)
}

// askAlone asks for a passkey instead of a password.
func (s *server) askAlone(a *ask, wrong error) (view, error) {
	form := s.sentForm(a)
	form.Step, form.Alone = components.AskPasskey, true
	if err := s.askPasskey(a, &form, store.PasskeyAlone, store.Halfway{}); err != nil {
		return view{}, err
	}
	form.Passkey.Now = wrong == nil
	return s.formAgain(a, form, wrong), nil
}

// enterByPasskey signs somebody in by a passkey alone.
func (s *server) enterByPasskey(a *ask) (view, error) {
	site, _ := s.passkeySite(a)
	who, err := s.store.SignInByPasskey(a.Context(), a.actor, site, s.takeChallenge(a, store.PasskeyAlone), a.PostFormValue("credential"))
	switch store.KindOf(err) {
	case "":
		return s.signedIn(a, who)
	case store.Invalid, store.Throttled:
		return s.askAlone(a, err)
	}
	return view{}, err
}

// passkeyList is somebody's passkeys as a page shows them.
func (s *server) passkeyList(a *ask, all []store.Passkey, own bool) []components.Passkey {
	site, _ := s.passkeySite(a)
	var out []components.Passkey
	for _, p := range all {
		v := components.Passkey{ID: p.ID, Name: p.Name, Made: a.words.moment(p.Made), Used: a.words.moment(p.Used), Synced: p.Synced()}
		if p.Site != site.Host {
			v.Elsewhere = p.Site
		}
		if own {
			path := passkeysPath + "/" + formatID(p.ID)
			v.Rename, v.Remove = path+"/rename", path+"/remove"
		}
		out = append(out, v)
	}
	return out
}

// newPasskey is the form that has a passkey made.
func (s *server) newPasskey(a *ask) (view, error) { return s.passkeyForm(a, nil) }

func (s *server) passkeyForm(a *ask, wrong error) (view, error) {
	v := components.PasskeyForm{Title: "Add a passkey", Action: passkeysPath, Submit: "Continue", Cancel: "/account",
		Lead: "Your browser asks where to keep it: on this device, on your phone, or on a security key.",
		Name: components.Field{ID: "passkey-name", Name: "name", Label: "Name", Type: "text", Value: a.PostFormValue("name"), MaxLength: 60, Autofocus: true,
			Autocomplete: "off", Hint: "To tell it from others, such as “Work laptop”."}}
	if next := safeNext(a.PostFormValue("next")); next != "/" {
		v.Next = next
	}
	site, ok := s.passkeySite(a)
	if !ok {
		v.Ask.Problem, v.Lead = noPasskeys, ""
	} else {
		asked, err := s.store.AskNewPasskey(a.Context(), a.actor, site)
		if err != nil {
			return view{}, err
		}
		v.Ask = components.PasskeyAsk{Options: asked.Options, New: true, Site: site.Origin}
		if err := s.keepChallenge(a, asked.Challenge); err != nil {
			return view{}, err
		}
	}
	return s.passkeyView(a, v, wrong), nil
}

// passkeyView shows a form about a passkey, with what was wrong with it.
func (s *server) passkeyView(a *ask, v components.PasskeyForm, wrong error) view {
	out := view{title: v.Title}
	if wrong != nil {
		failed := s.errorView(&ask{Request: a.Request, id: a.id, note: a.note}, wrong)
		out.status, out.retry = failed.status, failed.retry
		if v.Name.Error = problemOf(wrong, "name"); v.Name.Error == "" {
			v.Error = whatIsWrong(wrong)
		}
	}
	out.screen, out.part = components.PasskeyPage(v), components.PasskeyDialog(v)
	if wrong != nil {
		out.part = components.PasskeyBox(v)
	}
	return out
}

// problemOf is what an error says of a field.
func problemOf(err error, field string) string {
	var e *store.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Fields[field]
}

// addPasskey takes the passkey that a browser has made. With the first second factor
// come recovery codes, which are shown this once.
func (s *server) addPasskey(a *ask) (view, error) {
	site, _ := s.passkeySite(a)
	challenge := s.takeChallenge(a, store.PasskeyNew)
	name, _ := device(a.actor.Agent)
	codes, err := s.store.AddPasskey(a.Context(), a.actor, site, challenge,
		store.NewPasskey{Answer: a.PostFormValue("credential"), Name: a.PostFormValue("name"), Device: name})
	switch store.KindOf(err) {
	case "":
	case store.Invalid:
		return s.passkeyForm(a, err)
	case store.ProofNeeded: // the same form comes again
		return view{}, cmp.Or(s.keepChallenge(a, challenge), err)
	default:
		return view{}, err
	}
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	a.who.Passkeys++
	if codes == nil {
		return view{goTo: nextAfter(a), toast: &components.Toast{Tone: "ok", Title: "Passkey added"}}, nil
	}
	v, err := s.codesPage(a, "Two-step verification is on", codes)
	if a.hx.fragment {
		v.part = components.Nothing()
		v.beside = []beside{{components.Sel(components.MainID), "innerHTML", v.screen}, closeDialog()}
	}
	return v, err
}

// nextAfter is where to go after a factor was added: to the account page, unless
// somebody was led here.
func nextAfter(a *ask) string {
	if next := safeNext(a.PostFormValue("next")); next != "/" {
		return next
	}
	return factorChanged
}

// renamePasskeyForm asks for another name of a passkey.
func (s *server) renamePasskeyForm(a *ask) (view, error) {
	p, err := s.store.OwnPasskey(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	return s.passkeyView(a, renameForm(a, p.Name), nil), nil
}

func renameForm(a *ask, name string) components.PasskeyForm {
	return components.PasskeyForm{Title: "Rename the passkey", Action: a.URL.Path, Submit: "Rename", Cancel: "/account", Renames: true,
		Name: components.Field{ID: "passkey-name", Name: "name", Label: "Name", Type: "text", Value: name, Required: true, MaxLength: 60, Autofocus: true, Autocomplete: "off"}}
}

func (s *server) renamePasskey(a *ask) (view, error) {
	err := s.store.RenamePasskey(a.Context(), a.actor, a.pathID(), a.PostFormValue("name"))
	if store.KindOf(err) == store.Invalid {
		return s.passkeyView(a, renameForm(a, a.PostFormValue("name")), err), nil
	}
	return view{goTo: "/account", toast: &components.Toast{Tone: "ok", Title: "Passkey renamed"}}, err
}

// confirmRemovePasskey asks before a passkey is taken away.
func (s *server) confirmRemovePasskey(a *ask) (view, error) {
	p, err := s.store.OwnPasskey(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	without := *a.who
	without.Passkeys--
	return confirmLess(a, "Remove the passkey “"+p.Name+"”?", without), nil
}

func (s *server) removePasskey(a *ask) (view, error) {
	if err := s.store.RemovePasskey(a.Context(), a.actor, a.pathID()); err != nil {
		return view{}, err
	}
	a.who.Passkeys--
	return fewerFactors(a, "Passkey removed"), nil
}
