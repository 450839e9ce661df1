package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"backoffice/components"

	"backoffice/store/storetest"
)

// TestLetterInAPhone opens mails of every kind in a window as wide as a telephone,
// with long names in them: nothing sticks out, and all of the button is the link.
func TestLetterInAPhone(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	pages := map[string]string{}
	for _, lang := range components.MailLanguages() {
		for _, kind := range components.MailKinds() {
			pages["/"+lang+"/"+kind] = letter(t, lang, kind)
		}
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, pages[r.URL.Path])
	}))
	defer site.Close()
	b := newBrowser(t, site.URL, phone())
	for path, page := range pages {
		b.open(path)
		b.noSideways()
		if !strings.Contains(page, `<table class="act"`) {
			continue
		}
		var covers bool
		b.eval(`(() => {
			const [cell, link] = ['.act td', '.act a'].map(s => document.querySelector(s).getBoundingClientRect());
			return link.height >= 44 && ['x', 'y', 'width', 'height'].every(side => Math.abs(cell[side] - link[side]) < 1);
		})()`, &covers)
		if !covers {
			t.Errorf("%s: there is more of the button than of its link", path)
		}
	}
}

// letter is a mail with all that makes one wide.
func letter(t *testing.T, lang, kind string) string {
	t.Helper()
	var page strings.Builder
	v := components.MailFor(lang, components.MailFacts{Kind: kind, Brand: "Donaudampfschifffahrtselektrizitätengesellschaft", Name: "Elif Yıldız", By: "Ana Pérez", Staff: true,
		To: "a.very.long.address.that.goes.on.and.on@subdomain.of.an.organisation.example", Browser: "Firefox", System: "Linux", From: "2001:db8:85a3:1234:5678:8a2e:370:7334",
		When: "Sunday", Until: "Monday", Passkeys: true, URL: "https://backoffice.intranet.northwind-organisation.example/link/JBSWY3DPEHPK3PXPJBSWY3DPEH"})
	if err := components.MailPage(v).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), `<div class="around" lang="`+lang+`">`) {
		t.Errorf("%s in %s does not say its language to programs that drop what is around it", kind, lang)
	}
	return page.String()
}
