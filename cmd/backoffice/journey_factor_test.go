package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"backoffice/store"
	"backoffice/store/storetest"

	"github.com/chromedp/chromedp/kb"
)

// authenticator is the app of somebody in a journey. A code counts once, so it
// shows the next one that has not been used, up to half a minute early: so much may
// the clocks of telephones differ.
type authenticator struct {
	d    *desk
	e    store.Enrolment
	last int64 // the step of the code that was used last
}

// next is a code that counts. There are two in half a minute.
func (a *authenticator) next() string {
	a.d.t.Helper()
	a.last = max(time.Now().Unix()/30, a.last+1)
	code, err := a.e.Code(time.Unix(a.last*30, 0))
	if err != nil {
		a.d.t.Fatal(err)
	}
	return code
}

// setUp gives whoever is signed in an authenticator app, by their own page.
func (b *browser) setUp(d *desk) (app *authenticator, codes []string) {
	b.t.Helper()
	b.open("/account")
	b.waitText("#factor", "Off")
	b.click("#factor-begin button")
	b.waitFor("#factor-form")
	b.idle()
	b.narrow()
	app = &authenticator{d: d, e: store.Enrolment{Key: strings.ReplaceAll(b.text("#factor-key"), " ", "")}}
	b.waitFocus("input#factor-code")
	b.typeText("000 000")
	b.press(kb.Enter)
	b.waitText("#factor-code-error", "not right")
	b.idle()
	b.fill("#factor-code", app.next())
	b.press(kb.Enter)
	b.waitFor("#recovery-codes")
	b.idle()
	codes = strings.Fields(b.text("#recovery-codes"))
	if len(codes) != 10 {
		b.t.Errorf("recovery codes: %v", codes)
	}
	return app, codes
}

// TestJourneySecondFactor sets an app up, signs in with it by the page, over a page
// and with scripts off, and proves with it who deletes somebody.
func TestJourneySecondFactor(t *testing.T) {
	d := newDesk(t)
	d.people(20)
	u := d.person("Aaron Target", "aaron@example.com", store.Member)
	b := d.enter(anaEmail, "/account")
	var app *authenticator
	var codes []string

	d.step("setting an app up", func() {
		app, codes = b.setUp(d)
		b.click("#main .form-foot a")
		b.waitText("#factor", "10 recovery codes left")
	}, b)

	d.step("the session is gone: the dialog asks for the code, and the cell is saved", func() {
		b.open("/users?q=target")
		b.click(cell(u, "phone", "open"))
		b.fill(cell(u, "phone", "in"), "030 901820")
		d.endSessions(anaEmail)
		b.press(kb.Enter)
		b.waitFor("#signin-dialog[open]")
		b.idle()
		b.fill("#signin-password", staffPassword)
		b.press(kb.Enter)
		b.waitText("#signin-title", "Enter your code")
		b.idle()
		b.waitFocus("input#signin-code")
		b.click("#signin-form [value=recovery]")
		b.waitText("#signin-title", "Use a recovery code")
		b.idle()
		b.waitFocus("input#signin-code")
		b.typeText(codes[0])
		b.press(kb.Enter)
		b.waitGone("dialog.signin")
		b.waitText(cell(u, "phone", "open"), "030 901820")
		d.is(u, store.FieldPhone, "030 901820")
	}, b)

	off := newBrowser(t, d.URL, scriptsOff())
	d.step("with scripts off", func() {
		off.open("/users?q=target")
		off.fill("#signin-email", anaEmail)
		off.fill("#signin-password", staffPassword)
		off.follow("#signin-form button.pri")
		off.waitText("h1", "Enter your code")
		off.fill("#signin-code", "123")
		off.follow("#signin-form button.pri")
		off.waitText("#signin-error", "not right")
		off.fill("#signin-code", app.next())
		off.follow("#signin-form button.pri")
		off.waitPath("/users?q=target")
	}, off)

	d.step("an old proof: the dialog asks for a code, and the same deletion runs once", func() {
		d.provedLongAgo()
		b.open("/users?q=target")
		openMenu(b, u)
		b.click(row(u, "delete"))
		b.waitFor("#confirm[open]")
		b.click("#confirm-form button[type=submit]")
		b.waitText("#signin-title", "Confirm it’s you")
		b.idle()
		b.waitFocus("input#signin-code")
		if d.now(u).Deleted.IsZero() == false {
			t.Error("deleted without a proof")
		}
		b.typeText(codes[1])
		b.press(kb.Enter)
		b.waitGone("dialog")
		b.waitGone(row(u))
		b.idle()
		d.recorded(u, store.ActDelete, 1)
	}, b)

	d.step("not now: nothing is done", func() {
		d.provedLongAgo()
		b.open("/security")
		b.choose("#security-viewer", "required")
		b.click("#security-save")
		b.waitFor("#signin-dialog[open]")
		b.idle()
		b.click("#signin-dialog [data-close]")
		b.waitGone("dialog")
		if got := b.value("#security-viewer"); got != "required" {
			t.Errorf("what was chosen is %q", got)
		}
		roles, err := d.db.RequiredFactors(context.Background(), staff)
		if err != nil || len(roles) != 0 {
			t.Errorf("%v, %v", roles, err)
		}
	}, b)
}

// provedLongAgo lets the proofs of everybody wear off.
func (d *desk) provedLongAgo() {
	d.t.Helper()
	if _, err := storetest.Raw(d.t, d.DB).Exec(`UPDATE signins SET started_at = started_at - 3600000, proved_at = 1`); err != nil {
		d.t.Fatal(err)
	}
}
