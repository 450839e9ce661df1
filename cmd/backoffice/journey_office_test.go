package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"backoffice/store"
)

// The journeys: what people do with the running program, told as they do it.
// Each starts the real program on a data file of its own and looks at the
// result with the eyes of the next person who asks for it, or in the data.

const (
	anaEmail = "ana@example.com"
	// staffPassword is everybody's: who signs in is told apart by the address.
	staffPassword = "violet otter umbrella"
)

// office is the running program with an admin called Ana Pérez in it.
type office struct {
	*program
	// db is the same data file, opened beside the program: to put people in,
	// and to see what was written.
	db *store.Store
	t  testing.TB
}

// staff is who puts people in and looks at them: the command line.
var staff = store.Actor{Kind: store.Command, Agent: "journey"}

// newOffice starts the program. When the test ends, the trail must be whole.
func newOffice(t testing.TB, args ...string) *office {
	t.Helper()
	return openOffice(t, startProgram(t, map[string]string{
		"BACKOFFICE_ADMIN_EMAIL": anaEmail, "BACKOFFICE_ADMIN_PASSWORD": staffPassword, "BACKOFFICE_ADMIN_NAME": "Ana Pérez",
	}, args...))
}

// openOffice opens the data of a program that runs.
func openOffice(t testing.TB, p *program) *office {
	t.Helper()
	db, err := store.Open(context.Background(), store.Config{Path: p.DB, Hash: store.HashParams{MemoryKiB: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{program: p, db: db, t: t}
	t.Cleanup(func() {
		if report, err := db.VerifyAudit(context.Background()); err != nil || report.Bad != 0 || report.Why != "" {
			t.Errorf("the audit trail: %+v, %v", report, err)
		}
		db.Close()
	})
	return o
}

// person adds somebody who can sign in with staffPassword.
func (o *office) person(name, email string, role store.Role) store.User {
	o.t.Helper()
	c, err := o.db.CreateUser(context.Background(), staff, store.NewUser{Name: name, Email: email, Role: role, Password: staffPassword})
	if err != nil {
		o.t.Fatal(err)
	}
	return c.User
}

// people adds n example people.
func (o *office) people(n int) {
	o.t.Helper()
	if _, err := o.db.AddExamples(context.Background(), staff, n); err != nil {
		o.t.Fatal(err)
	}
}

// now is a person as they are in the data.
func (o *office) now(u store.User) store.User {
	o.t.Helper()
	got, err := o.db.User(context.Background(), staff, u.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return got
}

// edit changes a field of somebody behind everybody's back.
func (o *office) edit(u store.User, f store.Field, to string) {
	o.t.Helper()
	if _, err := o.db.UpdateUser(context.Background(), staff, u.ID, map[store.Field]store.Edit{f: {To: to}}); err != nil {
		o.t.Fatal(err)
	}
}

// is fails unless a field of somebody holds this in the data.
func (o *office) is(u store.User, f store.Field, want string) {
	o.t.Helper()
	got := o.now(u)
	if is := f.Of(&got); is != want {
		o.t.Errorf("%s of %s is %q, want %q", f.Label(), u.Name, is, want)
	}
}

// entries counts what is on record of one act on somebody.
func (o *office) entries(u store.User, act store.Act) int {
	o.t.Helper()
	trail, err := o.db.Trail(context.Background(), staff, store.TrailQuery{Target: u.ID, Act: string(act), Limit: 1000})
	if err != nil {
		o.t.Fatal(err)
	}
	return len(trail.Entries)
}

// recorded fails unless so many entries of an act on somebody are on record.
func (o *office) recorded(u store.User, act store.Act, want int) {
	o.t.Helper()
	if n := o.entries(u, act); n != want {
		o.t.Errorf("%d entries %q about %s, want %d", n, act, u.Name, want)
	}
}

// endSessions ends all of somebody's sessions, as an admin would.
func (o *office) endSessions(email string) {
	o.t.Helper()
	u, err := o.db.UserByEmail(context.Background(), staff, email)
	if err == nil {
		_, err = o.db.EndSignIns(context.Background(), staff, u.ID, 0)
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

// setupLink is the one-time link that the program printed.
func (o *office) setupLink() string {
	o.t.Helper()
	link := regexp.MustCompile(`http://\S+/setup/\S+`).FindString(o.Output())
	if link == "" {
		o.t.Fatalf("no one-time link in:\n%s", o.Output())
	}
	return link
}

// enter opens a browser in which somebody is signed in and looks at a page.
func (o *office) enter(email, path string, opts ...browserOption) *browser {
	o.t.Helper()
	b := newBrowser(o.t, o.URL, opts...)
	b.open(path)
	b.signIn(email, staffPassword)
	return b
}

// signIn fills the sign-in page in and waits for the page behind it.
func (b *browser) signIn(email, password string) {
	b.t.Helper()
	b.fill("#signin-email", email)
	b.fill("#signin-password", password)
	b.follow("#signin-form button[type=submit]")
	b.waitGone("#signin-form")
}

// keptFocus fails when nothing on the page has the focus: then a person with a
// keyboard or a screen reader has to start over from the top.
func (b *browser) keptFocus(after string) {
	b.t.Helper()
	if f := b.focused(); f == "" || f == "body" || strings.HasPrefix(f, "html") {
		b.t.Errorf("after %s nothing has the focus (%q)", after, f)
	}
}

// idle waits until no request of htmx is under way.
func (b *browser) idle() {
	b.t.Helper()
	b.until(`!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')`, "all requests to be answered")
}

// cell is the selector of a value of somebody, or of a part of it: "open",
// "in", "save", "cancel", "theirs".
func cell(u store.User, field string, part ...string) string {
	s := "#u" + strconv.FormatInt(u.ID, 10) + "-" + field
	for _, p := range part {
		s += "-" + p
	}
	return s
}

// row is the selector of somebody's row in the list, or of a part of it:
// "more", "menu", "edit", "delete".
func row(u store.User, part ...string) string {
	return strings.TrimSuffix(cell(u, strings.Join(part, "-")), "-")
}
