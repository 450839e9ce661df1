package main

import (
	"testing"

	"backoffice/store"
)

// view is what somebody sees of the list: the address, the search text, and
// who stands there in which order.
type listView struct{ path, search, rows string }

const rowsInOrder = `[...document.querySelectorAll('.people tbody tr')].map(r => r.id).join()`

// seen is the view once nothing is under way any more.
func (b *browser) seen() listView {
	b.t.Helper()
	b.idle()
	return listView{b.path(), b.value("#q"), b.string(rowsInOrder)}
}

// sees waits for a view that was seen before.
func (b *browser) sees(v listView) {
	b.t.Helper()
	b.waitPath(v.path)
	b.waitValue("#q", v.search)
	b.until(rowsInOrder+` === `+jsString(v.rows), "the rows of "+v.path)
}

func TestJourneyAddressIsTheView(t *testing.T) {
	d := newDesk(t)
	d.people(120)
	b := d.enter(anaEmail, "/users")
	views := []listView{b.seen()}
	// change does something to the list and notes the view it leads to.
	change := func(do func(), path string) {
		t.Helper()
		before := views[len(views)-1]
		do()
		b.until(`location.href !== `+jsString(b.base+before.path), "the address to change")
		v := b.seen()
		if path != "" && v.path != path {
			t.Errorf("the address is %s, want %s", v.path, path)
		}
		b.keptFocus(v.path)
		views = append(views, v)
	}
	change(func() {
		b.fill("#q", "exam")
		b.waitPath("/users?q=exam")
		b.typeText("ple") // letter by letter, but one step of the history
		b.waitPath("/users?q=example")
	}, "/users?q=example")
	change(func() { b.click("#chip-status-1") }, "/users?q=example&status=active")
	change(func() { b.click("#sort-email") }, "/users?q=example&sort=email&status=active")
	change(func() { b.click("#page-next") }, "")
	change(func() { b.click("#chip-role"); b.click("#chip-role-3") }, "/users?q=example&role=viewer&sort=email&status=active")

	for i := len(views) - 2; i >= 0; i-- {
		b.back()
		b.sees(views[i])
	}
	for _, v := range views[1:] {
		b.forward()
		b.sees(v)
	}
	for range 2 {
		b.back()
	}
	b.sees(views[3])
	b.reload()
	b.sees(views[3])
	b.click("#page-next") // the page that came back by Back works on
	b.sees(views[4])

	other := d.enter(anaEmail, views[4].path)
	other.sees(views[4])
	if other.text("#sort-email") != "E-mail" || other.attr("th.c-who", "aria-sort") != "ascending" {
		t.Errorf("the order is not shown: aria-sort is %q", other.attr("th.c-who", "aria-sort"))
	}
}

// TestJourneyPersonAndBack goes from a found person to the next one in that
// list and back to it.
func TestJourneyPersonAndBack(t *testing.T) {
	d := newDesk(t)
	first := d.person("Amira García", "amira@example.com", store.Member)
	second := d.person("Bruno García", "bruno@example.com", store.Member)
	d.person("Chen Wei", "chen@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.fill("#q", "garcía")
	b.waitGone(cell(first, "name") + ":not(:has(mark))")
	b.until(`document.querySelectorAll('.people tbody tr').length === 2`, "two rows")
	list := b.seen()
	b.follow(cell(first, "name") + " .cell-go")
	b.waitText("#user-name", "Amira García")
	b.follow("#person-next")
	b.waitText("#user-name", "Bruno García")
	if n := b.count("#person-next"); n != 0 {
		t.Error("there is somebody after the last of the list")
	}
	b.follow(".back")
	b.sees(list)
	b.follow(cell(second, "name") + " .cell-go")
	b.back()
	b.sees(list)

	b.fill("#q", "nobody like that")
	b.waitText(".empty h2", "Nobody matches “nobody like that”")
	b.click("#empty-clear")
	b.waitPath("/users")
	b.waitValue("#q", "")
	b.waitFor(row(first))
}
