package main

import c "backoffice/components"

// doorStories are what somebody sees who is not signed in, or not any more.
func doorStories() []story {
	wrong := c.SignIn{Brand: "Northwind", Email: "grace.kim@northwind.example", Next: "/users", Error: "That e-mail and password do not match."}
	ended := c.SignIn{Brand: "Northwind", Email: "grace.kim@northwind.example", Person: "7", Reason: "You were signed out after 30 minutes without activity.", KeptFor: "Your changes are kept."}
	endedWrong := ended
	endedWrong.Error = "Too many tries. Wait 30 seconds."
	return []story{
		{Name: "signin", About: "The sign-in page.", Page: bare("Sign in"), Body: c.SignInPage(c.SignIn{Brand: "Northwind", Next: "/users"})},
		{Name: "signin-error", About: "A wrong password.", Page: bare("Sign in"), Body: c.SignInPage(wrong)},
		{Name: "signin-no-admin", About: "Nobody can sign in yet.", Page: bare("Sign in"), Body: c.SignInPage(c.SignIn{Brand: "Northwind", NoAdmin: true})},
		users("signin-dialog", "The session is gone; the half-typed form stays.", over(rowEdit(func([]c.Field) {}, ""), c.SignInDialog(ended))),
		users("signin-dialog-error", "The same after too many tries.", over(c.UsersPage(list()), c.SignInDialog(endedWrong))),
		{Name: "kept", About: "After that, with scripts off.", Page: framed("Welcome back"), Body: c.KeptPage(kept())},
		{Name: "setup", About: "The first administrator.", Page: bare("Welcome"), Body: c.SetupPage(setup())},
		typedPassword("password-weak", c.Strength{Score: 1, Word: "Weak.", Note: "Use at least 12 characters; this has 7."}),
		typedPassword("password-fair", c.Strength{Score: 2, Word: "Fair."}),
		typedPassword("password-good", c.Strength{Score: 3, Word: "Good."}),
		typedPassword("password-strong", c.Strength{Score: 4, Word: "Strong."}),
	}
}

// typedPassword is a form in which somebody chooses a password that is so good.
func typedPassword(name string, s c.Strength) story {
	return story{Name: name, About: "How good the password is that is being typed.", Page: bare("Welcome"),
		Body: swapped(c.SetupPage(setup()), c.StrengthSlot("setup-password", c.Strength{}), c.StrengthSlot("setup-password", s))}
}

func kept() c.KeptForm {
	return c.KeptForm{
		Title: "Welcome back, Grace Kim", Lead: "Your session had ended, so this was not saved yet. Nothing you typed is lost.", Action: "/users/13", Cancel: "/users/13",
		Fields: []c.Fact{{Label: "Name", Text: "Camille Dubois-Laurent"}, {Label: "Phone", Text: "+33 1 99 00 14 21"}},
		Hidden: []c.Hidden{{Name: "name", Value: "Camille Dubois-Laurent"}, {Name: "phone", Value: "+33 1 99 00 14 21"}},
	}
}

func setup() c.Setup {
	return c.Setup{Brand: "Northwind", Action: "/setup", Example: true, Fields: []c.Field{
		{ID: "setup-name", Name: "name", Label: "Your name", Type: "text", Required: true, Autocomplete: "name", Autofocus: true},
		{ID: "setup-email", Name: "email", Label: "E-mail", Type: "email", Required: true, Autocomplete: "username"},
		{ID: "setup-password", Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "new-password", Hint: "At least 12 characters."},
	}}
}
