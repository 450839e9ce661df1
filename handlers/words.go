package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode"

	"backoffice/components"
	"backoffice/store"
)

// words puts times into words, as seen now and in one time zone.
type words struct {
	now  time.Time
	in   *time.Location
	year int // of now
}

func newWords(now time.Time, in *time.Location) words {
	return words{now, in, now.In(in).Year()}
}

// today is the first moment of this day.
func (w words) today() time.Time {
	year, month, day := w.now.In(w.in).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, w.in)
}

// zoneName is a time zone's name as a browser knows it; of the machine's own
// zone it is none, and then the browser takes its own.
func zoneName(in *time.Location) string {
	if in == time.Local {
		return ""
	}
	return in.String()
}

// moment is a time as distance: "2 min ago".
func (w words) moment(t time.Time) components.Moment {
	m := w.inRow(t)
	if m.ISO != "" {
		m.Full = string(appendFull(nil, t.In(w.in)))
	}
	return m
}

// inRow is moment without the words of its tooltip, which the script finds for
// the one time in a page of fifty that somebody points at. Its texts are pieces
// of one.
func (w words) inRow(t time.Time) components.Moment {
	if t.IsZero() {
		return components.Moment{Text: "—"}
	}
	b := w.appendAgo(make([]byte, 0, 48), t.In(w.in))
	short := len(b)
	text := string(appendISO(b, t.UTC()))
	return components.Moment{Text: text[:short], ISO: text[short:]}
}

// clock is a time as time of day, for lists that are grouped by day.
func (w words) clock(t time.Time) components.Moment {
	t = t.In(w.in)
	return components.Moment{Text: string(appendClock(nil, t)), Full: string(appendFull(nil, t)), ISO: string(appendISO(nil, t.UTC()))}
}

// appendISO appends a time in UTC by RFC 3339: "2026-11-23T15:04:05Z". Of years
// without four digits it makes nothing that a browser reads, nor need it.
func appendISO(b []byte, t time.Time) []byte {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), int(month))
	b = appendTwo(append(b, '-'), day)
	b = appendTwo(append(b, 'T'), hour)
	b = appendTwo(append(b, ':'), minute)
	b = appendTwo(append(b, ':'), second)
	return append(b, 'Z')
}

// appendTwo appends a number below a hundred with two digits.
func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10%10), byte('0'+n%10)) }

// appendFull appends "Monday 2 January 2006, 15:04 CET".
func appendFull(b []byte, t time.Time) []byte {
	zone, _ := t.Zone()
	year, month, day := t.Date()
	b = append(append(b, t.Weekday().String()...), ' ')
	b = append(strconv.AppendInt(b, int64(day), 10), ' ')
	b = append(append(b, month.String()...), ' ')
	b = append(strconv.AppendInt(b, int64(year), 10), ", "...)
	return append(append(appendClock(b, t), ' '), zone...)
}

// appendClock appends "15:04".
func appendClock(b []byte, t time.Time) []byte {
	hour, minute, _ := t.Clock()
	return appendTwo(append(appendTwo(b, hour), ':'), minute)
}

func (w words) ago(t time.Time) string { return string(w.appendAgo(nil, t)) }

func (w words) appendAgo(b []byte, t time.Time) []byte {
	d := w.now.Sub(t)
	switch {
	case d < -time.Minute:
		return t.In(w.in).AppendFormat(b, "2 Jan 2006, 15:04")
	case d < time.Minute:
		return append(b, "just now"...)
	case d < time.Hour:
		return append(strconv.AppendInt(b, int64(d.Minutes()), 10), " min ago"...)
	case d > 8*24*time.Hour:
		return w.appendDate(b, t)
	}
	days := w.dayNumber(w.now) - w.dayNumber(t)
	switch {
	case days == 0 || d < 6*time.Hour:
		return append(strconv.AppendInt(b, int64(d.Hours()), 10), " h ago"...)
	case days == 1:
		return append(b, "yesterday"...)
	case days < 7:
		return append(strconv.AppendInt(b, int64(days), 10), " days ago"...)
	}
	return w.appendDate(b, t)
}

// appendDate appends "2 Jan", and the year if it is another one.
func (w words) appendDate(b []byte, t time.Time) []byte {
	year, month, day := t.In(w.in).Date()
	b = append(append(strconv.AppendInt(b, int64(day), 10), ' '), month.String()[:3]...)
	if year != w.year {
		b = strconv.AppendInt(append(b, ' '), int64(year), 10)
	}
	return b
}

// day is the heading of a day in a timeline.
func (w words) day(t time.Time) string {
	switch w.dayNumber(w.now) - w.dayNumber(t) {
	case 0:
		return "Today"
	case 1:
		return "Yesterday"
	}
	return t.In(w.in).Format("Monday 2 January 2006")
}

// dayNumber counts calendar days in the time zone.
func (w words) dayNumber(t time.Time) int {
	y, m, d := t.In(w.in).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// greeting suits the time of day.
func (w words) greeting() string {
	switch h := w.now.In(w.in).Hour(); {
	case h >= 5 && h < 12:
		return "Good morning"
	case h >= 12 && h < 18:
		return "Good afternoon"
	}
	return "Good evening"
}

// inWords is a length of time: "30 minutes", "12 hours".
func inWords(d time.Duration) string {
	switch {
	case d >= 2*time.Hour:
		return count(int(d.Round(time.Hour).Hours()), "hour", "hours")
	case d >= time.Minute:
		return count(int(d.Round(time.Minute).Minutes()), "minute", "minutes")
	}
	return count(max(1, int(d.Round(time.Second).Seconds())), "second", "seconds")
}

// inDays is a length of time that may be days.
func inDays(d time.Duration) string {
	if d < 36*time.Hour {
		return inWords(d)
	}
	return count(int(d.Round(24*time.Hour)/(24*time.Hour)), "day", "days")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands writes 1000000 as 1,000,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short writes 702123 as 702k.
func short(n int) string {
	switch {
	case n >= 1_000_000:
		return strconv.FormatFloat(float64(n/100_000)/10, 'f', 1, 64) + "M"
	case n >= 10_000:
		return strconv.Itoa(n/1000) + "k"
	}
	return thousands(n)
}

// avatar is a person's initials on a colour that stays theirs.
func avatar(u *store.User) components.Avatar {
	return components.Avatar{Initials: initials(u.Name), Hue: int(u.ID%7) + 1}
}

// initials are the first letters of the first and the last word; of a script
// without capitals one is enough.
func initials(name string) string {
	var first, last rune
	begun := false // the word has its letter
	for _, r := range name {
		switch {
		case unicode.IsSpace(r):
			begun = false
		case !begun && (unicode.IsLetter(r) || unicode.IsNumber(r)):
			begun, last = true, unicode.ToUpper(r)
			if first == 0 {
				first, last = last, 0
			}
		}
	}
	switch {
	case first == 0:
		return "?"
	case last == 0 || !unicode.IsUpper(first):
		return string(first)
	}
	return string([]rune{first, last})
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// sentence is what an error says to people; empty for an internal one.
func sentence(err error) string {
	var e *store.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}

func sortedKeys(v url.Values) []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

const passwordHint = "At least 12 characters. A few words you will remember are better than symbols."
