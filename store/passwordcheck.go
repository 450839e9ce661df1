package store

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	minPasswordRunes = 12
	maxPasswordBytes = 1024
	// maxUnitRunes is how long a piece may be that, repeated, makes a password
	// no better than the piece.
	maxUnitRunes = 4
	// minRunRunes is how long a part of a sequence has to be to count as one.
	minRunRunes = 3
	// maxSpareDigits is how many digits around somebody's name do not make it a
	// password: a year.
	maxSpareDigits = 4
)

//go:embed commonpasswords.txt
var commonPasswordsFile string

// commonPasswords is the table in commonpasswords.txt, read when first needed.
var commonPasswords = sync.OnceValue(func() map[string]bool {
	table := map[string]bool{}
	for line := range strings.Lines(commonPasswordsFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			table[line] = true
		}
	}
	return table
})

// passwordSequences are the rows that fingers and memory run along. The first
// two go round.
var passwordSequences = []string{
	"01234567890123456789", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
	"qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn",
	"йцукенгшщзхъфывапролджэячсмитьбю", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!@#$%^&*()",
}

// CheckPassword tells what is wrong with a new password, in a sentence for
// beside the field. It asks for length and nothing of the composition, as NIST
// SP 800-63B advises, and refuses what guessers try first: the commonest
// passwords, sequences, repetitions, and what is known about the person (about:
// name, e-mail address, the name of the product).
func CheckPassword(password string, about ...string) error {
	if len(password) > maxPasswordBytes {
		return ValueError("Use a shorter password: this is longer than 1,024 bytes.")
	}
	text := passwordText(password)
	if n := utf8.RuneCountInString(text); n < minPasswordRunes {
		return ValueError(fmt.Sprintf("Use at least %d characters; this has %d.", minPasswordRunes, n))
	}
	plain := strings.ToLower(text)
	runes := []rune(plain)
	switch {
	case repeats(runes):
		return ValueError("This is one short piece repeated, which is easily guessed.")
	case sequential(runes):
		return ValueError("This follows the keyboard or the alphabet, which is easily guessed.")
	case commonPasswords()[plain]:
		return ValueError("This is one of the most common passwords.")
	case madeOf(Fold(text), aboutWords(about)):
		return ValueError("This is made of your name or address, which is easily guessed.")
	}
	return nil
}

// checkNew tells what is wrong with a password that somebody is to have from now
// on: what CheckPassword says of it, and whether it is known to have come out.
func (s *Store) checkNew(password string, about ...string) (problem string, err error) {
	if err := CheckPassword(password, append(about, s.brand)...); err != nil {
		return err.Error(), nil
	}
	known, err := s.breached.holds(password)
	if known {
		problem = "This password has leaked elsewhere. Choose one that you use nowhere else."
	}
	return problem, err
}

// repeats tells whether a password is a short unit over and over, the last one
// perhaps cut off.
func repeats(runes []rune) bool {
	for unit := 1; unit <= maxUnitRunes; unit++ {
		i := unit
		for i < len(runes) && runes[i] == runes[i-unit] {
			i++
		}
		if i == len(runes) {
			return true
		}
	}
	return false
}

// sequential tells whether a password is nothing but parts of well-known
// sequences, forwards or backwards.
func sequential(runes []rune) bool {
	for len(runes) > 0 {
		n := 0
		for _, sequence := range passwordSequences {
			n = max(n, sequenceRun(runes, []rune(sequence)))
		}
		if n < minRunRunes {
			return false
		}
		runes = runes[n:]
	}
	return true
}

// sequenceRun returns how many runes at the beginning run along the sequence.
func sequenceRun(runes, sequence []rune) int {
	longest := 0
	for start, r := range sequence {
		if r != runes[0] {
			continue
		}
		for _, step := range []int{1, -1} {
			n := 1
			for n < len(runes) && along(sequence, start+n*step, runes[n]) {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}

func along(sequence []rune, i int, r rune) bool {
	return i >= 0 && i < len(sequence) && sequence[i] == r
}

// aboutWords returns the folded words of what is known about a person, of two
// letters and more.
func aboutWords(about []string) []string {
	var words []string
	for _, s := range about {
		separator := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) }
		for _, word := range strings.FieldsFunc(Fold(s), separator) {
			if utf8.RuneCountInString(word) > 1 {
				words = append(words, word)
			}
		}
	}
	return words
}

// madeOf tells whether a text is made of some of the words, with anything but
// letters between them and no more digits than a year has.
func madeOf(text string, words []string) bool {
	if len(words) == 0 {
		return false
	}
	// digits[i] is the least number of spare digits with which the first i bytes
	// are made of words, or -1.
	digits := make([]int, len(text)+1)
	for i := range digits[1:] {
		digits[i+1] = -1
	}
	reach := func(i, n int) {
		if digits[i] < 0 || n < digits[i] {
			digits[i] = n
		}
	}
	letters := false
	for i, r := range text {
		letters = letters || unicode.IsLetter(r)
		if digits[i] < 0 {
			continue
		}
		for _, word := range words {
			if strings.HasPrefix(text[i:], word) {
				reach(i+len(word), digits[i])
			}
		}
		switch {
		case unicode.IsDigit(r):
			reach(i+utf8.RuneLen(r), digits[i]+1)
		case !unicode.IsLetter(r):
			reach(i+utf8.RuneLen(r), digits[i])
		}
	}
	last := digits[len(text)]
	return letters && last >= 0 && last <= maxSpareDigits
}
