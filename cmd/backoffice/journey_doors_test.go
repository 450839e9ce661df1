package main

import (
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// TestJourneyNewPassword chooses a password: it is told how good it is while it
// is typed, can look at it, and never sends it shown.
func TestJourneyNewPassword(t *testing.T) {
	d := newDesk(t)
	d.person("Eve Ostrom", eveEmail, store.Editor)
	b := d.enter(eveEmail, "/account")
	b.fill("#password-current", staffPassword)
	b.fill("#password-password", "short")
	b.waitText("#password-password-strength", "Weak. Use at least 12 characters")
	b.waitFocus("input#password-password")
	b.fill("#password-password", "Eve-Ostrom-2026")
	b.waitText("#password-password-strength", "made of your name")
	b.fill("#password-password", "nine brown otters diving")
	b.waitText("#password-password-strength", "Strong.")
	b.click("[data-show=password-password]")
	if got := b.attr("#password-password", "type"); got != "text" {
		t.Errorf("shown, it is a field of %s", got)
	}
	b.focus("[data-show=password-current]")
	b.press(kb.Enter)
	if got := b.attr("#password-current", "type"); got != "text" {
		t.Errorf("by the keyboard it is a field of %s", got)
	}
	b.press(kb.Enter)
	if got := b.attr("#password-current", "type"); got != "password" {
		t.Errorf("hidden again it is a field of %s", got)
	}
	b.fill("#password-repeat", "nine brown otters diving")
	b.eval(`document.addEventListener('submit', () => { document.body.dataset.sent = document.querySelector('#password-password').type })`, nil)
	b.click("#password-save")
	b.waitFor("body[data-sent=password]")
	b.waitText(".toast", "Password changed")
	b.idle()
}

// TestJourneyRememberedBrowser ticks the box, and is let in past somebody who
// guesses from the same address, whom staff see and lift.
func TestJourneyRememberedBrowser(t *testing.T) {
	d := newDesk(t)
	eve := d.person("Eve Ostrom", eveEmail, store.Editor)
	b := newBrowser(t, d.URL)
	b.open("/login")
	b.click("label[for=signin-remember]")
	b.signIn(eveEmail, staffPassword)
	b.open("/account")
	b.waitText("#browsers", "This one")
	boss := d.enter(anaEmail, "/users")

	guesser := newBrowser(t, d.URL)
	for range 6 {
		guesser.open("/login")
		guesser.fill("#signin-email", eveEmail)
		guesser.fill("#signin-password", "not the password")
		guesser.follow("#signin-form button[type=submit]")
		guesser.waitText("#signin-error", "do not match")
	}
	boss.open("/users/" + row(eve)[2:])
	boss.waitText("#slowed", "6 failed tries")

	b.click("#account")
	b.follow("#account-menu form button")
	b.signIn(eveEmail, staffPassword)
	b.open("/account")

	boss.focus("#lift button")
	boss.press(kb.Enter)
	boss.waitGone("#slowed")
	boss.waitText(".toast", "no longer slowed down")
	boss.keptFocus("lifting")
	d.recorded(eve, store.ActLift, 1)

	b.click("#browsers form button")
	b.waitText(".toast", "Browser forgotten")
	b.idle()
	b.keptFocus("forgetting the browser")
}

// TestJourneyIdleOverADialog warns of the idle time-out where somebody can read
// and answer it: in front of an open dialog, by the keyboard, without taking the
// focus from them.
func TestJourneyIdleOverADialog(t *testing.T) {
	d := newDesk(t, "--idle-timeout", "12s")
	u := d.person("Eve Ostrom", eveEmail, store.Editor)
	b := d.enter(anaEmail, "/users")
	openMenu(b, u)
	b.click(row(u, "delete"))
	b.waitFor("#confirm[open]")
	at := b.focused()
	b.waitText("#confirm #idle", "You will be signed out")
	if got := b.focused(); got != at {
		t.Errorf("the warning takes the focus from %s to %s", at, got)
	}
	b.tabTo("button#idle-stay")
	b.press(kb.Enter)
	b.waitGone("#idle-keep")
	b.idle()
	b.keptFocus("staying signed in")
	b.press(kb.Escape)
	b.waitGone("dialog")
	b.waitFor("body > #idle")
	b.waitText("#idle", "You will be signed out") // it goes on to watch
}
