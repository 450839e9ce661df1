package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxNameRunes       = 200
	maxExternalIDRunes = 100
)

// ValueError says in a sentence fit to stand beside the field why what was
// typed there cannot be taken.
type ValueError string

// Error returns the sentence.
func (e ValueError) Error() string { return string(e) }

// ParseName checks a person's name and tidies it: NFC, single spaces, and none
// of the controls that would turn the text after it around. Joiners stay, for
// Persian and for emoji.
func ParseName(s string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	name := tidy(s)
	switch {
	case name == "":
		return "", ValueError("Enter a name.")
	case Fold(name) == "" || !strings.ContainsFunc(name, visible):
		return "", ValueError("This name has nothing in it that can be seen.")
	case utf8.RuneCountInString(name) > maxNameRunes:
		return "", ValueError("A name has at most 200 characters.")
	}
	return name, nil
}

// ParseExternalID checks the id that a person has in another system and trims
// it. An empty one is fine.
func ParseExternalID(s string) (string, error) {
	id := norm.NFC.String(trim(s))
	if err := checkText(id); err != nil {
		return "", err
	}
	switch {
	case strings.ContainsFunc(id, lineBreak):
		return "", ValueError("An external id stands on one line.")
	case utf8.RuneCountInString(id) > maxExternalIDRunes:
		return "", ValueError("An external id has at most 100 characters.")
	}
	return id, nil
}

// checkText refuses what is no text: broken UTF-8 and control characters other
// than those that separate words.
func checkText(s string) error {
	if !utf8.ValidString(s) {
		return ValueError("This text is damaged; type it again.")
	}
	control := func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }
	if strings.ContainsFunc(s, control) {
		return ValueError("There is a control character in this text.")
	}
	return nil
}

// tidy returns s in NFC, trimmed, with single spaces and without the controls
// that change the direction of text around it.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if turnsText(r) {
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.Join(strings.Fields(trim(s)), " "))
}

// trim cuts from both ends what a copied text brings along unseen: spaces,
// direction marks, zero-width spaces.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || turnsText(r) || r == '\u200b' || r == '\u200e' || r == '\u200f' || r == '\ufeff'
	})
}

// turnsText tells the embeddings, overrides and isolates, which can make a name
// read as another one.
func turnsText(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func lineBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// visible tells whether a rune puts ink on the screen. The four letters named
// here are blank by design and are what empty names are made of.
func visible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800':
		return false
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.M, r)
}
