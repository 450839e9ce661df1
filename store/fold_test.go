package store

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"backoffice/store/storetest"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"Ana", "ana"},
		{"García", "garcia"},
		{"E\u0301lodie", "elodie"},
		{"O’Brien", "o'brien"},
		{"O`Brien", "o'brien"},
		{"D´Angelo", "d'angelo"},
		{"Kealiʻi", "keali'i"},
		{"Straße", "strasse"},
		{"STRAẞE", "strasse"},
		{"Łukasz Øyvind Đặng Æsa Þór", "lukasz oyvind dang aesa thor"},
		{"İstanbul ISPANAK ıspanak", "istanbul ispanak ispanak"},
		{"Пётр Йосиф Їжак", "петр иосиф іжак"},
		{"Νίκος ΝΙΚΟΣ", "νικοσ νικοσ"},
		{"مُحَمَّد", "محمد"},
		{"محـــمد", "محمد"},
		{"أحمد آمال", "احمد امال"},
		{"علی", "علي"},
		{"שָׁלוֹם", "שלום"},
		{"김민준", "김민준"},
		{"\u1100\u1161", "가"},
		{"\u1100\u200b\u1161", "가"},
		{"がき", "がき"},
		{"か\u3099き", "がき"},
		{"ｶﾞﾊﾟ", "ガパ"},
		{"ＡＢＣ１", "abc1"},
		{"ﬁn", "fin"},
		{"हिन्दी", "हिन्दी"},
		{"தமிழ்", "தமிழ்"},
		{"Ana\u00a0—\u2009Sol", "ana - sol"},
		{"a\tb\nc", "a b c"},
		{"\u202eevil\u202c\u200f\ufeff\x00", "evil"},
		{"❤️ 👩‍💻", "❤ 👩💻"},
		{"\xffa", "\ufffda"},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if Fold("か") == Fold("が") {
		t.Error("か and が are different letters")
	}
}

// TestFoldRunes goes through every rune: its key is a key already, and is what
// it adds to the key of a longer text.
func TestFoldRunes(t *testing.T) {
	if storetest.OnPostgres() {
		return // about neither
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r == 0x323b0 { // beyond are planes without letters, and then the tags
			r = 0xe0000
		}
		if r == 0xe0200 {
			break
		}
		if !utf8.ValidRune(r) {
			continue
		}
		key := Fold(string(r))
		if again := Fold(key); again != key {
			t.Errorf("Fold(%U) = %q, folded again %q", r, key, again)
		}
		if got := Fold("x" + string(r) + "y"); key != "" && unicode.IsLetter(r) && got != "x"+key+"y" {
			t.Errorf("Fold(x%Uy) = %q, want %q in the middle", r, got, key)
		}
	}
}

func TestFoldIsComposed(t *testing.T) {
	for _, s := range foldSamples {
		var parts strings.Builder
		for _, r := range norm.NFC.String(s) {
			parts.WriteString(Fold(string(r)))
		}
		if got := Fold(s); got != parts.String() {
			t.Errorf("Fold(%q) = %q, rune by rune %q", s, got, parts.String())
		}
	}
}

// foldSamples are texts as people have them; they seed the fuzz targets too.
var foldSamples = []string{
	"Ana García", "E\u0301lodie Brontë", "Петров Пётр", "O’Brien", "Straße", "İstanbul ıspanak",
	"محمد بن سلمان", "שָׁלוֹם", "김민준", "山田 太郎 がか", "हिन्दी शर्मा", "தமிழ்", "👩‍💻 Ada ❤️", "Nguyễn Thị Ánh",
}

func FuzzFold(f *testing.F) {
	for _, s := range foldSamples {
		f.Add(s)
	}
	f.Add("\u1100\u0300\u1161\u200b\u11a8ﾡￂｶﾞ")
	f.Fuzz(func(t *testing.T, s string) {
		key := Fold(s)
		if !utf8.ValidString(key) {
			t.Fatalf("Fold(%q) = %q is no UTF-8", s, key)
		}
		if again := Fold(key); again != key {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, key, again)
		}
		text, at := foldText(s, true)
		if text != key || len(at) != len(key)+1 || at[len(key)] != len(s) {
			t.Fatalf("foldText(%q) = %q, %v; Fold gives %q", s, text, at, key)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for _, s := range []string{"ana.garcia@example.com", "Ana García", "김민준"} {
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
