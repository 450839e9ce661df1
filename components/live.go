package components

import (
	"hash/fnv"
	"slices"
	"strconv"
)

// LiveID is the DOM id of the watch over a page: it asks what has changed since
// the page was drawn.
const LiveID = "live"

// AnnounceID is the DOM id of what is read out politely and not seen.
const AnnounceID = "announce"

// liveAttributes make the watch ask by itself. One whose session has ended rests
// until somebody signs in again over the page.
func liveAttributes(l Live) attributes {
	trigger := "every " + l.Pace + ", session:restored from:self"
	if l.Ended != "" {
		trigger = "session:back from:document, session:restored from:self"
	}
	return attributes{"hx-get", l.Href, "hx-swap", "outerMorph", "hx-trigger", trigger}
}

// QuietRow selects the row of a person that is not itself being edited.
func QuietRow(id int64) string { return Sel(RowID(id)) + ":not(.is-editing-row)" }

// NewerSlot selects the places beside open controls of a field of a person, which
// are for a newer value: those whose control was drawn from another value than
// this one, or, with same, from just this one.
func NewerSlot(id int64, field, value string, same bool) string {
	drawn := `[data-was="` + drawnFrom(value) + `"]`
	if !same {
		drawn = ":not(" + drawn + ")"
	}
	return `[data-newer="` + newerKey(id, field) + `"]` + drawn
}

// hasNewer reports whether a newer value stands beside a field from the beginning.
func hasNewer(fields []Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return f.Newer != nil })
}

// newerKey says whose control of which field a place is beside.
func newerKey(id int64, field string) string { return strconv.FormatInt(id, 10) + "-" + field }

// drawnFrom stands for a value in a selector, whatever the value holds.
func drawnFrom(value string) string {
	h := fnv.New64a()
	h.Write([]byte(value))
	return strconv.FormatUint(h.Sum64(), 36)
}

// useNewer puts the newer value into the form, and saves nothing. What is redrawn
// is said by the form around it. It is no button that Enter would press, and in a
// row it does not stand in the form.
func useNewer(n Newer) attributes {
	return attributes{"hx-disable", "this", "hx-include", "closest .is-editing-row", "hx-post", userPath(n.UserID), "hx-sync", "this:drop", "hx-vals", `{"take":"` + n.Field + `"}`}
}

// drawsForm is for what holds a form that is not in a cell: it says what redraws
// the form from within. The form itself cannot: it says what its own answer redraws.
func drawsForm(target, swap string) attributes {
	return attributes{"hx-target:inherited", target, "hx-swap:inherited", swap, "hx-trigger:inherited", onClick}
}
