package main

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

func TestJourneyUndo(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	other := d.person("Dimitri Papadopoulos", "dimitri@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	undo := func() {
		t.Helper()
		b.click(".toasts > :last-child form button")
		b.waitText(".toast", "Undone")
		b.idle()
		b.keptFocus("undo")
	}

	d.step("a cell, and what is typed elsewhere stays", func() {
		b.click(cell(u, "phone", "open"))
		b.fill(cell(u, "phone", "in"), "030 1111")
		b.press(kb.Enter)
		b.waitText(cell(u, "phone", "open"), "030 1111")
		b.click(cell(other, "email", "open"))
		b.fill(cell(other, "email", "in"), "half typed")
		undo()
		b.waitText(cell(u, "phone", "open"), "Add phone")
		b.waitValue(cell(other, "email", "in"), "half typed")
		d.is(u, store.FieldPhone, "")
		b.focus(cell(other, "email", "in"))
		b.press(kb.Escape)
		b.waitText(cell(other, "email", "open"), "dimitri@example.com")
	}, b)

	d.step("the undo of an undo", func() {
		undo() // its own toast offers it
		b.waitText(cell(u, "phone", "open"), "030 1111")
		d.is(u, store.FieldPhone, "030 1111")
	}, b)

	d.step("a role", func() {
		b.click(cell(u, "role", "open"))
		b.choose(cell(u, "role", "in"), "viewer")
		b.click(cell(u, "role", "save"))
		b.waitText(cell(u, "role", "open"), "Viewer")
		undo()
		b.waitText(cell(u, "role", "open"), "Member")
		d.is(u, store.FieldRole, "member")
	}, b)

	d.step("a deletion brings the row back", func() {
		b.waitText("#chip-status-0", "All 3")
		b.click(row(u, "more"))
		b.click(row(u, "delete"))
		b.waitFor("#confirm[open]")
		b.waitText("#confirm", "Delete Camille Dubois?")
		b.click("#confirm-form button[type=submit]")
		b.waitGone(row(u))
		b.waitGone("dialog")
		b.idle()
		b.keptFocus("deleting")
		b.waitText("#chip-status-0", "All 2")
		b.waitText(".toast", "Camille Dubois deleted")
		undo()
		b.waitText(cell(u, "name"), "Camille Dubois")
		b.waitText("#chip-status-0", "All 3")
		if !d.now(u).Deleted.IsZero() {
			b.t.Error("still deleted")
		}
	}, b)

	d.step("from the history", func() {
		d.edit(u, store.FieldName, "Camille Durand")
		b.open("/users/" + row(u)[2:] + "/history")
		b.click(".entry:first-child form button")
		b.waitText(".toast", "Undone")
		b.waitText("#user-name", "Camille Dubois") // the page follows
		b.waitText(".entry:first-child .sentence", "Ana Pérez undid a change")
		b.waitText(".undone", "Undone by Ana Pérez")
		b.idle()
		b.keptFocus("undo in the history")
		d.is(u, store.FieldName, "Camille Dubois")
	}, b)

	d.step("what has changed since is named", func() {
		b.open("/users")
		b.click(cell(u, "phone", "open"))
		b.fill(cell(u, "phone", "in"), "030 2222")
		b.press(kb.Enter)
		b.waitText(".toast", "030 2222")
		d.edit(u, store.FieldPhone, "030 3333")
		b.click(".toasts > :last-child form button")
		b.waitText(".toast.tone-bad", "changed since")
		d.is(u, store.FieldPhone, "030 3333")
	}, b)
}

// TestJourneyUndoRowInEdit undoes while a whole row is being edited.
func TestJourneyUndoRowInEdit(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	other := d.person("Dimitri Papadopoulos", "dimitri@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.click(cell(u, "name", "open"))
	b.fill(cell(u, "name", "in"), "Zoé Dubois") // sorts after the row in edit
	b.press(kb.Enter)
	b.waitText(".toast", "Zoé Dubois updated")
	b.click(row(other, "more"))
	b.click(row(other, "edit"))
	b.fill(cell(other, "row", "name"), "Dimitri Half")
	b.fill(cell(other, "row", "phone"), "030 5555")
	b.click(".toasts > :last-child form button")
	b.waitText(cell(u, "name"), "Camille Dubois")
	b.idle()
	b.waitValue(cell(other, "row", "name"), "Dimitri Half")
	b.waitValue(cell(other, "row", "phone"), "030 5555")
	b.click(row(other, "form", "save")) // and it still works
	b.waitText(cell(other, "name"), "Dimitri Half")
	d.is(other, store.FieldPhone, "030 5555")
}

// TestJourneyDialogRefused closes the dialog, as what is said stands behind it.
func TestJourneyDialogRefused(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.click(row(u, "more"))
	b.click(row(u, "delete"))
	b.waitFor("#confirm[open]")
	d.Stop()
	b.allow("Failed to fetch")
	b.click("#confirm-form button[type=submit]")
	b.waitText("#confirm .toast", "No answer from the server")
	d.Restart()
	if _, err := d.db.Delete(context.Background(), staff, u.ID); err != nil {
		t.Fatal(err)
	}
	b.click("#confirm-form button[type=submit]")
	b.waitGone("dialog")
	b.waitFor(".toasts .toast.tone-bad")
	b.until(`document.querySelector('#announce').textContent === document.querySelector('.toasts .toast.tone-bad .toast-text').innerText`, "the refusal to be announced")
	b.idle()
	b.keptFocus("a refusal in a dialog")
	d.recorded(u, store.ActDelete, 1)
}

// TestJourneyDeactivate puts somebody out from the menu of their row.
func TestJourneyDeactivate(t *testing.T) {
	d := newDesk(t)
	eve := d.person("Eve Ostrom", eveEmail, store.Viewer)
	theirs := d.enter(eveEmail, "/users")
	b := d.enter(anaEmail, "/users")
	b.waitText("#chip-status-1", "Active 2")
	b.click(row(eve, "more"))
	b.click(row(eve, "menu") + ` form[action$="/deactivate"] button`)
	b.waitText(row(eve)+" .st", "Deactivated")
	b.waitText("#chip-status-1", "Active 1")
	b.waitText("#chip-status-3", "Deactivated 1")
	b.idle()
	b.keptFocus("deactivating")

	theirs.click("#chip-status-1")
	theirs.waitText("#signin-box", "Your account has been deactivated.")
	theirs.open("/users")
	theirs.waitText("#signin-form", "E-mail")
	theirs.waitText(".lead", "Your account has been deactivated.")

	b.click(row(eve, "more"))
	b.click(row(eve, "menu") + ` form[action$="/reactivate"] button`)
	b.waitText(row(eve)+" .st", "Active")
	b.waitText("#chip-status-1", "Active 2")
	theirs.open("/users") // the role is back, the session is not
	theirs.signIn(eveEmail, staffPassword)
	theirs.waitFor(row(eve))
	if list, err := d.db.SignIns(context.Background(), staff, eve.ID); err != nil || len(list) != 1 {
		t.Errorf("%d sign-ins after reactivation, want the new one alone (%v)", len(list), err)
	}
}

// TestJourneySignOut shows nothing private by Back.
func TestJourneySignOut(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	for _, path := range []string{"/users", "/users/" + row(u)[2:], "/account"} {
		d.step(path, func() {
			b := d.enter(anaEmail, path)
			old := b.cookies()
			b.click("#account")
			b.follow("#account-menu form button")
			b.waitText(".lead", "You are signed out.")
			b.back()
			b.waitPath("/login?next=" + url.QueryEscape(path))
			b.waitText("#signin-form", "Password")
			if html := b.html(); strings.Contains(html, "Camille") || strings.Contains(html, "Ana Pérez") {
				b.t.Errorf("Back shows who was there:\n%s", html)
			}
			for _, c := range b.cookies() {
				if c.Value != "" && c.Value == old[0].Value {
					b.t.Error("the old token is still in the cookie")
				}
			}
		})
	}
}
