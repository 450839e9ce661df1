package store

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckPassword(t *testing.T) {
	about := []string{"Ana García Pérez", "ana.garcia@northwind.example", "Backoffice"}
	for _, c := range []struct{ password, err string }{
		{"correct horse battery", ""},
		{"tengo 3 gatos y un loro", ""},
		{"x8Kq!fz2Lw0p", ""},
		{"пароль для кошки", ""},
		{"Ana has 3 cats and a dog", ""},
		{"garcia-zebra-71", ""},
		{"password", "Use at least 12 characters; this has 8."},
		{"", "Use at least 12 characters; this has 0."},
		{"ééééééééééé", "this has 11"},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "this has 6"},
		{strings.Repeat("ab1 ", 300), "longer than 1,024 bytes"},
		{"aaaaaaaaaaaa", "repeated"},
		{"AbcAbcAbcAbca", "repeated"},
		{"ñandñandñand", "repeated"},
		{"123456789012", "keyboard or the alphabet"},
		{"210987654321", "keyboard or the alphabet"},
		{"abcdefghijkl", "keyboard or the alphabet"},
		{"xyzabcdefghi", "keyboard or the alphabet"},
		{"qwertyuiopas", "keyboard or the alphabet"},
		{"QWERTYuiop123", "keyboard or the alphabet"},
		{"йцукенгшщзхъ", "keyboard or the alphabet"},
		{"abcdef654321", "keyboard or the alphabet"},
		{"password1234", "most common"},
		{"PassWord1234", "most common"},
		{"administrator1", "most common"},
		{"qwertyuiop12345", "keyboard or the alphabet"},
		{"passwordpassword", "most common"},
		{"ana.garcia@northwind.example", "name or address"},
		{"AnaGarciaPerez", "name or address"},
		{"ánagarcíapérez", "name or address"},
		{"Garcia.Ana.2024!", "name or address"},
		{"northwind-backoffice", "name or address"},
		{"Backoffice-ana-1", "name or address"},
		{"backoffice 12345", ""},
	} {
		err := CheckPassword(c.password, about...)
		switch {
		case c.err == "" && err != nil:
			t.Errorf("CheckPassword(%q): %v", c.password, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("CheckPassword(%q): %v, want %q", c.password, err, c.err)
		}
	}
	if err := CheckPassword("AnaGarciaPerez"); err != nil {
		t.Errorf("who nothing is known about gets %v", err)
	}
	if err := CheckPassword("90412-77310-55829", "X", "", "90"); err != nil {
		t.Errorf("a password without a letter: %v", err)
	}
}

// TestCommonPasswords keeps the table in order: sorted, lower case, only what
// the length would let through, each entry refused.
func TestCommonPasswords(t *testing.T) {
	if !strings.HasPrefix(commonPasswordsFile, "# ") {
		t.Error("the file does not begin with its source")
	}
	var lines []string
	for line := range strings.Lines(commonPasswordsFile) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	if !slices.IsSorted(lines) || len(lines) != len(commonPasswords()) || len(lines) < 500 {
		t.Errorf("%d lines, %d entries, sorted: %v", len(lines), len(commonPasswords()), slices.IsSorted(lines))
	}
	for _, line := range lines {
		if line != strings.ToLower(line) || utf8.RuneCountInString(line) < minPasswordRunes {
			t.Errorf("%q is never looked up", line)
		}
		if CheckPassword(line) == nil {
			t.Errorf("%q passes", line)
		}
	}
}
