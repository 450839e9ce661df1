package main

import (
	"strconv"
	"strings"
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

func TestJourneyCells(t *testing.T) {
	d := newDesk(t)
	bo := d.person("Bo Lindqvist", "bo@example.com", store.Member)
	camille := d.person("Camille Dubois", "camille@example.com", store.Viewer)
	b := d.enter(anaEmail, "/users")

	d.step("click, error, Esc", func() {
		b.click(cell(bo, "email", "open"))
		b.waitFocus("input" + cell(bo, "email", "in"))
		b.press("Control+a")
		b.typeText("bo at example")
		b.press(kb.Enter)
		b.waitText(cell(bo, "email", "in", "error"), "There is a space")
		b.idle()
		if got := b.value(cell(bo, "email", "in")); got != "bo at example" {
			t.Errorf("typed text after the error: %q", got)
		}
		if got := b.attr(cell(bo, "email", "in"), "aria-invalid"); got != "true" {
			t.Errorf("aria-invalid is %q", got)
		}
		b.waitFocus("input" + cell(bo, "email", "in"))
		b.typeText("!")
		b.waitValue(cell(bo, "email", "in"), "bo at example!")
		b.press(kb.Escape)
		b.waitText(cell(bo, "email", "open"), "bo@example.com")
		b.waitFocus("a" + cell(bo, "email", "open"))
		d.is(bo, store.FieldEmail, "bo@example.com")
	}, b)

	d.step("Enter saves and the focus is back", func() {
		b.focus(cell(bo, "email", "open"))
		b.press(kb.Enter)
		b.waitFocus("input" + cell(bo, "email", "in"))
		b.typeText("bo.l@example.org") // opening selected the old value
		b.press(kb.Enter)
		b.waitText(cell(bo, "email", "open"), "bo.l@example.org")
		b.waitFocus("a" + cell(bo, "email", "open"))
		b.waitText(".toast", "Bo Lindqvist updated")
		b.until(`document.querySelector('#announce').textContent.includes('Bo Lindqvist updated')`, "the save to be announced")
		d.is(bo, store.FieldEmail, "bo.l@example.org")
	}, b)

	d.step("Save and Cancel by mouse", func() {
		b.click(cell(bo, "phone", "open"))
		b.fill(cell(bo, "phone", "in"), "030 901820")
		b.click(cell(bo, "phone", "cancel"))
		b.waitFocus("a" + cell(bo, "phone", "open"))
		d.is(bo, store.FieldPhone, "")
		b.click(cell(bo, "phone", "open"))
		b.fill(cell(bo, "phone", "in"), "030 901820")
		b.click(cell(bo, "phone", "save"))
		b.waitText(cell(bo, "phone", "open"), "030 901820")
		b.waitFocus("a" + cell(bo, "phone", "open"))
		d.is(bo, store.FieldPhone, "030 901820")
	}, b)

	d.step("role by select", func() {
		b.click(cell(camille, "role", "open"))
		b.waitFocus("select" + cell(camille, "role", "in"))
		b.press("e")
		b.press(kb.Enter)
		b.waitText(cell(camille, "role", "open"), "Editor")
		b.waitFocus("a" + cell(camille, "role", "open"))
		d.is(camille, store.FieldRole, "editor")
	}, b)

	d.step("Tab goes on through the list", func() {
		b.click(cell(bo, "name", "open"))
		b.waitFocus("input" + cell(bo, "name", "in"))
		b.typeText("Björn Lindqvist")
		b.press(kb.Tab)
		b.waitFocus("input" + cell(bo, "email", "in"))
		b.waitText(cell(bo, "name"), "Björn Lindqvist")
		b.press("Shift+" + kb.Tab)
		b.waitFocus("input" + cell(bo, "name", "in"))
		b.press(kb.Escape)
		b.waitFocus("a" + cell(bo, "name", "open"))
		d.is(bo, store.FieldName, "Björn Lindqvist")
		d.is(bo, store.FieldEmail, "bo.l@example.org")
	}, b)
}

// TestJourneyCellThatWentAway must not hold back the keys that are struck
// until it opens, as it never will.
func TestJourneyCellThatWentAway(t *testing.T) {
	d := newDesk(t)
	bo := d.person("Bo Lindqvist", "bo@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.waitFor(cell(bo, "email", "open"))
	b.eval(`document.querySelector(`+jsString(cell(bo, "email", "open"))+`).click(); document.querySelector('.people').remove()`, nil)
	b.idle()
	b.fill("#q", "bo")
	b.waitFor(row(bo))
	b.waitValue("#q", "bo")
}

// TestJourneyFiveCellsTypedFast types through all cells of a person without
// ever waiting for an answer.
func TestJourneyFiveCellsTypedFast(t *testing.T) {
	d := newDesk(t)
	b := d.enter(anaEmail, "/users")
	for _, path := range []string{"/users/%", "/users"} {
		d.step(path, func() {
			u := d.person("Zz Typed "+strings.Trim(path, "/%"), "typed"+strconv.Itoa(len(path))+"@example.com", store.Member)
			fields := []string{"name", "email", "phone", "role", "external_id"}
			typed := map[string]string{"name": "Zz Ngozi O'Neill", "email": "ngozi@example.net", "phone": "0800 111222", "role": "viewer", "external_id": "N-77"}
			if path == "/users" {
				fields = []string{"name", "email", "role", "phone"}
				typed["name"], typed["email"], typed["external_id"] = "Zz Typed Too", "too@example.net", ""
			}
			b.open(strings.Replace(path, "%", row(u)[2:], 1))
			b.click(cell(u, "name", "open"))
			b.waitFocus("input" + cell(u, "name", "in"))
			var keys []string
			for _, f := range fields {
				keys = append(keys, typed[f])
			}
			b.typeText(strings.Join(keys, kb.Tab) + kb.Enter)
			b.waitGone(".is-editing")
			b.idle()
			b.keptFocus("five cells")
			for f, want := range typed {
				d.is(u, store.Field(f), want)
			}
			d.recorded(u, store.ActEdit, len(fields))
			b.reload()
			b.waitText(cell(u, "email"), typed["email"])
		}, b)
	}
}

func TestJourneyNamesOfAllKinds(t *testing.T) {
	d := newDesk(t)
	u := d.person("Plain", "plain@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	for _, name := range []string{
		`Conan "the Barber" O'Brien & <b>Söhne</b>`,
		"Zoë 🐝👩‍👩‍👧 Bee",
		"يوسف بن عبد الله",
		"רבקה כהן (Rivka)",
		strings.Repeat("Wilhelmina-", 18) + "Ng",
	} {
		d.step(name[:6], func() {
			b.open("/users")
			b.click(cell(u, "name", "open"))
			b.waitFocus("input" + cell(u, "name", "in"))
			b.typeText(name)
			b.press(kb.Enter)
			b.waitGone(cell(u, "name", "in"))
			d.is(u, store.FieldName, name)
			b.waitText(cell(u, "name")+" .cell-go", name)
			b.noSideways()
			b.click(cell(u, "name", "open"))
			b.waitValue(cell(u, "name", "in"), name)
			b.press(kb.Escape)
			b.waitGone(cell(u, "name", "in"))
		}, b)
	}
	b.open("/users/" + row(u)[2:])
	b.noSideways()
}

func TestJourneyRowEdit(t *testing.T) {
	d := newDesk(t)
	bo := d.person("Bo Lindqvist", "bo@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	in := func(field string) string { return cell(bo, "row", field) }
	open := func() {
		t.Helper()
		b.click(row(bo, "more"))
		b.click(row(bo, "edit"))
		b.waitFocus("input" + in("name"))
	}

	open()
	b.fill(in("name"), "Somebody Else")
	b.press(kb.Escape)
	b.waitText(cell(bo, "name"), "Bo Lindqvist")
	b.idle()
	b.keptFocus("Esc in the row")

	open()
	b.fill(in("phone"), "030 1")
	b.click(row(bo, "form", "cancel"))
	b.waitGone(in("phone"))
	b.idle()
	b.keptFocus("Cancel in the row")
	d.is(bo, store.FieldPhone, "")

	open()
	b.fill(in("name"), "Björn Lindqvist")
	b.fill(in("email"), "no address")
	b.choose(in("role"), "editor")
	b.click(row(bo, "form", "save"))
	b.waitText(in("email")+"-error", "There is a space")
	b.idle()
	b.keptFocus("an error in the row")
	if got := b.value(in("name")); got != "Björn Lindqvist" {
		t.Errorf("typed name after the error: %q", got)
	}
	if got := b.value(in("role")); got != "editor" {
		t.Errorf("chosen role after the error: %q", got)
	}
	b.fill(in("email"), "bjorn@example.org")
	b.press(kb.Enter)
	b.waitText(cell(bo, "name"), "Björn Lindqvist")
	b.idle()
	b.keptFocus("saving the row")
	for f, want := range map[store.Field]string{store.FieldName: "Björn Lindqvist", store.FieldEmail: "bjorn@example.org",
		store.FieldRole: "editor"} {
		d.is(bo, f, want)
	}
	d.recorded(bo, store.ActEdit, 1)
}
