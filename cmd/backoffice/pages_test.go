package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"backoffice/store"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"

	"backoffice/store/storetest"
)

// showroom is an office with something of everything in it: long names, scripts
// from right to left, a deleted person, refusals, undone changes.
type showroom struct {
	*desk
	bo, gone, long, viewer, member, forced, invited store.User
}

func newShowroom(t testing.TB) *showroom {
	t.Helper()
	s := &showroom{desk: newDesk(t)}
	s.people(60)
	s.bo = s.person("Bo Lindqvist", "bo@example.com", store.Editor)
	s.gone = s.person("Gone With-Wind", "gone@example.com", store.Member)
	s.long = s.person(strings.Repeat(longWord+" ", 2)+"يوسف 🐝", strings.Repeat("long", 15)+"@"+strings.Repeat("subdomain.", 10)+"example.com", store.Member)
	s.viewer = s.person("Vera Viewer", "vera@example.com", store.Viewer)
	s.member = s.person("Max Member", "max@example.com", store.Member)
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c, err := s.db.CreateUser(ctx, staff, store.NewUser{Name: "Fay Forced", Email: "fay@example.com", Role: store.Viewer, Password: staffPassword, MustChangePassword: true})
	must(err)
	s.forced = c.User
	_, c, err = s.db.InviteUser(ctx, staff, store.NewUser{Name: "Ida Invited", Email: "ida@example.com", Role: store.Member}, false)
	must(err)
	s.invited = c.User
	must(s.db.ResetPassword(ctx, staff, s.member.ID, staffPassword, false))
	s.edit(s.bo, store.FieldPhone, "030 901820")
	c, err = s.db.UpdateUser(ctx, staff, s.bo.ID, map[store.Field]store.Edit{store.FieldName: {To: "Björn Lindqvist"}, store.FieldExternalID: {To: "E-1"}})
	must(err)
	_, err = s.db.Undo(ctx, staff, c.Entry)
	must(err)
	_, err = s.db.Delete(ctx, staff, s.gone.ID)
	must(err)
	must(s.db.Refuse(ctx, store.Actor{Kind: store.Person, ID: s.viewer.ID, Role: store.Viewer}, store.ActDelete, s.bo.ID))
	return s
}

// pageOf is the address of somebody's page, or of what lies behind it.
func pageOf(u store.User, more ...string) string {
	return fmt.Sprintf("/users/%d%s", u.ID, strings.Join(more, ""))
}

// adminPages are the pages that an admin can open, by name.
func (s *showroom) adminPages() map[string]string {
	return map[string]string{
		"home": "/", "list": "/users", "list, nothing found": "/users?q=" + url.QueryEscape("nobody “like” that"),
		"list, nobody with this filter": "/users?role=editor&status=invited", "list, filtered and sorted": "/users?q=example&status=active&role=member&sort=-created",
		"filter": "/users/filter", "filter, chosen": "/users/filter?created=2020-01-01..&signin=14d&status=deleted&q=%22x",
		"list, filters chosen": "/users?created=2020-01-01..2026-01-01&signin=never&password=no", "list, deleted": "/users?status=deleted",
		"mail": "/mail", "invite people": "/users/invite", "person, invited": pageOf(s.invited), "new password": pageOf(s.bo, "/reset"),
		"new user": "/users/new", "new user, filled in": "/users/new?name=" + url.QueryEscape(`"><b>`),
		"person": pageOf(s.bo), "person, long": pageOf(s.long), "person, deleted": pageOf(s.gone), "person, oneself": "/users/1",
		"person, sessions": pageOf(s.viewer, "/sessions"), "person, history": pageOf(s.bo, "/history"), "person, from a list": pageOf(s.bo, "?q=bo"),
		"edit": pageOf(s.bo, "/edit"), "edit, long": pageOf(s.long, "/edit"), "edit oneself": "/users/1/edit", "delete": pageOf(s.bo, "/delete"), "delete, long": pageOf(s.long, "/delete"),
		"second factor": "/account/factor", "security": "/security", "reset of a factor": pageOf(s.bo, "/factors/reset"),
		"account": "/account", "audit": "/audit", "audit, nothing": "/audit?act=user.purge", "audit, wrong date": "/audit?from=tomorrow", "audit, several people": "/audit?q=example",
		"sign everybody out": "/sessions/end-all", "sign out": "/logout", "not found": "/nowhere", "nobody with this number": "/users/999999",
	}
}

// visitor asks for pages as they are sent, without a browser.
type visitor struct {
	t    testing.TB
	base string
	http http.Client
}

func newVisitor(t testing.TB, base string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, base: base, http: http.Client{Jar: jar}}
}

// signedIn is a visitor who has signed in.
func (s *showroom) signedIn(email string) *visitor {
	s.t.Helper()
	v := newVisitor(s.t, s.URL)
	v.post("/login", url.Values{"email": {email}, "password": {staffPassword}})
	return v
}

func (v *visitor) get(path string) string {
	v.t.Helper()
	return v.read(v.http.Get(v.base + path))
}

func (v *visitor) post(path string, form url.Values) string {
	v.t.Helper()
	return v.read(v.http.PostForm(v.base+path, form))
}

func (v *visitor) read(r *http.Response, err error) string {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if r.StatusCode >= 500 {
		v.t.Errorf("%s: %d\n%s", r.Request.URL, r.StatusCode, b)
	}
	return string(b)
}

// TestHTMLOfAllPages has every page, as it is sent, read by the Nu checker.
func TestHTMLOfAllPages(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	s := newShowroom(t)
	pages := map[string]string{}
	ana := s.signedIn(anaEmail)
	for name, at := range s.adminPages() {
		pages[name] = ana.get(at)
	}
	pages["new user, wrong"] = ana.post("/users", url.Values{"name": {""}, "email": {"x y"}, "phone": {"abc"}, "role": {"member"}, "password": {"short"}})
	pages["edit, wrong"] = ana.post(pageOf(s.bo), url.Values{"view": {"page"}, "name": {""}, "email": {`"><script>`}})
	pages["edit, conflict"] = ana.post(pageOf(s.bo), url.Values{"view": {"page"}, "phone": {"030 1"}, "was.phone": {"030 2222"}, "role": {"viewer"}, "was.role": {"member"}})
	pages["edit, refused"] = ana.post("/users/1", url.Values{"view": {"page"}, "role": {"viewer"}, "was.role": {"admin"}})
	pages["account, wrong"] = ana.post("/account/password", url.Values{"current": {"x"}, "password": {"y"}, "repeat": {"z"}})
	pages["after a change"] = ana.post(pageOf(s.bo), url.Values{"view": {"page"}, "phone": {"030 777777"}})

	nobody := newVisitor(t, s.URL)
	pages["start"] = nobody.get("/")
	pages["sign-in"] = nobody.get("/users?q=%22x")
	pages["sign-in, wrong"] = nobody.post("/login", url.Values{"email": {`a"b@example.com`}, "password": {"x"}, "next": {"/users"}})
	pages["sign-in with a form kept"] = nobody.post(pageOf(s.bo), url.Values{"phone": {"030 1111"}, "view": {"page"}})
	pages["not found, signed out"] = nobody.get("/nowhere")
	pages["link used"] = nobody.get("/setup/nothing")
	pages["link over"] = nobody.get("/link/nothing")
	pages["forgot"] = nobody.get("/forgot")
	pages["kept form"] = nobody.post("/login", url.Values{"email": {anaEmail}, "password": {staffPassword},
		"kept-action": {pageOf(s.bo)}, "kept-field.phone": {"030 1111"}, "kept-field.view": {"page"}})
	for name, at := range map[string]string{"list": "/users", "person": pageOf(s.bo), "home": "/", "not allowed": "/users/new"} {
		pages["viewer: "+name] = s.signedIn("vera@example.com").get(at)
	}
	pages["member: account"] = s.signedIn("max@example.com").get("/")
	pages["new password first"] = s.signedIn("fay@example.com").get("/users")

	fresh := openDesk(t, startProgram(t, nil))
	first := newVisitor(t, fresh.URL)
	pages["before the set-up"] = first.get("/")
	setup := strings.TrimPrefix(fresh.setupLink(), fresh.URL)
	pages["set-up"] = first.get(setup)
	pages["set-up, wrong"] = first.post(setup, url.Values{"name": {""}, "email": {"x"}, "password": {"short"}})

	for name, html := range pages {
		if !strings.HasPrefix(html, "<!doctype html>") && !strings.HasPrefix(html, "<!DOCTYPE html>") {
			t.Errorf("%s is no page: %.200s", name, html)
		}
	}
	nuCheck(t, pages)
}

// scheme prefers "light" or "dark" from now on.
func (b *browser) scheme(name string) {
	b.t.Helper()
	b.must(b.do(cdpStep(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})), "choosing the scheme "+name)
}

// sound checks the page as it stands: by axe in light, and in dark for what is
// different there, and on small screens.
func (b *browser) sound(where string) {
	b.t.Helper()
	axeCheck(b.t, b, where)
	b.scheme("dark")
	axeCheck(b.t, b, where+" (dark)", "color-contrast", "link-in-text-block")
	b.scheme("light")
	b.narrow()
}

// soundPasskeys checks what has to do with passkeys, at an address that they work at.
func (s *showroom) soundPasskeys() {
	s.t.Helper()
	b := newBrowser(s.t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1))
	b.open("/account")
	b.signIn("max@example.com", staffPassword)
	k := b.plugIn()
	b.sound("account without a second factor")
	b.click("#passkey-add button")
	b.waitFor("#passkey[open]")
	b.idle()
	b.sound("adding a passkey")
	k.knows(false)
	b.click("#passkey-save")
	b.waitText("#passkey [data-passkey-problem]", "cancelled")
	b.sound("a passkey that was not made")
	k.knows(true)
	b.click("#passkey-save")
	b.waitFor("#recovery-codes")
	b.open("/account")
	b.sound("account with a passkey")
	b.open("/account/passkeys/1/rename")
	b.sound("another name for a passkey")
	k.knows(false)
	b.signOut()
	b.click("#signin-form [value=passkey]")
	b.waitText("[data-passkey-problem]", "cancelled")
	b.sound("signing in with a passkey")
}

// TestAccessiblePages runs axe-core on every page.
func TestAccessiblePages(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	for part := range 2 { // beside each other
		t.Run("an admin's", func(t *testing.T) {
			s := newShowroom(t)
			b := s.enter(anaEmail, "/")
			pages := s.adminPages()
			for i, name := range slices.Sorted(maps.Keys(pages)) {
				if i%2 == part {
					b.open(pages[name])
					b.sound(name)
				}
			}
		})
	}
	t.Run("of second factors", func(t *testing.T) {
		s := newShowroom(t)
		b := s.enter(anaEmail, "/account")
		b.click("#factor-begin button")
		b.waitFor("#factor-form")
		b.idle()
		b.sound("setting an app up")
		b.setUp(s.desk)
		b.sound("recovery codes")
		b.open("/account")
		b.sound("account with a second factor")
		s.soundPasskeys() // whoever has one signs in by it from then on
	})
	t.Run("of others", func(t *testing.T) { newShowroom(t).soundOthers() })
}

// soundOthers checks where those begin who are no admins.
func (s *showroom) soundOthers() {
	s.t.Helper()
	for _, who := range []string{"vera@example.com", "max@example.com", "fay@example.com"} {
		b := s.enter(who, "/users")
		b.sound("start of " + who)
	}
	viewer := s.enter("vera@example.com", "/users/new")
	viewer.sound("not allowed")
}

// TestAccessibleDoors runs axe-core on the pages without a session.
func TestAccessibleDoors(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	t.Parallel()
	d := openDesk(t, startProgram(t, nil))
	b := newBrowser(t, d.URL)
	b.open("/")
	b.sound("before the set-up")
	b.open(d.setupLink())
	b.sound("set-up")
	b.follow("#setup-form button[type=submit]")
	b.waitFor("#setup-name-error")
	b.sound("set-up, wrong")
	b.fill("#setup-name", "Ana Pérez")
	b.fill("#setup-email", anaEmail)
	b.fill("#setup-password", staffPassword)
	b.follow("#setup-form button[type=submit]")
	b.waitFor(".toast")
	b.sound("first list")

	out := b.another()
	out.open("/users")
	out.sound("sign-in")
	out.fill("#signin-email", "nobody@example.com")
	out.fill("#signin-password", "wrong")
	out.follow("#signin-form button[type=submit]")
	out.sound("sign-in, wrong")
	out.open("/nowhere")
	out.sound("not found, signed out")

	kept := b.another(scriptsOff())
	kept.open("/login")
	kept.signIn(anaEmail, staffPassword)
	kept.open("/users/1/edit")
	d.endSessions(anaEmail)
	kept.follow("#user-form-save")
	kept.fill("#signin-email", anaEmail)
	kept.narrow()
	kept.fill("#signin-password", staffPassword)
	kept.follow("#signin-form button[type=submit]")
	kept.waitFor("#kept-form")
	kept.narrow()
}

// TestAccessibleStates runs axe-core on what opens within a page.
func TestAccessibleStates(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	s := newShowroom(t)
	u := s.person("Aaa Dubois", "aaa@example.com", store.Member)
	b := s.enter(anaEmail, "/users?q=aaa")
	b.hover(cell(u, "name"))
	b.sound("pointing at a row")
	b.click(cell(u, "phone", "open"))
	b.waitFocus("input" + cell(u, "phone", "in"))
	b.sound("cell in edit")
	b.fill(cell(u, "phone", "in"), "no phone")
	b.press(kb.Enter)
	b.waitFor(cell(u, "phone", "in", "error"))
	b.sound("cell with an error")
	s.edit(u, store.FieldPhone, "030 2222")
	b.fill(cell(u, "phone", "in"), "030 3333")
	b.press(kb.Enter)
	b.waitFor(".conflict")
	b.sound("cell in conflict")
	b.click(cell(u, "phone", "save"))
	b.waitFor(".toast")
	b.sound("toast")
	b.click(cell(u, "role", "open"))
	b.waitFor("select" + cell(u, "role", "in"))
	b.sound("role in edit")
	b.press(kb.Escape)
	b.waitFocus("a" + cell(u, "role", "open"))

	openMenu(b, u)
	b.sound("menu of a row")
	b.click(row(u, "edit"))
	b.waitFocus("input" + cell(u, "row", "name"))
	b.sound("row in edit")
	b.fill(cell(u, "row", "name"), "")
	b.fill(cell(u, "row", "email"), "x y")
	s.edit(u, store.FieldPhone, "030 4444")
	b.press(kb.Enter)
	b.waitFor(cell(u, "row", "name") + "-error")
	b.sound("row with errors")
	b.fill(cell(u, "row", "name"), "Aaa Dubois")
	b.fill(cell(u, "row", "email"), "aaa@example.com")
	b.fill(cell(u, "row", "phone"), "030 5555")
	b.press(kb.Enter)
	b.waitFor(".conflict")
	b.sound("row in conflict")
	b.press(kb.Escape)
	b.waitFor(row(u, "more"))

	b.click("#chip-role")
	b.waitFor("#role-menu")
	b.sound("roles")
	b.press(kb.Escape)
	b.click("#account")
	b.waitFor("#account-menu")
	b.sound("menu of the account")
	b.press(kb.Escape)
	b.click(row(u, "more"))
	b.click(row(u, "delete"))
	b.waitFor("#confirm[open]")
	b.sound("dialog")
	b.click("#confirm [data-close]")
	b.waitGone("dialog")

	b.open(pageOf(u))
	b.click(cell(u, "email", "open"))
	b.fill(cell(u, "email", "in"), "x y")
	b.press(kb.Enter)
	b.waitFor(cell(u, "email", "in", "error"))
	b.sound("cell of a person, with an error")
	b.open(pageOf(u, "/edit"))
	s.edit(u, store.FieldPhone, "030 6666")
	b.fill("#user-phone", "030 7777")
	b.click("#user-form-save")
	b.waitFor(".conflict")
	b.sound("form in conflict")
	b.open("/users/new")
	b.click("#user-form-save")
	b.waitFor("#user-name-error")
	b.waitFocus("input#user-name")
	b.sound("form with errors")
	b.open("/account")
	b.click("#password-save")
	b.waitFocus("input#password-password") // where the error is
	b.waitFor("#password-password-error")
	b.sound("password with errors")
	b.open(pageOf(u, "/history"))
	b.click("summary")
	b.sound("details of an entry")

	b.open("/users")
	s.endSessions(anaEmail)
	b.click("#chip-status-1")
	b.waitFor("#signin-dialog[open]")
	b.sound("sign-in dialog")
	b.fill("#signin-email", anaEmail)
	b.fill("#signin-password", "wrong")
	b.press(kb.Enter)
	b.waitFor("#signin-error")
	b.sound("sign-in dialog, wrong")
}

// TestAccessibleIdleWarning runs axe-core on the warning before the time-out.
func TestAccessibleIdleWarning(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	d := newDesk(t, "--idle-timeout", "12s")
	b := d.enter(anaEmail, "/account")
	b.waitText("#idle", "You will be signed out")
	axeCheck(t, b, "idle warning")
	b.narrow()
}
