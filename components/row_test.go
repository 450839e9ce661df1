package components

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// samplePerson is a row with everything in it that a row can show.
func samplePerson(id int64, name string) UserRow {
	path := userPath(id)
	cell := func(field, label, text string, marks ...Mark) Cell {
		return Cell{UserID: id, Field: field, Label: label, Text: text, Marks: marks, Person: name, CanEdit: true}
	}
	r := UserRow{
		ID: id, Avatar: Avatar{Initials: "BL", Hue: 3}, Href: path + "?q=bj%C3%B6rn&sort=-name",
		Name:       cell("name", "Name", "Björn "+name, Mark{Text: "Bj"}, Mark{Text: "örn", Hit: true}, Mark{Text: " " + name}),
		Email:      cell("email", "E-mail", "bjorn@x.example"),
		Phone:      cell("phone", "Phone", ""),
		Role:       cell("role", "Role", "Member"),
		Status:     Status{Key: "active", Label: "Active"},
		LastSignIn: Moment{Text: "—"},
		Created:    Moment{Text: "30 Oct", Full: "Friday 30 October 2026, 10:43 UTC", ISO: "2026-10-30T10:43:39Z"},
		HasMenu:    true,
	}
	r.Role.Badge, r.Found = "member", []Mark{{Text: "External ID "}, {Text: "hr-12", Hit: true}}
	return r
}

// sampleActions is every act at once.
func sampleActions(id int64, name string) Actions {
	path := userPath(id)
	return Actions{Name: name, EditHref: path + "/edit", DeactivateHref: path + "/deactivate",
		ReactivateHref: path + "/reactivate", MustHref: path + "/must-change", DeleteHref: path + "/delete", RestoreHref: path + "/restore", EndSessions: path + "/sessions/end-all"}
}

// TestGoldenRow pins the markup of a row as an admin and as a viewer sees it.
func TestGoldenRow(t *testing.T) {
	r := samplePerson(12, "Lindqvist")
	golden(t, "row", UserRowView(r))
	a := sampleActions(12, "Lindqvist")
	golden(t, "row-menu", RowMenu(r, &a))
	golden(t, "menu-page", actionMenu(a, 12))
	for _, c := range []*Cell{&r.Name, &r.Email, &r.Phone, &r.Role} {
		c.CanEdit = false
	}
	r.HasMenu = false
	golden(t, "row-viewer", UserRowView(r))
}

// TestRowTextIsText draws hostile text through every text of a row.
func TestRowTextIsText(t *testing.T) {
	const evil = `"><img src=x onerror=alert(1)>'<hx-partial>`
	r, a := samplePerson(12, evil), sampleActions(12, evil)
	for _, text := range []*string{&r.Href, &r.Avatar.Initials, &r.Status.Key, &r.Status.Label, &r.LastSignIn.Text, &r.Created.Text, &r.Created.Full,
		&r.Created.ISO, &r.Role.Badge, &r.Role.Label, &r.Role.Field, &a.EditHref, &a.DeactivateHref, &a.DeleteHref} {
		*text = evil
	}
	r.Name.Marks, r.Email.Text, r.Role.Text = []Mark{{Text: evil, Hit: true}, {Text: evil}}, evil, evil
	var b bytes.Buffer
	if err := templ.Join(UserRowView(r), RowMenu(r, &a), actionMenu(a, 12)).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if out := b.String(); strings.Contains(out, "<img") || strings.Contains(out, "<hx-partial") || strings.Contains(out, `""`) {
		t.Errorf("text became markup:\n%s", out)
	}
	r.Href = "javascript:alert(1)"
	b.Reset()
	if err := UserRowView(r).Render(t.Context(), &b); err != nil || strings.Contains(b.String(), "javascript:") {
		t.Errorf("a script became a link: %v\n%s", err, b.String())
	}
}

// TestRowFails says that a row which cannot be written is an error.
func TestRowFails(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	if err := UserRowView(samplePerson(12, "Lindqvist")).Render(t.Context(), w); err == nil {
		t.Error("no error")
	}
}

// BenchmarkRows draws the rows of one page.
func BenchmarkRows(b *testing.B) {
	r := samplePerson(69012, "Lindqvist")
	var page bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		page.Reset()
		for range 25 {
			if err := UserRowView(r).Render(b.Context(), &page); err != nil {
				b.Fatal(err)
			}
		}
	}
}
