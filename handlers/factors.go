package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"backoffice/components"
	"backoffice/store"

	"rsc.io/qr"
)

// factorPath is where one's own second factor is set up.
const factorPath = "/account/factor"

// factorCard is somebody's second factor as a page shows it.
func (s *server) factorCard(a *ask, u *store.User) (components.FactorCard, error) {
	v := components.FactorCard{Own: u.ID == a.actor.ID}
	f, err := s.store.Factors(a.Context(), a.actor, u.ID)
	if err != nil {
		return v, err
	}
	v.On, v.App = f.Any(), !f.App.IsZero()
	v.Since, v.Used = a.words.moment(f.App), a.words.moment(f.Used)
	v.Left, v.Few = count(f.Codes, "recovery code", "recovery codes")+" left", f.Codes <= store.FewRecoveryCodes
	v.Passkeys = s.passkeyList(a, f.Passkeys, v.Own && a.seeing() == nil)
	switch {
	case a.seeing() != nil: // who only looks changes nothing
	case v.Own:
		s.ownFactors(a, &v)
	case v.On && a.can(store.ActResetFactors, u.On()) && u.Deleted.IsZero():
		v.Reset = "/users/" + formatID(u.ID) + "/factors/reset"
	}
	return v, nil
}

// ownFactors is what somebody may do about their own.
func (s *server) ownFactors(a *ask, v *components.FactorCard) {
	v.Add, v.Codes = passkeysPath+"/new", factorPath+"/codes"
	if v.App {
		v.Remove = factorPath + "/remove"
	} else {
		v.Begin = factorPath
	}
	if !v.On {
		v.Notice = s.factorNotice(a)
	}
}

// factorNotice says until when somebody has to set a second factor up.
func (s *server) factorNotice(a *ask) string {
	due := a.who.FactorDue()
	if due.IsZero() {
		return ""
	}
	return "Your role needs a second factor. Please set it up by " + due.In(s.location).Format("2 January 2006") + "."
}

// factorSetup is the page that leads through the set-up.
func (s *server) factorSetup(a *ask) (view, error) { return s.factorPage(a, nil) }

func (s *server) factorPage(a *ask, wrong error) (view, error) {
	if a.who.HasApp {
		return view{goTo: "/account"}, nil
	}
	v := components.FactorSetup{Next: safeNext(a.FormValue("next")), Confirm: factorPath + "/confirm", Passkey: passkeysPath + "/new", Later: "/account",
		Lead: "Signing in will ask for your password and for a code from an app on your phone."}
	if due := a.who.FactorDue(); !due.IsZero() {
		s.putOff(a, &v, due)
	}
	e, err := s.store.Enrolment(a.Context(), a.actor)
	switch {
	case store.KindOf(err) == store.NotFound:
		v.Begin = factorPath
	case err != nil:
		return view{}, err
	default:
		if err := s.showKey(a, &v, e); err != nil {
			return view{}, err
		}
	}
	out := view{title: "Two-step verification"}
	if wrong != nil {
		failed := s.errorView(&ask{Request: a.Request, id: a.id, note: a.note}, wrong)
		out.status, out.retry = failed.status, failed.retry
		if v.Code.Error = whatIsWrong(wrong); store.KindOf(wrong) != store.Invalid {
			v.Code.Error, v.Error = "", sentence(wrong)
		}
	}
	out.screen = components.FactorSetupPage(v)
	return out, nil
}

// putOff says how long the set-up may wait.
func (s *server) putOff(a *ask, v *components.FactorSetup, due time.Time) {
	v.Lead, v.Later = "Your role needs a second factor: signing in will ask for your password, and for a passkey or a code from an app on your phone.", ""
	if left := due.Sub(a.words.now); left > 0 {
		v.Later, v.Left = v.Next, count(int((left+24*time.Hour-1)/(24*time.Hour)), "day", "days")+" left"
	}
}

func (s *server) showKey(a *ask, v *components.FactorSetup, e store.Enrolment) (err error) {
	v.Key, v.URI = e.Groups(), e.URI(s.brand, a.who.User.Email)
	v.QR, err = picture(v.URI)
	v.Code = components.Field{ID: "factor-code", Name: "code", Label: "Code", Type: "text", Autocomplete: "one-time-code", Required: true, Autofocus: true, MaxLength: 12}
	return err
}

// quiet is the margin of a picture, in squares, that a camera finds it by.
const quiet = 4

// picture draws a text as squares, each row of dark ones as one stroke of a path.
func picture(text string) (components.QRCode, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return components.QRCode{}, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return components.QRCode{Size: code.Size + 2*quiet, Path: path.String()}, nil
}

// beginFactor makes a key, and shows it.
func (s *server) beginFactor(a *ask) (view, error) {
	if err := s.store.BeginApp(a.Context(), a.actor); err != nil {
		return view{}, err
	}
	place := factorPath
	if next := safeNext(a.PostFormValue("next")); next != "/" {
		place += "?" + url.Values{"next": {next}}.Encode()
	}
	return view{goTo: place}, nil
}

// confirmFactor turns the second factor on, and shows the recovery codes this once.
func (s *server) confirmFactor(a *ask) (view, error) {
	codes, err := s.store.ConfirmApp(a.Context(), a.actor, a.PostFormValue("code"))
	var e *store.Error
	if errors.As(err, &e) && (e.Kind == store.Invalid || e.Kind == store.Throttled || e.Kind == store.NotFound) {
		v, perr := s.factorPage(a, err)
		if v.status == http.StatusNotFound || v.status == http.StatusTooManyRequests {
			v.status = http.StatusUnprocessableEntity // it is the page that is shown, with what is wrong
		}
		return v, perr
	}
	if err != nil {
		return view{}, err
	}
	if err := s.renewSession(a); err != nil {
		return view{}, err
	}
	a.who.HasApp = true
	return s.codesPage(a, "Two-step verification is on", codes)
}

// newCodes makes recovery codes anew; the old ones are dead.
func (s *server) newCodes(a *ask) (view, error) {
	codes, err := s.store.NewRecoveryCodes(a.Context(), a.actor)
	if err != nil {
		return view{}, err
	}
	return s.codesPage(a, "Your new recovery codes", codes)
}

func (s *server) codesPage(a *ask, title string, codes []string) (view, error) {
	others, err := s.otherSessions(a)
	v := components.RecoveryCodes{Title: title, Codes: codes, Next: "/account", Others: others,
		Lead: "Each of these codes lets you in once when nothing else is at hand. Older ones no longer work."}
	if next := safeNext(a.PostFormValue("next")); next != "/" {
		v.Next = next
	}
	return view{title: title, screen: components.RecoveryCodesPage(v)}, err
}

// factorChanged is the account page after a change of one's factors: it offers to end
// other sessions, which were begun without it.
const factorChanged = "/account?factor=changed"

// otherSessions counts those in words that one has besides this one; "" for none.
func (s *server) otherSessions(a *ask) (string, error) {
	all, err := s.store.SignIns(a.Context(), a.actor, a.actor.ID)
	switch n := len(all) - 1; {
	case err != nil || n < 1:
		return "", err
	case n == 1:
		return "1 other session is", nil
	default:
		return thousands(n) + " other sessions are", nil
	}
}

// confirmRemoveFactor asks before one's own factor is taken away.
func (s *server) confirmRemoveFactor(a *ask) (view, error) {
	if !a.who.HasApp {
		return view{goTo: "/account"}, nil
	}
	without := *a.who
	without.HasApp = false
	return confirmLess(a, "Remove the authenticator app?", without), nil
}

// confirmLess asks before a factor is taken away, and says what that means for who is
// without it.
func confirmLess(a *ask, title string, without store.Whoever) view {
	c := components.Confirm{Title: title, Body: []string{"It will no longer work for signing in."}, Action: a.URL.Path, Submit: "Remove it", Danger: true,
		Cancel: "/account", TargetID: components.MainID}
	if !without.HasFactor() {
		c.Title, c.Submit = "Turn two-step verification off?", "Turn it off"
		c.Body = []string{"Signing in will ask for your password only. Your recovery codes stop working, too."}
	}
	if !without.FactorDue().IsZero() {
		c.Body = append(c.Body, "Your role needs a second factor: you will have to set up another one.")
	}
	return view{title: c.Title, screen: components.ConfirmPage(c), part: components.ConfirmDialog(c)}
}

func (s *server) removeFactor(a *ask) (view, error) {
	if err := s.store.RemoveApp(a.Context(), a.actor); err != nil {
		return view{}, err
	}
	a.who.HasApp = false
	return fewerFactors(a, "Authenticator app removed"), nil
}

// fewerFactors says what is left.
func fewerFactors(a *ask, what string) view {
	toast := &components.Toast{Tone: "ok", Title: what}
	if !a.who.HasFactor() {
		toast.Title, toast.Detail = "Two-step verification is off", "Signing in asks for your password only."
	}
	return view{goTo: factorChanged, toast: toast}
}
