package main

import (
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// TestJourneySeeingAsSomebody sees the back office as an editor does, on the second
// proof, tries to change somebody in vain, and is oneself again by one click: with
// scripts and without.
func TestJourneySeeingAsSomebody(t *testing.T) {
	d := newDesk(t)
	d.people(20)
	eve := d.person("Eve Ostrom", eveEmail, store.Editor)
	u := d.person("Aaron Target", "aaron@example.com", store.Member)
	person := "/users/" + row(eve)[2:]
	b := d.enter(anaEmail, "/users?q=ostrom")

	d.step("asking why: an error keeps what was typed, an old proof is asked for", func() {
		d.provedLongAgo()
		b.open(person)
		b.click(row(eve, "more"))
		b.follow(row(eve, "see"))
		b.waitText("h1", "Eve Ostrom")
		b.waitFocus("input#impersonate-reason")
		b.typeText("x")
		b.press(kb.Enter)
		b.waitFor("#signin-dialog[open]")
		b.idle()
		b.fill("#signin-password", staffPassword)
		b.press(kb.Enter)
		b.waitText("#impersonate-reason-error", "Please say why")
		b.waitValue("#impersonate-reason", "x")
		b.idle()
		b.fill("#impersonate-reason", "ticket 4711")
		b.leaving(func() { b.press(kb.Enter) })
		b.waitText("#seeing", "as Eve Ostrom")
		b.waitText("#seeing", "ticket 4711")
		b.waitText("h1", "Eve Ostrom")
	}, b)

	d.step("a change is refused where it was tried, and what was typed stays", func() {
		b.open("/users?q=target")
		b.click(cell(u, "phone", "open"))
		b.fill(cell(u, "phone", "in"), "030 901820")
		b.press(kb.Enter)
		b.waitText(".toast", "only look")
		b.waitValue(cell(u, "phone", "in"), "030 901820")
		b.waitText("#seeing", "Eve Ostrom")
		d.is(u, store.FieldPhone, "")
		b.press(kb.Escape)
		b.fill("#q", "example")
		b.waitPath("/users?q=example")
		b.waitText("#seeing", "Eve Ostrom")
		b.noSideways()
	}, b)

	d.step("one click out", func() {
		b.follow("#seeing-stop")
		b.waitPath(person)
		b.waitGone("#seeing")
		b.waitText(".toast", "You are back as yourself")
		d.recorded(eve, store.ActImpersonate, 1)
		d.recorded(eve, store.ActStopImpersonating, 1)
	}, b)

	off := d.enter(anaEmail, person, scriptsOff(), phone())
	d.step("the same with scripts off, on a phone", func() {
		off.click(row(eve, "more"))
		off.follow(row(eve, "see"))
		off.follow("#impersonate-go")
		off.waitText("#impersonate-reason-error", "Please say why")
		off.fill("#impersonate-reason", "ticket 4712")
		off.follow("#impersonate-go")
		off.waitText("#seeing", "ticket 4712")
		off.noSideways()
		off.open("/users/" + row(u)[2:] + "/edit")
		off.fill("#user-phone", "030 901820")
		off.follow("#user-form-save")
		off.waitText("main", "only look")
		d.is(u, store.FieldPhone, "")
		off.follow("#seeing-stop")
		off.waitPath(person)
		off.waitGone("#seeing")
	}, off)
}
