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

// desk is the running program with an admin called Ana Pérez in it.
type desk struct {
	*program
	// db is the same data file, opened beside the program: to put people in,
	// and to see what was written.
	db *store.Store
	t  testing.TB
}

// staff is who puts people in and looks at them: the command line.
var staff = store.Actor{Kind: store.Command, Agent: "journey"}

// newDesk starts the program. When the test ends, the trail must be whole. It lets
// other journeys go on beside this one: most of the time each waits for its browser.
func newDesk(t testing.TB, args ...string) *desk {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	return openDesk(t, startProgram(t, map[string]string{
		"BACKOFFICE_ADMIN_EMAIL": anaEmail, "BACKOFFICE_ADMIN_PASSWORD": staffPassword, "BACKOFFICE_ADMIN_NAME": "Ana Pérez",
	}, args...))
}

// openDesk opens the data of a program that runs.
func openDesk(t testing.TB, p *program) *desk {
	t.Helper()
	db, err := store.Open(context.Background(), store.Config{DB: p.DB, KeyFile: p.args[1], Hash: store.HashParams{MemoryKiB: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{program: p, db: db, t: t}
	t.Cleanup(func() {
		if report, err := db.VerifyAudit(context.Background()); err != nil || report.Bad != 0 || report.Why != "" {
			t.Errorf("the audit trail: %+v, %v", report, err)
		}
		db.Close()
	})
	return d
}

// person adds somebody who can sign in with staffPassword.
func (d *desk) person(name, email string, role store.Role) store.User {
	d.t.Helper()
	c, err := d.db.CreateUser(context.Background(), staff, store.NewUser{Name: name, Email: email, Role: role, Password: staffPassword})
	if err != nil {
		d.t.Fatal(err)
	}
	return c.User
}

// people adds n example people.
func (d *desk) people(n int) {
	d.t.Helper()
	if _, err := d.db.AddExamples(context.Background(), staff, n); err != nil {
		d.t.Fatal(err)
	}
}

// now is a person as they are in the data.
func (d *desk) now(u store.User) store.User {
	d.t.Helper()
	got, err := d.db.User(context.Background(), staff, u.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return got
}

// edit changes a field of somebody behind everybody's back.
func (d *desk) edit(u store.User, f store.Field, to string) {
	d.t.Helper()
	if _, err := d.db.UpdateUser(context.Background(), staff, u.ID, map[store.Field]store.Edit{f: {To: to}}); err != nil {
		d.t.Fatal(err)
	}
}

// is fails unless a field of somebody holds this in the data.
func (d *desk) is(u store.User, f store.Field, want string) {
	d.t.Helper()
	got := d.now(u)
	if is := f.Of(&got); is != want {
		d.t.Errorf("%s of %s is %q, want %q", f.Label(), u.Name, is, want)
	}
}

// entries counts how often one act was done to somebody, by the record.
func (d *desk) entries(u store.User, act store.Act) int {
	d.t.Helper()
	trail, err := d.db.Trail(context.Background(), staff, store.TrailQuery{Target: u.ID, Act: string(act), Outcome: store.Done, Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return len(trail.Entries)
}

// recorded fails unless so many entries of an act on somebody are on record.
func (d *desk) recorded(u store.User, act store.Act, want int) {
	d.t.Helper()
	if n := d.entries(u, act); n != want {
		d.t.Errorf("%d entries %q about %s, want %d", n, act, u.Name, want)
	}
}

// endSessions ends all of somebody's sessions, as an admin would.
func (d *desk) endSessions(email string) {
	d.t.Helper()
	u, err := d.db.UserByEmail(context.Background(), staff, email)
	if err == nil {
		_, err = d.db.EndSignIns(context.Background(), staff, u.ID, 0)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// setupLink is the one-time link that the program printed.
func (d *desk) setupLink() string {
	d.t.Helper()
	link := regexp.MustCompile(`http://\S+/setup/\S+`).FindString(d.Output())
	if link == "" {
		d.t.Fatalf("no one-time link in:\n%s", d.Output())
	}
	return link
}

// enter opens a browser in which somebody is signed in and looks at a page.
func (d *desk) enter(email, path string, opts ...browserOption) *browser {
	d.t.Helper()
	b := newBrowser(d.t, d.URL, opts...)
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

// step is a part of a journey. The browsers and the desk report to it, and
// what comes after a part that failed is not tried.
func (d *desk) step(name string, do func(), browsers ...*browser) {
	d.t.Helper()
	whole := d.t.(*testing.T)
	passed := whole.Run(name, func(t *testing.T) {
		d.t = t
		for _, b := range browsers {
			b.t = t
		}
		do()
	})
	d.t = whole
	for _, b := range browsers {
		b.t = whole
	}
	if !passed {
		whole.FailNow()
	}
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
