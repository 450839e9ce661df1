package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

const (
	maxEmailBytes  = 254
	maxLocalBytes  = 64
	maxDomainBytes = 253
	maxLabelBytes  = 63
)

// EmailError says beside the field what is wrong with an e-mail address.
type EmailError = ValueError

// ParseEmail checks an e-mail address for what people get wrong, not for the
// grammar of RFC 5322, which allows what no mail server does. It returns the
// address as typed and the key under which it is unique: without case, the
// domain in ASCII. Accents stay in the key, since josé@ and jose@ may be two
// people.
func ParseEmail(s string) (typed, key string, err error) {
	if !utf8.ValidString(s) {
		return "", "", EmailError("This address is damaged; type it again.")
	}
	typed = norm.NFC.String(trim(s))
	if err := checkEmail(typed); err != nil {
		return typed, "", err
	}
	at := strings.LastIndexByte(typed, '@')
	local := localKey(typed[:at])
	if err := checkLocal(local); err != nil {
		return typed, "", err
	}
	domain, err := domainKey(typed[at+1:])
	if err != nil {
		return typed, "", err
	}
	key = local + "@" + domain
	if len(key) > maxEmailBytes || len(typed) > maxEmailBytes {
		return typed, "", EmailError("The address is too long.")
	}
	return typed, key, nil
}

// checkEmail looks at the address as a whole.
func checkEmail(s string) error {
	switch {
	case s == "":
		return EmailError("Enter an e-mail address, such as ana@example.com.")
	case strings.ContainsFunc(s, unicode.IsSpace):
		return EmailError("There is a space in the address.")
	case !strings.Contains(s, "@"):
		return EmailError("An e-mail address needs an @, as in ana@example.com.")
	case strings.Count(s, "@") > 1:
		return EmailError("There is more than one @ in the address.")
	case strings.ContainsFunc(s, unseen):
		return EmailError("There is a character in the address that cannot be seen; type it again.")
	}
	return nil
}

// unseen tells the runes that would make two addresses look the same.
func unseen(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }

// localKey returns the part before the @ for comparison. Lower-casing can undo
// NFKC and the other way round, so both go on until nothing changes.
func localKey(local string) string {
	for range 4 {
		next := norm.NFKC.String(strings.ToLower(local))
		if next == local {
			break
		}
		local = next
	}
	return local
}

// checkLocal looks at the part before the @.
func checkLocal(local string) error {
	switch {
	case local == "":
		return EmailError("There is nothing before the @.")
	case len(local) > maxLocalBytes:
		return EmailError("The part before the @ is too long.")
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, "."):
		return EmailError("The part before the @ cannot begin or end with a dot.")
	case strings.Contains(local, ".."):
		return EmailError("There are two dots in a row in the address.")
	case strings.ContainsFunc(local, unseen):
		return EmailError("There is a character in the address that cannot be seen; type it again.")
	}
	if i := strings.IndexAny(local, `@<>(),;:"[]\`); i >= 0 {
		return EmailError("An e-mail address cannot contain " + local[i:i+1] + ".")
	}
	return nil
}

// domainKey checks the part after the @ and returns it in ASCII.
func domainKey(domain string) (string, error) {
	if domain == "" {
		return "", EmailError("There is nothing after the @.")
	}
	ascii, err := idna.New(
		idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false),
		idna.StrictDomainName(true), idna.CheckHyphens(false),
	).ToASCII(domain)
	if err != nil {
		return "", EmailError("The part after the @ is not the name of a domain, such as example.com.")
	}
	labels := strings.Split(ascii, ".")
	if len(labels) < 2 {
		return "", EmailError("The part after the @ needs a dot, as in example.com.")
	}
	for _, label := range labels {
		if err := checkLabel(label); err != nil {
			return "", err
		}
	}
	if last := labels[len(labels)-1]; Digits(last) == last || len(ascii) > maxDomainBytes {
		return "", EmailError("The part after the @ is not the name of a domain, such as example.com.")
	}
	return ascii, nil
}

// checkLabel looks at what stands between two dots of a domain.
func checkLabel(label string) error {
	switch {
	case label == "":
		return EmailError("There is a dot too many after the @.")
	case len(label) > maxLabelBytes:
		return EmailError("The part after the @ is too long between two dots.")
	case strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-"):
		return EmailError("The part after the @ cannot begin or end with a hyphen between two dots.")
	}
	return nil
}
