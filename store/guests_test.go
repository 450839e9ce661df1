package store

import (
	"slices"
	"strings"
	"testing"
)

func TestParseGuests(t *testing.T) {
	t.Parallel()
	got := ParseGuests("ana.perez@example.com, \"Bo Li\" <bo@example.com>;\n\r\n  <lena_brandt+x@example.com>\n\tzoë\n<>\n9@x.example\n")
	want := []Guest{{"Ana Perez", "ana.perez@example.com", ""}, {"Bo Li", "bo@example.com", ""}, {"Lena Brandt", "lena_brandt+x@example.com", ""},
		{"Zoë", "zoë", ""}, {"", "", ""}, {"9", "9@x.example", ""}}
	if !slices.Equal(got, want) {
		t.Errorf("read %+v", got)
	}
}

// FuzzParseGuests reads whatever is pasted.
func FuzzParseGuests(f *testing.F) {
	for _, text := range []string{"", "a@b.c", "<", ">", "\"<a@b>", "a<b<c>d>", "\xff@\x00", "..@x", "+@x", "é́@x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, g := range ParseGuests(text) {
			if strings.ContainsAny(g.Email, "\n\r,;\t") || strings.ContainsAny(g.Name, "\n\r,;\t<") {
				t.Errorf("%q gives %+v", text, g)
			}
		}
	})
}

func TestCheckGuests(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	guests, err := c.CheckGuests(t.Context(), c.admin, ParseGuests("nell@example.com, NELL@example.com, ben@example.com, nowhere"), Member)
	must(t, err)
	for i, want := range []string{"", "This address stands here twice.", "Ben has this already.", "An e-mail address needs an @, as in ana@example.com."} {
		if guests[i].Problem != want {
			t.Errorf("%s: %q, want %q", guests[i].Email, guests[i].Problem, want)
		}
	}
	_, err = c.CheckGuests(t.Context(), as(c.eve), nil, Admin)
	wantKind(t, err, Forbidden)
	_, err = c.CheckGuests(t.Context(), c.admin, make([]Guest, MaxGuests+1), Member)
	wantKind(t, err, Invalid)
}
