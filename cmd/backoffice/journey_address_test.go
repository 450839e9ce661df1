package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"backoffice/store"
)

// mailedDesk is a desk whose program hands its mails to this server.
func mailedDesk(t *testing.T, m *mailServer) *desk {
	t.Helper()
	return openDesk(t, startProgram(t, map[string]string{
		"BACKOFFICE_ADMIN_EMAIL": anaEmail, "BACKOFFICE_ADMIN_PASSWORD": staffPassword, "BACKOFFICE_ADMIN_NAME": "Ana Pérez",
		"BACKOFFICE_SMTP_URL": "smtp://office:a%20secret%20of%20the%20server@" + m.addr + "?tls=none", "BACKOFFICE_MAIL_FROM": "office@example.com", "BACKOFFICE_PUBLIC_URL": "http://office.example",
	}))
}

// TestJourneyAnotherAddress changes one's own address by the mails that come, and
// has it taken back by who reads the mail of the old one: with scripts and without.
func TestJourneyAnotherAddress(t *testing.T) {
	m := serveMail(t, false, false)
	d := mailedDesk(t, m)
	mails := 0
	next := func(b *browser) string { mails++; return m.nextLink(b, mails) }
	for name, opts := range map[string][]browserOption{"lena": nil, "omar": {scriptsOff(), phone()}} {
		d.step(name, func() {
			person := d.person(name, name+"@example.com", store.Member)
			b := d.enter(person.Email, "/account", opts...)
			d.provedLongAgo()
			b.fill("#address-email", "nowhere")
			b.leavingUnless(len(opts) == 0, "#address-save")
			b.waitText("#address-email-error", "needs an @")
			b.fill("#address-email", name+"@example.org")
			b.leavingUnless(len(opts) == 0, "#address-save")
			b.prove(staffPassword, len(opts) == 0)
			b.waitText("#address-asked", name+"@example.org waits to be confirmed")
			b.noSideways()
			link := next(b)

			phone := newBrowser(t, d.URL, opts...)
			phone.open(link)
			phone.waitText("#link-form", "Sign in and confirm")
			phone.noSideways()
			phone.follow("#link-form button")
			phone.signIn(person.Email, staffPassword)
			phone.waitText(".lead", "not confirmed yet")
			phone.follow("#kept-form button[type=submit]")
			phone.waitText("#user-head", name+"@example.org")
			d.is(person, store.FieldEmail, name+"@example.org")

			reader := newBrowser(t, d.URL, opts...)
			reader.open(next(reader))
			reader.waitText("h1", "Take your account back?")
			reader.noSideways()
			reader.follow("#link-form button")
			reader.waitText("h1", "The account has your address again")
			d.is(person, store.FieldEmail, person.Email)
			for _, out := range []*browser{b, phone} {
				out.open("/account")
				out.waitPath("/login?next=%2Faccount")
			}
			reader.open(next(reader))
			reader.fill("#link-password", "four other plain words")
			reader.follow("#link-form button[type=submit]")
			reader.waitText("#user-name", name)
			mails += 2 // that the account went back, and that the password was changed
			m.nextLink(reader, mails)
		})
	}
}

// prove gives the password that is asked for before the very same request runs.
func (b *browser) prove(password string, dialog bool) {
	b.t.Helper()
	b.waitFor("#signin-password")
	b.fill("#signin-password", password)
	if dialog {
		b.click("#signin-form button[type=submit]")
		b.waitGone("dialog.signin")
		b.idle()
		return
	}
	b.follow("#signin-form button[type=submit]")
	b.follow("#kept-form button[type=submit]")
}

// leavingUnless clicks what leads to another page, unless it changes this one.
func (b *browser) leavingUnless(stays bool, sel string) {
	b.t.Helper()
	if stays {
		b.click(sel)
		return
	}
	b.follow(sel)
}

// TestJourneyNewDevice has somebody sign in from elsewhere with the password. The
// person reads the mail, ends that session and chooses a new password.
func TestJourneyNewDevice(t *testing.T) {
	m := serveMail(t, false, false)
	d := mailedDesk(t, m)
	lena := d.person("Lena Brandt", "lena@example.com", store.Member)
	b := d.enter(lena.Email, "/account")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	thief := &http.Client{Jar: jar}
	in, err := thief.PostForm(d.URL+"/login", url.Values{"email": {lena.Email}, "password": {staffPassword}, "next": {"/account"}})
	if err != nil || in.Request.URL.Path != "/account" {
		t.Fatalf("not in: %v %v", in, err)
	}
	in.Body.Close()
	link := m.nextLink(b, 1)
	if text := strings.ReplaceAll(m.taken()[0], "=\r\n", ""); !strings.Contains(text, "A Go program, from 127.0.0.1") {
		t.Errorf("the mail tells\n%s", text)
	}
	reader := newBrowser(t, d.URL)
	reader.open(link)
	reader.waitText(".props", "A Go program")
	reader.follow("#link-form button")
	reader.waitText("h1", "The session has ended")
	if out, err := thief.Get(d.URL + "/account"); err != nil || out.Request.URL.Path != "/login" {
		t.Errorf("the session goes on: %v %v", out, err)
	}
	b.reload()
	b.waitText("#user-name", lena.Name)
	reader.follow("#link-form button")
	reader.waitText("h1", "Check your mail")
	reader.open(m.nextLink(reader, 2))
	reader.fill("#link-password", "four other plain words")
	reader.follow("#link-form button[type=submit]")
	reader.waitText("#user-name", lena.Name)
	b.reload()
	b.waitPath("/login?next=%2Faccount")
}
