package main

import c "backoffice/components"

// factorStories are second factors: setting one up, signing in with it, proving
// again who one is, and who has to have one.
func factorStories() []story {
	code := c.SignIn{Brand: "Northwind", Email: "grace.kim@northwind.example", Step: c.AskCode, App: true}
	wrong := code
	wrong.Error = "That code is not right, or it has been used already. Please try the next one."
	recovery := code
	recovery.Step = c.AskRecovery
	inDialog := code
	inDialog.Person = "7"
	inDialog.KeptFor = "The page behind this stays as it is."
	proof := c.SignIn{Brand: "Northwind", Email: "grace.kim@northwind.example", Person: "7", Again: true,
		Reason: "You last proved who you are more than 10 minutes ago.", KeptFor: "What you asked for runs as soon as you confirm."}
	byCode := proof
	byCode.Step, byCode.App = c.AskCode, true
	page := proof
	page.KeptFor = "What you asked for is kept."
	begun, mistyped, due := setupOfFactor(), setupOfFactor(), c.FactorSetup{Begin: "/account/factor", Passkey: "/account/passkeys/new", Later: "/users", Left: "6 days left",
		Lead: "Your role needs a second factor: signing in will ask for your password, and for a passkey or a code from an app on your phone."}
	mistyped.Code.Error = wrong.Error
	on, few := account(false), account(false)
	on.Factor = c.FactorCard{Own: true, On: true, App: true, Since: at("3 weeks ago"), Used: at("2 h ago"), Left: "8 recovery codes left", Codes: "/account/factor/codes", Add: "/account/passkeys/new", Remove: "/account/factor/remove"}
	few.Factor = on.Factor
	few.Factor.Left, few.Factor.Few = "2 recovery codes left", true
	changed := on
	changed.Others = "2 other sessions are"
	withOthers := recoveryCodes()
	withOthers.Others = "1 other session is"
	staff := view(people()[1], "sessions")
	card := on.Factor
	card.Own, card.Codes, card.Add, card.Remove, card.Reset = false, "", "", "", "/users/12/factors/reset"
	staff.Factor = &card
	return []story{
		{Name: "signin-code", About: "The second step of a sign-in.", Page: bare("Sign in"), Body: c.SignInPage(code)},
		{Name: "signin-code-error", About: "A code that is not right.", Page: bare("Sign in"), Body: c.SignInPage(wrong)},
		{Name: "signin-recovery", About: "A recovery code instead.", Page: bare("Sign in"), Body: c.SignInPage(recovery)},
		users("signin-dialog-code", "The second step over a page.", over(c.UsersPage(list()), c.SignInDialog(inDialog))),
		users("proof-dialog", "An act that needs a fresh proof.", over(c.UsersPage(list()), c.SignInDialog(proof))),
		users("proof-dialog-code", "The same for somebody with an authenticator app.", over(c.UsersPage(list()), c.SignInDialog(byCode))),
		users("proof-page", "The same with scripts off.", c.SignInPage(page)),
		{Name: "factor-due", About: "A role needs a second factor.", Page: framed("Two-step verification"), Body: c.FactorSetupPage(due)},
		{Name: "factor-setup", About: "Setting an authenticator app up.", Page: framed("Two-step verification"), Body: c.FactorSetupPage(begun)},
		{Name: "factor-setup-error", About: "A code that is not right.", Page: framed("Two-step verification"), Body: c.FactorSetupPage(mistyped)},
		{Name: "recovery-codes", About: "Recovery codes, shown once.", Page: framed("Two-step verification"), Body: c.RecoveryCodesPage(recoveryCodes())},
		{Name: "account-factor", About: "One's own account with a second factor.", Page: framed("Your account"), Body: c.AccountPage(on)},
		{Name: "recovery-codes-others", About: "The same for somebody who has another session.", Page: framed("Two-step verification"), Body: c.RecoveryCodesPage(withOthers)},
		{Name: "account-factor-changed", About: "One's own account after a factor was added or removed.", Page: framed("Your account"), Body: c.AccountPage(changed)},
		{Name: "account-factor-few", About: "Few recovery codes are left.", Page: framed("Your account"), Body: c.AccountPage(few)},
		users("user-factor", "Somebody's second factor, for an admin.", c.UserPage(staff)),
		{Name: "security", About: "Who needs a second factor.", Page: framed("Security"), Body: c.SecurityPage(security())},
	}
}

func setupOfFactor() c.FactorSetup {
	const uri = "otpauth://totp/Northwind:grace.kim@northwind.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Northwind"
	return c.FactorSetup{
		Lead: "Signing in will ask for your password and for a code from an app on your phone.", Confirm: "/account/factor/confirm", Later: "/account",
		QR: c.QRCode{Size: 53, Path: squares}, URI: uri, Key: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
		Code: c.Field{ID: "factor-code", Name: "code", Label: "Code", Type: "text", Autocomplete: "one-time-code", Required: true, Autofocus: true, MaxLength: 12},
	}
}

func recoveryCodes() c.RecoveryCodes {
	return c.RecoveryCodes{
		Title: "Two-step verification is on", Next: "/account",
		Lead: "Each of these codes lets you in once when nothing else is at hand. Older ones no longer work.",
		Codes: []string{"ktml-3y2q-x7dd-p4wa", "o5cj-hq6e-2nrv-bb7s", "zr3f-a6ka-mmq2-e5xt", "lw4n-7tuv-5jch-ogyq", "d2p6-xkqe-vsa3-n7mi",
			"yb5g-rl2c-6ehw-tqfz", "4hov-sm7k-jd3a-u2pn", "cqx2-i6wt-zgr5-lb4e", "en3s-7yfa-ohk6-xv2d", "p7uj-w4mq-t2bc-si5r"},
	}
}

func security() c.SecurityView {
	return c.SecurityView{Grace: "7 days", Everybody: "/sessions/end-all", Roles: []c.RolePolicy{
		{Key: "admin", Label: "Admin", Required: true, Note: "Since 20 November 2026."}, {Key: "editor", Label: "Editor", Required: true, Note: "Since 20 November 2026."},
		{Key: "viewer", Label: "Viewer"}, {Key: "member", Label: "Member"},
	}}
}

// squares are the picture of a key that nobody has.
const squares = `M4 4h7v1h-7zM13 4h2v1h-2zM16 4h4v1h-4zM21 4h1v1h-1zM24 4h4v1h-4zM29 4h3v1h-3zM34 4h1v1h-1zM36 4h2v1h-2zM40 4h1v1h-1zM42 4h7v1h-7zM4 5h1v1h-1zM10 5h1v1h-1zM12 5h5v1h-5zM18 5h3v1h-3zM22 5h2v1h-2zM27 5h1v1h-1zM29 5h1v1h-1zM33 5h3v1h-3zM37 5h1v1h-1zM39 5h1v1h-1zM42 5h1v1h-1zM48 5h1v1h-1zM4 6h1v1h-1zM6 6h3v1h-3zM10 6h1v1h-1zM18 6h1v1h-1zM20 6h2v1h-2zM23 6h4v1h-4zM28 6h2v1h-2zM33 6h1v1h-1zM39 6h1v1h-1zM42 6h1v1h-1zM44 6h3v1h-3zM48 6h1v1h-1zM4 7h1v1h-1zM6 7h3v1h-3zM10 7h1v1h-1zM14 7h1v1h-1zM16 7h1v1h-1zM19 7h2v1h-2zM23 7h4v1h-4zM29 7h2v1h-2zM33 7h2v1h-2zM39 7h2v1h-2zM42 7h1v1h-1zM44 7h3v1h-3zM48 7h1v1h-1zM4 8h1v1h-1zM6 8h3v1h-3zM10 8h1v1h-1zM12 8h2v1h-2zM16 8h2v1h-2zM19 8h2v1h-2zM22 8h8v1h-8zM32 8h4v1h-4zM37 8h4v1h-4zM42 8h1v1h-1zM44 8h3v1h-3zM48 8h1v1h-1zM4 9h1v1h-1zM10 9h1v1h-1zM13 9h1v1h-1zM15 9h1v1h-1zM17 9h1v1h-1zM19 9h3v1h-3zM23 9h2v1h-2zM28 9h2v1h-2zM31 9h1v1h-1zM33 9h2v1h-2zM37 9h1v1h-1zM42 9h1v1h-1zM48 9h1v1h-1zM4 10h7v1h-7zM12 10h1v1h-1zM14 10h1v1h-1zM16 10h1v1h-1zM18 10h1v1h-1zM20 10h1v1h-1zM22 10h1v1h-1zM24 10h1v1h-1zM26 10h1v1h-1zM28 10h1v1h-1zM30 10h1v1h-1zM32 10h1v1h-1zM34 10h1v1h-1zM36 10h1v1h-1zM38 10h1v1h-1zM40 10h1v1h-1zM42 10h7v1h-7zM13 11h1v1h-1zM15 11h1v1h-1zM18 11h1v1h-1zM20 11h1v1h-1zM24 11h1v1h-1zM28 11h6v1h-6zM38 11h1v1h-1zM40 11h1v1h-1zM4 12h1v1h-1zM6 12h1v1h-1zM8 12h1v1h-1zM10 12h1v1h-1zM13 12h1v1h-1zM16 12h1v1h-1zM18 12h1v1h-1zM20 12h1v1h-1zM22 12h1v1h-1zM24 12h5v1h-5zM30 12h8v1h-8zM39 12h1v1h-1zM44 12h1v1h-1zM47 12h1v1h-1zM4 13h1v1h-1zM6 13h1v1h-1zM11 13h1v1h-1zM13 13h4v1h-4zM18 13h1v1h-1zM23 13h1v1h-1zM25 13h3v1h-3zM31 13h1v1h-1zM35 13h3v1h-3zM39 13h1v1h-1zM45 13h2v1h-2zM48 13h1v1h-1zM4 14h1v1h-1zM6 14h1v1h-1zM8 14h7v1h-7zM16 14h1v1h-1zM19 14h2v1h-2zM22 14h1v1h-1zM24 14h4v1h-4zM29 14h1v1h-1zM31 14h2v1h-2zM34 14h1v1h-1zM39 14h3v1h-3zM43 14h3v1h-3zM47 14h2v1h-2zM4 15h3v1h-3zM11 15h2v1h-2zM15 15h4v1h-4zM20 15h1v1h-1zM22 15h1v1h-1zM24 15h2v1h-2zM27 15h2v1h-2zM30 15h1v1h-1zM33 15h8v1h-8zM42 15h3v1h-3zM48 15h1v1h-1zM5 16h3v1h-3zM9 16h3v1h-3zM13 16h2v1h-2zM19 16h1v1h-1zM21 16h2v1h-2zM25 16h1v1h-1zM27 16h1v1h-1zM30 16h1v1h-1zM32 16h3v1h-3zM36 16h1v1h-1zM38 16h1v1h-1zM43 16h2v1h-2zM47 16h1v1h-1zM12 17h2v1h-2zM15 17h2v1h-2zM19 17h1v1h-1zM21 17h2v1h-2zM24 17h2v1h-2zM35 17h1v1h-1zM45 17h4v1h-4zM4 18h3v1h-3zM8 18h5v1h-5zM16 18h1v1h-1zM21 18h1v1h-1zM24 18h5v1h-5zM32 18h1v1h-1zM35 18h3v1h-3zM40 18h1v1h-1zM43 18h2v1h-2zM47 18h2v1h-2zM6 19h1v1h-1zM8 19h1v1h-1zM11 19h1v1h-1zM14 19h1v1h-1zM17 19h2v1h-2zM20 19h1v1h-1zM25 19h1v1h-1zM28 19h1v1h-1zM30 19h2v1h-2zM34 19h1v1h-1zM36 19h2v1h-2zM41 19h1v1h-1zM43 19h1v1h-1zM47 19h2v1h-2zM5 20h1v1h-1zM8 20h1v1h-1zM10 20h4v1h-4zM15 20h2v1h-2zM21 20h8v1h-8zM31 20h3v1h-3zM35 20h3v1h-3zM43 20h2v1h-2zM46 20h3v1h-3zM4 21h1v1h-1zM6 21h1v1h-1zM9 21h1v1h-1zM11 21h2v1h-2zM14 21h2v1h-2zM17 21h1v1h-1zM19 21h1v1h-1zM21 21h1v1h-1zM23 21h1v1h-1zM25 21h4v1h-4zM31 21h1v1h-1zM35 21h1v1h-1zM39 21h1v1h-1zM43 21h4v1h-4zM4 22h2v1h-2zM7 22h4v1h-4zM12 22h2v1h-2zM16 22h1v1h-1zM18 22h1v1h-1zM20 22h1v1h-1zM23 22h1v1h-1zM27 22h2v1h-2zM30 22h3v1h-3zM34 22h5v1h-5zM41 22h3v1h-3zM45 22h4v1h-4zM5 23h1v1h-1zM7 23h3v1h-3zM11 23h1v1h-1zM14 23h2v1h-2zM17 23h6v1h-6zM28 23h2v1h-2zM32 23h1v1h-1zM36 23h1v1h-1zM38 23h3v1h-3zM43 23h2v1h-2zM4 24h10v1h-10zM15 24h2v1h-2zM18 24h2v1h-2zM21 24h17v1h-17zM40 24h6v1h-6zM47 24h2v1h-2zM4 25h5v1h-5zM12 25h4v1h-4zM17 25h1v1h-1zM19 25h1v1h-1zM23 25h2v1h-2zM28 25h2v1h-2zM35 25h1v1h-1zM39 25h2v1h-2zM44 25h1v1h-1zM47 25h2v1h-2zM6 26h1v1h-1zM8 26h1v1h-1zM10 26h1v1h-1zM12 26h2v1h-2zM15 26h2v1h-2zM18 26h1v1h-1zM20 26h2v1h-2zM23 26h2v1h-2zM26 26h1v1h-1zM28 26h4v1h-4zM33 26h1v1h-1zM37 26h1v1h-1zM39 26h2v1h-2zM42 26h1v1h-1zM44 26h1v1h-1zM46 26h3v1h-3zM4 27h2v1h-2zM7 27h2v1h-2zM12 27h5v1h-5zM20 27h5v1h-5zM28 27h1v1h-1zM32 27h1v1h-1zM35 27h1v1h-1zM38 27h3v1h-3zM44 27h1v1h-1zM47 27h2v1h-2zM4 28h1v1h-1zM6 28h1v1h-1zM8 28h7v1h-7zM17 28h1v1h-1zM19 28h3v1h-3zM24 28h6v1h-6zM31 28h3v1h-3zM35 28h3v1h-3zM39 28h7v1h-7zM47 28h1v1h-1zM6 29h1v1h-1zM11 29h2v1h-2zM17 29h3v1h-3zM21 29h1v1h-1zM24 29h4v1h-4zM31 29h2v1h-2zM36 29h1v1h-1zM39 29h2v1h-2zM45 29h4v1h-4zM4 30h1v1h-1zM10 30h1v1h-1zM16 30h1v1h-1zM21 30h2v1h-2zM24 30h1v1h-1zM26 30h1v1h-1zM32 30h1v1h-1zM34 30h2v1h-2zM37 30h1v1h-1zM39 30h1v1h-1zM41 30h2v1h-2zM44 30h5v1h-5zM11 31h1v1h-1zM13 31h1v1h-1zM15 31h1v1h-1zM18 31h4v1h-4zM26 31h1v1h-1zM31 31h1v1h-1zM34 31h3v1h-3zM39 31h2v1h-2zM42 31h2v1h-2zM4 32h2v1h-2zM7 32h1v1h-1zM9 32h3v1h-3zM14 32h5v1h-5zM22 32h1v1h-1zM25 32h2v1h-2zM29 32h3v1h-3zM35 32h3v1h-3zM41 32h3v1h-3zM47 32h1v1h-1zM6 33h4v1h-4zM12 33h2v1h-2zM16 33h1v1h-1zM23 33h1v1h-1zM26 33h1v1h-1zM28 33h2v1h-2zM31 33h2v1h-2zM35 33h2v1h-2zM40 33h2v1h-2zM47 33h2v1h-2zM4 34h1v1h-1zM6 34h2v1h-2zM10 34h1v1h-1zM12 34h3v1h-3zM16 34h2v1h-2zM19 34h1v1h-1zM21 34h1v1h-1zM26 34h4v1h-4zM31 34h1v1h-1zM35 34h1v1h-1zM41 34h4v1h-4zM46 34h1v1h-1zM48 34h1v1h-1zM7 35h1v1h-1zM12 35h6v1h-6zM19 35h2v1h-2zM23 35h1v1h-1zM26 35h2v1h-2zM29 35h1v1h-1zM31 35h1v1h-1zM34 35h1v1h-1zM36 35h1v1h-1zM40 35h4v1h-4zM5 36h1v1h-1zM7 36h1v1h-1zM10 36h1v1h-1zM13 36h2v1h-2zM16 36h2v1h-2zM19 36h1v1h-1zM25 36h4v1h-4zM31 36h2v1h-2zM35 36h2v1h-2zM38 36h1v1h-1zM40 36h2v1h-2zM43 36h1v1h-1zM46 36h1v1h-1zM48 36h1v1h-1zM4 37h1v1h-1zM6 37h1v1h-1zM12 37h2v1h-2zM15 37h1v1h-1zM18 37h1v1h-1zM23 37h2v1h-2zM27 37h1v1h-1zM31 37h2v1h-2zM36 37h1v1h-1zM42 37h1v1h-1zM45 37h1v1h-1zM47 37h1v1h-1zM8 38h1v1h-1zM10 38h1v1h-1zM12 38h4v1h-4zM17 38h1v1h-1zM24 38h2v1h-2zM28 38h3v1h-3zM35 38h1v1h-1zM37 38h2v1h-2zM41 38h3v1h-3zM45 38h1v1h-1zM47 38h2v1h-2zM5 39h4v1h-4zM13 39h3v1h-3zM18 39h1v1h-1zM20 39h2v1h-2zM23 39h4v1h-4zM30 39h8v1h-8zM42 39h2v1h-2zM48 39h1v1h-1zM4 40h1v1h-1zM7 40h2v1h-2zM10 40h1v1h-1zM12 40h4v1h-4zM19 40h4v1h-4zM24 40h5v1h-5zM31 40h2v1h-2zM34 40h3v1h-3zM40 40h6v1h-6zM47 40h2v1h-2zM12 41h1v1h-1zM14 41h5v1h-5zM20 41h1v1h-1zM23 41h2v1h-2zM28 41h1v1h-1zM30 41h1v1h-1zM35 41h1v1h-1zM39 41h2v1h-2zM44 41h2v1h-2zM47 41h2v1h-2zM4 42h7v1h-7zM14 42h1v1h-1zM18 42h1v1h-1zM21 42h4v1h-4zM26 42h1v1h-1zM28 42h1v1h-1zM30 42h1v1h-1zM32 42h1v1h-1zM35 42h3v1h-3zM40 42h1v1h-1zM42 42h1v1h-1zM44 42h1v1h-1zM46 42h1v1h-1zM48 42h1v1h-1zM4 43h1v1h-1zM10 43h1v1h-1zM13 43h5v1h-5zM21 43h2v1h-2zM24 43h1v1h-1zM28 43h3v1h-3zM32 43h1v1h-1zM35 43h1v1h-1zM39 43h2v1h-2zM44 43h1v1h-1zM4 44h1v1h-1zM6 44h3v1h-3zM10 44h1v1h-1zM12 44h1v1h-1zM14 44h1v1h-1zM16 44h2v1h-2zM19 44h1v1h-1zM21 44h2v1h-2zM24 44h13v1h-13zM38 44h7v1h-7zM47 44h2v1h-2zM4 45h1v1h-1zM6 45h3v1h-3zM10 45h1v1h-1zM13 45h1v1h-1zM17 45h1v1h-1zM21 45h4v1h-4zM26 45h3v1h-3zM32 45h1v1h-1zM40 45h1v1h-1zM43 45h1v1h-1zM46 45h3v1h-3zM4 46h1v1h-1zM6 46h3v1h-3zM10 46h1v1h-1zM12 46h1v1h-1zM16 46h3v1h-3zM20 46h1v1h-1zM24 46h1v1h-1zM26 46h3v1h-3zM31 46h1v1h-1zM33 46h2v1h-2zM36 46h1v1h-1zM40 46h1v1h-1zM43 46h6v1h-6zM4 47h1v1h-1zM10 47h1v1h-1zM14 47h2v1h-2zM22 47h1v1h-1zM24 47h1v1h-1zM28 47h1v1h-1zM30 47h2v1h-2zM35 47h6v1h-6zM44 47h1v1h-1zM47 47h1v1h-1zM4 48h7v1h-7zM12 48h8v1h-8zM22 48h4v1h-4zM27 48h3v1h-3zM32 48h1v1h-1zM34 48h5v1h-5zM40 48h1v1h-1zM42 48h3v1h-3zM46 48h3v1h-3z`
