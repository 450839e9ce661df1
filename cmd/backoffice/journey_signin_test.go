package main

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

const eveEmail = "eve@example.com"

// signInOver signs in by the dialog over a page: first with a wrong password,
// which keeps the dialog open with the e-mail in it, then with the right one.
func (b *browser) signInOver(email string) {
	b.t.Helper()
	b.waitFor("#signin-dialog[open]")
	b.idle()
	b.keptFocus("the sign-in dialog opened")
	if b.value("#signin-email") != email {
		b.fill("#signin-email", email)
	}
	b.fill("#signin-password", "not the password")
	b.press(kb.Enter)
	b.waitText("#signin-error", "do not match")
	b.idle()
	if got := b.value("#signin-email"); got != email {
		b.t.Errorf("the e-mail after a wrong password is %q", got)
	}
	b.keptFocus("a wrong password")
	b.fill("#signin-password", staffPassword)
	b.click("#signin-form button[type=submit]")
	b.waitGone("dialog.signin")
	b.idle()
}

// partial is one thing that is sent in part of a page and may be refused.
type partial struct {
	name string
	// ready prepares it on the page, send sends it. typed is what must stand
	// untouched behind the dialog meanwhile: a field and what it holds.
	ready, send func(b *browser, u store.User)
	typed       [2]string
	// done waits until it has happened.
	done func(d *desk, b *browser, u store.User)
	act  store.Act // what is then on record, once; "" when nothing is
}

func partials() []partial {
	none := func(*browser, store.User) {}
	return []partial{
		{"cell save", func(b *browser, u store.User) {
			b.click(cell(u, "phone", "open"))
			b.fill(cell(u, "phone", "in"), "030 111")
			b.fill(cell(u, "phone", "in"), "030 901820")
		}, func(b *browser, u store.User) { b.press(kb.Enter) }, [2]string{"phone-in", "030 901820"},
			func(d *desk, b *browser, u store.User) {
				b.waitText(cell(u, "phone", "open"), "030 901820")
				d.is(u, store.FieldPhone, "030 901820")
			}, store.ActEdit},
		{"row save", func(b *browser, u store.User) {
			b.click(row(u, "more"))
			b.click(row(u, "edit"))
			b.fill(cell(u, "row", "name"), "Rowena Row")
		}, func(b *browser, u store.User) { b.click(row(u, "form", "save")) }, [2]string{"row-name", "Rowena Row"},
			func(d *desk, b *browser, u store.User) {
				b.waitText(cell(u, "name"), "Rowena Row")
				d.is(u, store.FieldName, "Rowena Row")
			}, store.ActEdit},
		{"delete dialog", func(b *browser, u store.User) {
			b.click(row(u, "more"))
			b.click(row(u, "delete"))
			b.waitFor("#confirm[open]")
		}, func(b *browser, u store.User) { b.click("#confirm-form button[type=submit]") }, [2]string{},
			func(d *desk, b *browser, u store.User) {
				b.waitGone(row(u))
				b.waitGone("dialog")
				if d.now(u).Deleted.IsZero() {
					b.t.Errorf("%s is not deleted", u.Name)
				}
			}, store.ActDelete},
		{"opening the menu of a row", none, func(b *browser, u store.User) { b.click(row(u, "more")) }, [2]string{},
			func(d *desk, b *browser, u store.User) { openMenu(b, u) }, ""},
		{"opening the delete dialog", openMenu,
			func(b *browser, u store.User) { b.click(row(u, "delete")) }, [2]string{},
			func(d *desk, b *browser, u store.User) {
				b.waitFor("#confirm[open]")
				b.press(kb.Escape)
				b.waitGone("dialog")
				b.waitFocus("button" + row(u, "more"))
			}, ""},
		{"deactivate", openMenu,
			func(b *browser, u store.User) { b.click(row(u, "menu") + ` form[action$="/deactivate"] button`) }, [2]string{},
			func(d *desk, b *browser, u store.User) { b.waitText(row(u)+" .st", "Deactivated") }, store.ActDeactivate},
		{"search", none, func(b *browser, u store.User) { b.fill("#q", "target") }, [2]string{"", "target"},
			func(d *desk, b *browser, u store.User) { b.waitPath("/users?q=target") }, ""},
		{"sort", none, func(b *browser, u store.User) { b.click("#sort-created") }, [2]string{},
			func(d *desk, b *browser, u store.User) { b.waitPath("/users?sort=-created") }, ""},
		{"undo", func(b *browser, u store.User) {
			b.click(cell(u, "phone", "open"))
			b.fill(cell(u, "phone", "in"), "030 5555")
			b.press(kb.Enter)
			b.waitFor(".toast form button")
			b.idle()
		}, func(b *browser, u store.User) { b.click(".toast form button") }, [2]string{},
			func(d *desk, b *browser, u store.User) {
				b.waitText(".toast", "Undone")
				b.waitText(cell(u, "phone", "open"), "Add phone")
				d.is(u, store.FieldPhone, "")
			}, store.ActUndo},
	}
}

// openMenu opens the menu of a row and waits for what stands in it.
func openMenu(b *browser, u store.User) {
	b.click(row(u, "more"))
	b.waitFor(row(u, "delete"))
}

// TestJourneyRefusedPartialsRunOnce takes the session away under every kind of
// partial request: the sign-in dialog comes over the untouched page, and then
// the very same request runs, once.
func TestJourneyRefusedPartialsRunOnce(t *testing.T) {
	d := newDesk(t)
	eve := d.person("Eve Ostrom", eveEmail, store.Editor)
	boss := d.enter(anaEmail, "/users/"+row(eve)[2:]+"/sessions")
	b := d.enter(eveEmail, "/users")
	for i, p := range partials() {
		d.step(p.name, func() {
			u := d.person("Target "+p.name, "target@"+string(rune('a'+i))+".example.com", store.Member)
			b.open("/users")
			p.ready(b, u)
			before := b.string(`document.querySelector('#results').textContent`)
			switch i % 3 {
			case 0:
				boss.reload()
				boss.click("#sessions form[action$='/end-all'] button")
				boss.waitText("#sessions", "Not signed in anywhere")
			case 1:
				b.deleteCookies()
			case 2:
				d.endSessions(eveEmail)
			}
			acts, log := d.entries(u, p.act), len(d.Output())
			p.send(b, u)
			b.waitFor("#signin-dialog[open]")
			b.idle()
			if i%3 != 1 {
				b.waitText("#signin-box", "An administrator ended your session.")
			}
			if p.name != "search" && b.string(`document.querySelector('#results').textContent`) != before {
				b.t.Errorf("the page behind the dialog changed")
			}
			if p.typed[1] != "" {
				sel := "#q"
				if p.typed[0] != "" {
					sel = cell(u, p.typed[0])
				}
				b.waitValue(sel, p.typed[1])
			}
			b.signInOver(eveEmail)
			p.done(d, b, u)
			b.idle()
			b.keptFocus(p.name)
			d.ranOnce(d.Output()[log:])
			if p.act != "" {
				d.recorded(u, p.act, acts+1)
			}
			b.waitGone("dialog")
			b.reload() // nothing of it was only on this page
			if p.act == store.ActEdit {
				b.waitText(row(u), p.typed[1])
			}
		}, b, boss)
	}
}

// ranOnce reads the access log: what was refused for want of a session was
// answered well once afterwards.
func (d *desk) ranOnce(log string) {
	d.t.Helper()
	refused := regexp.MustCompile(`method=\S+ route="[^"]*" status=401`).FindString(log)
	asked := strings.TrimSuffix(refused, " status=401")
	if n := strings.Count(log, asked+" status=200"); refused == "" || n != 1 {
		d.t.Errorf("%s ran %d times, want once, in:\n%s", asked, n, log)
	}
}

// TestJourneyTwoRefusedAtOnce saves by Tab, which sends two requests at once,
// and two forms at once.
func TestJourneyTwoRefusedAtOnce(t *testing.T) {
	d := newDesk(t)
	u := d.person("Target Two", "two@example.com", store.Member)
	b := d.enter(anaEmail, "/users")

	b.click(cell(u, "name", "open"))
	b.fill(cell(u, "name", "in"), "Two Renamed")
	b.deleteCookies()
	b.press(kb.Tab)
	b.signInOver(anaEmail)
	b.waitText(cell(u, "name"), "Two Renamed")
	b.waitFor("input" + cell(u, "email", "in"))
	b.idle()
	b.keptFocus("Tab over the sign-in")
	d.recorded(u, store.ActEdit, 1)

	b.click(cell(u, "phone", "open"))
	b.fill(cell(u, "phone", "in"), "030 2")
	b.fill(cell(u, "phone", "in"), "030 222")
	b.fill(cell(u, "email", "in"), "two@example.org")
	b.deleteCookies()
	b.eval(`for (const f of document.querySelectorAll('.cell-form')) f.requestSubmit()`, nil)
	b.signInOver(anaEmail)
	b.waitText(cell(u, "phone", "open"), "030 222")
	b.waitText(cell(u, "email", "open"), "two@example.org")
	d.recorded(u, store.ActEdit, 3)
}

// TestJourneySomebodyElseSignsIn must not run what the first person sent.
func TestJourneySomebodyElseSignsIn(t *testing.T) {
	d := newDesk(t)
	d.person("Eve Ostrom", eveEmail, store.Editor)
	u := d.person("Target Other", "other@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.click(cell(u, "phone", "open"))
	b.fill(cell(u, "phone", "in"), "030 3333")
	b.deleteCookies()
	b.press(kb.Enter)
	b.waitFor("#signin-dialog[open]")
	b.fill("#signin-email", eveEmail)
	b.fill("#signin-password", staffPassword)
	b.allow("beforeunload")
	b.leaving(func() { b.press(kb.Enter) })
	b.until(`document.querySelector('#account')?.innerText.includes('Eve Ostrom')`, "the page to be Eve's")
	b.waitText(cell(u, "phone", "open"), "Add phone")
	d.recorded(u, store.ActEdit, 0)
	d.is(u, store.FieldPhone, "")
}

// TestJourneyNotNow closes the dialog and goes on later.
func TestJourneyNotNow(t *testing.T) {
	d := newDesk(t)
	u := d.person("Target Later", "later@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.click(cell(u, "phone", "open"))
	b.fill(cell(u, "phone", "in"), "030 4444")
	b.deleteCookies()
	for _, away := range []func(){
		func() { b.click("#signin-form [data-close]") },
		func() { b.press(kb.Escape) },
	} {
		b.press(kb.Enter)
		b.waitFor("#signin-dialog[open]")
		away()
		b.waitGone("dialog")
		b.waitFocus("input" + cell(u, "phone", "in"))
		b.waitValue(cell(u, "phone", "in"), "030 4444")
	}
	b.click(cell(u, "phone", "save"))
	b.signInOver(anaEmail)
	b.waitText(cell(u, "phone", "open"), "030 4444")
	d.recorded(u, store.ActEdit, 1)
}

// TestJourneySecondRefusal comes while somebody types into the dialog of the
// first one.
func TestJourneySecondRefusal(t *testing.T) {
	d := newDesk(t)
	b := d.enter(anaEmail, "/users")
	b.deleteCookies()
	b.click("#sort-created")
	b.waitFor("#signin-dialog[open]")
	b.fill("#signin-email", anaEmail)
	b.eval(`htmx.trigger('#main', 'page:refresh')`, nil)
	b.until(`performance.getEntriesByType('resource').filter(e => e.responseStatus === 401).length === 2`, "the second refusal")
	b.idle()
	b.waitValue("#signin-email", anaEmail)
	b.waitFocus("input#signin-email")
	b.signInOver(anaEmail)
	b.waitPath("/users?sort=-created")
}

// TestJourneyDeactivatedMeanwhile tells why, and lets in again only who may.
func TestJourneyDeactivatedMeanwhile(t *testing.T) {
	d := newDesk(t)
	eve := d.person("Eve Ostrom", eveEmail, store.Editor)
	u := d.person("Target", "target@example.com", store.Member)
	b := d.enter(eveEmail, "/users")
	b.click(cell(u, "phone", "open"))
	b.fill(cell(u, "phone", "in"), "030 6666")
	if _, err := d.db.Deactivate(context.Background(), staff, eve.ID); err != nil {
		t.Fatal(err)
	}
	b.press(kb.Enter)
	b.waitText("#signin-box", "Your account has been deactivated.")
	b.fill("#signin-email", eveEmail)
	b.fill("#signin-password", staffPassword)
	b.press(kb.Enter)
	b.waitText("#signin-error", "This account is deactivated.")
	if _, err := d.db.Reactivate(context.Background(), staff, eve.ID); err != nil {
		t.Fatal(err)
	}
	b.signInOver(eveEmail)
	b.waitText(cell(u, "phone", "open"), "030 6666")
	d.recorded(u, store.ActEdit, 1)
}

// TestJourneyServerRestarted must not be noticed by anybody.
func TestJourneyServerRestarted(t *testing.T) {
	d := newDesk(t)
	u := d.person("Target", "target@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.click(cell(u, "phone", "open"))
	b.fill(cell(u, "phone", "in"), "030 7777")
	d.Stop()
	b.allow("Failed to fetch")
	b.press(kb.Enter)
	b.waitText(".toast", "No answer from the server")
	b.waitValue(cell(u, "phone", "in"), "030 7777")
	d.Restart()
	b.fill(cell(u, "phone", "in"), "030 8888")
	b.press(kb.Enter)
	b.waitText(cell(u, "phone", "open"), "030 8888")
	b.waitGone("dialog")
	b.open("/account")
	b.waitText("h1", "Ana Pérez")
}

// TestJourneyIdle is warned, stays, and is signed out at last.
func TestJourneyIdle(t *testing.T) {
	d := newDesk(t, "--idle-timeout", "12s")
	u := d.person("Target", "target@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.waitText("#idle", "You will be signed out")
	b.click("#idle-keep button")
	b.waitGone("#idle-keep")
	b.idle()
	b.keptFocus("staying signed in")
	b.click(cell(u, "phone", "open")) // it is Ana still
	b.fill(cell(u, "phone", "in"), "030 9999")
	b.waitText("#idle", "You will be signed out")
	b.waitFor("#signin-dialog[open]") // by itself: nobody was there
	b.waitText("#signin-box", "You were signed out after 12 seconds without activity.")
	b.waitValue(cell(u, "phone", "in"), "030 9999")
	b.signInOver(anaEmail)
	b.waitGone("#idle-keep")
	b.focus(cell(u, "phone", "in"))
	b.press(kb.Enter)
	b.waitText(cell(u, "phone", "open"), "030 9999")
	d.recorded(u, store.ActEdit, 1)
}

// TestJourneyRefusedPageForm saves the form of a whole page without a session.
func TestJourneyRefusedPageForm(t *testing.T) {
	d := newDesk(t)
	u := d.person("Target", "target@example.com", store.Member)
	b := d.enter(anaEmail, "/users/"+row(u)[2:]+"/edit")
	b.fill("#user-name", "Target Renamed")
	b.deleteCookies()
	b.click("#user-form-save")
	b.waitFor("#signin-dialog[open]")
	b.waitValue("#user-name", "Target Renamed")
	b.leaving(func() { b.signInOver(anaEmail) })
	b.waitText("h1", "Target Renamed")
	d.recorded(u, store.ActEdit, 1)
}
