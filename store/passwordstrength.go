package store

import "strings"

// Strength is how good a new password is: 0 is none at all, 1 one that is not
// taken, 4 the best.
type Strength struct {
	Score int
	Why   string // it is not taken, in words
}

const (
	// goodRunes and manyRunes part what is fair, good and strong.
	goodRunes = 16
	manyRunes = 20
)

// PasswordStrength tells how good a password is, by the rules that are asked when
// it is set, and then by how much there is in it to guess.
func (s *Store) PasswordStrength(password string, about ...string) (Strength, error) {
	if password == "" {
		return Strength{}, nil
	}
	problem, err := s.checkNew(password, about...)
	if err != nil || problem != "" {
		return Strength{1, problem}, err
	}
	switch n := guessable([]rune(strings.ToLower(passwordText(password)))); {
	case n >= manyRunes:
		return Strength{Score: 4}, nil
	case n >= goodRunes:
		return Strength{Score: 3}, nil
	}
	return Strength{Score: 2}, nil
}

// guessable is how many characters there are to guess: one that repeats the one
// before it, or that follows it in a well-known sequence, is none.
func guessable(runes []rune) int {
	n := 0
	for len(runes) > 0 {
		n++
		run := 1
		for _, sequence := range passwordSequences {
			if along := sequenceRun(runes, []rune(sequence)); along >= minRunRunes {
				run = max(run, along)
			}
		}
		for run < len(runes) && runes[run] == runes[run-1] {
			run++
		}
		runes = runes[run:]
	}
	return n
}
