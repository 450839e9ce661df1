package main

import (
	"context"
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// TestJourneyConflict lets two people change the same person at once.
func TestJourneyConflict(t *testing.T) {
	d := newDesk(t)
	d.person("Eve Ostrom", eveEmail, store.Editor)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	ana, eve := d.enter(anaEmail, "/users"), d.enter(eveEmail, "/users")

	d.step("different fields both stay", func() {
		ana.click(cell(u, "phone", "open"))
		eve.click(cell(u, "name", "open"))
		ana.fill(cell(u, "phone", "in"), "030 1111")
		eve.fill(cell(u, "name", "in"), "Camille Durand")
		ana.press(kb.Enter)
		eve.press(kb.Enter)
		ana.waitText(cell(u, "phone", "open"), "030 1111")
		eve.waitText(cell(u, "name"), "Camille Durand")
		d.is(u, store.FieldPhone, "030 1111")
		d.is(u, store.FieldName, "Camille Durand")
	}, ana, eve)

	// collide has Ana change the phone while Eve is typing another one, and
	// leaves Eve before the choice.
	collide := func(before, theirs, yours string) {
		t.Helper()
		eve.open("/users")
		eve.click(cell(u, "phone", "open"))
		eve.waitValue(cell(u, "phone", "in"), before)
		ana.open("/users")
		ana.click(cell(u, "phone", "open"))
		ana.fill(cell(u, "phone", "in"), theirs)
		ana.press(kb.Enter)
		ana.waitText(cell(u, "phone", "open"), theirs)
		eve.fill(cell(u, "phone", "in"), yours)
		eve.press(kb.Enter)
		eve.waitText(".conflict", "Ana Pérez changed this just now")
		eve.idle()
		if got := eve.text(cell(u, "phone") + " dl"); got != "Yours "+yours+" Theirs "+theirs+" Before "+before {
			t.Errorf("the conflict says %q", got)
		}
		eve.waitValue(cell(u, "phone", "in"), yours)
		eve.waitFocus("input" + cell(u, "phone", "in"))
		d.is(u, store.FieldPhone, theirs)
	}
	d.step("keep mine", func() {
		collide("030 1111", "030 2222", "030 3333")
		eve.click(cell(u, "phone", "save"))
		eve.waitText(cell(u, "phone", "open"), "030 3333")
		eve.waitFocus("a" + cell(u, "phone", "open"))
		d.is(u, store.FieldPhone, "030 3333")
	}, ana, eve)
	d.step("use theirs", func() {
		collide("030 3333", "030 4444", "030 5555")
		eve.click(cell(u, "phone", "theirs"))
		eve.waitText(cell(u, "phone", "open"), "030 4444")
		eve.idle()
		eve.waitFocus("a" + cell(u, "phone", "open"))
		d.is(u, store.FieldPhone, "030 4444")
	}, ana, eve)
	d.step("Enter keeps mine, Esc takes theirs", func() {
		collide("030 4444", "030 5555", "030 6666")
		eve.press(kb.Enter)
		eve.waitText(cell(u, "phone", "open"), "030 6666")
		collide("030 6666", "030 7777", "030 8888")
		eve.press(kb.Escape)
		eve.waitText(cell(u, "phone", "open"), "030 7777")
		d.is(u, store.FieldPhone, "030 7777")
	}, ana, eve)
	d.step("the role too", func() {
		eve.open("/users")
		eve.click(cell(u, "role", "open"))
		eve.waitFor(cell(u, "role", "in"))
		d.edit(u, store.FieldRole, "viewer")
		eve.choose(cell(u, "role", "in"), "member")
		eve.press(kb.Enter) // what it was drawn with: nothing is changed, nothing in conflict
		eve.waitText(cell(u, "role", "open"), "Viewer")
		d.is(u, store.FieldRole, "viewer")
	}, ana, eve)
}

// TestJourneyConflictInForms is the same in a row and on the page of the form,
// where each field has a choice of its own.
func TestJourneyConflictInForms(t *testing.T) {
	d := newDesk(t)
	eve := d.enter(anaEmail, "/users")
	for _, place := range []string{"row", "page"} {
		d.step(place, func() {
			u := d.person("Camille "+place, place+"@example.com", store.Member)
			in := func(field string) string { return cell(u, "row", field) }
			save := row(u, "form", "save")
			if place == "row" {
				eve.open("/users")
				eve.click(row(u, "more"))
				eve.click(row(u, "edit"))
			} else {
				in, save = func(field string) string { return "#user-" + field }, "#user-form-save"
				eve.open("/users/" + row(u)[2:] + "/edit")
			}
			eve.waitFocus("input" + in("name"))
			d.edit(u, store.FieldPhone, "030 1111")
			d.edit(u, store.FieldEmail, "theirs-"+place+"@example.com")
			d.edit(u, store.FieldRole, "viewer")
			eve.fill(in("name"), "Camille Renamed")
			eve.fill(in("phone"), "030 9999")
			eve.fill(in("email"), "mine-"+place+"@example.com")
			eve.click(save)
			eve.waitText(".conflict", "The command line changed this just now")
			eve.idle()
			eve.keptFocus("a conflict in the " + place)
			if n := eve.count(".conflict"); n != 2 {
				eve.t.Errorf("%d fields in conflict, want 2", n)
			}
			eve.waitValue(in("phone"), "030 9999")
			eve.waitValue(in("name"), "Camille Renamed")
			d.is(u, store.FieldName, "Camille "+place) // nothing is written half

			eve.click(in("email") + "-theirs")
			eve.waitValue(in("email"), "theirs-"+place+"@example.com")
			eve.idle()
			eve.keptFocus("use theirs in the " + place)
			eve.waitValue(in("phone"), "030 9999")
			eve.waitValue(in("name"), "Camille Renamed")
			eve.click(save)
			eve.waitGone(save)
			eve.waitText("body", "Camille Renamed")
			eve.idle()
			if place == "row" { // the page is left
				eve.keptFocus("saving the row")
			}
			d.is(u, store.FieldName, "Camille Renamed")
			d.is(u, store.FieldPhone, "030 9999")
			d.is(u, store.FieldEmail, "theirs-"+place+"@example.com")
			d.is(u, store.FieldRole, "viewer") // not touched here: theirs stays
		}, eve)
	}
}

// TestJourneyDeletedMeanwhile says so, and keeps what was typed.
func TestJourneyDeletedMeanwhile(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.click(cell(u, "phone", "open"))
	b.fill(cell(u, "phone", "in"), "030 1111")
	if _, err := d.db.Delete(context.Background(), staff, u.ID); err != nil {
		t.Fatal(err)
	}
	b.press(kb.Enter)
	b.waitText(".toast", "deleted")
	b.waitValue(cell(u, "phone", "in"), "030 1111")
}
