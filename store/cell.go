package store

import (
	"strings"
	"unicode/utf8"
)

// HarmlessCell keeps a spreadsheet from running a cell of a CSV file as a
// formula: an apostrophe goes before it (OWASP, CSV injection). PlainCell takes
// away exactly what it added, so that an exported file imports again without a
// change: a value that looks as if it had been made harmless gets one as well.
func HarmlessCell(value string) string {
	if beginsFormula(strings.TrimLeft(value, "'")) {
		return "'" + value
	}
	return value
}

// PlainCell is the value that HarmlessCell made a cell of.
func PlainCell(cell string) string {
	value, made := strings.CutPrefix(cell, "'")
	if made && beginsFormula(strings.TrimLeft(value, "'")) {
		return value
	}
	return cell
}

// beginsFormula reports whether a spreadsheet might take the text for a formula.
// In some languages the wide signs count as well.
func beginsFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}
