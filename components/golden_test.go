package components

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/a-h/templ"
)

// hashes finds the content hash in the address of an asset.
var hashes = regexp.MustCompile(`(/assets/[a-z.]+)\.[0-9a-f]{8}\.(js|css|svg)`)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden pins the markup of the pieces that handlers, app.js and the
// browser tests rely on. Refresh with: go test ./components -update
func TestGolden(t *testing.T) {
	phone := Cell{UserID: 12, Field: "phone", Label: "Phone", Person: "Björn Lindqvist", CanEdit: true}
	email := Cell{UserID: 12, Field: "email", Label: "E-mail", Person: "Björn Lindqvist", Text: "bjorn@x.example", Marks: []Mark{{Text: "bjo"}, {Text: "rn", Hit: true}, {Text: "@x.example"}}, CanEdit: true}
	form := CellForm{UserID: 12, Key: "email", Label: "E-mail", Person: "Björn Lindqvist", Field: Field{
		ID: "u12-email-in", Name: "email", Type: "email", Value: "bjorn x.example", Was: "bjorn@x.example", HasWas: true, Autofocus: true, Error: "There is a space in the address.",
	}}
	conflict := form
	conflict.Field.Error, conflict.Field.Conflict = "", &Conflict{Yours: "a@x.example", Theirs: "b@x.example", Before: "c@x.example", Who: "Ana", When: "2 min ago"}
	newer, fresh := form, email
	newer.Field.Error, newer.Field.UserID = "", 12
	newer.Field.Newer = &Newer{UserID: 12, Field: "email", Label: "E-mail", Person: "Björn Lindqvist", Text: "<b>@x.example", Who: "Ana"}
	fresh.Fresh = true
	cases := map[string]templ.Component{
		"cell":          CellView(email),
		"cell-empty":    CellView(phone),
		"cell-edit":     CellEdit(form),
		"cell-conflict": CellEdit(conflict),
		"cell-newer":    CellEdit(newer),
		"cell-fresh":    CellView(fresh),
		"live":          LiveView(Live{Href: "/live?since=7&people=12", Pace: "1s", Arrived: "3 new people", ShowHref: "/users?q=a"}),
		"live-ended":    LiveView(Live{Href: "/live?since=7", Pace: "1s", Ended: "You are signed out", Note: "Nothing you typed is lost."}),
		"toast":         ToastView(Toast{Tone: "ok", Title: "<b>Björn</b> updated", Detail: "Role changed", UndoAction: "/undo/3", UndoName: "Undo: role of Björn"}),
		"idle":          IdleCheck(IdleBox{Wake: "90s", Warn: true, Left: "2 minutes"}),
		"signin-dialog": SignInDialog(SignIn{Brand: "Northwind", Email: "a@x.example", Person: "12", Next: "/users", Error: "No match.", Kept: []Hidden{{Name: "source", Value: "form#u12-email-form"}}}),
		"confirm-check": ConfirmDialog(Confirm{Title: "New password?", Body: []string{"They get a link."}, Action: "/users/12/reset", Submit: "Send", Name: "how", Value: "mail",
			Check: &Field{ID: "reset-stop", Name: "stop", Type: "checkbox", Label: "Stop the old one", Hint: "At once."}, Other: &Option{Value: "link", Label: "Make a link"}}),
		"confirm": ConfirmDialog(Confirm{Title: "Delete?", Body: []string{"Sure?"}, Action: "/users/12/delete", Submit: "Delete", Danger: true, TargetID: "u12"}),
		"partial": Partial("#dialog", "innerHTML", Nothing()),
		"layout":  Layout(Page{Title: "Users", Brand: "Northwind", Viewer: &Viewer{ID: 12, Name: "Björn", Email: "a@x.example", Role: "Admin"}, Nav: []Link{{Label: "Users", Href: "/users", Current: true}}, Idle: &IdleBox{Wake: "90s"}}, Nothing()),
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { golden(t, name, c) })
	}
}

// golden compares a component with testdata/NAME.html. The hashes in the
// addresses of assets change with every byte of them, so they are left out.
func golden(t *testing.T, name string, c templ.Component) {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	got := hashes.ReplaceAll(b.Bytes(), []byte("$1.$2"))
	got = append(bytes.ReplaceAll(got, []byte("><"), []byte(">\n<")), '\n')
	file := filepath.Join("testdata", name+".html")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", file, got)
	}
}
