package store

import (
	"strings"
	"testing"
)

func TestHarmlessCell(t *testing.T) {
	t.Parallel()
	for value, cell := range map[string]string{
		"":                   "",
		"Ana":                "Ana",
		"Ana = Eva":          "Ana = Eva",
		"=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
		"+34 600":            "'+34 600",
		"-5":                 "'-5",
		"@SUM(A1)":           "'@SUM(A1)",
		"\tx":                "'\tx",
		"\rx":                "'\rx",
		"\nx":                "'\nx",
		"＝1+1":               "'＝1+1",
		"'":                  "'",
		"'Aho'eitu":          "'Aho'eitu",
		"'=1":                "''=1", // as if it had been made harmless before
		"''=1":               "'''=1",
	} {
		if got := HarmlessCell(value); got != cell {
			t.Errorf("%q becomes %q, want %q", value, got, cell)
		}
		if got := PlainCell(cell); got != value {
			t.Errorf("%q is read as %q, want %q", cell, got, value)
		}
	}
}

func FuzzHarmlessCell(f *testing.F) {
	for _, value := range []string{"", "Ana", "=1", "'=1", "''", "'＠", "\xff="} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		cell := HarmlessCell(value)
		if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
			t.Errorf("a spreadsheet runs %q", cell)
		}
		if got := PlainCell(cell); got != value {
			t.Errorf("%q is %q, and read as %q", value, cell, got)
		}
	})
}
