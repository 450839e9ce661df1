package store

import (
	"runtime"
	"strings"
	"testing"
)

// TestParseGuests reads what people paste: from mail programs, lists, spreadsheets
// and running text.
func TestParseGuests(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// As mail programs and address books write them.
		`"Pérez, Ana" <ana.p@example.com>`:                                  "Ana Pérez=ana.p@example.com",
		`"Pérez, Ana" <ana@x.org>, "Li, Bo" <bo@x.org>`:                     "Ana Pérez=ana@x.org|Bo Li=bo@x.org",
		`Pérez, Ana <ana@x.org>; Li, Bo <bo@x.org>;`:                        "Ana Pérez=ana@x.org|Bo Li=bo@x.org",
		`Ana <ana@x.org>, Li, Bo <bo@x.org>, Zoë`:                           "Ana=ana@x.org|Bo Li=bo@x.org|Zoë=Zoë",
		`Ana Pérez <ana@x.org>, Bo <bo@x.org>`:                              "Ana Pérez=ana@x.org|Bo=bo@x.org",
		`"King, Martin, Jr." <m@x.org>; "Acme, Inc." <a@x.org>`:             "King, Martin, Jr.=m@x.org|Acme, Inc.=a@x.org",
		`'ana@x.org' <ana@x.org>, "bo@x.org" <bo@x.org>, li.po@x <li.po@x>`: "Ana=ana@x.org|Bo=bo@x.org|Li Po=li.po@x",
		`"Ana \"Nana\" Pérez; Ruiz" <ana@x.org>`:                            `Ana "Nana" Pérez; Ruiz=ana@x.org`,
		`"ana@x.org", "bo@x.org"`:                                           "Ana=ana@x.org|Bo=bo@x.org",
		`<lena_brandt+x@example.com>`:                                       "Lena Brandt=lena_brandt+x@example.com",
		"Ana <ana@x.org> Bo <bo@x.org>":                                     "Ana=ana@x.org|Bo=bo@x.org",
		`O'Brien, Pat <pat@x.org>`:                                          "Pat O'Brien=pat@x.org",
		// Addresses alone.
		"ana.perez@example.com, bo@x.org;\r\n\r\n eve@x.org":                "Ana Perez=ana.perez@example.com|Bo=bo@x.org|Eve=eve@x.org",
		"ana@x.org bo@x.org  eve@x.org":                                     "Ana=ana@x.org|Bo=bo@x.org|Eve=eve@x.org",
		"mailto:eve@x.org <MAILTO:bo@x.org?subject=hi>":                     "Eve=eve@x.org|Bo=bo@x.org",
		"mailto:eve@x.org\nana@x.org.\nbo@x.org;\n(li@x.org), <[po@x.org]>": "Eve=eve@x.org|Ana=ana@x.org|Bo=bo@x.org|Li=li@x.org|Po=po@x.org",
		"p1@x.org p2@x.org 33@x.org a1b2@x.org":                             "P1=p1@x.org|P2=p2@x.org|33=33@x.org|A B=a1b2@x.org",
		// Lists.
		"- ivo@x.org\n• ivo@x.org\n•ivo@x.org\n* ivo@x.org\n1. ivo@x.org\n12) ivo@x.org": strings.Repeat("|Ivo=ivo@x.org", 6)[1:],
		"1.ivo@x.org\n- Ivo Díaz - ivo@x.org":                                            "Ivo=1.ivo@x.org|Ivo Díaz=ivo@x.org",
		"1.\tivo@x.org":                                                                  "Ivo=ivo@x.org",
		// Names without brackets.
		"Gil gil@example.com":                        "Gil=gil@example.com",
		"Gil gil@x.org Bo Li bo@x.org":               "Gil=gil@x.org|Bo Li=bo@x.org",
		"gil@x.org Gil Ruiz\nGil Ruiz (gil@x.org)":   "Gil Ruiz=gil@x.org|Gil Ruiz=gil@x.org",
		"Gil: gil@x.org":                             "Gil=gil@x.org",
		"Gil Ruiz,gil@x.org\ngil@x.org,\"Gil Ruiz\"": "Gil Ruiz=gil@x.org|Gil Ruiz=gil@x.org",
		"Ruiz, Gil gil@x.org":                        "Gil Ruiz=gil@x.org",
		// Spreadsheets.
		"Ana Pérez\tana@x.org\nbo@x.org\tBo Li":  "Ana Pérez=ana@x.org|Bo Li=bo@x.org",
		"Pérez, Ana\tana@x.org\t+34 600\tMember": "Ana Pérez=ana@x.org",
		"7\tAna\tPérez\t\tana@x.org\tMember":     "Ana Pérez=ana@x.org",
		"Ana\ta@x.org\tBo\tb@x.org":              "Ana=a@x.org|Bo=b@x.org",
		// What cannot be invited stays to be seen.
		"\tzoë\n<>\n9@x.example":                              "Zoë=zoë|=|9=9@x.example",
		"ana@x.org, nowhere, bo@x.org":                        "Ana=ana@x.org|Nowhere=nowhere|Bo=bo@x.org",
		"ana.example.com bo@x.org\nana.example.com, bo@x.org": "Ana Example Com=ana.example.com|Bo=bo@x.org|Ana Example Com=ana.example.com|Bo=bo@x.org",
		"Ana <nowhere>, \"Bo\" bo @ x.org":                    "Ana=nowhere|Bo bo=@|X Org=x.org",
		"\"Ana <ana@x.org>\n<bo@x.org":                        "Ana=ana@x.org|Bo=bo@x.org",
		"\"Ana <ana@x.org>, <li@x.org> <<bo@x.org>":           "Ana=ana@x.org|Li=li@x.org|Bo=bo@x.org",
		"---- | ; , ,":                                        "",
	} {
		var got []string
		for _, g := range ParseGuests(text) {
			got = append(got, g.Name+"="+g.Email)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q:\n%s, want\n%s", text, strings.Join(got, "|"), want)
		}
	}
}

// TestParseGuestsIsBounded reads no more than it takes to refuse so many.
func TestParseGuestsIsBounded(t *testing.T) {
	t.Parallel()
	for _, between := range []string{"\n", " ", ", ", ";"} {
		if n := len(ParseGuests(strings.Repeat("a@x.org"+between, 3*MaxGuests))); n != MaxGuests+1 {
			t.Errorf("%d with %q between them", n, between)
		}
	}
}

// TestParseGuestsTakesInProportion to what is pasted, whatever that is.
func TestParseGuestsTakesInProportion(t *testing.T) { // not beside others: what is allocated is counted for the whole program
	for _, piece := range []string{`"`, "<", "a ", "a,", "\\\"", "\"\\", "a@b ", "a@b <", "a, b <c@d> ", "- ", "a\t", "a b\t", "a@b\t", "\"a\" ", "\"a@b\" "} {
		taken := func(n int) uint64 {
			text := strings.Repeat(piece, n/len(piece))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			ParseGuests(text)
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		if few, many := taken(5_000), taken(40_000); many > 16*(few+10_000) {
			t.Errorf("%q: %d bytes for eight times as much as %d", piece, many, few)
		}
	}
}

// FuzzParseGuests reads whatever is pasted: it makes no address that does not stand
// there, loses none, and its names are on one line.
func FuzzParseGuests(f *testing.F) {
	for _, text := range []string{"", "a@b.c", "<", ">", "\"<a@b>", "a<b<c>d>", "\xff@\x00", "..@x", "+@x", "é́@x", "\"a, b\" <c@d.e>", "\"a\\\"b\" c@d.e",
		"a, b <c@d.e>; f@g.h", "1. a@b.c", "• a@b.c", "mailto:a@b.c?d", "MAILTO:mailto:a@b.c", "a\tb@c.d\te", "a@b.c\ta, b", "a@b <a@b>", "p1@x.y p2@x.y", "(a@b.c).", "'a'b'@c.d'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		guests := ParseGuests(text)
		if len(guests) > MaxGuests+1 {
			t.Fatalf("%d guests", len(guests))
		}
		found := 0
		for _, g := range guests {
			found += strings.Count(g.Email, "@")
			if strings.ContainsAny(g.Email+g.Name, "\n\r\t") || len(g.Email) > len(text) || len(g.Name) > 4*len(text) {
				t.Errorf("%q gives %+v", text, g)
			}
			if typed, _, err := ParseEmail(g.Email); err == nil && !strings.Contains(text, g.Email) {
				t.Errorf("%q gives %q, which does not stand in it", text, typed)
			}
		}
		if found == 0 && len(guests) < MaxGuests && strings.Contains(text, "@") && !strings.Contains(text, "?") {
			t.Errorf("%q has an address, and gives %+v", text, guests)
		}
	})
}

func TestCheckGuests(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	l, _, err := c.InviteUser(t.Context(), c.admin, NewUser{Name: "Ivo Díaz", Email: "ivo@example.com", Role: Member}, false)
	must(t, err)
	guests, err := c.CheckGuests(t.Context(), c.admin, ParseGuests("nell@example.com, NELL@example.com, ben@example.com, nowhere, Ivo@example.com"), Member)
	must(t, err)
	for i, want := range []string{"", "This address stands here twice.", "Ben already has this.", "An e-mail address needs an @, as in ana@example.com.",
		"Ivo Díaz has been invited already, but has not accepted yet."} {
		if guests[i].Problem != want {
			t.Errorf("%s: %q, want %q", guests[i].Email, guests[i].Problem, want)
		}
	}
	for i, g := range guests {
		if want := map[bool]int64{true: l.User.ID}[i == 4]; g.Waiting != want {
			t.Errorf("%s waits as %d, want %d", g.Email, g.Waiting, want)
		}
	}
	_, err = c.CheckGuests(t.Context(), as(c.eve), nil, Admin)
	wantKind(t, err, Forbidden)
	_, err = c.CheckGuests(t.Context(), c.admin, make([]Guest, MaxGuests+1), Member)
	wantKind(t, err, Invalid)
}
