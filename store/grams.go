package store

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// gram is up to three letters in a row, letterBits for each, the first in the
// lowest ones. No key holds the letter 0, which stands for "no letter".
type gram int64

const (
	letterBits = 17
	gramBits   = 3 * letterBits
)

// indexed tells whether a letter has room in a gram. Those that have not are
// Chinese ones that are hardly ever written; what they part is indexed.
func indexed(r rune) bool { return r < 1<<letterBits }

// then is the gram with one more letter at a place.
func (g gram) then(r rune, place int) gram { return g | gram(r)<<(letterBits*place) }

// in is the key of the gram's set for a part.
func (g gram) in(part int64) int64 { return part<<gramBits | int64(g) }

// gramOf takes such a key apart.
func gramOf(key int64) (part int64, g gram) {
	return key >> gramBits, gram(key & (1<<gramBits - 1))
}

// alphabet numbers the ranges of letters, in their order: each has an alphabet
// or two, or a part of a large one.
func alphabet(r rune) rune {
	if r < 0x1000 {
		return r >> 8
	}
	return 0xf + r>>12
}

// alphabets is how many of them are indexed.
const alphabets = 0xf + 1<<(letterBits-12)

// firstOf is the first letter of an alphabet.
func firstOf(alphabet rune) rune {
	if alphabet < 0x10 {
		return alphabet << 8
	}
	return (alphabet - 0xf) << 12
}

// startGram is whose name begins with a letter of an alphabet. It tells where in
// the order of names the hits of a search begin. Its third letter is none: keys
// hold no control characters.
func startGram(alphabet rune) gram { return gram(alphabet).then(1, 2) }

// alphabet is the one that a startGram is of.
func (g gram) alphabet() rune { return rune(g & (1<<letterBits - 1)) }

// gramsOf appends the grams of a search key, or of several joined by a line
// break: each letter, each two and each three in a row within a word, and the
// alphabet of the name. A gram is there as often as it occurs.
func gramsOf(to []gram, key string) []gram {
	var a, b rune // the two letters before
	line, fresh := 0, true
	for _, r := range key {
		switch {
		case r == '\n':
			a, b, line, fresh = 0, 0, line+1, true
			continue
		case !indexed(r):
			a, b, fresh = 0, 0, false
			continue
		case fresh && line%keyLines == 0:
			to = append(to, startGram(alphabet(r)))
		}
		fresh = false
		if r == ' ' {
			a, b = 0, 0
			continue
		}
		to = append(to, gram(r))
		if b != 0 {
			to = append(to, gram(b).then(r, 1))
		}
		if a != 0 {
			to = append(to, gram(a).then(b, 1).then(r, 2))
		}
		a, b = b, r
	}
	return to
}

// gramsOfWord are the longest grams that whoever has the word has. Of a word of
// up to three letters it is one gram, and whoever has it has the word.
func gramsOfWord(word string) (all []gram, exact bool) {
	exact = utf8.RuneCountInString(word) <= 3
	for _, run := range strings.FieldsFunc(word, func(r rune) bool { return !indexed(r) }) {
		letters := []rune(run)
		exact = exact && len(run) == len(word)
		for i := range max(1, len(letters)-2) {
			var g gram
			for place, r := range letters[i:min(i+3, len(letters))] {
				g = g.then(r, place)
			}
			all = append(all, g)
		}
	}
	return all, exact
}

// gramSet are the grams of a key, each once and in order.
func gramSet(key string) []gram {
	all := gramsOf(make([]gram, 0, 3*len(key)), key)
	slices.Sort(all)
	return slices.Compact(all)
}
