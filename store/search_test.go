package store

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestTotals counts exactly up to a thousand hits, and everybody exactly.
func TestTotals(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	var people []User
	for i := range 1002 {
		people = append(people, User{Name: fmt.Sprintf("Ana %d", i), Email: fmt.Sprintf("a%d@example.com", i), Role: Member, Status: Active,
			emailKey: fmt.Sprintf("a%d@example.com", i), Created: morning, Changed: morning, Version: 1})
	}
	people[7].Name = "Otto 7"
	s.insert(people[:1001]...)
	for search, want := range map[string]Count{"": {N: 1001}, "ana": {N: 1000}, "otto": {N: 1}, "ana 1": {N: 272}} {
		if got := s.list(Query{Search: search}).Total; got != want {
			t.Errorf("%q: %+v, want %+v", search, got, want)
		}
	}
	s.insert(people[1001])
	if got := s.list(Query{Search: "ana"}).Total; got != (Count{N: 1000, AtLeast: true}) {
		t.Errorf("%+v", got)
	}
	if got := len(s.list(Query{Search: "\x00"}).Users); got != 25 { // nothing that one can look for
		t.Errorf("%d people on a page", got)
	}
	if got := s.list(Query{}).Total; got != (Count{N: 1002}) {
		t.Errorf("%+v", got)
	}
}

// TestSearch finds people by what one has of them.
func TestSearch(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	for i, n := range []NewUser{
		{Name: "José García", Email: "jose@example.com", Phone: "+34 600 12 34 56", ExternalID: "E-004211"},
		{Name: "Élodie Durand", Email: "elo@example.com", Phone: "01 70 18 99 00"},
		{Name: "Пётр Петров", Email: "petr@example.org", Phone: "8 (495) 123-45-67"},
		{Name: "Sinéad O’Brien", Email: "sinead@example.net", ExternalID: "3f2b8c1e-9a40-4c6e-8b1a-0d2f6a7c9e55"},
		{Name: "100% Sure", Email: "under_score@example.com", ExternalID: `back\slash`},
		{Name: "山田 太郎", Email: "yamada@example.com"},
		{Name: "Anna Garcia Lopez", Email: "underXscore@example.com"},
	} {
		n.Role, n.Password = Member, password
		if c := change(t)(s.CreateUser(t.Context(), console, n)); c.User.ID != int64(i+1) {
			t.Fatalf("%s has the number %d", n.Name, c.User.ID)
		}
	}
	for search, want := range map[string][]int64{
		"garcia": {1, 7}, "García": {1, 7}, "GARCIA": {1, 7}, "garcia jose": {1}, "jose garcia nobody": {},
		"élodie": {2}, "elodie": {2}, "Elo": {2}, "петров": {3}, "ПЕТР": {3}, "петр": {3}, "o'b": {4}, "O’B": {4}, "o b": {4, 5},
		"山田": {6}, "太": {6},
		"600123": {1}, "600 12": {1}, "0034600": {1}, "+34 600": {1}, "0170": {2}, "01 70 18": {2}, "70-18": {2}, "495123": {3}, "(495) 123": {3}, "0495 123": {3},
		"E-004211": {1}, "e-0042": {1}, " 3F2B8C1E-9A40-4C6E-8B1A-0D2F6A7C9E55 ": {4},
		"3": {1, 3, 4}, "#3": {3}, "#7": {7},
		"%": {5}, "100%": {5}, "0%": {5}, "%%": {}, "_": {5}, "under_score": {5}, "r_s": {5}, `\`: {5}, `k\s`: {5}, `\%`: {},
		"@example.org": {3}, "example": {1, 2, 3, 4, 5, 6, 7}, "": {1, 2, 3, 4, 5, 6, 7}, "  ": {1, 2, 3, 4, 5, 6, 7},
		"' OR 1=1 --": {}, "com jose": {1}, "garcía\njose": {1}, "comjose": {}, "99999999999999999999999": {}, "-3": {}, "\x00": {1, 2, 3, 4, 5, 6, 7},
	} {
		got := ids(s.list(Query{Search: search}).Users)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", search, got, want)
		}
	}
}

// TestUserByEmail finds by the address however it is typed.
func TestUserByEmail(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	ben := change(t)(s.CreateUser(t.Context(), console, NewUser{Name: "Ben", Email: "Ben@MÜLLER.example", Role: Member, Password: password})).User
	for typed, kind := range map[string]Kind{"ben@müller.example": "", " BEN@xn--mller-kva.EXAMPLE ": "", "ben": Invalid, "bén@müller.example": NotFound} {
		got, err := s.UserByEmail(t.Context(), console, typed)
		if wantKind(t, err, kind); kind == "" && (got.ID != ben.ID || got.Email != "Ben@MÜLLER.example") {
			t.Errorf("%q finds %+v", typed, got)
		}
	}
	s.clock.advance(time.Minute)
	change(t)(s.Delete(t.Context(), console, ben.ID))
	_, err := s.UserByEmail(t.Context(), console, ben.Email)
	wantKind(t, err, NotFound)
}
