package components

import "github.com/a-h/templ"

// signInFocus puts the caret into the first field that still needs typing, and
// ties the fields to the error above them.
func signInFocus(v SignIn, name string) templ.Attributes {
	first := "email"
	if v.Email != "" || v.Again {
		first = "password"
	}
	a := templ.Attributes{"autofocus": name == first}
	if v.Error != "" {
		a["aria-describedby"] = "signin-error"
	}
	return a
}

// signInAction is where the form is posted.
func signInAction(v SignIn) string {
	switch {
	case v.Again:
		return "/proof"
	case v.Step != AskPassword && !v.Alone:
		return "/login/code"
	}
	return "/login"
}

func signInTitle(v SignIn) string {
	switch {
	case v.Again:
		return "Confirm it’s you"
	case v.Step == AskCode:
		return "Enter your code"
	case v.Step == AskRecovery:
		return "Use a recovery code"
	case v.Step == AskPasskey:
		return "Use your passkey"
	}
	return ""
}

func signInSubmit(v SignIn) string {
	switch {
	case v.Step == AskPasskey:
		return "Use your passkey"
	case v.Again:
		return "Confirm"
	}
	return "Sign in"
}

// signInLead says what is asked for, unless there is a reason to tell.
func signInLead(v SignIn) string {
	switch {
	case v.Reason != "":
		return v.Reason
	case v.Step == AskCode:
		return "Open your authenticator app and type the six digits that it shows for " + v.Brand + "."
	case v.Step == AskRecovery:
		return "Type one of the recovery codes that you kept. Each of them works once. If you have none left, ask an administrator to reset your second factor."
	case v.Step == AskPasskey:
		return "Your browser asks for it: with your fingerprint, face, PIN or a security key."
	}
	return "Use your account to continue."
}

// codeInput are the attributes of the field for a code.
func codeInput(v SignIn) templ.Attributes {
	a := templ.Attributes{"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "40"}
	if v.Step == AskRecovery {
		a = templ.Attributes{"autocomplete": "off", "autocapitalize": "off", "maxlength": "40"}
	}
	if v.Error != "" {
		a["aria-describedby"] = "signin-error"
		a["aria-invalid"] = "true"
	}
	return a
}
