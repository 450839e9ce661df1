package main

import c "backoffice/components"

// passkeyStories are passkeys: asked for at the sign-in and as a proof, made, named and
// listed.
func passkeyStories() []story {
	ask := c.PasskeyAsk{Options: "{}", Site: "https://office.northwind.example"}
	second := c.SignIn{Brand: "Northwind", Email: "grace.kim@northwind.example", Step: c.AskPasskey, App: true, Passkeys: true, Passkey: ask}
	alone := c.SignIn{Brand: "Northwind", Step: c.AskPasskey, Alone: true, Passkey: ask}
	unknown := alone
	unknown.Error = "This passkey is not known here: it may have been removed. Please use another one, or another way."
	copied := second
	copied.Error = "This passkey may have been copied: it has counted fewer sign-ins than before. Use another way, and remove it on your account page."
	nowhere := alone
	nowhere.Passkey = c.PasskeyAsk{Problem: "Browsers use passkeys over HTTPS only, and at an address that has a name, not a number. Please ask an administrator for it, or use another way."}
	proof := second
	proof.Again, proof.Person, proof.KeptFor = true, "7", "What you asked for runs as soon as you confirm."
	proof.Reason = "You last proved who you are more than 10 minutes ago."
	add := passkeyForm(ask)
	refused, impossible, rename := add, add, add
	refused.Error = "That passkey was not accepted. Please try again."
	impossible.Ask, impossible.Lead = nowhere.Passkey, ""
	rename.Title, rename.Lead, rename.Submit, rename.Renames = "Rename the passkey", "", "Rename", true
	rename.Name.Value, rename.Name.Required, rename.Name.Hint = "Work laptop", true, ""
	many := account(false)
	many.Factor = passkeyCard()
	only := account(false)
	only.Factor = passkeyCard()
	only.Factor.App, only.Factor.Begin = false, "/account/factor"
	staff := view(people()[1], "sessions")
	card := passkeyCard()
	card.Own, card.Codes, card.Add, card.Remove, card.Reset = false, "", "", "", "/users/12/factors/reset"
	for i := range card.Passkeys {
		card.Passkeys[i].Rename, card.Passkeys[i].Remove = "", ""
	}
	staff.Factor = &card
	making := ask
	making.New = true
	landing := c.LinkForm{Brand: "Northwind", Name: "Lena Brandt", Email: "lena@northwind.example", Invited: true, Action: "/link/TOKEN", Passkeys: true, Passkey: making}
	landingError := landing
	landingError.Error = refused.Error
	choice := landing
	choice.Passkey = c.PasskeyAsk{}
	choice.Fields = []c.Field{{ID: "link-password", Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password", Hint: "At least 12 characters.", Required: true}}
	none := only
	none.Password.None, none.Password.Mail = true, true
	set := recoveryCodes()
	set.Title, set.Next = "Your passkey is set", "/login"
	set.Lead = "You sign in with it next. Should it ever be lost, a link lets you choose a password, and one of these codes comes after it. Each works once."
	return []story{
		{Name: "link-or-passkey", About: "An invitation, at an address that passkeys work at.", Page: bare("Choose a password"), Body: c.LinkPage(choice)},
		{Name: "link-passkey", About: "An invitation that is accepted by a passkey.", Page: bare("Create a passkey"), Body: c.LinkPage(landing)},
		{Name: "link-passkey-error", About: "A passkey that was not accepted.", Page: bare("Create a passkey"), Body: c.LinkPage(landingError)},
		{Name: "link-passkey-codes", About: "What is shown once after that.", Page: bare("Your passkey is set"), Body: c.RecoveryCodesPage(set)},
		{Name: "account-no-password", About: "One's own account without a password.", Page: framed("Your account"), Body: c.AccountPage(none)},
		{Name: "signin-passkey", About: "A passkey after the password.", Page: bare("Sign in"), Body: c.SignInPage(second)},
		{Name: "signin-passkey-alone", About: "A passkey instead of the password.", Page: bare("Sign in"), Body: c.SignInPage(alone)},
		{Name: "signin-passkey-unknown", About: "A passkey that was removed.", Page: bare("Sign in"), Body: c.SignInPage(unknown)},
		{Name: "signin-passkey-copied", About: "A passkey whose counter went back.", Page: bare("Sign in"), Body: c.SignInPage(copied)},
		{Name: "signin-passkey-impossible", About: "An address at which browsers have none.", Page: bare("Sign in"), Body: c.SignInPage(nowhere)},
		users("proof-dialog-passkey", "An act that needs a fresh proof, of somebody with a passkey.", over(c.UsersPage(list()), c.SignInDialog(proof))),
		{Name: "passkey-add", About: "Adding a passkey.", Page: framed("Your account"), Body: over(c.AccountPage(account(false)), c.PasskeyDialog(add))},
		{Name: "passkey-add-error", About: "A passkey that was not accepted.", Page: framed("Your account"), Body: over(c.AccountPage(account(false)), c.PasskeyDialog(refused))},
		{Name: "passkey-add-page", About: "The same as a page.", Page: framed("Add a passkey"), Body: c.PasskeyPage(add)},
		{Name: "passkey-impossible", About: "An address at which browsers have none.", Page: framed("Your account"), Body: over(c.AccountPage(account(false)), c.PasskeyDialog(impossible))},
		{Name: "passkey-rename", About: "Another name for a passkey.", Page: framed("Your account"), Body: over(c.AccountPage(many), c.PasskeyDialog(rename))},
		{Name: "account-passkeys", About: "One's own account with passkeys and an app.", Page: framed("Your account"), Body: c.AccountPage(many)},
		{Name: "account-passkeys-only", About: "Passkeys without an app.", Page: framed("Your account"), Body: c.AccountPage(only)},
		users("user-passkeys", "Somebody's passkeys, for an admin.", c.UserPage(staff)),
	}
}

func passkeyForm(ask c.PasskeyAsk) c.PasskeyForm {
	ask.New = true
	return c.PasskeyForm{Title: "Add a passkey", Action: "/account/passkeys", Submit: "Continue", Cancel: "/account", Ask: ask,
		Lead: "Your browser asks where to keep it: on this device, on your phone, or on a security key.",
		Name: c.Field{ID: "passkey-name", Name: "name", Label: "Name", Type: "text", MaxLength: 60, Autofocus: true, Autocomplete: "off", Hint: "To tell it from others, such as “Work laptop”."}}
}

func passkeyCard() c.FactorCard {
	return c.FactorCard{Own: true, On: true, App: true, Since: at("3 weeks ago"), Used: at("2 h ago"), Left: "8 recovery codes left",
		Codes: "/account/factor/codes", Add: "/account/passkeys/new", Remove: "/account/factor/remove",
		Passkeys: []c.Passkey{
			{ID: 1, Name: "Work laptop", Made: at("3 weeks ago"), Used: at("2 h ago"), Rename: "/account/passkeys/1/rename", Remove: "/account/passkeys/1/remove"},
			{ID: 2, Name: "Google Password Manager", Made: at("2 days ago"), Used: c.Moment{Text: "—"}, Synced: true, Rename: "/account/passkeys/2/rename", Remove: "/account/passkeys/2/remove"},
			{ID: 3, Name: "The security key with a rather long name that hangs on the key ring", Made: at("21 Jan 2025"), Used: at("1 year ago"), Elsewhere: "old.northwind.example",
				Rename: "/account/passkeys/3/rename", Remove: "/account/passkeys/3/remove"},
		}}
}
