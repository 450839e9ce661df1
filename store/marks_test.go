package store

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// marked writes a text with its hits in brackets.
func marked(text string, found []Span) string {
	var b strings.Builder
	done := 0
	for _, span := range found {
		b.WriteString(text[done:span.From] + "[" + text[span.From:span.To] + "]")
		done = span.To
	}
	return b.String() + text[done:]
}

func TestMarks(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"Ana García", "garcia", "Ana [García]"},
		{"Ana García", "GARCÍA", "Ana [García]"},
		{"Ana Garci\u0301a", "garcí", "Ana [Garci\u0301]a"},
		{"Élodie", "elodie", "[Élodie]"},
		{"E\u0301lodie", "élodie", "[E\u0301lodie]"},
		{"Élodie", "e\u0301lo", "[Élo]die"},
		{"Elodie", "élodie", "[Elodie]"},
		{"Иван Петров", "петров", "Иван [Петров]"},
		{"Пётр", "ПЕТР", "[Пётр]"},
		{"Pat O’Brien", "o'b", "Pat [O’B]rien"},
		{"Straße", "STRASSE", "[Straße]"},
		{"Straße", "ras", "St[raß]e"},
		{"Straße", "se", "Stra[ße]"},
		{"İstanbul", "istanbul", "[İstanbul]"},
		{"ıspanak", "ISPANAK", "[ıspanak]"},
		{"مُحَمَّد علي", "محمد", "[مُحَمَّد] علي"},
		{"שָׁלוֹם", "שלום", "[שָׁלוֹם]"},
		{"김민준", "민", "김[민]준"},
		{"山田太郎", "田", "山[田]太郎"},
		{"かがか", "か", "[か]が[か]"},
		{"ｶﾞﾗｽ", "ガ", "[ｶﾞ]ﾗｽ"},
		{"Ada ❤️ Bo", "❤", "Ada [❤️] Bo"},
		{"👩‍💻 Ada", "ada", "👩‍💻 [Ada]"},
		{"शर्मा किरण", "क", "शर्मा [कि]रण"},
		{"ana ana", "an", "[an]a [an]a"},
		{"aaaa", "aa", "[aaaa]"},
		{"Ana García", "garcia ana", "[Ana] [García]"},
		{"Anna Nann", "ann nan", "[Ann]a [Nann]"},
		{"100% sure_", "% _", "100[%] sure[_]"},
		{"Ana", "", "Ana"},
		{"Ana", " \t", "Ana"},
		{"Ana", "\u200b", "Ana"},
		{"", "ana", ""},
		{"Ana", "bob", "Ana"},
	} {
		if got := marked(c.text, Marks(c.text, c.query)); got != c.want {
			t.Errorf("Marks(%q, %q) gives %q, want %q", c.text, c.query, got, c.want)
		}
	}
}

func TestPhoneMarks(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"+34 600 12 34 56", "60012", "+34 [600 12] 34 56"},
		{"+34 600 12 34 56", "600-123", "+34 [600 12 3]4 56"},
		{"(212) 555-0142", "212555", "([212) 555]-0142"},
		{"+٣٤ ٦٠٠", "34 6", "+[٣٤ ٦]٠٠"},
		{"600 600", "600", "[600 600]"},
		{"600 1 600", "600", "[600] 1 [600]"},
		{"600 12 ext. 7", "ext", "600 12 [ext]. 7"},
		{"600 12", "6", "[6]00 12"},
		{"", "600", ""},
	} {
		if got := marked(c.text, PhoneMarks(c.text, c.query)); got != c.want {
			t.Errorf("PhoneMarks(%q, %q) gives %q, want %q", c.text, c.query, got, c.want)
		}
	}
}

func TestSearchWords(t *testing.T) {
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", nil},
		{"  Ana\u3000GARCÍA\nana ", []string{"ana", "garcia"}},
		{"1 2 3 4 5 6 7 8 9", strings.Fields("1 2 3 4 5 6 7 8")},
		{strings.Repeat("é", 150), []string{strings.Repeat("e", 100)}},
		{"a" + strings.Repeat("é", 150), []string{"a" + strings.Repeat("e", 99)}},
	} {
		if got := SearchWords(c.query); !slices.Equal(got, c.want) {
			t.Errorf("SearchWords(%q) = %q, want %q", c.query, got, c.want)
		}
	}
}

func FuzzMarks(f *testing.F) {
	for i, s := range foldSamples {
		f.Add(s, foldSamples[(i+1)%len(foldSamples)])
		f.Add(s, s)
	}
	f.Add("600 12\xff", "60 01")
	f.Add("ﷺ ｶﾞ", "ص ガ")
	f.Fuzz(func(t *testing.T, text, query string) {
		checkSpans(t, text, Marks(text, query))
		checkSpans(t, text, PhoneMarks(text, query))
		words := SearchWords(query)
		hit := slices.ContainsFunc(words, func(word string) bool { return strings.Contains(Fold(text), word) })
		if hit != (len(Marks(text, query)) > 0) {
			t.Fatalf("a hit of %q in %q is %v, marked %v", query, text, hit, Marks(text, query))
		}
	})
}

// checkSpans demands spans in order, without overlap, on the borders of runes.
func checkSpans(t *testing.T, text string, found []Span) {
	t.Helper()
	border := map[int]bool{len(text): true}
	for i := range text {
		border[i] = true
	}
	done := -1
	for _, span := range found {
		if span.From <= done || span.To <= span.From || !border[span.From] || !border[span.To] {
			t.Fatalf("spans %v in %q", found, text)
		}
		done = span.To
	}
}

func TestMarksOfDamagedText(t *testing.T) {
	text := "a\xffb\xc3"
	if got := Marks(text, "b"); !slices.Equal(got, []Span{{2, 3}}) {
		t.Errorf("Marks(%q) = %v", text, got)
	}
	if !utf8.ValidString(clip("aé", 2)) {
		t.Error("clip cuts a rune in two")
	}
}
