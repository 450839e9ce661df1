package components

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// TestIcons keeps the table of names and the file in step.
func TestIcons(t *testing.T) {
	sprite, err := os.ReadFile("../assets/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	for name := range iconNames {
		if !strings.Contains(string(sprite), `<symbol id="`+name+`"`) {
			t.Errorf("icons.svg does not draw %q", name)
		}
	}
	if drawn := strings.Count(string(sprite), "<symbol "); drawn != len(iconNames)+1 {
		t.Errorf("icons.svg draws %d icons, the table and the dot make %d", drawn, len(iconNames)+1)
	}
	if iconID("no such icon") != "dot" {
		t.Error("an unknown icon is not a dot")
	}
}

// TestTextIsText draws the same hostile text through every text of some
// components: none of it may become markup.
func TestTextIsText(t *testing.T) {
	const evil = `"><img src=x onerror=alert(1)>'<hx-partial>`
	for name, c := range map[string]templ.Component{
		"cell":     CellView(Cell{UserID: 1, Field: "name", Label: evil, Person: evil, Text: evil, Marks: []Mark{{Text: evil}, {Text: evil, Hit: true}}, CanEdit: true}),
		"edit":     CellEdit(CellForm{UserID: 1, Key: "name", Label: evil, Person: evil, Field: Field{ID: "x", Name: "name", Type: "text", Value: evil, Was: evil, HasWas: true, Error: evil, Conflict: &Conflict{evil, evil, evil, evil, evil}}}),
		"timeline": TimelineView(Timeline{Days: []Day{{Label: evil, Entries: []Entry{{Actor: Party{Name: evil, Href: "/"}, Verb: evil, Target: &Party{Name: evil}, Note: evil, Changes: []Change{{evil, evil, evil}}, Request: evil, Device: evil}}}}}),
		"toast":    ToastView(Toast{Tone: "ok", Title: evil, Detail: evil, UndoAction: "/undo/1", UndoName: evil}),
		"layout":   Layout(Page{Title: evil, Brand: evil, Viewer: &Viewer{Name: evil, Email: evil, Role: evil, Avatar: Avatar{Initials: evil}}}, Nothing()),
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			if out := b.String(); strings.Contains(out, "<img") || strings.Contains(out, "<hx-partial") {
				t.Errorf("text became markup:\n%s", out)
			}
		})
	}
}

func TestObjectOf(t *testing.T) {
	changes := []Change{{Label: "Role"}, {Label: "E-mail"}, {Label: "External ID"}}
	for want, e := range map[string]Entry{
		"this account":                 {Verb: "created", Changes: changes},
		"role":                         {Verb: "changed", Changes: changes[:1]},
		"role and e-mail":              {Verb: "changed", Changes: changes[:2]},
		"role, e-mail and external ID": {Verb: "changed", Changes: changes},
	} {
		if got := objectOf(e); got != want {
			t.Errorf("objectOf: %q, want %q", got, want)
		}
	}
}
