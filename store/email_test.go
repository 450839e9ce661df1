package store

import (
	"strings"
	"testing"
)

func TestParseEmail(t *testing.T) {
	for _, c := range []struct{ in, typed, key, err string }{
		{" Ana.Garcia@Example.COM\n", "Ana.Garcia@Example.COM", "ana.garcia@example.com", ""},
		{"a@b.co", "a@b.co", "a@b.co", ""},
		{"o'brien+tag_1-x@sub.example.org", "o'brien+tag_1-x@sub.example.org", "o'brien+tag_1-x@sub.example.org", ""},
		{"Jose\u0301@example.com", "José@example.com", "josé@example.com", ""},
		{"ana@Bücher.example", "ana@Bücher.example", "ana@xn--bcher-kva.example", ""},
		{"ana@XN--BCHER-KVA.example", "ana@XN--BCHER-KVA.example", "ana@xn--bcher-kva.example", ""},
		{"иван@пример.example", "иван@пример.example", "иван@xn--e1afmkfd.example", ""},
		{"ana@例え。example", "ana@例え。example", "ana@xn--r8jz45g.example", ""},
		{"a@r4---sn.example.com", "a@r4---sn.example.com", "a@r4---sn.example.com", ""},
		{"a@1.2.example", "a@1.2.example", "a@1.2.example", ""},
		{"\ufeffana@example.com\u200b", "ana@example.com", "ana@example.com", ""},
		{"", "", "", "Enter an e-mail address"},
		{"ana.example.com", "", "", "needs an @"},
		{"ana garcia@example.com", "", "", "a space"},
		{"ana@bob@example.com", "", "", "more than one @"},
		{"@example.com", "", "", "nothing before"},
		{"ana@", "", "", "nothing after"},
		{"ana@example", "", "", "needs a dot"},
		{"ana@example..com", "", "", "a dot too many"},
		{"ana@.example.com", "", "", "a dot too many"},
		{"ana@example.com.", "", "", "a dot too many"},
		{".ana@example.com", "", "", "begin or end with a dot"},
		{"ana.@example.com", "", "", "begin or end with a dot"},
		{"ana..b@example.com", "", "", "two dots"},
		{"an\u200ba@example.com", "", "", "cannot be seen"},
		{"an\x00a@example.com", "", "", "cannot be seen"},
		{"<ana@example.com>", "", "", "cannot contain <"},
		{`"ana"@example.com`, "", "", `cannot contain "`},
		{"a,b@example.com", "", "", "cannot contain ,"},
		{"a＠b@example.com", "", "", "cannot contain @"},
		{"ana@[192.0.2.1]", "", "", "not the name of a domain"},
		{"ana@192.0.2.1", "", "", "not the name of a domain"},
		{"ana@exa_mple.com", "", "", "not the name of a domain"},
		{"ana@-example.com", "", "", "hyphen"},
		{"ana@xn--.com", "", "", "after the @"},
		{"\xffana@example.com", "", "", "damaged"},
		{strings.Repeat("a", 65) + "@example.com", "", "", "before the @ is too long"},
		{"a@" + strings.Repeat("b", 64) + ".com", "", "", "too long between"},
		{"a@" + strings.Repeat("b.", 127) + "com", "", "", "not the name"},
		{strings.Repeat("a", 60) + "@" + strings.Repeat(strings.Repeat("b", 48)+".", 4) + "com", "", "", "The address is too long"},
	} {
		typed, key, err := ParseEmail(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("ParseEmail(%q): error %v, want %q", c.in, err, c.err)
			}
			continue
		}
		if err != nil || typed != c.typed || key != c.key {
			t.Errorf("ParseEmail(%q) = %q, %q, %v", c.in, typed, key, err)
		}
	}
	_, accented, _ := ParseEmail("josé@example.com")
	_, plain, _ := ParseEmail("jose@example.com")
	if accented == plain {
		t.Error("josé and jose are two people")
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{
		"Ana@Example.com", "josé@bücher.example", "иван@пример.example", "a＠b。c", "ana@[::1]", "İ@EXAMPLE.com",
		"ⅷ@faß.example", "ﷺ@a.b", "a@xn--bcher-kva.example", "a@xn--a.b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		typed, key, err := ParseEmail(s)
		if err != nil {
			if key != "" || err.Error() == "" {
				t.Fatalf("ParseEmail(%q): key %q with error %q", s, key, err)
			}
			return
		}
		if _, again, err := ParseEmail(key); err != nil || again != key {
			t.Fatalf("ParseEmail(%q): key %q, again %q, %v", s, key, again, err)
		}
		if _, again, err := ParseEmail(typed); err != nil || again != key {
			t.Fatalf("ParseEmail(%q): typed %q gives %q, %v", s, typed, again, err)
		}
	})
}

func BenchmarkParseEmail(b *testing.B) {
	for b.Loop() {
		if _, _, err := ParseEmail("Ana.Garcia@Example.com"); err != nil {
			b.Fatal(err)
		}
	}
}
