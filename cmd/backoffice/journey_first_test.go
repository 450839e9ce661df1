package main

import (
	"testing"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// TestJourneyFirstStart goes from the link in the terminal to the first person
// who was put right.
func TestJourneyFirstStart(t *testing.T) {
	d := openDesk(t, startProgram(t, nil))
	b := newBrowser(t, d.URL)
	b.open("/")
	b.waitText("h1", "Almost there")

	b.open(d.setupLink())
	b.waitFocus("input#setup-name")
	b.fill("#setup-name", "Zoë O'Brien")
	b.fill("#setup-email", "zoe@example.com")
	b.fill("#setup-password", "short")
	b.follow("#setup-form button[type=submit]")
	b.waitText("#setup-password-error", "at least 12 characters")
	if name, email := b.value("#setup-name"), b.value("#setup-email"); name != "Zoë O'Brien" || email != "zoe@example.com" {
		t.Errorf("typed text after the error: %q, %q", name, email)
	}
	if got := b.value("#setup-password"); got != "" {
		t.Errorf("the password came back: %q", got)
	}
	b.fill("#setup-password", staffPassword)
	b.follow("#setup-form button[type=submit]")
	b.waitPath("/users")
	b.waitText(".toast", "Welcome, Zoë O'Brien")
	b.waitText("#summary", "201 people")

	b.open(d.setupLink())
	b.waitText("h1", "Not found")

	found := d.person("María José García López", "mj.garcia@example.com", store.Member)
	b.open("/users")
	b.fill("#q", "garcia")
	b.until(`location.search === '?q=garcia'`, "the address to follow the search")
	b.until(`[...document.querySelectorAll('mark')].some(m => m.textContent === 'García')`, "García to be marked")
	b.follow(cell(found, "name") + " .cell-go")
	b.waitText("#user-name", found.Name)

	b.click(cell(found, "phone", "open"))
	b.waitFocus("input" + cell(found, "phone", "in"))
	b.press("Control+a")
	b.typeText("+34 600 123 456")
	b.press(kb.Enter)
	b.waitText(cell(found, "phone"), "+34 600 123 456")
	b.waitText(".toast", found.Name+" updated")
	b.reload()
	b.waitText(cell(found, "phone"), "+34 600 123 456")

	b.follow(`.tabs a[href*="/history"]`)
	b.waitText(".entry:first-child .sentence", "Zoë O'Brien changed the phone")
	b.waitText(".entry:first-child ins", "+34 600 123 456")
	d.is(found, store.FieldPhone, "+34 600 123 456")
}
