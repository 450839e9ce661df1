package main

import (
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// tabTo presses Tab until this has the focus. Nothing on the way may lose it,
// and whatever gets it must be seen.
func (b *browser) tabTo(want string) {
	b.t.Helper()
	var way []string
	for range 60 {
		b.press(kb.Tab)
		at := b.focused()
		if at == want {
			return
		}
		way = append(way, at)
		var seen bool
		b.eval(`(r => r.width > 0 && r.height > 0)(document.activeElement.getBoundingClientRect())`, &seen)
		if !seen {
			b.fail("Tab leads to %s, which cannot be seen", at)
		}
	}
	b.fail("Tab never leads to %s, but to %q", want, way)
}

// TestJourneyKeyboardOnly never touches the mouse.
func TestJourneyKeyboardOnly(t *testing.T) {
	d := newDesk(t)
	d.people(30)
	u := d.person("Camille Dubois", "camille@example.net", store.Member)
	gone := d.person("Camille Gone", "gone@example.net", store.Member)
	b := newBrowser(t, d.URL)

	d.step("sign in", func() {
		b.open("/users")
		b.waitFocus("input#signin-email")
		b.typeText(anaEmail)
		b.press(kb.Tab)
		b.typeText(staffPassword)
		b.leaving(func() { b.press(kb.Enter) })
		b.waitPath("/users")
	}, b)

	d.step("skip to the content", func() {
		b.press(kb.Tab)
		b.waitText(".skip", "Skip to content")
		b.press(kb.Enter)
		b.waitFocus("main#main")
	}, b)

	d.step("search", func() {
		b.press("/")
		b.waitFocus("input#q")
		b.typeText("camille")
		b.waitPath("/users?q=camille")
		b.waitFor(row(u))
		b.idle()
		b.waitFocus("input#q")
		b.waitValue("#q", "camille")
	}, b)

	d.step("change a cell", func() {
		b.tabTo("a" + cell(u, "email", "open"))
		b.press(kb.Enter)
		b.waitFocus("input" + cell(u, "email", "in"))
		b.typeText("camille@example.org")
		b.press(kb.Enter)
		b.waitText(cell(u, "email", "open"), "camille@example.org")
		b.waitFocus("a" + cell(u, "email", "open"))
		d.is(u, store.FieldEmail, "camille@example.org")
	}, b)

	d.step("change a role with the arrows", func() {
		b.tabTo("a" + cell(u, "role", "open"))
		b.press(kb.Enter)
		b.waitFocus("select" + cell(u, "role", "in"))
		b.press(kb.ArrowUp)
		b.press(kb.Enter)
		b.waitText(cell(u, "role", "open"), "Viewer")
		b.waitFocus("a" + cell(u, "role", "open"))
		d.is(u, store.FieldRole, "viewer")
	}, b)

	d.step("the menu of a row", func() {
		b.tabTo("button" + row(u, "more"))
		b.press(kb.Enter)
		b.waitFor(row(u, "menu"))
		b.press(kb.Escape)
		b.waitGone(row(u, "menu"))
		b.waitFocus("button" + row(u, "more"))
		b.press(kb.Enter)
		b.waitFor(row(u, "edit")) // what stands in it has come
		b.tabTo("a" + row(u, "edit"))
		b.press(kb.Enter)
		b.waitFocus("input" + cell(u, "row", "name"))
		b.press(kb.Escape)
		b.waitText(cell(u, "name"), "Camille Dubois")
		b.idle()
		b.keptFocus("Esc in the row")
	}, b)

	d.step("a dialog holds the focus and gives it back", func() {
		b.focus(row(u, "more"))
		b.press(kb.Enter)
		b.waitFor(row(u, "delete")) // what stands in it has come
		b.tabTo("a" + row(u, "delete"))
		b.press(kb.Enter)
		b.waitText("#confirm", "Delete Camille Dubois?")
		b.until(`document.activeElement.closest('dialog') && document.activeElement.innerText === 'Cancel'`, "the focus on the harmless button")
		for range 5 {
			b.press(kb.Tab)
			var within bool
			// After the last control the focus goes to the browser itself, once.
			b.eval(`document.activeElement === document.body || !!document.activeElement.closest('dialog')`, &within)
			if !within {
				b.fail("Tab leaves the dialog for %s", b.focused())
			}
		}
		b.press(kb.Escape)
		b.waitGone("dialog")
		b.waitFocus("button" + row(u, "more"))
	}, b)

	d.step("delete and undo", func() {
		b.focus(row(gone, "more"))
		b.press(kb.Enter)
		b.waitFor(row(gone, "delete")) // what stands in it has come
		b.tabTo("a" + row(gone, "delete"))
		b.press(kb.Enter)
		b.waitFor("#confirm[open]")
		b.press(kb.Tab, kb.Enter)
		b.waitGone(row(gone))
		b.idle()
		b.waitGone("dialog")
		b.keptFocus("deleting")
		b.until(`document.querySelector('#announce').textContent.includes('Camille Gone deleted')`, "the deletion to be announced")
		b.focus(".toasts > :last-child form button")
		b.press(kb.Enter)
		b.waitFor(row(gone))
		b.idle()
		b.keptFocus("undo")
		b.focus(".toasts > :last-child [data-dismiss]")
		b.press(kb.Enter)
		b.waitFocus("main#main")
	}, b)

	d.step("filter and sort", func() {
		b.focus("#chip-role")
		b.press(kb.Enter)
		b.tabTo("a#chip-role-3")
		b.press(kb.Enter)
		b.waitPath("/users?q=camille&role=viewer")
		b.idle()
		b.keptFocus("choosing a role")
		b.waitGone("#role-menu")
		b.focus("#sort-status")
		b.press(kb.Enter)
		b.waitPath("/users?q=camille&role=viewer&sort=status")
		b.idle()
		b.waitFocus("a#sort-status")
		b.until(`/\d+ (person|people)/.test(document.querySelector('#results-status').textContent)`, "the number of results to be announced")
	}, b)

	d.step("sign out", func() {
		b.focus("#account")
		b.press(kb.Enter)
		b.waitFor("#account-menu")
		b.eval(`document.querySelector('#account-menu form button').id = 'out'`, nil)
		b.tabTo("button#out")
		b.leaving(func() { b.press(kb.Enter) })
		b.waitText(".lead", "You are signed out.")
		b.waitFocus("input#signin-email")
	}, b)
}

// TestJourneyPagingKeepsTheFocus turns pages until a button is used up.
func TestJourneyPagingKeepsTheFocus(t *testing.T) {
	d := newDesk(t)
	d.people(60)
	b := d.enter(anaEmail, "/users")
	b.focus("#page-next")
	for b.count("a#page-next") == 1 {
		before := b.string(rowsInOrder)
		b.press(kb.Enter)
		b.until(rowsInOrder+` !== `+jsString(before), "the next page")
		b.idle()
		b.keptFocus("turning the page")
	}
}

// TestJourneyWhatIsSeenWorks: what a swap brings is htmx's from the moment it
// can be clicked. An observer runs between the swap and the next click.
func TestJourneyWhatIsSeenWorks(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.net", store.Member)
	b := d.enter(anaEmail, "/users")
	b.eval(`new MutationObserver(() => {
		const item = document.querySelector('`+row(u, "delete")+`');
		if (item) window.worked ??= item.hasAttribute('data-htmx-powered');
	}).observe(document.querySelector('`+row(u, "menu")+`'), {childList: true, subtree: true}); undefined`, nil)
	b.click(row(u, "more"))
	b.until(`'worked' in window`, "the menu to come")
	var worked bool
	b.eval(`window.worked`, &worked)
	if !worked {
		t.Error("an item can be clicked before htmx knows it: the click leads to a page of its own")
	}
}
