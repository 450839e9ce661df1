package handlers

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// brings sends a file, as the form for it does.
func (c *client) brings(name, content string) *answer {
	c.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err != nil {
		c.s.t.Fatal(err)
	}
	form.Close()
	r := httptest.NewRequest("POST", "http://office.example/imports", &body)
	return c.do(r, map[string]string{"Content-Type": form.FormDataContentType()})
}

// settled is an import when nobody works on it any more.
func (s *site) settled(id int64) store.Import {
	s.t.Helper()
	for range 2000 {
		i, err := s.db.Import(context.Background(), commandLine, id)
		if err != nil {
			s.t.Fatal(err)
		}
		if i.Beat.IsZero() {
			return i
		}
		<-time.After(5 * time.Millisecond)
	}
	s.t.Fatal("the work on the import does not end")
	return store.Import{}
}

// TestImportUpload brings files: a good one is checked, a bad one is refused
// beside the field, and no upload is too large for being a file.
func TestImportUpload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	a := c.brings("socios.csv", "Nombre;Correo\nZoé;zoe@example.com\n").is(t, http.StatusSeeOther).to(t, "/imports/2")
	s.settled(2)
	a = c.get("/imports/2").is(t, http.StatusOK)
	a.shows("h1", "socios.csv").shows("#import-plan summary", "semicolon").shows("#import-sum", "This creates 1 person.")
	for name, content := range map[string]string{"empty": "", "blank": "\n\n"} {
		a := c.brings(name, content).is(t, http.StatusUnprocessableEntity)
		a.one("#import-file-error")
	}
	c.brings("", "name,email\n").is(t, http.StatusUnprocessableEntity).shows("#import-file-error", "Choose a file.")
	large := "name,email\n" + strings.Repeat("Somebody Longish,somebody@example.com\n", 4*maxBody/38)
	c.brings("large.csv", large).is(t, http.StatusSeeOther)
	if i := s.settled(mustImports(t, s)[0].ID); i.Refusals != i.Rows()-1 {
		t.Errorf("the large file: %+v", i)
	}
	if n := len(mustImports(t, s)); n != 3 {
		t.Errorf("%d imports, what was refused is none", n)
	}
}

func mustImports(t *testing.T, s *site) []store.Import {
	t.Helper()
	list, err := s.db.Imports(context.Background(), commandLine)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestImportPage shows each row with what it changes and why it is refused.
func TestImportPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	a := c.get("/imports/1").is(t, http.StatusOK)
	a.shows("#total-1", "1").shows("#total-2", "1").shows("#total-4", "1")
	a.shows("#line-2 td[data-label=Name] ins", "Nell Ruiz").shows("#line-3 del", "+34 600 999 999").shows("#line-3 ins", "+34 600 777 777")
	if got := a.attr("#line-3 .c-verdict a", "href"); got != "/users/5" {
		t.Errorf("Nora's row leads to %q", got)
	}
	a.shows("#line-4-3-error", "Choose one of the roles.")
	if a.attr("#line-4-1", "aria-describedby") != "line-4-1-error" || a.attr("#line-4-1", "form") != "line-4-form" {
		t.Error("the control to mend is not tied to its reason and its form")
	}
	a = c.get("/imports/1?rows=refused").is(t, http.StatusOK)
	a.lacks("#line-2").one("#line-4")
	a = c.on("/imports/1").into("section#import-rows").get("/imports/1?rows=change").is(t, http.StatusOK)
	a.lacks("h1").lacks("#line-4").one("#line-3")
	c.get("/imports/99").is(t, http.StatusNotFound)
}

// TestImportMendRunUndo goes the whole way by plain forms.
func TestImportMendRunUndo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	row := c.on("/imports/1").into("tr#line-4").post("/imports/1/rows/4", "cell.0", "Good Row", "cell.1", "good@example.com", "cell.2", "", "cell.3", "king")
	row.is(t, http.StatusOK).shows("#line-4-3-error", "Choose one of the roles.").lacks("#line-4-1-error")
	if !has(row.one("#line-4-3"), "autofocus") {
		t.Error("the focus is not led to what is wrong")
	}
	row = c.on("/imports/1").post("/imports/1/rows/4", "cell.3", "member").is(t, http.StatusOK)
	row.shows("#line-4 .c-verdict", "Creates").shows("#import-sum", "This creates 2 people and changes 1.")

	c.submit(c.get("/imports/1"), "#import-run").is(t, http.StatusSeeOther).to(t, "/imports/1")
	s.settled(1)
	a := c.get("/imports/1").is(t, http.StatusOK).shows("#import-sum", "Done: 2 created, 1 changed.")
	if s.user(nora).Phone != "+34 600 777 777" {
		t.Error("Nora was not changed")
	}
	a.lacks("#import-discard")
	s.edit(nora, store.FieldPhone, "+34 600 111 111")
	if got := s.as(ana).get("/audit").attr(`form[action=/imports/1/undo]`, "method"); got != "post" {
		t.Error("the trail does not offer to undo the import")
	}
	ask := c.on("/imports/1").get("/imports/1/undo").is(t, http.StatusOK)
	ask.shows("dialog", "Undo the import of people.csv?")
	c.post("/imports/1/undo").is(t, http.StatusSeeOther)
	s.settled(1)
	a = c.get("/imports/1").is(t, http.StatusOK).shows("#import-sum", "Undone: 2 taken back, 1 left as they are.")
	a.shows("#line-3 .c-verdict", "Phone has changed since")
	c.get("/imports").is(t, http.StatusOK).shows("#import-1 .st", "Undone")
}

// TestImportPlanForm corrects how the file is read; what cannot be is said
// beside the field, and what was chosen stays.
func TestImportPlanForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	a := c.submit(c.get("/imports/1"), "#import-plan-form", "column.0", "email", "column.1", "email").is(t, http.StatusUnprocessableEntity)
	a.shows("#import-plan-form .note", "Two columns cannot both be the e-mail.")
	if got := a.attr("#import-column-0 option[selected]", "value"); got != "email" || !has(a.one("#import-plan"), "open") {
		t.Errorf("the form is not as it was: %q", got)
	}
	c.submit(c.get("/imports/1"), "#import-plan-form", "key", "external_id").is(t, http.StatusUnprocessableEntity).shows("#import-key-error", "No column is the external ID")
	c.submit(c.get("/imports/1"), "#import-plan-form", "column.2", "").is(t, http.StatusSeeOther)
	i := s.settled(1)
	if i.Sames != 1 || i.Changes != 0 {
		t.Errorf("without the phone: %+v", i)
	}
	c.get("/imports/1").shows("#import-plan", "Ignored: phone")
	c.post("/imports/1/discard").is(t, http.StatusSeeOther).to(t, "/imports")
	c.get("/imports/1").is(t, http.StatusNotFound)
}

// TestImportProgress asks how far it is: while somebody works on it, again in a
// second; when it is done, the page is drawn anew; a timer is no sign of life.
func TestImportProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	if _, err := s.db.BeginImport(context.Background(), commandLine, 1, store.ImportRunning); err != nil {
		t.Fatal(err)
	}
	poll := func() *answer { return c.on("/imports/1").get("/imports/1/progress").is(t, http.StatusOK) }
	a := poll()
	if a.attr("#import-progress", "hx-get") != "/imports/1/progress" || a.attr("progress", "max") != "2" {
		t.Errorf("it does not ask again: %s", a.body)
	}
	c.get("/imports/1").lacks("#line-2").shows("#import-progress", "Running people.csv").one("#import-stop")
	s.clock.pass(20 * time.Minute) // whoever worked on it is gone
	if a = poll(); a.header.Get("HX-Trigger") != redrawMain || a.count("#import-progress[hx-get]") != 0 {
		t.Errorf("it has stopped: %v %s", a.header, a.body)
	}
	s.clock.pass(20 * time.Minute)
	c.on("/imports/1").get("/imports/1/progress").is(t, http.StatusUnauthorized) // nobody was here for 40 minutes

	c = s.fresh(ana)
	c.get("/imports/1").shows("#import-progress", "Stopped at row 0 of 2").one("#import-continue")
	c.post("/imports/1/continue").is(t, http.StatusSeeOther)
	s.settled(1)
	if a = poll(); a.header.Get("HX-Trigger") != redrawMain || a.toast() != "people.csv is imported 1 created, 1 changed, 1 refused" {
		t.Errorf("it is done: %v %s", a.header, a.body)
	}
	if got := a.attr("[data-toast] form", "action"); got != "/imports/1/undo" {
		t.Errorf("the toast offers %q", got)
	}
}

// TestImportHidesHashes shows no password hash anywhere.
func TestImportHidesHashes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(ana)
	c.brings("hashes.csv", "email,name,password\nx@example.com,X,plaintext99\n").is(t, http.StatusSeeOther)
	s.settled(2)
	for _, path := range []string{"/imports/2", "/imports/2?rows=refused", "/imports/2/refused", "/imports"} {
		if a := c.get(path).is(t, http.StatusOK); strings.Contains(a.body, "plaintext99") {
			t.Errorf("%s shows it", path)
		}
	}
	c.get("/imports/2").shows("#line-2-2-error", "This kind of password hash is not known.")
	c.on("/imports/2").post("/imports/2/rows/2", "cell.0", "x@example.com", "cell.1", "X", "cell.2", "").shows("#line-2 .c-verdict", "Creates")
}

// TestExportImportsAgain brings back what was taken away: nothing changes.
func TestExportImportsAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit(nora, store.FieldName, "=Nora \"N\" García, hija")
	s.edit(milo, store.FieldPhone, "+34 (600) 1-2-3-4-5")
	c := s.as(ana)
	exported := c.post("/users/export", "format", "csv").is(t, http.StatusOK).body
	c.brings("users.csv", exported).is(t, http.StatusSeeOther)
	i := s.settled(2)
	if i.Sames != len(people)-1 || i.Rows() != i.Sames {
		a := c.get("/imports/2")
		t.Errorf("%d of %d rows are unchanged: %s", i.Sames, i.Rows(), a.text("#import-rows"))
	}
}
