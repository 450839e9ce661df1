package main

import (
	"regexp"
	"strings"
	"testing"

	"backoffice/store"
)

// linkIn finds a one-time link in the source of a mail.
var linkIn = regexp.MustCompile(`/link/[A-Z2-7]{26}`)

// nextLink waits for a mail to somebody and gives the link in it.
func (m *mailServer) nextLink(b *browser, n int) string {
	m.t.Helper()
	for range 400 {
		if mails := m.taken(); len(mails) >= n {
			return linkIn.FindString(strings.ReplaceAll(mails[n-1], "=\r\n", ""))
		}
		b.eval(`new Promise(done => setTimeout(done, 25))`, nil)
	}
	m.t.Fatalf("mail %d does not come", n)
	return ""
}

// TestJourneyInvitedByMail invites somebody, who comes in by the mail, forgets the
// password, and comes in again: with scripts and without.
func TestJourneyInvitedByMail(t *testing.T) {
	m := serveMail(t, false, false)
	d := mailedDesk(t, m)
	mails := 0
	for name, opts := range map[string][]browserOption{"lena": nil, "omar": {scriptsOff(), phone()}} {
		admin := d.enter(anaEmail, "/users/new", opts...)
		admin.fill("#user-name", name)
		admin.fill("#user-email", name+"@example.com")
		admin.waitGone("#user-password")
		admin.follow("#user-form-save")
		admin.waitText("#invite", "Invitation is open")
		admin.noSideways()
		mails++

		guest := newBrowser(t, d.URL, opts...)
		guest.open(m.nextLink(guest, mails))
		guest.waitText(".whose", name+"@example.com")
		guest.noSideways()
		guest.fill("#link-password", "short")
		guest.follow("#link-form button[type=submit]")
		guest.waitText("#link-password-error", "at least 12 characters")
		guest.fill("#link-password", staffPassword)
		guest.follow("#link-form button[type=submit]")
		guest.waitText("#user-name", name)

		forgetful := newBrowser(t, d.URL, opts...)
		forgetful.open("/login")
		forgetful.follow(`a[href="/forgot"]`)
		forgetful.fill("#forgot-email", name+"@example.com")
		forgetful.follow("#forgot-form button[type=submit]")
		forgetful.waitText("h1", "Check your mail")
		mails++
		forgetful.open(m.nextLink(forgetful, mails))
		forgetful.fill("#link-password", "four other plain words")
		forgetful.follow("#link-form button[type=submit]")
		forgetful.waitText("#user-name", name)
		guest.open("/account")
		guest.waitPath("/login?next=%2Faccount")
		mails++ // that the password was changed
		m.nextLink(guest, mails)

		admin.open("/mail?state=sent")
		admin.waitText(".mails", "New password by a link")
		admin.noSideways()
	}
	if u, err := d.db.UserByEmail(t.Context(), staff, "lena@example.com"); err != nil || u.Status != store.Active {
		t.Errorf("%+v %v", u, err)
	}
}

// TestJourneyLinkToHandOver makes a link for a new password where no mail is sent,
// and copies it.
func TestJourneyLinkToHandOver(t *testing.T) {
	d := newDesk(t)
	bo := d.person("Bo Lindqvist", "bo@example.com", store.Member)
	b := d.enter(anaEmail, pageOf(bo))
	b.click(row(bo) + "-more")
	b.click(row(bo) + "-reset")
	b.waitFor("#confirm[open]")
	b.click("#confirm-form button[type=submit]")
	b.waitFor("#new-link")
	b.waitGone("#confirm")
	b.click("[data-copy]")
	b.waitText("[data-copy]", "Copied")
	link := b.value("#new-link")
	guest := newBrowser(t, d.URL)
	guest.open(linkIn.FindString(link))
	guest.fill("#link-password", "four other plain words")
	guest.follow("#link-form button[type=submit]")
	guest.waitText("#user-name", bo.Name)
	b.follow(".form-foot a")
	b.waitPath(pageOf(bo))
}
