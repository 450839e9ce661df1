package store

import (
	"strconv"
	"strings"
	"time"
)

// ParseSpan reads a stretch of days as addresses and the command line write it:
// "30d" are the last thirty days, with today; "2026-01-01..2026-01-31" are days
// with both ends, of which one may be missing. today is the first moment of
// today, by whose time zone days are told apart: so it means the same all day.
func ParseSpan(text string, today time.Time) (Times, bool) {
	if n, ok := parseDays(text); ok {
		return Times{From: today.AddDate(0, 0, 1-n)}, true
	}
	first, last, ok := strings.Cut(text, "..")
	if !ok || text == ".." {
		return Times{}, false
	}
	from, ok1 := parseDay(first, today.Location())
	to, ok2 := parseDay(last, today.Location())
	if !to.IsZero() {
		to = to.AddDate(0, 0, 1)
	}
	return Times{from, to}, ok1 && ok2
}

// ParseLastSignIn reads when people signed in last: "never", a stretch as
// ParseSpan reads it, or "older-90d", which are those who did, but not in the
// last ninety days.
func ParseLastSignIn(text string, today time.Time) (span Times, never, ok bool) {
	if text == "never" {
		return Times{}, true, true
	}
	if days, older := strings.CutPrefix(text, "older-"); older {
		n, ok := parseDays(days)
		return Times{To: today.AddDate(0, 0, 1-n)}, false, ok
	}
	span, ok = ParseSpan(text, today)
	return span, false, ok
}

// InviteSoon is how long before its end an invitation is said to run out soon.
const InviteSoon = 48 * time.Hour

// ParseInvite reads how the invitation stands that people have: "pending", "soon",
// which are those of the pending that run out within InviteSoon, "expired", or
// "none", which are those who were invited and wait for another one: theirs has run
// out, or was taken back.
func ParseInvite(text string, now time.Time) (span Times, uninvited, ok bool) {
	over := now.Truncate(time.Millisecond).Add(time.Millisecond) // those before it have run out
	switch text {
	case "pending":
		return Times{From: over}, false, true
	case "soon":
		return Times{From: over, To: over.Add(InviteSoon)}, false, true
	case "expired":
		return Times{To: over}, false, true
	case "none":
		return Times{To: over}, true, true
	}
	return Times{}, false, false
}

// maxDays is as far back as a number of days may reach.
const maxDays = 36500

// parseDays reads "30d".
func parseDays(text string) (int, bool) {
	number, isDays := strings.CutSuffix(text, "d")
	n, err := strconv.Atoi(number)
	return n, isDays && err == nil && n > 0 && n <= maxDays && strconv.Itoa(n) == number
}

// parseDay reads "2026-01-31"; "" is the zero time.
func parseDay(text string, in *time.Location) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	day, err := time.ParseInLocation(time.DateOnly, text, in)
	return day, err == nil && day.Year() > 0
}
