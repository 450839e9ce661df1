package store

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"backoffice/store/storetest"
)

func TestParsePhone(t *testing.T) {
	for _, c := range []struct{ in, typed, key, err string }{
		{"", "", "", ""},
		{"  \t", "", "", ""},
		{" +34  600 12\u00a034 56 ", "+34 600 12 34 56", "34600123456", ""},
		{"(212) 555-0142", "(212) 555-0142", "2125550142", ""},
		{"01.99.00.12.34", "01.99.00.12.34", "0199001234", ""},
		{"030/23125 110", "030/23125 110", "03023125110", ""},
		{"212 555 0142 ext. 12", "212 555 0142 ext. 12", "212555014212", ""},
		{"212 555 0142 EXT 12", "212 555 0142 EXT 12", "212555014212", ""},
		{"212 555 0142x12", "212 555 0142x12", "212555014212", ""},
		{"\u202d+34 600 12 34 56\u202c", "+34 600 12 34 56", "34600123456", ""},
		{"٠٦٠٠١٢٣", "٠٦٠٠١٢٣", "0600123", ""},
		{"555–0142", "555–0142", "5550142", ""},
		{"1234", "", "", "at least 5"},
		{strings.Repeat("1", 21), "", "", "at most 20 digits"},
		{strings.Repeat("1 ( ", 20), "", "", "at most 60 char"},
		{"call me", "", "", "Use digits"},
		{"12345 ext.", "", "", "Use digits"},
		{"ext 12345", "", "", "Use digits"},
		{"12345 ext 1 ext 2", "", "", "Use digits"},
		{"12345 exit 2", "", "", "Use digits"},
	} {
		typed, key, err := ParsePhone(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("ParsePhone(%q): error %v, want %q", c.in, err, c.err)
			}
			continue
		}
		if err != nil || typed != c.typed || key != c.key {
			t.Errorf("ParsePhone(%q) = %q, %q, %v", c.in, typed, key, err)
		}
	}
}

func TestLooksLikePhone(t *testing.T) {
	for q, want := range map[string]bool{
		"12": true, "+34 600": true, "(0)30/231": true, " 600–12 ": true, "٣٤": true, "\u202a600 12\u202c": true,
		"": false, "1": false, "+": false, "a12": false, "E-004211": false, "12@": false,
	} {
		if got := LooksLikePhone(q); got != want {
			t.Errorf("LooksLikePhone(%q) = %v", q, got)
		}
	}
}

// TestDigits compares digits with those that have a decomposition, and counts
// that every script's ten come in order.
func TestDigits(t *testing.T) {
	if storetest.OnPostgres() {
		return // about neither
	}
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		d, ok := digit(r)
		if ok != unicode.Is(unicode.Nd, r) {
			t.Fatalf("digit(%U) is %v", r, ok)
		}
		if !ok {
			continue
		}
		if d != '0'+byte(n%10) {
			t.Errorf("digit(%U) = %c, want %d", r, d, n%10)
		}
		if plain := norm.NFKD.String(string(r)); len(plain) == 1 && plain[0] != d {
			t.Errorf("digit(%U) = %c, want %s", r, d, plain)
		}
		n++
	}
	if got := Digits("a1-٢ ３\xff"); got != "123" {
		t.Errorf("Digits gives %q", got)
	}
}
