package main

import (
	"strings"
	"testing"
	"time"

	"backoffice/store"

	"github.com/chromedp/chromedp/kb"
)

// TestJourneyMenu opens the menu of a row, whose acts are fetched as it opens:
// again after the list was drawn anew, and after an answer that did not come.
func TestJourneyMenu(t *testing.T) {
	d := newDesk(t)
	u := d.person("Camille Dubois", "camille@example.net", store.Member)
	b := d.enter(anaEmail, "/users?q=camille")

	d.step("it knows what may be done now", func() {
		openMenu(b, u)
		b.click(row(u, "menu") + ` form[action$="/deactivate"] button`)
		b.waitText(row(u), "Deactivated")
		openMenu(b, u)
		b.waitText(row(u, "menu"), "Open Edit Reactivate Delete…")
		b.press(kb.Escape)
		b.waitGone(row(u, "menu"))
	}, b)

	d.step("after the list was drawn anew", func() {
		b.click("#sort-email")
		b.waitPath("/users?q=camille&sort=email")
		openMenu(b, u)
		b.press(kb.Escape)
	}, b)

	d.step("after an answer that did not come", func() {
		b.open("/users?q=camille&sort=email")
		d.Stop()
		b.allow("Failed to fetch")
		b.click(row(u, "more"))
		b.waitText(".toast", "No answer from the server")
		b.press(kb.Escape)
		d.Restart()
		openMenu(b, u)
		b.follow(row(u, "page"))
		b.waitPath("/users/" + row(u)[2:] + "?q=camille&sort=email")
	}, b)
}

// TestJourneyExactTime points at a time in the list: its tooltip says when that
// was, in the office's time zone.
func TestJourneyExactTime(t *testing.T) {
	d := newDesk(t, "--time-zone", "Asia/Kathmandu")
	u := d.person("Camille Dubois", "camille@example.net", store.Member)
	b := d.enter(anaEmail, "/users?q=camille")
	zone, err := time.LoadLocation("Asia/Kathmandu")
	if err != nil {
		t.Fatal(err)
	}
	b.eval(`document.querySelector('`+row(u)+` .c-created time').dispatchEvent(new MouseEvent("mouseover", {bubbles: true}))`, nil)
	want := d.now(u).Created.In(zone).Format("15:04")
	if got := b.string(`document.querySelector('` + row(u) + ` .c-created time').title`); !strings.Contains(got, want) || !strings.Contains(got, d.now(u).Created.In(zone).Format("2 January 2006")) {
		t.Errorf("the tooltip says %q, want %s in it", got, want)
	}
}
