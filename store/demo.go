package store

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// demoYears is how far back the example people reach.
const demoYears = 5

// DemoPerson is a person who does not exist, for trying things out. A zero
// LastSignIn means that the person never signed in.
type DemoPerson struct {
	Name, Email, Phone, ExternalID, Role, Status string
	Created, Changed, LastSignIn                 time.Time
}

// DemoPeople yields n people of many scripts and countries. The same day gives
// the same people, and the n-th is the same however many are asked for. Their
// addresses are in domains reserved for examples, their telephone numbers where
// possible in ranges reserved for films.
func DemoPeople(n int, now time.Time) iter.Seq[DemoPerson] {
	return func(yield func(DemoPerson) bool) {
		maker := newDemoMaker(now)
		for i := range n {
			if !yield(maker.person(uint64(i))) {
				return
			}
		}
	}
}

// demoDice are the random numbers of one person: SplitMix64, which needs no
// more state than the person's number.
type demoDice struct{ state uint64 }

// demoStride is SplitMix64's odd constant; multiplying by it spreads the
// persons' numbers over all starting points, each to its own.
const demoStride = 0x9e3779b97f4a7c15

func newDemoDice(person uint64) *demoDice {
	d := demoDice{state: person}
	return &demoDice{state: d.next() * demoStride}
}

// next returns 64 random bits; of two states, never the same.
func (d *demoDice) next() uint64 {
	d.state += demoStride
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 up to, not including, n.
func (d *demoDice) below(n int) int { return int(d.next() >> 33 % uint64(n)) }

// unit returns a number from 0 up to, not including, 1.
func (d *demoDice) unit() float64 { return float64(d.next()>>11) / (1 << 53) }

// permille tells whether something happens that happens n times in a thousand.
func (d *demoDice) permille(n int) bool { return d.below(1000) < n }

// demoMaker holds the tables taken apart once.
type demoMaker struct {
	today   time.Time
	locales []demoNames
	// byWeight has each locale's index as often as its weight says.
	byWeight []uint8
	oddities []demoName
}

func newDemoMaker(now time.Time) *demoMaker {
	m := &demoMaker{today: now.UTC().Truncate(24 * time.Hour), oddities: demoList(demoOddities)}
	for i, locale := range demoLocales {
		m.locales = append(m.locales, locale.names())
		for range locale.weight {
			m.byWeight = append(m.byWeight, uint8(i))
		}
	}
	return m
}

// person makes person i.
func (m *demoMaker) person(i uint64) DemoPerson {
	d := newDemoDice(i)
	at := m.byWeight[d.below(len(m.byWeight))]
	name, handle := m.name(d, &m.locales[at])
	p := DemoPerson{
		Name:       name,
		Email:      demoEmail(d, handle, i),
		Phone:      demoPhone(d, demoLocales[at].phones),
		ExternalID: demoExternalID(d, i),
		Role:       demoRole(d),
		Status:     demoStatus(d),
	}
	m.times(d, &p)
	return p
}

// name makes a name and what stands before the @ in the address that goes with
// it.
func (m *demoMaker) name(d *demoDice, names *demoNames) (name, handle string) {
	if d.permille(3) {
		odd := m.oddities[d.below(len(m.oddities))]
		return odd.text, odd.handle
	}
	given, family := names.full(d)
	switch d.below(2000) {
	case 0, 1:
		given.text += " " + demoEmoji[d.below(len(demoEmoji))]
	case 2, 3, 4:
		given.text += " “" + names.given(d, 0).text + "”"
	}
	return names.join(given, family), demoHandle(d, given.handle, family.handle)
}

// demoHandle joins a given and a family name as people do in addresses.
func demoHandle(d *demoDice, given, family string) string {
	if family == "" || given == "" {
		return given + family
	}
	switch d.below(10) {
	case 0, 1:
		return given[:1] + family
	case 2:
		return given + family[:1]
	case 3:
		return given + "_" + family
	case 4:
		return family + "." + given
	}
	return given + "." + family
}

// demoEmail makes an address. Handles have no digits, so the person's number
// makes it the only one of its kind.
func demoEmail(d *demoDice, handle string, i uint64) string {
	if d.permille(30) { // some people type their address with capitals
		handle = strings.ToUpper(handle[:1]) + handle[1:]
	}
	return handle + strconv.FormatUint(i, 10) + "@" + demoDomains[d.below(len(demoDomains))]
}

// demoPhone makes a number for three people in four, by a pattern in which each
// # is a digit.
func demoPhone(d *demoDice, patterns []string) string {
	if !d.permille(750) || len(patterns) == 0 {
		return ""
	}
	number := []byte(patterns[d.below(len(patterns))])
	digits := d.next()
	for i, c := range number {
		if c == '#' {
			number[i] = '0' + byte(digits%10)
			digits /= 10
		}
	}
	if d.permille(8) {
		return string(number) + " ext. " + strconv.Itoa(10+d.below(490))
	}
	return string(number)
}

// demoExternalID makes an id for two people in five, as three different systems
// would.
func demoExternalID(d *demoDice, i uint64) string {
	if !d.permille(400) {
		return ""
	}
	switch d.below(4) {
	case 0:
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], newDemoDice(i).next())
		binary.BigEndian.PutUint64(b[8:], d.next())
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	case 1:
		return "S" + demoPadded(i+10000, 5)
	}
	return "E-" + demoPadded(i, 6)
}

func demoPadded(i uint64, width int) string {
	s := strconv.FormatUint(i, 10)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

func demoRole(d *demoDice) string {
	switch n := d.below(1000); {
	case n < 2:
		return "admin"
	case n < 17:
		return "editor"
	case n < 67:
		return "viewer"
	}
	return "member"
}

func demoStatus(d *demoDice) string {
	switch n := d.below(100); {
	case n < 7:
		return "invited"
	case n < 12:
		return "deactivated"
	}
	return "active"
}

// times sets when the person was created, changed and seen last. There are more
// new people than old ones, and most things happen in office hours.
func (m *demoMaker) times(d *demoDice, p *DemoPerson) {
	const days = demoYears * 365
	age := days * (1 - math.Sqrt(d.unit()))
	if p.Status == "invited" { // an invitation is not years old
		age = 60 * d.unit() * d.unit()
	}
	p.Created = m.moment(d, age)
	p.Changed = p.Created
	since := m.today.Sub(p.Created).Hours() / 24
	if d.permille(650) {
		p.Changed = later(p.Created, m.moment(d, since*d.unit()))
	}
	if p.Status == "invited" || d.permille(100) {
		return
	}
	u := d.unit()
	p.LastSignIn = later(p.Created, m.moment(d, since*u*u*u*u))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// moment returns a time on the day that is so many days and one ago: mostly a
// working day, mostly between eight and six.
func (m *demoMaker) moment(d *demoDice, daysAgo float64) time.Time {
	day := m.today.AddDate(0, 0, -1-int(daysAgo))
	if weekday := day.Weekday(); (weekday == time.Saturday || weekday == time.Sunday) && !d.permille(150) {
		day = day.AddDate(0, 0, -1-int(time.Saturday-weekday)/6) // the Friday before
	}
	seconds := 8*3600 + d.below(10*3600)
	if d.permille(120) {
		seconds = d.below(24 * 3600)
	}
	return day.Add(time.Duration(seconds) * time.Second)
}

// demoName is a name and its Latin letters for an address.
type demoName struct{ text, handle string }

// demoNames is a locale's tables taken apart.
type demoNames struct {
	order  demoOrder
	givens [2][]demoName // men's and women's
	middle [2][]demoName
	family [2][]demoName
}

// names takes a locale's tables apart.
func (l *demoLocale) names() demoNames {
	n := demoNames{
		order:  l.order,
		givens: [2][]demoName{demoList(l.men), demoList(l.women)},
		middle: [2][]demoName{demoList(l.middleMen), demoList(l.middleWomen)},
	}
	for _, entry := range strings.Fields(l.family) {
		forms, handle, _ := strings.Cut(entry, "=")
		his, hers, two := strings.Cut(forms, "/")
		if !two {
			hers = his
		}
		n.family[0] = append(n.family[0], newDemoName(his, handle))
		n.family[1] = append(n.family[1], newDemoName(hers, handle))
	}
	return n
}

// demoList takes a table apart: names between spaces, an underscore for a space
// in a name, and behind an equals sign its Latin letters if they cannot be told
// from the name.
func demoList(table string) []demoName {
	var names []demoName
	for _, entry := range strings.Fields(table) {
		text, handle, _ := strings.Cut(entry, "=")
		names = append(names, newDemoName(text, handle))
	}
	return names
}

func newDemoName(text, handle string) demoName {
	text = strings.ReplaceAll(text, "_", " ")
	if handle == "" {
		handle = demoLatin(text)
	}
	return demoName{text, handle}
}

var demoSpelling = sync.OnceValue(func() *strings.Replacer { return strings.NewReplacer(demoLetters...) })

// demoLatin spells a name of a Latin, Greek or Cyrillic alphabet with a to z.
func demoLatin(name string) string {
	latin := demoSpelling().Replace(Fold(name))
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, latin)
}

func (n *demoNames) given(d *demoDice, sex int) demoName {
	return n.givens[sex][d.below(len(n.givens[sex]))]
}

// full picks a given and a family name, each perhaps of two parts.
func (n *demoNames) full(d *demoDice) (given, family demoName) {
	sex := d.below(2)
	pick := func(names []demoName) demoName { return names[d.below(len(names))] }
	given, family = n.given(d, sex), pick(n.family[sex])
	if len(n.middle[sex]) > 0 && d.permille(n.order.middle) {
		given.text = n.order.withMiddle(given.text, pick(n.middle[sex]).text)
	}
	if d.permille(n.order.secondGiven) {
		given.text += n.order.givenJoint + n.given(d, sex).text
	}
	if d.permille(n.order.secondFamily) {
		family.text += n.order.familyJoint + pick(n.family[sex]).text
	}
	return given, family
}

// withMiddle puts a middle name where the order has it.
func (o demoOrder) withMiddle(given, middle string) string {
	if o.middleFirst {
		return middle + " " + given
	}
	return given + " " + middle
}

// join puts a name together in the order of its country.
func (n *demoNames) join(given, family demoName) string {
	if !n.order.familyFirst {
		return given.text + " " + family.text
	}
	// An added nickname or emoji keeps a name of two ideographs apart.
	if n.order.together && utf8.RuneCountInString(given.text) <= 3 {
		return family.text + given.text
	}
	return family.text + " " + given.text
}
