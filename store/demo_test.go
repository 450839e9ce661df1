package store

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"backoffice/store/storetest"
)

var demoNow = time.Date(2026, 5, 13, 15, 4, 5, 0, time.UTC)

func TestDemoPeopleAreTheSame(t *testing.T) {
	few := slices.Collect(DemoPeople(50, demoNow))
	many := slices.Collect(DemoPeople(500, demoNow.Add(3*time.Hour)))
	if len(few) != 50 || len(many) != 500 || !slices.Equal(few, many[:50]) {
		t.Error("the first 50 of 500 are not the 50")
	}
	for i, p := range slices.Collect(DemoPeople(50, demoNow.AddDate(0, 0, 40))) {
		if p.Email != few[i].Email || p.Name != few[i].Name || p.ExternalID != few[i].ExternalID {
			t.Fatalf("another day makes %v of %v", p, few[i])
		}
	}
	for p := range DemoPeople(1_000_000_000, demoNow) {
		if p.Name != "" {
			break // and so a range can end early
		}
	}
}

// TestDemoPeople looks at so many that what can repeat does.
func TestDemoPeople(t *testing.T) {
	if storetest.OnPostgres() {
		return // about neither
	}
	n := storetest.Rounds(200_000)
	emails, ids := make(map[string]bool, n), make(map[string]bool, n/2)
	names := make(map[string]bool, n)
	count := map[string]int{}
	for p := range DemoPeople(n, demoNow) {
		key := checkDemoPerson(t, p)
		if t.Failed() {
			return
		}
		if emails[key] || (p.ExternalID != "" && ids[p.ExternalID]) {
			t.Fatalf("twice: %v", p)
		}
		emails[key], ids[p.ExternalID], names[p.Name] = true, true, true
		count[p.Role]++
		count[p.Status]++
		countDemoPerson(count, p)
	}
	for what, want := range map[string][2]float64{
		"admin": {0.1, 0.3}, "editor": {1, 2}, "viewer": {4, 6}, "member": {90, 95},
		"active": {86, 90}, "invited": {6, 8}, "deactivated": {4, 6},
		"phone": {73, 77}, "external id": {38, 42}, "never": {14, 19},
		"last year": {32, 42}, "weekend": {2, 8}, "office hours": {88, 96}, "unchanged": {25, 45}, "last month": {30, 60},
		"not ASCII": {50, 85},
	} {
		if share := 100 * float64(count[what]) / float64(n); share < want[0] || share > want[1] {
			t.Errorf("%s: %.1f %%, want %v", what, share, want)
		}
	}
	if len(names) < n/5 || len(names) > n*9/10 {
		t.Errorf("%d different names among %d people", len(names), n)
	}
}

// checkDemoPerson demands that a person passes as a typed one would, unchanged.
func checkDemoPerson(t *testing.T, p DemoPerson) (emailKey string) {
	t.Helper()
	name, nameErr := ParseName(p.Name)
	email, key, emailErr := ParseEmail(p.Email)
	phone, _, phoneErr := ParsePhone(p.Phone)
	id, idErr := ParseExternalID(p.ExternalID)
	for _, err := range []error{nameErr, emailErr, phoneErr, idErr} {
		if err != nil {
			t.Errorf("%v: %v", p, err)
		}
	}
	if name != p.Name || email != p.Email || phone != p.Phone || id != p.ExternalID {
		t.Errorf("%q, %q, %q, %q are not as %v has them", name, email, phone, id, p)
	}
	if !strings.HasSuffix(p.Email, ".example") && !strings.Contains(p.Email, "example.") {
		t.Errorf("%s could be somebody's", p.Email)
	}
	five := demoNow.AddDate(-demoYears, 0, -7)
	if p.Created.Before(five) || p.Changed.Before(p.Created) || p.Changed.After(demoNow) || p.LastSignIn.After(demoNow) {
		t.Errorf("times of %v", p)
	}
	if never := p.LastSignIn.IsZero(); !never && (p.Status == "invited" || p.LastSignIn.Before(p.Created)) {
		t.Errorf("last sign-in of %v", p)
	}
	return key
}

func countDemoPerson(count map[string]int, p DemoPerson) {
	day, hour := p.Created.Weekday(), p.Created.Hour()
	for what, is := range map[string]bool{
		"phone": p.Phone != "", "external id": p.ExternalID != "", "never": p.LastSignIn.IsZero(),
		"last year":    p.Created.After(demoNow.AddDate(-1, 0, 0)),
		"weekend":      day == time.Saturday || day == time.Sunday,
		"office hours": hour >= 8 && hour < 18,
		"unchanged":    p.Changed.Equal(p.Created),
		"last month":   p.LastSignIn.After(demoNow.AddDate(0, -1, 0)),
		"not ASCII":    strings.ContainsFunc(p.Name, func(r rune) bool { return r > unicode.MaxASCII }),
	} {
		if is {
			count[what]++
		}
	}
}

// TestDemoTables finds slips of the pen in the tables: names that a rule would
// change, and handles that are no handles.
func TestDemoTables(t *testing.T) {
	maker := newDemoMaker(demoNow)
	lists := [][]demoName{maker.oddities}
	for i, l := range maker.locales {
		if n := len(l.givens[0]) + len(l.givens[1]); n < 30 || len(l.family[0]) < 15 || len(demoLocales[i].phones) == 0 {
			t.Errorf("locale of %s is thin", l.family[0][0].text)
		}
		lists = append(lists, l.givens[0], l.givens[1], l.middle[0], l.middle[1], l.family[0], l.family[1])
	}
	scripts := map[string]bool{}
	for i, list := range lists {
		middle := i > 0 && (i%6 == 3 || i%6 == 4) // has no part in the address
		for _, n := range list {
			if name, err := ParseName(n.text); err != nil || name != n.text {
				t.Errorf("%q would become %q, %v", n.text, name, err)
			}
			if len(demoLatin(n.handle)) != len(n.handle) || (n.handle == "" && !middle) {
				t.Errorf("%q has the handle %q", n.text, n.handle)
			}
			for name, script := range unicode.Scripts {
				if strings.ContainsFunc(n.text, func(r rune) bool { return unicode.Is(script, r) }) {
					scripts[name] = true
				}
			}
		}
	}
	for _, name := range []string{"Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil",
		"Thai", "Han", "Hiragana", "Katakana", "Hangul"} {
		if !scripts[name] {
			t.Errorf("nobody is written in %s", name)
		}
	}
}

func BenchmarkDemoPeople(b *testing.B) {
	b.ReportAllocs()
	done := 0
	for range DemoPeople(b.N, demoNow) {
		done++
	}
}
