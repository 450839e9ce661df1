package main

import (
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// stance is all of a page that must not move when somebody else changes something:
// the focus, the scrolled place, what is selected, where the rows stand.
const stance = `JSON.stringify([document.activeElement.id, scrollY, getSelection().toString(),
	[...document.querySelectorAll('.people tr')].map(r => [r.id, r.getBoundingClientRect().top]), location.href])`

// stays fails when something makes the page move.
func (b *browser) stays(what string, do func()) {
	b.t.Helper()
	b.idle()
	before := b.string(stance)
	do()
	if after := b.string(stance); after != before {
		b.t.Errorf("%s moved the page from\n%s\nto\n%s", what, before, after)
	}
}

// sound is a step that looks for what is not accessible on the page as it stands.
func (d *desk) sound(b *browser, where string) {
	d.t.Helper()
	d.step("sound: "+where, func() { axeCheck(b.t, b, where) }, b)
}

// TestJourneyLive has Eve look at a list in which others work.
func TestJourneyLive(t *testing.T) {
	d := newDesk(t)
	d.people(60)
	d.person("Eve Ostrom", eveEmail, store.Editor)
	other := d.person("Bela Tarr", "bela@example.com", store.Member)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	ana, eve := d.enter(anaEmail, "/users?sort=-created"), d.enter(eveEmail, "/users?sort=-created")

	d.step("a colleague's change shows where it is, and is said", func() {
		eve.focus(cell(other, "phone", "open"))
		eve.eval(`scrollTo(0, 120); getSelection().selectAllChildren(document.querySelector('`+cell(other, "email")+` bdi'))`, nil)
		eve.stays("a change", func() {
			ana.click(cell(u, "phone", "open"))
			ana.fill(cell(u, "phone", "in"), "030 1111")
			ana.press(kb.Enter)
			eve.waitText(cell(u, "phone"), "030 1111")
			eve.waitText("#announce", "Ana Pérez changed Camille Dubois")
		})
		eve.waitFor(cell(u, "phone") + ".is-fresh")
		ana.idle()
		if n := ana.count(".is-fresh"); n != 0 {
			t.Errorf("Ana's own change lights up %d times", n)
		}
	}, ana, eve)
	d.step("so does that of the command line", func() {
		eve.stays("a change", func() {
			d.edit(u, store.FieldName, "Camille Durand")
			eve.waitText(cell(u, "name"), "Camille Durand")
		})
		eve.waitText("#announce", "The command line changed Camille Durand")
	}, ana, eve)
	d.step("a focused cell keeps its focus when it changes itself", func() {
		eve.focus(cell(u, "phone", "open"))
		eve.stays("a change", func() {
			d.edit(u, store.FieldPhone, "030 2222")
			eve.waitText(cell(u, "phone"), "030 2222")
		})
	}, ana, eve)
	d.step("an open menu stays open", func() {
		eve.click(row(u, "more"))
		eve.focus(row(u, "edit"))
		eve.stays("a change", func() {
			d.edit(u, store.FieldPhone, "030 3333")
			eve.waitText(cell(u, "phone"), "030 3333")
		})
		eve.until(`document.querySelector('`+row(u, "menu")+`').matches(':popover-open')`, "the menu to be open")
		eve.waitFor(row(u, "edit"))
		eve.press(kb.Escape)
	}, ana, eve)
	var nell store.User
	d.step("new people wait to be shown", func() {
		eve.stays("a new person", func() {
			nell = d.person("Nell Ruiz", "nell@example.com", store.Member)
			eve.waitText(".arrived", "1 new person")
		})
	}, ana, eve)
	d.sound(eve, "the list with somebody new")
	d.step("and are shown when one wants", func() {
		eve.click("#live-show")
		eve.waitText(row(nell), "Nell Ruiz")
		eve.waitGone(".arrived")
		eve.idle()
		eve.keptFocus("showing new people")
		d.edit(nell, store.FieldPhone, "030 4444")
		eve.waitText(cell(nell, "phone"), "030 4444")
	}, ana, eve)
	d.step("who is deleted stays where they were", func() {
		eve.eval(`getSelection().empty()`, nil)
		eve.stays("a deletion", func() {
			if _, err := d.db.Delete(t.Context(), staff, other.ID); err != nil {
				t.Fatal(err)
			}
			eve.waitText(row(other), "Deleted")
		})
	}, ana, eve)
}

// TestJourneyLiveInEdit changes what somebody is just editing: that stays as it
// is, and gets a mark.
func TestJourneyLiveInEdit(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	newer := cell(u, "phone") + " .newer"

	d.step("an open cell", func() {
		b.click(cell(u, "phone", "open"))
		b.fill(cell(u, "phone", "in"), "030 9999")
		b.stays("a change", func() {
			d.edit(u, store.FieldPhone, "030 1111")
			b.waitText(newer, "Newer value: 030 1111 The command line")
			d.edit(u, store.FieldEmail, "dubois@example.com") // the rest of the row goes on
			b.waitText(cell(u, "email"), "dubois@example.com")
		})
		b.waitValue(cell(u, "phone", "in"), "030 9999")
	}, b)
	d.sound(b, "a cell with a newer value")
	d.step("saving it asks which one stays", func() {
		b.press(kb.Enter)
		b.waitText(".conflict", "The command line changed this just now")
		b.press(kb.Enter)
		b.waitText(cell(u, "phone", "open"), "030 9999")
		d.is(u, store.FieldPhone, "030 9999")
	}, b)
	d.step("taking the newer value", func() {
		b.click(cell(u, "phone", "open"))
		b.fill(cell(u, "phone", "in"), "030 8888")
		d.edit(u, store.FieldPhone, "030 2222")
		b.click(cell(u, "phone", "use"))
		b.waitValue(cell(u, "phone", "in"), "030 2222")
		b.idle()
		b.waitFocus("input" + cell(u, "phone", "in"))
		b.until(`!document.querySelector('`+newer+`').textContent`, "the mark to be gone")
		b.press(kb.Escape)
		b.waitText(cell(u, "phone", "open"), "030 2222")
	}, b)
	d.step("a mark goes when the value is back to what it was", func() {
		b.click(cell(u, "phone", "open"))
		b.waitValue(cell(u, "phone", "in"), "030 2222")
		d.edit(u, store.FieldPhone, "030 3333")
		b.waitText(newer, "030 3333")
		d.edit(u, store.FieldPhone, "030 2222")
		b.until(`!document.querySelector('`+newer+`').textContent`, "the mark to be gone")
	}, b)
	d.step("a search box beside an open cell keeps what is typed and its focus", func() {
		b.focus("#q")
		b.stays("a change", func() {
			d.edit(u, store.FieldName, "Camille Durand")
			b.waitText(cell(u, "name"), "Camille Durand")
		})
		b.click(cell(u, "phone", "cancel"))
		b.waitGone(cell(u, "phone", "in"))
	}, b)
	d.step("a whole row", func() {
		b.click(row(u, "more"))
		b.click(row(u, "edit"))
		b.waitFocus("input" + cell(u, "row", "name"))
		b.fill(cell(u, "row", "phone"), "030 7777")
		b.stays("two changes", func() {
			d.edit(u, store.FieldPhone, "030 4444")
			b.waitText(".newer-count", "Newer value")
			d.edit(u, store.FieldEmail, "c.durand@example.com")
			b.waitText(".newer-count", "2 newer values")
		})
	}, b)
	d.sound(b, "a row with two newer values")
	d.step("takes one, and keeps what was typed", func() {
		b.click(".newer-count")
		b.waitValue(cell(u, "row", "email"), "dubois@example.com")
		b.click(cell(u, "email", "use"))
		b.waitValue(cell(u, "row", "email"), "c.durand@example.com")
		b.waitValue(cell(u, "row", "phone"), "030 7777")
		b.waitText(".newer-count", "Newer value")
		b.idle()
		b.keptFocus("taking a value in a row")
		b.click(row(u, "form", "save"))
		b.waitText(".conflict", "The command line changed this just now")
		b.click(row(u, "form", "save"))
		b.waitText(cell(u, "phone"), "030 7777")
		d.is(u, store.FieldPhone, "030 7777")
		d.is(u, store.FieldEmail, "c.durand@example.com")
	}, b)
	d.step("the page of the form", func() {
		b.open(pageOf(u, "/edit"))
		b.fill("#user-phone", "030 6666")
		d.edit(u, store.FieldPhone, "030 5555")
		b.waitText("[data-newer$='-phone']", "030 5555")
		b.waitValue("#user-phone", "030 6666")
	}, b)
	d.sound(b, "a form with a newer value")
	d.step("takes it too", func() {
		b.click(cell(u, "phone", "use"))
		b.waitValue("#user-phone", "030 5555")
		b.idle()
		b.keptFocus("taking a value in the form")
		b.follow("#user-form-save")
		b.waitPath(pageOf(u))
	}, b)
}

// TestJourneyLivePerson has a person's page and history open while others work.
func TestJourneyLivePerson(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	page, history := d.enter(anaEmail, pageOf(u)), d.enter(anaEmail, pageOf(u, "/history"))
	page.click(cell(u, "phone", "open"))
	page.fill(cell(u, "phone", "in"), "030 9999")
	d.edit(u, store.FieldName, "Camille Durand")
	page.waitText("#user-name", "Camille Durand")
	page.waitText(cell(u, "name")+".is-fresh", "Camille Durand")
	history.waitText("#timeline", "Camille Durand")
	page.waitValue(cell(u, "phone", "in"), "030 9999")
	page.waitFocus("input" + cell(u, "phone", "in"))
	d.edit(u, store.FieldPhone, "030 1111")
	page.waitText(cell(u, "phone")+" .newer", "030 1111")
	d.sound(page, "a person's page with a newer value")
	page.waitFocus("input" + cell(u, "phone", "in"))
	page.press(kb.Escape)
	page.waitText(cell(u, "phone"), "030 1111")
}

// TestJourneyLiveWithoutSession says quietly that somebody is signed out, and goes
// on when they are back.
func TestJourneyLiveWithoutSession(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.click(cell(u, "phone", "open"))
	b.fill(cell(u, "phone", "in"), "030 9999")
	d.endSessions(anaEmail)
	b.waitText("#live", "You are signed out")
	if n := b.count("#dialog > *, .toasts > *"); n != 0 {
		t.Errorf("%d dialogs or toasts opened by themselves", n)
	}
	b.waitFocus("input" + cell(u, "phone", "in"))
	d.sound(b, "a list after the end of the session")
	d.edit(u, store.FieldEmail, "dubois@example.com")
	b.click("#live-signin")
	b.signInOver(anaEmail)
	b.waitText(cell(u, "email"), "dubois@example.com")
	b.waitGone("#live > *")
	b.waitValue(cell(u, "phone", "in"), "030 9999")
	d.edit(u, store.FieldEmail, "c.dubois@example.com")
	b.waitText(cell(u, "email"), "c.dubois@example.com")
}

// TestJourneyLiveWithoutServer is quiet while there is no answer, and catches up.
func TestJourneyLiveWithoutServer(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.allow("Failed to fetch")
	b.eval(`window.misses = 0; document.addEventListener('htmx:error', () => { misses++ }); 0`, nil)
	d.Stop()
	b.until(`misses > 1`, "two requests without an answer")
	if n := b.count(".toasts > *"); n != 0 {
		t.Errorf("%d toasts", n)
	}
	d.edit(u, store.FieldPhone, "030 1111")
	d.Restart()
	b.waitText(cell(u, "phone"), "030 1111")
}

// TestJourneyLiveOvertaken holds back what the page was told until somebody has
// saved something there: it is old by then, and must not take that back.
func TestJourneyLiveOvertaken(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.com", store.Member)
	b := d.enter(anaEmail, "/users")
	b.eval(`{
		const ask = window.fetch, hold = new Promise(done => { window.release = done });
		window.fetch = async (...request) => {
			const answer = await ask(...request);
			if (String(request[0]).startsWith('/live') && answer.status === 200) { window.held = true; await hold; }
			return answer;
		};
	}`, nil)
	d.edit(u, store.FieldPhone, "030 1111")
	b.until(`window.held`, "an answer to be held back")
	b.click(cell(u, "name", "open"))
	b.fill(cell(u, "name", "in"), "Camille Durand")
	b.press(kb.Enter)
	b.waitText(cell(u, "name"), "Camille Durand")
	b.eval(`new MutationObserver(() => { window.back ||= document.querySelector('`+cell(u, "name")+`').textContent.includes('Dubois') })
		.observe(document.querySelector('.people'), { childList: true, characterData: true, subtree: true }); release()`, nil)
	b.waitText(cell(u, "phone"), "030 1111")
	if b.string(`String(Boolean(window.back))`) == "true" {
		t.Error("an old answer took back what was saved meanwhile")
	}
}
