package store

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	minPhoneDigits = 5
	maxPhoneDigits = 20
	maxPhoneRunes  = 60
)

// ParsePhone checks a phone number in whatever way it is written. It returns
// the number as typed, with its spaces tidied, and the key to search it by: its
// digits. An empty number is fine.
func ParsePhone(s string) (typed, key string, err error) {
	typed = tidy(s)
	if typed == "" {
		return "", "", nil
	}
	key = Digits(typed)
	switch {
	case !phoneShaped(typed):
		return typed, "", ValueError("Use digits, spaces and + ( ) - . / only, and ext. for an extension.")
	case len(key) < minPhoneDigits:
		return typed, "", ValueError("A phone number has at least 5 digits.")
	case len(key) > maxPhoneDigits:
		return typed, "", ValueError("A phone number has at most 20 digits.")
	case utf8.RuneCountInString(typed) > maxPhoneRunes:
		return typed, "", ValueError("A phone number has at most 60 characters.")
	}
	return typed, key, nil
}

// phoneShaped tells whether s is a number, perhaps with an extension.
func phoneShaped(s string) bool {
	number, extension := s, "0"
	if i := strings.IndexAny(s, "xXeE"); i >= 0 {
		number, extension = s[:i], s[i:]
		for _, mark := range []string{"ext.", "ext", "x"} {
			if len(extension) >= len(mark) && strings.EqualFold(extension[:len(mark)], mark) {
				extension = strings.TrimSpace(extension[len(mark):])
				break
			}
		}
	}
	return number != "" && onlyPhoneRunes(number) && extension != "" && Digits(extension) == extension
}

// LooksLikePhone tells whether somebody who searches for q may mean a phone
// number: digits, at least two, and what people put between them.
func LooksLikePhone(q string) bool {
	q = tidy(q)
	return onlyPhoneRunes(q) && len(Digits(q)) >= 2
}

// onlyPhoneRunes tells whether s holds digits and what stands between them;
// typographic dashes count, since they come along when a number is pasted.
func onlyPhoneRunes(s string) bool {
	for _, r := range s {
		_, ok := digit(r)
		if !ok && !strings.ContainsRune(" +()-./−", r) && !unicode.Is(unicode.Pd, r) {
			return false
		}
	}
	return true
}

// Digits returns the decimal digits of s, of whatever script, as ASCII.
func Digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if d, ok := digit(r); ok {
			b.WriteByte(d)
		}
	}
	return b.String()
}

// digit returns the ASCII digit that r stands for.
func digit(r rune) (d byte, ok bool) {
	if r <= unicode.MaxASCII {
		return byte(r), '0' <= r && r <= '9'
	}
	// Unicode lays out the digits of a script from zero to nine, and a range of
	// its table holds whole scripts.
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10), true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10), true
		}
	}
	return 0, false
}
