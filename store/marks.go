package store

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxQueryBytes and maxQueryWords bound the work that one search can ask for.
	maxQueryBytes = 200
	maxQueryWords = 8
)

// Span is a part of a text: the bytes from From up to, not including, To.
type Span struct{ From, To int }

// SearchWords returns the folded words of a query, each once: a text is a hit
// if its key contains them all. Of a long query only the beginning counts.
func SearchWords(query string) []string {
	var words []string
	for _, word := range strings.Fields(Fold(clip(query, maxQueryBytes))) {
		if len(words) < maxQueryWords && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// clip cuts s to at most n bytes without cutting a rune in two.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Marks returns what a query matched in a text, in order and without overlap:
// every occurrence of every word, widened to whole characters.
func Marks(text, query string) []Span {
	words := SearchWords(query)
	if len(words) == 0 || text == "" {
		return nil
	}
	key, at := foldText(text, true)
	return spans(text, at, covered(key, words))
}

// PhoneMarks is [Marks] for a phone number: a query that looks like one matches
// by its digits, whatever stands between them on either side.
func PhoneMarks(text, query string) []Span {
	query = clip(query, maxQueryBytes)
	if !LooksLikePhone(query) {
		return Marks(text, query)
	}
	var digits []byte
	var at []int
	var ends []int
	for i, r := range text {
		if d, ok := digit(r); ok {
			digits, at = append(digits, d), append(at, i)
			ends = append(ends, i+utf8.RuneLen(r))
		}
	}
	var found []Span
	for from, to := range runs(covered(string(digits), []string{Digits(query)})) {
		found = append(found, Span{at[from], ends[to-1]})
	}
	return found
}

// covered tells for each byte of a key whether an occurrence of a word holds it.
func covered(key string, words []string) []bool {
	hit := make([]bool, len(key))
	for _, word := range words {
		done := 0
		for from := 0; ; from++ {
			i := strings.Index(key[from:], word)
			if i < 0 {
				break
			}
			from += i
			for done = max(done, from); done < from+len(word); done++ {
				hit[done] = true
			}
		}
	}
	return hit
}

// runs yields where each run of hits begins and ends.
func runs(hit []bool) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for from := 0; from < len(hit); from++ {
			if !hit[from] {
				continue
			}
			to := from
			for to < len(hit) && hit[to] {
				to++
			}
			if !yield(from, to) {
				return
			}
			from = to
		}
	}
}

// spans translates hits in a key into parts of the text. A hit inside of what
// one character became (the second s of ß) marks the whole character, and marks
// that sit on a character stay with it.
func spans(text string, at []int, hit []bool) []Span {
	var found []Span
	for from, to := range runs(hit) {
		end := to
		for at[end] == at[to-1] {
			end++
		}
		span := Span{at[from], withMarks(text, at[end])}
		if last := len(found) - 1; last >= 0 && span.From <= found[last].To {
			found[last].To = max(found[last].To, span.To)
			continue
		}
		found = append(found, span)
	}
	return found
}

// withMarks moves an end in text behind the combining marks that follow it, so
// that a vowel sign is not torn from its consonant.
func withMarks(text string, end int) int {
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !unicode.Is(unicode.M, r) {
			break
		}
		end += size
	}
	return end
}
