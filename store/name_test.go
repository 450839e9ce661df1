package store

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestParseName(t *testing.T) {
	for _, c := range []struct{ in, want, err string }{
		{" Ana \n\t García\u00a0Pérez ", "Ana García Pérez", ""},
		{"E\u0301lodie", "Élodie", ""},
		{`Dwayne "The Rock" O’Neil <b>`, `Dwayne "The Rock" O’Neil <b>`, ""},
		{"👩‍💻 Ada", "👩‍💻 Ada", ""},
		{"علی\u200cرضا", "علی\u200cرضا", ""},
		{"\u202eAna\u202c \u2066Sol\u2069", "Ana Sol", ""},
		{"\ufeffAna\u200b", "Ana", ""},
		{"X", "X", ""},
		{strings.Repeat("語", 200), strings.Repeat("語", 200), ""},
		{strings.Repeat("語", 201), "", "at most 200"},
		{"", "", "Enter a name"},
		{" \u202e\u3000", "", "Enter a name"},
		{"\u200d\u200d", "", "nothing in it"},
		{"\u3164", "", "nothing in it"},
		{"\u0301", "", "nothing in it"},
		{"a\x00b", "", "control"},
		{"a\u0085b", "a b", ""},
		{"a\x1bb", "", "control"},
		{"a\xff", "", "damaged"},
	} {
		got, err := ParseName(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("ParseName(%q): error %v, want %q", c.in, err, c.err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("ParseName(%q) = %q, %v", c.in, got, err)
		}
	}
}

func TestParseExternalID(t *testing.T) {
	for _, c := range []struct{ in, want, err string }{
		{"", "", ""},
		{" E-004211\n", "E-004211", ""},
		{"a b", "a b", ""},
		{strings.Repeat("é", 100), strings.Repeat("é", 100), ""},
		{strings.Repeat("é", 101), "", "at most 100"},
		{"a\nb", "", "one line"},
		{"a\u2028b", "", "one line"},
		{"a\x07b", "", "control"},
		{"\xff", "", "damaged"},
	} {
		got, err := ParseExternalID(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("ParseExternalID(%q): error %v, want %q", c.in, err, c.err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("ParseExternalID(%q) = %q, %v", c.in, got, err)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range foldSamples {
		f.Add(s)
	}
	f.Add(" \u200b\u202ea\u0301 \u2066")
	f.Fuzz(func(t *testing.T, s string) {
		name, err := ParseName(s)
		if err != nil {
			return
		}
		if !utf8.ValidString(name) || !norm.NFC.IsNormalString(name) || Fold(name) == "" {
			t.Fatalf("ParseName(%q) = %q", s, name)
		}
		if again, err := ParseName(name); err != nil || again != name {
			t.Fatalf("ParseName(%q) = %q, again %q, %v", s, name, again, err)
		}
	})
}
