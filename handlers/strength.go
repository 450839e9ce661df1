package handlers

import "backoffice/components"

// strengthWords are how good a password is, from 0 (nothing is typed) on.
var strengthWords = [...]string{"", "Weak.", "Fair.", "Good.", "Strong."}

// strength tells how good the password is that is being typed into a form, by the
// rules that will be asked when the form is sent. It keeps nothing.
func (s *server) strength(a *ask) (view, error) {
	if !a.hx.fragment {
		return view{goTo: "/"}, nil
	}
	about := []string{a.PostFormValue("name"), a.PostFormValue("email"), a.PostFormValue("username")}
	if a.who != nil && a.PostForm.Has("current") {
		about = append(about, a.who.User.Name)
	}
	st, err := s.store.PasswordStrength(a.PostFormValue("password"), about...)
	return view{part: components.StrengthView(components.Strength{Score: st.Score, Word: strengthWords[st.Score], Note: st.Why})}, err
}

// passwordPlace is where password managers send people who want another password.
func (s *server) passwordPlace(*ask) (view, error) { return view{goTo: "/account"}, nil }
