package main

import (
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// TestJourneyScriptsOff does the day's work by plain pages.
func TestJourneyScriptsOff(t *testing.T) {
	d := newDesk(t)
	d.people(60)
	u := d.person("Aaron García", "aaron@example.com", store.Viewer)
	b := d.enter(anaEmail, "/users", scriptsOff())
	person := "/users/" + row(u)[2:]

	d.step("search, filter, sort, page", func() {
		b.fill("#q", "example")
		b.follow(".search button")
		b.waitPath("/users?q=example")
		b.follow("#chip-status-1")
		b.waitPath("/users?q=example&status=active")
		b.follow("#sort-email")
		b.waitPath("/users?q=example&sort=email&status=active")
		first := b.string(rowsInOrder)
		b.follow("#page-next")
		if second := b.string(rowsInOrder); second == first || second == "" {
			b.t.Errorf("the second page is %q", second)
		}
		b.follow("#page-prev")
		if again := b.string(rowsInOrder); again != first {
			b.t.Errorf("back on the first page: %q, want %q", again, first)
		}
		b.fill("#q", "garcia") // the search keeps the filters
		b.follow(".search button")
		b.waitPath("/users?q=garcia&status=active&sort=email")
		b.waitText(row(u), "Aaron García")
	}, b)

	d.step("a menu of the row opens without scripts, and leads to where the acts are", func() {
		b.open("/users?q=aaron")
		b.click(row(u, "more"))
		b.follow(row(u, "page"))
		b.waitPath(person + "?q=aaron")
		b.follow(".hero a[href$='/edit']")
		b.waitPath(person + "/edit")
	}, b)

	d.step("edit, error, save", func() {
		b.open("/users?q=aaron")
		b.follow(cell(u, "email", "open"))
		b.waitText("h1", "Edit Aaron García")
		b.waitFocus("input#user-email")
		b.fill("#user-email", "no address")
		b.fill("#user-phone", "030 1111")
		b.follow("#user-form-save")
		b.waitText("#user-email-error", "There is a space")
		b.waitValue("#user-phone", "030 1111")
		b.fill("#user-email", "aaron@example.org")
		b.follow("#user-form-save")
		b.waitPath(person)
		b.waitText(".toast", "Aaron García updated")
		d.is(u, store.FieldEmail, "aaron@example.org")
		d.is(u, store.FieldPhone, "030 1111")
	}, b)

	d.step("a conflict", func() {
		b.open(person + "/edit")
		d.edit(u, store.FieldPhone, "030 2222")
		b.fill("#user-phone", "030 3333")
		b.follow("#user-form-save")
		b.waitText(".conflict", "Yours 030 3333 Theirs 030 2222 Before 030 1111")
		b.waitValue("#user-phone", "030 3333")
		b.follow("#user-phone-theirs")
		b.waitValue("#user-phone", "030 2222")
		b.fill("#user-phone", "030 3333")
		b.follow("#user-form-save")
		b.waitPath(person)
		d.is(u, store.FieldPhone, "030 3333")
	}, b)

	d.step("undo from the history and from the toast", func() {
		b.follow(".toast form button")
		b.waitText(".toast", "Undone")
		d.is(u, store.FieldPhone, "030 2222")
		b.open(person + "/history")
		b.follow(".entry:first-child form button")
		b.waitPath(person + "/history")
		b.waitText(".toast", "Undone")
		d.is(u, store.FieldPhone, "030 3333")
	}, b)

	d.step("deactivate, reactivate", func() {
		b.open(person)
		b.click(row(u, "more"))
		b.follow(row(u, "menu") + ` form[action$="/deactivate"] button`)
		b.waitText(".hero .st", "Deactivated")
		b.click(row(u, "more"))
		b.follow(row(u, "menu") + ` form[action$="/reactivate"] button`)
		b.waitText(".hero .st", "Active")
	}, b)

	d.step("delete with its question, restore", func() {
		b.click(row(u, "more"))
		b.follow(row(u, "delete"))
		b.waitText("h1", "Delete Aaron García?")
		b.follow("#confirm-form button[type=submit]")
		b.waitPath("/users")
		b.waitText(".toast", "Aaron García deleted")
		b.open(person)
		b.waitText(".note", "This account was deleted")
		b.follow("#notice-restore button")
		b.waitGone(".note")
		if !d.now(u).Deleted.IsZero() {
			b.t.Error("not restored")
		}
	}, b)

	d.step("create, with an error first", func() {
		b.open("/users/new")
		b.fill("#user-name", "New Person")
		b.fill("#user-email", "aaron@example.org")
		b.fill("#user-password", "short")
		b.follow("#user-form-save")
		b.waitText("#user-email-error", "Aaron García")
		b.waitText("#user-password-error", "at least 12")
		b.waitValue("#user-name", "New Person")
		b.fill("#user-email", "new@example.org")
		b.fill("#user-password", staffPassword)
		b.follow("#user-form-save")
		b.waitText("#user-name", "New Person")
	}, b)

	d.step("a form that was sent without a session is kept", func() {
		b.open(person + "/edit")
		b.fill("#user-phone", "030 7777")
		d.endSessions(anaEmail)
		b.follow("#user-form-save")
		b.waitText(".lead", "What you typed is kept.")
		b.fill("#signin-email", anaEmail)
		b.fill("#signin-password", "not the password")
		b.follow("#signin-form button[type=submit]")
		b.waitText("#signin-error", "do not match")
		b.waitValue("#signin-email", anaEmail)
		b.fill("#signin-password", staffPassword)
		b.follow("#signin-form button[type=submit]")
		b.waitText("h1", "Welcome back, Ana Pérez")
		b.waitText("#kept-form", "030 7777")
		d.is(u, store.FieldPhone, "030 3333")
		b.follow("#kept-form button[type=submit]")
		b.waitPath(person)
		d.is(u, store.FieldPhone, "030 7777")
	}, b)

	d.step("a page that was asked for without a session comes after it", func() {
		d.endSessions(anaEmail)
		b.open("/users?status=invited")
		b.waitText(".lead", "An administrator ended your session.")
		b.signIn(anaEmail, staffPassword)
		b.waitPath("/users?status=invited")
	}, b)

	d.step("password and sessions", func() {
		other := b.another()
		other.open("/login")
		other.signIn(anaEmail, staffPassword)
		b.open("/account")
		b.waitText(".sessions", "This one")
		b.follow(`form[action="/account/sessions/end-others"] button`)
		b.waitText(".toast", "1 session ended")
		other.open("/account")
		other.waitText(".lead", "You ended this session from another device.")
		b.fill("#password-current", staffPassword)
		b.fill("#password-password", "short")
		b.fill("#password-repeat", "short")
		b.press(kb.Enter)
		b.waitText("#password-password-error", "at least 12")
	}, b)

	d.step("sign out", func() {
		b.open("/users")
		b.click("#account")
		b.follow("#account-menu form button")
		b.waitText(".lead", "You are signed out.")
	}, b)
}

// TestJourneySetUpWithScriptsOff makes the first admin by plain pages.
func TestJourneySetUpWithScriptsOff(t *testing.T) {
	d := openDesk(t, startProgram(t, nil))
	b := newBrowser(t, d.URL, scriptsOff())
	b.open(d.setupLink())
	b.fill("#setup-name", "Zoë")
	b.fill("#setup-email", "zoe")
	b.fill("#setup-password", staffPassword)
	b.click("#setup-example") // no example people
	b.follow("#setup-form button[type=submit]")
	b.waitFor("#setup-email-error")
	b.waitValue("#setup-name", "Zoë")
	b.fill("#setup-email", "zoe@example.com")
	b.fill("#setup-password", staffPassword)
	b.follow("#setup-form button[type=submit]")
	b.waitPath("/users")
	b.waitText("#summary", "1 person")
}
