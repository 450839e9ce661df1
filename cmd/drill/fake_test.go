package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a back office as far as the drill looks at one, which misbehaves once
// in the way that it is told to.
type fake struct {
	mu       sync.Mutex
	people   []person
	entries  []fakeEntry
	requests int
	saves    int
	counted  int    // people whom it counts and does not have
	does     string // its misbehaviour, at the thirtieth change
}

type fakeEntry struct {
	person  int64
	changes map[string][2]string
	request string
}

// misbehavesAt is the change at which the fake misbehaves.
const misbehavesAt = 30

func newFake(people int, does string) *fake {
	f := &fake{does: does}
	for i := range people {
		f.people = append(f.people, person{ID: int64(i + 1), Name: fmt.Sprint("P", i), Email: fmt.Sprintf("p%d@example.com", i), Role: "member", Status: "active"})
	}
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	w.Header().Set("X-Request-Id", fmt.Sprint("r", f.requests))
	if _, err := r.Cookie("fake"); err != nil && r.URL.Path != "/login" {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	part := strings.Split(r.URL.Path, "/")
	switch {
	case r.URL.Path == "/login":
		http.SetCookie(w, &http.Cookie{Name: "fake", Value: "in"})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case r.URL.Path == "/account/password":
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	case r.URL.Path == "/users/export":
		json.NewEncoder(w).Encode(f.people)
	case r.URL.Path == "/audit/export":
		f.trail(w)
	case r.Method == http.MethodPost && part[1] == "undo":
		f.undo(w, part[2])
	case r.Method == http.MethodPost && len(part) == 2:
		f.create(w, r)
	case r.Method == http.MethodPost:
		f.save(w, r, part)
	case len(part) == 4 && part[3] == "edit":
		p := f.person(part[2])
		fmt.Fprintf(w, `<form id="user-form" action="/users/%d"><input name="name" value="%s"><input name="phone" value="%s"></form>`, p.ID, p.Name, p.Phone)
	case len(part) == 3:
		n := len(f.entries)
		for fmt.Sprint(f.entries[n-1].person) != part[2] {
			n--
		}
		fmt.Fprintf(w, `<p>Phone changed to %s</p><form action="/undo/%d" id="undo-%d-toast"></form>`, f.person(part[2]).Phone, n, n)
	default:
		fmt.Fprintf(w, `<h1>Users <span id="summary">%d people</span></h1>`, len(f.people)+f.counted)
	}
}

func (f *fake) person(id string) *person {
	n, _ := strconv.Atoi(id)
	return &f.people[n-1]
}

func (f *fake) create(w http.ResponseWriter, r *http.Request) {
	p := person{ID: int64(len(f.people) + 1), Role: r.PostFormValue("role")}
	f.people = append(f.people, p)
	f.change(w, p.ID, map[string]string{"name": r.PostFormValue("name"), "email": r.PostFormValue("email"), "phone": r.PostFormValue("phone"), "status": "active"})
}

func (f *fake) save(w http.ResponseWriter, r *http.Request, part []string) {
	p, to := f.person(part[2]), map[string]string{}
	if was, sent := r.PostForm["was.phone"]; sent && was[0] != p.Phone {
		http.Error(w, "somebody was faster", http.StatusConflict)
		return
	}
	for _, field := range []string{"phone", "name"} {
		if v, sent := r.PostForm[field]; sent {
			to[field] = v[0]
		}
	}
	switch part[len(part)-1] {
	case "deactivate":
		to["status"] = "deactivated"
	case "reactivate":
		to["status"] = back(p)
	}
	f.change(w, p.ID, to)
}

// back is what somebody is again who was deactivated: those who were made here
// have a password.
func back(p *person) string {
	if strings.HasPrefix(p.Email, "made") {
		return "active"
	}
	return "invited"
}

func (f *fake) undo(w http.ResponseWriter, entry string) {
	n, _ := strconv.Atoi(entry)
	e := f.entries[n-1]
	f.change(w, e.person, map[string]string{"phone": e.changes["phone"][0]})
}

// change does what was asked for and says so; or not.
func (f *fake) change(w http.ResponseWriter, id int64, to map[string]string) {
	p := f.person(fmt.Sprint(id))
	before, e := *p, fakeEntry{id, map[string][2]string{}, w.Header().Get("X-Request-Id")}
	for field, at := range map[string]*string{"phone": &p.Phone, "name": &p.Name, "email": &p.Email, "status": &p.Status} {
		if v, ok := to[field]; ok && *at != v {
			e.changes[field] = [2]string{*at, v}
			*at = v
		}
	}
	f.entries = append(f.entries, e)
	w.Header().Set("Location", fmt.Sprint("/users/", id))
	if _, phone := to["phone"]; phone && before.Email != "" {
		f.saves++
	}
	code := http.StatusSeeOther
	if f.saves == misbehavesAt {
		f.saves++
		code = f.misbehave(w, p, before)
	}
	w.WriteHeader(code)
	fmt.Fprint(w, "<h1>Not possible just now</h1>Nothing was changed")
}

func (f *fake) misbehave(w http.ResponseWriter, p *person, before person) int {
	newest := len(f.entries) - 1
	switch f.does {
	case "lose it":
		*p, f.entries = before, f.entries[:newest]
	case "lose the value":
		*p = before
	case "lose the entry":
		f.entries[newest].request = "another"
	case "do what it refuses":
		w.Header().Set("Retry-After", "5")
		w.Header().Set("Content-Type", "text/html")
		return http.StatusServiceUnavailable
	case "forget when":
		*p, f.entries = before, f.entries[:newest]
		w.Header().Set("Content-Type", "text/html")
		return http.StatusServiceUnavailable
	case "fail":
		*p, f.entries = before, f.entries[:newest]
		return http.StatusInternalServerError
	case "sign out":
		*p, f.entries = before, f.entries[:newest]
		return http.StatusUnauthorized
	case "miscount":
		f.counted++
	}
	return http.StatusSeeOther
}

func (f *fake) trail(w http.ResponseWriter) {
	fmt.Fprint(w, "\uFEFFentry,outcome,target_id,changes,request\r\n")
	for i, e := range f.entries {
		var changes []string
		for field, c := range e.changes {
			changes = append(changes, field+": "+c[0]+" → "+c[1])
		}
		fmt.Fprintf(w, "%d,done,%d,%s,%s\r\n", i+1, e.person, strings.Join(changes, "; "), e.request)
	}
}

// practise lets a team work with a fake until it has changed enough, and gives
// what the drill thinks of that.
func practise(t *testing.T, does string) *drill {
	t.Helper()
	f := newFake(40, does)
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	d := &drill{team: newTeam([]string{server.URL}, 1, 200*time.Microsecond)}
	if err := d.team.gather(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d.team.work(ctx)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for d.team.notes.acked() < 3*misbehavesAt {
		<-look.C
	}
	d.team.rest()
	if err := d.team.conclude(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestJudgement puts staff to work with back offices that misbehave once. Each
// is found out, and the one that does not misbehave is not.
func TestJudgement(t *testing.T) {
	t.Parallel()
	for does, want := range map[string]string{
		"behave":             "",
		"lose it":            "LOST: ",
		"lose the value":     "LOST: ",
		"lose the entry":     "is not in the trail",
		"do what it refuses": "was answered as not done",
		"forget when":        "without Retry-After",
		"fail":               ": 500",
		"sign out":           "signed out: POST /",
		"miscount":           "the list says that there are",
	} {
		t.Run(does, func(t *testing.T) {
			t.Parallel()
			d := practise(t, does)
			problems := strings.Join(d.problems(), "\n")
			if (want == "") != (problems == "") || !strings.Contains(problems, want) {
				t.Errorf("the drill says %q, want %q", problems, want)
			}
			if lost := d.team.found.losses() > 0; lost != strings.HasPrefix(does, "lose") {
				t.Errorf("lost: %q", d.team.found.lost)
			}
		})
	}
}
