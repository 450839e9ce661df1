package main

import (
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

const showPeople = "#filter-form button[type=submit]"

// TestJourneyFilters chooses filters in the dialog, sees them as chips, in the
// address and in the rows, takes them away one by one, and goes back.
func TestJourneyFilters(t *testing.T) {
	d := newDesk(t)
	d.people(120)
	gone := d.person("Aaron García", "aaron@example.com", store.Member)
	if _, err := d.db.Delete(t.Context(), staff, gone.ID); err != nil {
		t.Fatal(err)
	}
	b := d.enter(anaEmail, "/users")
	start := b.seen()

	b.focus("#chip-filter")
	b.press(kb.Enter)
	b.waitFor("#filter[open]")
	b.waitFocus("select#filter-created")
	b.press(kb.Escape)
	b.waitGone("#filter")
	b.waitFocus("a#chip-filter")

	b.click("#chip-filter")
	b.waitFor("#filter[open]")
	b.choose("#filter-signin", "never")
	b.click(showPeople)
	b.waitGone("#filter")
	b.waitPath("/users?signin=never")
	b.waitText(".chip-on", "Last sign-in: never")
	b.until(`[...document.querySelectorAll('.people tbody .c-signin')].every(c => c.textContent.trim().startsWith('—'))`, "only people who never signed in")
	b.keptFocus("the dialog")
	never := b.seen()

	b.click("#chip-filter")
	b.waitFor("#filter[open]")
	b.waitValue("#filter-signin", "never")
	b.choose("#filter-created", "dates")
	b.until(`document.querySelector('#filter-from').checkVisibility()`, "the two dates")
	b.choose("#filter-from", "2000-01-01")
	b.click(showPeople)
	b.waitGone("#filter")
	b.waitPath("/users?created=2000-01-01..&signin=never")
	b.waitText("#chips", "Created: from 1 Jan 2000")
	b.sees(listView{"/users?created=2000-01-01..&signin=never", "", never.rows})

	b.click("#chip-chosen-0")
	b.sees(never)
	b.click("#chip-chosen-0")
	b.sees(start)
	b.back()
	b.sees(never)
	b.forward()
	b.sees(start)

	b.click("#chip-filter")
	b.waitFor("#filter[open]")
	b.click("#filter-deleted")
	b.click(showPeople)
	b.waitPath("/users?status=deleted")
	b.waitText(row(gone), "Deleted")
	b.waitText("#summary", "1 person matches")
	b.fill("#q", "nobody") // a search keeps the filter
	b.waitPath("/users?q=nobody&status=deleted")
	b.waitFor("#empty-clear")
}

// TestJourneyFiltersByHand is the dialog on a phone, and a page without scripts.
func TestJourneyFiltersByHand(t *testing.T) {
	d := newDesk(t)
	d.people(60)
	phone := d.enter(anaEmail, "/users")
	phone.resize(390, 844, 1)
	phone.click("#chip-filter")
	phone.waitFor("#filter[open]")
	phone.choose("#filter-created", "dates")
	phone.noSideways()
	phone.choose("#filter-created", "30d")
	phone.click(showPeople)
	phone.waitPath("/users?created=30d")
	phone.waitGone("#filter")
	phone.noSideways()

	plain := d.enter(anaEmail, "/users?role=member", scriptsOff())
	plain.follow("#chip-filter")
	plain.waitText("h1", "Filter users")
	plain.choose("#filter-password", "no")
	plain.follow(showPeople)
	plain.waitPath("/users?password=no&role=member")
	plain.waitText(".chip-on", "Password: none")
	plain.follow("#chip-chosen-0")
	plain.waitPath("/users?role=member")
}
