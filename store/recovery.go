package store

import (
	"crypto/rand"
	"strconv"
	"strings"
)

// Recovery codes let somebody in who has lost their authenticator app. Each works
// once. They are as long as nobody guesses, so a plain digest keeps them.

const (
	recoveryCount = 10
	recoverySize  = 10 // bytes: 80 bits, 16 letters
)

// FewRecoveryCodes is how many left are so few that it is time for new ones.
const FewRecoveryCodes = 3

// newRecoveryCodes makes codes as they are shown: four groups of four letters.
func newRecoveryCodes() []string {
	codes := make([]string, recoveryCount)
	for i := range codes {
		b := make([]byte, recoverySize)
		rand.Read(b) // never fails
		codes[i] = strings.ToLower(inGroups(keyText.EncodeToString(b), "-"))
	}
	return codes
}

// recoveryDigest is what is kept of a code, for one person: however it was typed,
// and with 0 and 1 for the letters that they look like.
func recoveryDigest(user int64, code string) string {
	letters := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z', r >= '2' && r <= '7':
			return r
		case r == '0':
			return 'O'
		case r == '1':
			return 'I'
		}
		return -1
	}, strings.ToUpper(clip(code, 100)))
	return digest("recovery", strconv.FormatInt(user, 10), letters)
}
