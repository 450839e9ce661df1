package main

import (
	"slices"
	"strings"
	"testing"

	"backoffice/components"
	"backoffice/store"
)

// TestEveryMailHasWords puts mails of every kind into words, in each language: with
// and without somebody else who caused it, and with a link or the lack of one.
func TestEveryMailHasWords(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, k := range store.MailKinds() {
		kinds = append(kinds, string(k))
		if k.Label() == string(k) {
			t.Errorf("%s has no name in the outbox", k)
		}
	}
	slices.Sort(kinds)
	if known := components.MailKinds(); !slices.Equal(kinds, known) {
		t.Errorf("there are words for %q, and mails of %q", known, kinds)
	}
	facts := components.MailFacts{Brand: "Northwind", Name: "Elif", To: "elif@example.com", Until: "Monday", Browser: "Firefox", System: "Linux", From: "203.0.113.7", When: "Sunday"}
	seen := map[string]string{}
	for _, lang := range components.MailLanguages() {
		for _, kind := range kinds {
			for _, by := range []string{"", "Ana"} {
				for _, url := range []string{"", "https://office.example/link/x"} {
					f := facts
					f.Kind, f.By, f.Staff, f.URL = kind, by, by != "", url
					v := components.MailFor(lang, f)
					if text := v.Subject + v.Text(); v.Subject == "" || len(v.Lines) == 0 || strings.ContainsAny(text, "{}") {
						t.Errorf("%s in %s: %s", kind, lang, text)
					}
					if (v.URL != "") != (v.Button != "") {
						t.Errorf("%s in %s: a link without a button, or a button without a link", kind, lang)
					}
					if other, ok := seen[v.Text()]; ok && url != "" && other != kind+lang {
						t.Errorf("%s in %s says what %s does", kind, lang, other)
					}
					seen[v.Text()] = kind + lang
				}
			}
		}
	}
}
