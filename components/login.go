package components

import "github.com/a-h/templ"

// signInFocus puts the caret into the first field that still needs typing, and
// ties the fields to the error above them.
func signInFocus(v SignIn, name string) templ.Attributes {
	first := "email"
	if v.Email != "" {
		first = "password"
	}
	a := templ.Attributes{"autofocus": name == first}
	if v.Error != "" {
		a["aria-describedby"] = "signin-error"
	}
	return a
}
