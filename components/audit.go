package components

import "strings"

// objectOf says what an entry is about on the page of the one person whom all
// entries are about: "role and phone", or the account as a whole.
func objectOf(e Entry) string {
	if e.Verb != "changed" || len(e.Changes) == 0 {
		return "this account"
	}
	var labels []string
	for _, c := range e.Changes {
		labels = append(labels, lower(c.Label))
	}
	last := len(labels) - 1
	if last == 0 {
		return labels[0]
	}
	return strings.Join(labels[:last], ", ") + " and " + labels[last]
}
