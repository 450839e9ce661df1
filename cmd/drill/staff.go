package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// staff is somebody who works: an admin or an editor with people of their own,
// whom nobody else changes, and a few whom everybody changes.
type staff struct {
	*browser
	team    *team
	number  int
	email   string
	own     []int64
	created []int64 // by themselves, of the own
	shared  []int64
	resting map[int64]time.Time // people to leave alone until then: see unsure
	unclear map[int64]bool      // people of whom nobody knows whether they are switched off
	made    int                 // values that were made up
}

// staffPassword is what each member of staff chooses for themselves in the place of
// firstPassword, which holds for one sign-in.
const staffPassword, firstPassword = "nobody gets any work done", "until they choose their own"

// hire lets the boss make the account, signs in, and chooses a password.
func (s *staff) hire(ctx context.Context) error {
	role := []string{"admin", "editor"}[s.number%2]
	s.email = fmt.Sprintf("staff%d@example.com", s.number)
	a := s.team.boss.post(ctx, "/users", url.Values{"name": {fmt.Sprintf("Staff %d", s.number)}, "email": {s.email}, "role": {role}, "password": {firstPassword}})
	if a.fate() != done {
		return fmt.Errorf("%s cannot be hired: %d, %w", s.email, a.status, a.err)
	}
	if err := s.signIn(ctx, s.email, firstPassword); err != nil {
		return err
	}
	a = s.post(ctx, "/account/password", url.Values{"current": {firstPassword}, "password": {staffPassword}, "repeat": {staffPassword}})
	if a.fate() != done {
		return fmt.Errorf("%s cannot choose a password: %d, %w", s.email, a.status, a.err)
	}
	return nil
}

// acts are what staff do, by how often.
var acts = []struct {
	weight int
	do     func(*staff, context.Context)
}{
	{16, (*staff).list}, {14, (*staff).search}, {12, (*staff).look}, {2, (*staff).readHistory}, {1, (*staff).readTrail},
	{32, (*staff).editCell}, {6, (*staff).editForm}, {7, (*staff).editShared}, {5, (*staff).undo}, {4, (*staff).switchOff},
	{3, (*staff).hangUp},
}

// rareActs are too dear to be one in a hundred: they take a password's digest
// or the whole list. One in so many acts is one of them.
var rareActs = []func(*staff, context.Context){(*staff).create, (*staff).create, (*staff).export, (*staff).signInAgain}

const rarely = 150

// work does one thing after the other until the team rests.
func (s *staff) work(ctx context.Context) {
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	for {
		select {
		case <-s.team.stop:
			return
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(s.random.ExpFloat64() * float64(s.team.pace))):
		}
		if s.random.IntN(rarely) == 0 {
			rareActs[s.random.IntN(len(rareActs))](s, ctx)
			continue
		}
		at := s.random.IntN(total)
		for _, a := range acts {
			if at -= a.weight; at < 0 {
				a.do(s, ctx)
				break
			}
		}
	}
}

// one of the own people whose values are known.
func (s *staff) one() int64 {
	for range 20 {
		id := s.own[s.random.IntN(len(s.own))]
		if time.Now().After(s.resting[id]) {
			return id
		}
	}
	return s.own[0]
}

// unsure leaves a person alone for a while after a write to them was left open:
// the program may still be at it.
func (s *staff) unsure(id int64) { s.resting[id] = time.Now().Add(5 * time.Second) }

// unique is a telephone number that nobody had.
func (s *staff) unique() string {
	s.made++
	return fmt.Sprintf("+34 %03d %07d", 600+s.number, s.made)
}

var nextPage = regexp.MustCompile(`href="(/users\?[^"]*after=[^"]*)"`)

// list turns a page or two of the list.
func (s *staff) list(ctx context.Context) {
	a := s.get(ctx, []string{"/users", "/users?sort=-created", "/users?role=member&sort=email", "/users?status=active"}[s.random.IntN(4)])
	if next := nextPage.FindSubmatch(a.body); next != nil && s.random.IntN(2) == 0 {
		s.get(ctx, strings.ReplaceAll(string(next[1]), "&amp;", "&"))
	}
}

func (s *staff) search(ctx context.Context) {
	word := []rune([]string{"garcia", "an smi", "петров", "example", "600", "lee", "mar"}[s.random.IntN(7)])
	s.get(ctx, "/users?q="+url.QueryEscape(string(word[:1+s.random.IntN(len(word))])))
}

// look opens the form of somebody and checks what it shows.
func (s *staff) look(ctx context.Context) { s.form(ctx, s.one()) }

func (s *staff) readHistory(ctx context.Context) { s.get(ctx, userPath(s.one())+"/history") }
func (s *staff) readTrail(ctx context.Context)   { s.get(ctx, "/audit") }

func (s *staff) export(ctx context.Context) {
	s.post(ctx, "/users/export", url.Values{"format": {[]string{"csv", "xlsx", "jsonl"}[s.random.IntN(3)]}})
}

func userPath(id int64) string { return "/users/" + strconv.FormatInt(id, 10) }

// form reads the form of a person, as it has to be by the ledger; nil when it
// could not be had.
func (s *staff) form(ctx context.Context, id int64) url.Values {
	asked := s.team.ledger.now()
	a := s.get(ctx, userPath(id)+"/edit")
	if !a.ok() {
		return nil
	}
	answered, fields := s.team.ledger.now(), a.fields(userPath(id))
	if fields == nil {
		s.notes.complain("%s: a page without its form", a.what)
		return nil
	}
	for _, field := range []string{"phone", "name"} {
		s.team.ledger.check(&s.team.found, "form", cell{id, field}, fields.Get(field), asked, answered)
	}
	return fields
}

// save sends a form and notes its fate. The cells are those that it changes.
func (s *staff) save(ctx context.Context, id int64, path string, form url.Values, changes map[string]string) *answer {
	var writes []*write
	for field, value := range changes {
		writes = append(writes, s.team.ledger.begin(cell{id, field}, value))
	}
	a := s.post(ctx, path, form)
	s.team.ledger.end(a.fate(), a.request(), writes...)
	if a.fate() == done {
		s.notes.ack()
		return a
	}
	s.notes.refuse(a)
	if a.fate() == open {
		s.unsure(id)
	}
	return a
}

// editCell gives somebody another telephone number, over the one that is there.
func (s *staff) editCell(ctx context.Context) {
	id := s.one()
	if form := s.form(ctx, id); form != nil {
		s.setPhone(ctx, id, form)
	}
}

func (s *staff) setPhone(ctx context.Context, id int64, form url.Values) (*answer, string) {
	phone := s.unique()
	return s.save(ctx, id, userPath(id), url.Values{"view": {"cell"}, "field": {"phone"}, "phone": {phone},
		"was.phone": {form.Get("phone")}}, map[string]string{"phone": phone}), phone
}

// editForm changes two fields of somebody at once, by the whole form, and looks
// whether both are there.
func (s *staff) editForm(ctx context.Context) {
	id := s.one()
	form := s.form(ctx, id)
	if form == nil {
		return
	}
	phone := s.unique()
	name := fmt.Sprintf("Drill %d of %d", s.made, s.number)
	form.Set("phone", phone)
	form.Set("name", name)
	if a := s.save(ctx, id, userPath(id), form, map[string]string{"phone": phone, "name": name}); a.fate() == done {
		s.form(ctx, id)
	}
}

// editShared changes somebody whom others change as well: who is slower is told.
func (s *staff) editShared(ctx context.Context) {
	id := s.shared[s.random.IntN(len(s.shared))]
	if form := s.form(ctx, id); form != nil {
		s.setPhone(ctx, id, form)
	}
}

var undoOfToast = regexp.MustCompile(`action="(/undo/[0-9]+)" id="[^"]*-toast"`)

// undo changes a cell, follows to the page that says so, and presses Undo.
func (s *staff) undo(ctx context.Context) {
	id := s.one()
	form := s.form(ctx, id)
	if form == nil {
		return
	}
	a, phone := s.setPhone(ctx, id, form)
	if a.status != http.StatusSeeOther {
		return
	}
	page := s.get(ctx, a.header.Get("Location"))
	press := undoOfToast.FindSubmatch(page.body)
	if press == nil || !strings.Contains(string(page.body), "Phone changed to "+phone) {
		return
	}
	s.save(ctx, id, string(press[1]), url.Values{}, map[string]string{"phone": form.Get("phone")})
}

// switchOff deactivates somebody and lets them in again: those who have a
// password, which only those have who were created here, are active then.
func (s *staff) switchOff(ctx context.Context) {
	id, back := s.one(), "invited"
	if s.unclear[id] {
		return
	}
	if slices.Contains(s.created, id) {
		back = "active"
	}
	off := s.save(ctx, id, userPath(id)+"/deactivate", url.Values{}, map[string]string{"status": "deactivated"})
	on := off
	if off.fate() == done {
		on = s.save(ctx, id, userPath(id)+"/reactivate", url.Values{}, map[string]string{"status": back})
	}
	s.unclear[id] = on.fate() != done
}

// hangUp sends a change and goes away before the answer.
func (s *staff) hangUp(ctx context.Context) {
	id := s.one()
	form := s.form(ctx, id)
	if form == nil {
		return
	}
	short, cancel := context.WithTimeout(ctx, time.Duration(s.random.IntN(4000))*time.Microsecond)
	defer cancel()
	s.setPhone(short, id, form)
}

// create adds a person, who from then on is looked after like the others.
func (s *staff) create(ctx context.Context) {
	phone := s.unique()
	email := fmt.Sprintf("made%d.by%d@example.com", s.made, s.number)
	a := s.post(ctx, "/users", url.Values{"name": {"Made"}, "email": {email}, "phone": {phone}, "role": {"member"}, "password": {firstPassword}})
	if a.fate() != done {
		s.notes.refuse(a)
		return
	}
	s.notes.ack()
	id, err := strconv.ParseInt(strings.TrimPrefix(a.header.Get("Location"), "/users/"), 10, 64)
	if err != nil {
		s.notes.complain("%s: goes to %q", a.what, a.header.Get("Location"))
		return
	}
	for field, value := range map[string]string{"phone": phone, "name": "Made", "email": email, "status": "active"} {
		s.team.ledger.found(cell{id, field}, "")
		s.team.ledger.end(done, a.request(), s.team.ledger.begin(cell{id, field}, value))
	}
	s.own, s.created = append(s.own, id), append(s.created, id)
}

// signInAgain begins a new session, as somebody does who comes back from lunch.
// It ends the old one, so when the answer is lost there is no way but to go on,
// for as long as the program may take to recover.
func (s *staff) signInAgain(drill context.Context) {
	ctx, cancel := context.WithTimeout(drill, s.team.patience)
	defer cancel()
	for ctx.Err() == nil {
		a := s.post(ctx, "/login", url.Values{"email": {s.email}, "password": {staffPassword}})
		if a.fate() == done {
			return
		}
		if a.signedOut() {
			s.notes.complain("%s cannot sign in: %d", s.email, a.status)
			return
		}
		select {
		case <-time.After(s.team.pace):
		case <-ctx.Done():
		}
	}
	if drill.Err() == nil {
		s.notes.complain("%s cannot sign in for %v", s.email, s.team.patience)
	}
}
