package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseGuests reads addresses as they are pasted, from a mail program, a list or a
// spreadsheet: a line each, or with semicolons, commas or spaces between them, with
// or without a name before or after them. Without one, the address says how they
// are called. What is no address is a guest too, who cannot be invited, so that
// nothing goes unnoticed; only columns beside a name and an address are left out.
// It reads one more than MaxGuests and no further.
func ParseGuests(text string) []Guest {
	var guests []Guest
	for _, line := range strings.FieldsFunc(text, lineBreak) {
		guests = append(guests, readGuests(unbulleted(guestWords(line)))...)
		if len(guests) > MaxGuests {
			return guests[:MaxGuests+1]
		}
	}
	return guests
}

// guestWord is a word of what was pasted, or what stands between words.
type guestWord struct {
	text string
	kind byte // one of ' ' a word, '"' quoted, '<' in angle brackets, or the separators ',' ';' '\t'
}

// guestWords takes a line apart. What is in quotes or angle brackets is one word,
// whatever is in it; a quote or a bracket that is not closed is a space.
func guestWords(line string) []guestWord {
	var words []guestWord
	closed := true // as long as no quote was found that is not
	for rest := line; rest != ""; {
		if c := rest[0]; c == ',' || c == ';' || c == '\t' {
			words, rest = append(words, guestWord{kind: c}), rest[1:]
			continue
		}
		text, after, ok := "", "", false
		switch rest[0] {
		case '"':
			if closed {
				text, after, ok = cutQuoted(rest[1:])
				closed = ok
			}
		case '<':
			text, after, ok = cutAngle(rest[1:])
		}
		if ok {
			words, rest = append(words, guestWord{trim(text), rest[0]}), after
			continue
		}
		if text, rest = cutWord(rest); text != "" {
			words = append(words, guestWord{text, ' '})
		}
	}
	return words
}

// cutQuoted reads on to the quote that closes, past those with a backslash.
func cutQuoted(s string) (text, after string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// cutAngle reads on to the bracket that closes, unless another address begins
// before.
func cutAngle(s string) (text, after string, ok bool) {
	end := strings.IndexAny(s, "<>,;\t\"")
	if end < 0 || s[end] != '>' {
		return "", "", false
	}
	return s[:end], s[end+1:], true
}

// cutWord reads a word, or "" where a space stands.
func cutWord(s string) (word, after string) {
	end := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,;<>"`, r) })
	switch {
	case end < 0:
		return trim(s), ""
	case end == 0:
		_, n := utf8.DecodeRuneInString(s)
		return "", s[n:]
	}
	return trim(s[:end]), s[end:]
}

// splitWords gives what stands between separators of a kind.
func splitWords(words []guestWord, kind byte) [][]guestWord {
	var all [][]guestWord
	for {
		i := slices.IndexFunc(words, func(w guestWord) bool { return w.kind == kind })
		if i < 0 {
			return append(all, words)
		}
		all, words = append(all, words[:i]), words[i+1:]
	}
}

// bullets begin the lines of lists; those after the space do so without one, too.
const bullets = "-–—* •▪◦‣·"

// unbulleted is an entry without the bullet or the number of a list before it.
func unbulleted(words []guestWord) []guestWord {
	if len(words) < 1 || words[0].kind != ' ' {
		return words
	}
	first := words[0].text
	_, glued, _ := strings.Cut(bullets, " ")
	if bare := strings.TrimLeft(first, glued); bare != first && bare != "" {
		return append([]guestWord{{bare, ' '}}, words[1:]...)
	}
	number := strings.TrimRight(first, ".)")
	if strings.Trim(first, bullets) != "" && (len(first)-len(number) != 1 || Digits(number) != number) {
		return words
	}
	if words = words[1:]; len(words) > 0 && words[0].kind == '\t' {
		words = words[1:]
	}
	return words
}

// guestPart is an address with the words before it, or words without one.
type guestPart struct {
	name    string
	address string
	sure    bool // the name stands in quotes or before angle brackets
	has     bool // an address, which may be empty
	cell    bool // it is a column of a spreadsheet
}

// readGuests reads a line.
func readGuests(words []guestWord) []Guest {
	var parts []guestPart
	for _, entry := range splitWords(words, ';') {
		parts = append(parts, guestParts(entry)...)
	}
	addresses := 0
	for _, p := range parts {
		if p.has {
			addresses++
		}
	}
	for i := range parts {
		if parts[i].has {
			nameGuest(parts, i, addresses == 1)
		}
	}
	var guests []Guest
	for _, p := range parts {
		switch {
		case p.has:
			guests = append(guests, Guest{Name: guestName(p), Email: p.address})
		case p.cell && addresses > 0, !strings.ContainsFunc(p.name, letterOrDigit):
		default:
			guests = append(guests, Guest{Name: nameIn(p.name), Email: p.name})
		}
	}
	return guests
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// guestParts puts the words between two semicolons together to names and
// addresses. A comma ends one, but in a column that is the name alone.
func guestParts(words []guestWord) []guestPart {
	var parts []guestPart
	cells := splitWords(words, '\t')
	for _, cell := range cells {
		pieces := splitWords(cell, ',')
		if len(cells) > 1 && !slices.ContainsFunc(cell, guestWord.addresses) {
			pieces = [][]guestWord{cell}
		}
		for _, piece := range pieces {
			for _, p := range pieceParts(piece) {
				p.cell = len(cells) > 1 && len(pieces) == 1
				parts = append(parts, p)
			}
		}
	}
	return parts
}

// addresses reports whether a word is an address, or in the place of one.
func (w guestWord) addresses() bool { return w.kind == '<' || strings.Contains(w.text, "@") }

// names reports whether a word is the name of the address behind it: mail programs
// show an address as the name of who has none.
func (w guestWord) names(behind []guestWord) bool {
	if w.kind == '<' || len(behind) == 0 || behind[0].kind != '<' {
		return false
	}
	return w.kind == '"' || strings.EqualFold(unwrapped(w.text), unwrapped(behind[0].text))
}

// pieceParts reads words without a separator between them.
func pieceParts(words []guestWord) []guestPart {
	var parts []guestPart
	var name []guestWord
	for i, w := range words {
		if !w.addresses() || w.names(words[i+1:]) {
			name = append(name, w)
			continue
		}
		p := spelled(name)
		if w.kind != '<' && !p.sure && p.name != "" && !likeName(p.name) {
			parts, p = append(parts, p), guestPart{}
		}
		p.has, p.address, p.sure = true, unwrapped(w.text), p.sure || w.kind == '<'
		parts, name = append(parts, p), nil
	}
	if p := spelled(name); p.name != "" {
		parts = append(parts, p)
	}
	return parts
}

// spelled puts words together, with the commas that stand in a column.
func spelled(words []guestWord) (p guestPart) {
	var b strings.Builder
	for _, w := range words {
		if w.kind == ',' {
			b.WriteByte(',')
			continue
		}
		b.WriteString(" " + w.text)
		p.sure = p.sure || w.kind == '"'
	}
	p.name = trim(b.String())
	return p
}

// unwrapped is an address without what stands around it in running text.
func unwrapped(s string) string {
	s = strings.TrimLeft(s, `([{'*|`)
	if scheme := "mailto:"; len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
		s, _, _ = strings.Cut(s[len(scheme):], "?")
	}
	return strings.TrimRight(s, `.:!?)]}'*|`)
}

// nameGuest takes what stands beside an address for the name of its owner: the
// surname before a comma, the cells before it, or, where there is no other address
// that they could belong to, the words after it.
func nameGuest(parts []guestPart, i int, alone bool) {
	p := &parts[i]
	take := func(at int) bool {
		return at >= 0 && at < len(parts) && !parts[at].has && (parts[at].sure || likeName(parts[at].name))
	}
	switch {
	case p.name != "" && (alone || p.sure) && take(i-1) && !parts[i-1].cell:
		p.name = parts[i-1].name + ", " + p.name
		parts[i-1].name = ""
	case p.name == "" && (alone || p.cell):
		var names []string
		for at := i - 1; take(at); at-- {
			names = append(names, parts[at].name)
			parts[at].name = ""
		}
		slices.Reverse(names)
		p.name = strings.Join(names, " ")
		if p.name == "" && alone && take(i+1) {
			p.name, parts[i+1].name = parts[i+1].name, ""
		}
	}
}

// likeName reports whether words are more like a name than like an address that
// was mistyped, or a telephone number.
func likeName(s string) bool {
	for word := range strings.FieldsSeq(s) {
		if before, after, dot := strings.Cut(word, "."); dot && len(before) > 1 && len(after) > 1 {
			return false
		}
	}
	return strings.ContainsFunc(s, unicode.IsLetter)
}

// guestName is how somebody is called: "Ana Pérez", also where it says "Pérez, Ana".
func guestName(p guestPart) string {
	name := strings.Trim(strings.Join(strings.Fields(p.name), " "), `"' :|-–—()[]`)
	if name == "" || strings.Contains(name, "@") {
		return nameIn(p.address)
	}
	surname, given, both := strings.Cut(name, ", ")
	if !both || strings.Contains(given, ",") || trim(surname) == "" || behindName(given) {
		return name
	}
	return given + " " + surname
}

// behindName reports whether words are those that stand behind a comma, but are no
// name.
func behindName(s string) bool {
	switch strings.ToLower(strings.ReplaceAll(s, ".", "")) {
	case "jr", "sr", "ii", "iii", "iv", "md", "phd", "esq", "inc", "ltd", "llc", "gmbh", "sa", "sl":
		return true
	}
	return false
}

// nameIn makes "Ana Perez" of ana.perez@example.com. Digits are left out, unless
// hardly anything is left without them, as of p1@example.com.
func nameIn(address string) string {
	local, _, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	between := func(r rune) bool { return r == '.' || r == '_' || r == '-' }
	words := strings.FieldsFunc(local, func(r rune) bool { return between(r) || unicode.IsDigit(r) })
	if utf8.RuneCountInString(strings.Join(words, "")) < 2 {
		words = strings.FieldsFunc(local, between)
	}
	for i, w := range words {
		r := []rune(w)
		r[0] = unicode.ToUpper(r[0])
		words[i] = string(r)
	}
	if len(words) == 0 {
		return local
	}
	return strings.Join(words, " ")
}
