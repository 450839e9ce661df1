package store

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldPasses bounds the passes of [Fold]. One is enough for what people write;
// a second one joins what only became neighbours in the first, such as a
// half-width カ and its sound mark. The bound is there for hostile text.
const foldPasses = 8

// foldExact holds the letters that no decomposition takes apart although people
// type them without thinking of them as different, and the marks that a keyboard
// and a word processor write differently. Arabic and Persian letters follow what
// search engines for these languages do.
var foldExact = map[rune]string{
	'ł': "l", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ß': "ss", 'æ': "ae", 'œ': "oe",
	'ı': "i", 'ħ': "h", 'ŋ': "n", 'ŧ': "t", 'ĸ': "k", 'ς': "σ",
	'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه",
	'’': "'", '‘': "'", '‛': "'", '′': "'", 'ʼ': "'", 'ʻ': "'", 'ʹ': "'", '`': "'", '´': "'", '׳': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '״': `"`, '−': "-",
}

// accentScripts are the scripts whose combining marks a search ignores. The
// vowel signs of Indic scripts and the sound marks of Japanese are letters in
// their own right and stay.
var accentScripts = []*unicode.RangeTable{
	unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic,
	unicode.Hebrew, unicode.Arabic, unicode.Syriac,
}

// Fold returns the key by which a text is searched and sorted: letters without
// case and accents, plain quotes, dashes and spaces, nothing invisible.
//
// It works rune by rune on the NFC form, so that the key of a text is the keys
// of its runes put together and a hit in the key has a place in the text (see
// [Marks]). Folding a key again changes nothing.
func Fold(s string) string {
	if key, ok := foldASCII(s); ok {
		return key
	}
	key, _ := foldText(s, false)
	return key
}

// foldASCII folds printable ASCII, which is most of what is folded.
func foldASCII(s string) (key string, ok bool) {
	same := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c >= utf8.RuneSelf-1 {
			return "", false
		}
		same = same && c != '`' && (c < 'A' || c > 'Z')
	}
	if same {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = appendFold(b, r)
	}
	return string(b), true
}

// foldText folds s and, if places are asked for, says for each byte of the key
// where in s the piece begins that it came from; one more place, the end of s,
// closes the list.
func foldText(s string, places bool) (key string, at []int) {
	for range foldPasses {
		folded, from := foldOnce(s, places)
		for i, p := range from {
			if at != nil {
				from[i] = at[p]
			}
		}
		at = from
		if folded == s || norm.NFC.IsNormalString(folded) {
			return folded, at
		}
		s = folded
	}
	return s, at
}

// foldOnce is one pass of foldText.
func foldOnce(s string, places bool) (folded string, at []int) {
	b := make([]byte, 0, len(s))
	if !places {
		for _, r := range norm.NFC.String(s) {
			b = appendFold(b, r)
		}
		return string(b), nil
	}
	var segments norm.Iter
	segments.InitString(norm.NFC, s)
	for !segments.Done() {
		start := segments.Pos()
		for piece := segments.Next(); len(piece) > 0; {
			r, size := utf8.DecodeRune(piece)
			b = appendFold(b, r)
			piece = piece[size:]
		}
		for len(at) < len(b) {
			at = append(at, start)
		}
	}
	return string(b), append(at, len(s))
}

// appendFold appends the key of one rune.
func appendFold(dst []byte, r rune) []byte {
	switch {
	case 'a' <= r && r <= 'z':
		return append(dst, byte(r))
	case 'A' <= r && r <= 'Z':
		return append(dst, byte(r)|0x20)
	}
	if r < utf8.RuneSelf || foldExact[r] != "" {
		return appendFoldPart(dst, r)
	}
	var whole [utf8.UTFMax]byte
	parts := norm.NFKD.Properties(utf8.AppendRune(whole[:0], r)).Decomposition()
	if len(parts) == 0 { // Hangul, too, which would be put together again
		return appendFoldPart(dst, r)
	}
	start := len(dst)
	for _, part := range string(parts) {
		dst = appendFoldPart(dst, part)
	}
	if piece := dst[start:]; !norm.NFC.IsNormal(piece) {
		dst = append(dst[:start], norm.NFC.Bytes(piece)...)
	}
	return dst
}

// appendFoldPart appends the key of a rune that does not decompose.
func appendFoldPart(dst []byte, r rune) []byte {
	if unicode.IsSpace(r) {
		return append(dst, ' ')
	}
	if ignorable(r) {
		return dst
	}
	r = unicode.ToLower(r)
	if exact, ok := foldExact[r]; ok {
		return append(dst, exact...)
	}
	if unicode.Is(unicode.Pd, r) {
		return append(dst, '-')
	}
	return utf8.AppendRune(dst, r)
}

// ignorable tells whether a rune leaves no trace in a key: control and format
// characters, accents, and the tatweel that only stretches an Arabic word.
func ignorable(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case r == 0x3099 || r == 0x309a: // the Japanese sound marks
		return false
	case r == 'ـ' || unicode.In(r, unicode.Cc, unicode.Cf):
		return true
	}
	return unicode.Is(unicode.M, r) && !unicode.Is(unicode.Mc, r) && unicode.In(r, accentScripts...)
}
