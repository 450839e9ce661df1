package main

import (
	"encoding/json"
	"testing"

	"backoffice/store"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// still waits until nothing moves: a dialog grows as it opens, and a page that
// comes in place of another fades in, which a window that changes breaks off.
func (b *browser) still() {
	b.t.Helper()
	b.until(`document.readyState === 'complete' && !document.activeViewTransition && document.getAnimations().every(a => a.playState !== 'running')`, "what moves to stand still")
}

// resize makes the window another size; scale is how many pixels of the screen
// make one of the page, as zooming in does.
func (b *browser) resize(width, height int64, scale float64) {
	b.t.Helper()
	b.still()
	b.must(b.do(cdpStep(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: scale, Mobile: b.conf.phone,
	})), "resizing the window")
}

// narrow checks that the page needs no scrolling sideways on a phone, on a
// very small one, and at 200 % on a laptop; then it is as it was.
func (b *browser) narrow() {
	b.t.Helper()
	for _, w := range []struct {
		width, height int64
		scale         float64
	}{{390, 844, 1}, {320, 568, 1}, {640, 400, 2}} {
		b.resize(w.width, w.height, w.scale)
		b.noSideways()
	}
	b.resize(b.conf.width, b.conf.height, 1)
}

// thumb fails for everything that can be tapped and is smaller than 24 by 24
// pixels; a link within a sentence may be.
func (b *browser) thumb() {
	b.t.Helper()
	b.still()
	var small []string
	b.eval(`[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
		.filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !e.closest('.vh, .skip, .sentence, [inert]'))
		.map(e => ({e, box: e.getBoundingClientRect(), hidden: getComputedStyle(e).clipPath !== 'none'}))
		.filter(({e, box, hidden}) => !hidden && box.width && (box.width < 24 || box.height < 24) && !e.closest('[hidden]') && getComputedStyle(e.closest('thead') ?? e).clipPath === 'none')
		.map(({e, box}) => Math.round(box.width) + ' x ' + Math.round(box.height) + ': ' + e.outerHTML.slice(0, 120))`, &small)
	if len(small) > 0 {
		list, _ := json.MarshalIndent(small, "", "  ")
		b.t.Errorf("%s: too small for a thumb: %s", b.path(), list)
	}
}

// TestJourneyPhone works with a thumb on 390 px.
func TestJourneyPhone(t *testing.T) {
	d := newDesk(t)
	d.people(30)
	u := d.person("Camille Dubois", "camille@example.net", store.Member)
	b := d.enter(anaEmail, "/users", phone())
	b.fill("#q", "camille")
	b.waitPath("/users?q=camille")
	b.waitFor(row(u))
	b.thumb()

	d.step("cell", func() {
		b.click(cell(u, "email", "open"))
		b.waitFocus("input" + cell(u, "email", "in"))
		b.noSideways()
		b.thumb()
		b.fill(cell(u, "email", "in"), "camille at home")
		b.click(cell(u, "email", "save"))
		b.waitText(cell(u, "email", "in", "error"), "There is a space")
		b.noSideways()
		b.fill(cell(u, "email", "in"), "camille@example.org")
		b.click(cell(u, "email", "save"))
		b.waitText(cell(u, "email", "open"), "camille@example.org")
		d.is(u, store.FieldEmail, "camille@example.org")
	}, b)

	d.step("conflict", func() {
		b.click(cell(u, "name", "open"))
		b.waitFocus("input" + cell(u, "name", "in")) // drawn from what is about to change
		d.edit(u, store.FieldName, "Camille "+longWord)
		b.fill(cell(u, "name", "in"), "Camille Mine "+longWord)
		b.press(kb.Enter)
		b.waitFor(".conflict")
		b.noSideways()
		b.thumb()
		b.click(cell(u, "name", "theirs"))
		b.waitText(cell(u, "name"), "Camille "+longWord)
		b.noSideways()
	}, b)

	d.step("row by its menu", func() {
		b.click(row(u, "more"))
		b.waitFor(row(u, "menu"))
		b.noSideways()
		b.thumb()
		var inside bool
		b.eval(`(r => r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight)(document.querySelector(':popover-open').getBoundingClientRect())`, &inside)
		if !inside {
			b.fail("the menu does not fit the screen")
		}
		b.click(row(u, "edit"))
		b.waitFor(cell(u, "row", "phone"))
		b.noSideways()
		b.thumb()
		b.fill(cell(u, "row", "phone"), "030 1234567")
		b.click(row(u, "form", "save"))
		b.waitGone(cell(u, "row", "phone"))
		d.is(u, store.FieldPhone, "030 1234567")
	}, b)

	d.step("dialog, toast and undo", func() {
		b.click(row(u, "more"))
		b.click(row(u, "delete"))
		b.waitFor("#confirm[open]")
		b.noSideways()
		b.thumb()
		b.click("#confirm-form button[type=submit]")
		b.waitGone(row(u))
		b.thumb()
		b.noSideways()
		b.click(".toasts > :last-child form button")
		b.waitFor(row(u))
	}, b)

	d.step("sign-in over the page", func() {
		b.deleteCookies()
		b.click("#chip-status-1")
		b.waitFor("#signin-dialog[open]")
		b.noSideways()
		b.thumb()
		b.signInOver(anaEmail)
		b.waitPath("/users?q=camille&status=active")
	}, b)

	d.step("everything is within reach", func() {
		for _, path := range []string{"/", "/users", "/users/new", "/users/" + row(u)[2:], "/users/" + row(u)[2:] + "/history", "/audit", "/account"} {
			b.open(path)
			b.noSideways()
			b.thumb()
		}
		b.follow(`.nav a[href="/users"]`)
		b.click("#account")
		b.waitFor("#account-menu")
		b.thumb()
		b.follow("#account-menu form button")
		b.waitText(".lead", "You are signed out.")
		b.thumb()
	}, b)
}

// longWord has no place to break.
const longWord = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"
