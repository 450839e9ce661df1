package main

import (
	"context"
	"strings"
	"testing"

	"backoffice/store"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// key is an authenticator of a browser, such as a telephone has: it knows its owner by
// a finger, and the finger is always there.
type key struct {
	b  *browser
	id webauthn.AuthenticatorID
}

// plugIn gives a browser an authenticator.
func (b *browser) plugIn() *key {
	b.t.Helper()
	b.must(b.do(cdpStep(webauthn.Enable, webauthn.EnableParams{})), "switching authenticators on")
	made, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
		IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	b.must(err, "adding an authenticator")
	return &key{b, made.AuthenticatorID}
}

// knows says whether it knows its owner, or refuses.
func (k *key) knows(owner bool) {
	k.b.t.Helper()
	k.b.must(k.b.do(cdpStep(webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: k.id, IsUserVerified: owner})), "laying a finger on the authenticator")
}

// waits has it wait for a finger that does not come.
func (k *key) waits(waits bool) {
	k.b.t.Helper()
	k.b.must(k.b.do(cdpStep(webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: k.id, Enabled: !waits})), "taking the finger away")
}

// holds is how many passkeys it has.
func (k *key) holds() int {
	k.b.t.Helper()
	all, err := chromedp.Call(k.b.ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: k.id})
	k.b.must(err, "looking into the authenticator")
	return len(all.Credentials)
}

// byName is the program at an address that browsers have passkeys for.
func (d *desk) byName() *desk {
	d.URL = strings.Replace(d.URL, "127.0.0.1", "localhost", 1)
	return d
}

// signOut takes the session away, as it is after a night.
func (b *browser) signOut() {
	b.t.Helper()
	b.deleteCookies()
	b.open("/login")
}

// TestJourneyPasskey makes a passkey, signs in with it after the password, over a page
// and alone, proves with it who deletes somebody, and takes it away.
func TestJourneyPasskey(t *testing.T) {
	d := newDesk(t).byName()
	d.people(20)
	u := d.person("Aaron Target", "aaron@example.com", store.Member)
	ana, err := d.db.UserByEmail(context.Background(), staff, anaEmail)
	if err != nil {
		t.Fatal(err)
	}
	b := d.enter(anaEmail, "/account")
	k := b.plugIn()

	d.step("making one: what goes wrong is said beside the button, and it can be tried again", func() {
		b.click("#passkey-add button")
		b.waitFor("#passkey[open]")
		b.idle()
		b.waitFocus("input#passkey-name")
		b.typeText("Work laptop")
		k.knows(false)
		b.press(kb.Enter)
		b.waitText("#passkey [data-passkey-problem]", "cancelled")
		b.keptFocus("a passkey that was not made")
		k.knows(true)
		b.click("#passkey-save")
		b.waitFor("#recovery-codes")
		b.waitGone("dialog")
		b.idle()
		b.narrow()
		b.click("#main .form-foot a")
		b.waitText("#factor", "Work laptop")
		if n := k.holds(); n != 1 {
			t.Errorf("the authenticator holds %d passkeys", n)
		}
	}, b)

	d.step("a second one on the same device is none", func() {
		b.click("#passkey-add button")
		b.waitFor("#passkey[open]")
		b.idle()
		b.click("#passkey-save")
		b.waitText("#passkey [data-passkey-problem]", "on this device already")
		b.click("#passkey [data-close]")
		b.waitGone("dialog")
		b.keptFocus("a dialog that was closed")
	}, b)

	d.step("another name", func() {
		b.click("#account-passkeys-1-rename")
		b.waitFor("#passkey[open]")
		b.idle()
		b.fill("#passkey-name", "Laptop at home")
		b.leaving(func() { b.press(kb.Enter) })
		b.waitText("#factor", "Laptop at home")
	}, b)

	d.step("after the password, by itself", func() {
		b.signOut()
		b.fill("#signin-email", anaEmail)
		b.fill("#signin-password", staffPassword)
		b.click("#signin-form button.pri")
		b.waitFor("#account-menu, .viewer, header nav")
		b.waitGone("#signin-form")
		d.recorded(ana, store.ActSignIn, 2)
	}, b)

	d.step("alone, after a finger that was not known", func() {
		b.signOut()
		k.knows(false)
		b.click("#signin-form [value=passkey]")
		b.waitText("[data-passkey-problem]", "cancelled")
		b.narrow()
		b.waitFocus("button#signin-passkey")
		k.knows(true)
		b.press(kb.Enter)
		b.waitGone("#signin-form")
		d.recorded(ana, store.ActSignIn, 3)
	}, b)

	d.step("the session is gone: a passkey in the dialog, and the cell is saved", func() {
		b.open("/users?q=target")
		b.click(cell(u, "phone", "open"))
		b.fill(cell(u, "phone", "in"), "030 901820")
		d.endSessions(anaEmail)
		b.press(kb.Enter)
		b.waitFor("#signin-dialog[open]")
		b.idle()
		b.click("#signin-form [value=passkey]")
		b.waitGone("dialog.signin")
		b.waitText(cell(u, "phone", "open"), "030 901820")
		d.is(u, store.FieldPhone, "030 901820")
	}, b)

	d.step("an old proof: the dialog asks for the passkey, and the deletion runs once", func() {
		d.provedLongAgo()
		b.open("/users?q=target")
		k.waits(true)
		openMenu(b, u)
		b.click(row(u, "delete"))
		b.waitFor("#confirm[open]")
		b.click("#confirm-form button[type=submit]")
		b.waitText("#signin-title", "Confirm it’s you")
		b.idle()
		b.click("#signin-form [value=recovery]") // while the browser asks
		b.waitFor("#signin-code")
		b.idle()
		k.waits(false)
		b.click("#signin-form [value=passkey]")
		b.waitGone("dialog")
		b.waitGone(row(u))
		b.idle()
		d.recorded(u, store.ActDelete, 1)
	}, b)

	d.step("taken away: it lets nobody in any more", func() {
		b.open("/account")
		b.click("#account-passkeys-1-remove")
		b.waitFor("#confirm[open]")
		b.follow("#confirm-form button[type=submit]")
		b.waitText("#factor", "Off")
		b.signOut()
		b.click("#signin-form [value=passkey]")
		b.waitText("#signin-error", "may have been removed")
		b.waitFocus("button#signin-passkey")
		b.click("#signin-form [value=password]")
		b.waitFor("#signin-password")
	}, b)
}

// TestJourneyPasskeyElsewhere is at an address that browsers have no passkeys for, and
// without scripts: it is said, and the password lets one in.
func TestJourneyPasskeyElsewhere(t *testing.T) {
	d := newDesk(t)
	b := newBrowser(t, d.URL)
	b.open("/login")
	b.follow("#signin-form [value=passkey]")
	b.waitText("#passkey-impossible", "HTTPS only")
	b.follow("#signin-form [value=password]")
	b.signIn(anaEmail, staffPassword)

	off := newBrowser(t, d.byName().URL, scriptsOff())
	off.open("/account")
	if n := off.count("#signin-form [value=passkey]"); n != 1 {
		t.Errorf("%d buttons", n)
	}
	off.waitGone("#signin-form [value=passkey]")
	off.signIn(anaEmail, staffPassword)
	off.waitGone("#passkey-add button")
}

// TestJourneyInvitedByPasskey goes from the link of an invitation to the first page,
// without a password.
func TestJourneyInvitedByPasskey(t *testing.T) {
	d := newDesk(t).byName()
	l, c, err := d.db.InviteUser(context.Background(), staff, store.NewUser{Name: "Lena Brandt", Email: "lena@example.com", Role: store.Viewer}, false)
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, d.URL)
	b.open("/link/" + l.Token)
	k := b.plugIn()
	b.follow("#link-form [value=passkey]")
	b.waitFocus("button#link-passkey")
	b.narrow()
	k.knows(false)
	b.press(kb.Enter)
	b.waitText("[data-passkey-problem]", "No passkey was made")
	b.keptFocus("a passkey that was not made")
	k.knows(true)
	b.follow("#link-passkey")
	b.waitText("h1", "Your passkey is set")
	b.narrow()
	b.follow("#main .form-foot a")
	b.click("#signin-form [value=passkey]")
	b.waitFor(".top") // which is there for who is signed in
	b.open("/account")
	b.waitText("#user-name", "Lena Brandt")
	b.waitText("#password-title", "Password")
	d.recorded(c.User, store.ActAcceptInvite, 1)
}
