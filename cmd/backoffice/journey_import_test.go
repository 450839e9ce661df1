package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"backoffice/store"
	"backoffice/store/storetest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// badFile is a file as people have them: from a spreadsheet in Spain, in
// Windows-1252, with semicolons and slips. Line 6 lacks its last cell, line 8
// opens a quote.
const badFile = "Nombre;Apellidos;Correo electr\xf3nico;Tel\xe9fono;Rol;Legajo;Aula\r\n" +
	"Camille;Dubois;camille@example.com;030 2222;;L-1;3\r\n" +
	"\"Jos\xe9 \"\"Pepe\"\"\";N\xfa\xf1ez;jose@example.com;+34 600 123 456;socio;L-2;4\r\n" +
	"Mar\xeda;G\xf3mez;maria@example;12;jefa;L-3;4\r\n" +
	"Eve;Ostrom;eve@example.com;;;;\r\n" +
	"Luz;Prado;luz@example.com;;;L-4\r\n" +
	"Otro;Jos\xe9;JOSE@example.com;;;;\r\n" +
	"Roto;\"Sin cierre;roto@example.com;;;;\r\n" +
	"\xdaltima;Fila;ultima@example.com;600 111 222;;L-9;1\r\n"

// choosesFile puts a file into the form that asks for one.
func (b *browser) choosesFile(sel, name, content string) {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.waitFor(sel)
	b.must(b.do(chromedp.SetUploadFiles(sel, []string{file})), "choosing "+name)
}

// line is the selector of a row of an import, or of a part of it.
func line(n int, part string) string { return "#line-" + strconv.Itoa(n) + part }

// found gives whoever has an address; nobody if there is none.
func (d *desk) found(email string) (store.User, bool) {
	d.t.Helper()
	u, err := d.db.UserByEmail(context.Background(), staff, email)
	if err != nil && store.KindOf(err) != store.NotFound {
		d.t.Fatal(err)
	}
	return u, err == nil
}

// TestJourneyImport brings a bad file in, mends it, runs it and undoes it.
func TestJourneyImport(t *testing.T) {
	d := newDesk(t)
	camille := d.person("Camille Dubois", "camille@example.com", store.Viewer)
	d.edit(camille, store.FieldPhone, "030 1111")
	eve := d.person("Eve Ostrom", eveEmail, store.Member)
	b := d.enter(anaEmail, "/users")

	d.step("the file is read and checked, and nothing is written", func() {
		b.follow("#to-imports")
		b.follow("#import-new")
		b.choosesFile("#import-file", "socios 2026.csv", badFile)
		b.follow("#import-send")
		b.waitPath("/imports/1")
		b.waitText("h1", "socios 2026.csv")
		b.waitText("#import-plan summary", "Latin-1")
		b.waitText("#import-plan summary", "semicolon")
		b.waitText("#import-run", "Run import")
		b.waitText("#import-sum", "This creates 2 people and changes 1.")
		b.waitText("#total-4", "Refused 4")
		b.waitText(line(2, ""), "030 1111 becomes 030 2222")
		b.waitText(line(5, ""), "Unchanged")
		b.waitText(line(3, ""), "José \"Pepe\"")
		b.waitText(line(7, ""), "Line 3 already has this.")
		b.waitText(line(8, ""), "A quote is opened in this row and not closed.")
		b.noSideways()
		if _, ok := d.found("jose@example.com"); ok {
			b.t.Error("somebody was created before the run")
		}
	}, b)

	d.step("refused rows are mended where they stand", func() {
		b.click("#total-4")
		b.waitPath("/imports/1?rows=refused")
		b.waitGone(line(2, ""))
		b.fill(line(4, "-2"), "maria@example.org")
		b.fill(line(4, "-3"), "")
		b.click(line(4, " button"))
		b.waitText(line(4, " .err"), "Choose one of the roles.")
		b.idle()
		b.waitFocus("input" + line(4, "-4"))
		b.fill(line(4, "-4"), "socia")
		b.press(kb.Enter)
		b.waitText(line(4, ""), "Creates")
		b.waitText("#total-4", "Refused 3")
		b.waitText("#import-sum", "This creates 3 people and changes 1.")
		b.idle()
		b.keptFocus("mending")
		b.click(line(6, " button")) // the missing cell is empty, then
		b.waitText(line(6, ""), "Creates")
	}, b)

	d.step("it runs, each row has its verdict", func() {
		b.follow("#import-run button")
		b.waitPath("/imports/1")
		b.waitText("#import-sum", "Done: 4 created, 1 changed, 1 unchanged, 2 refused.")
		b.waitText(line(4, ""), "Created")
		b.waitText(".toast", "is imported")
		maria, _ := d.found("maria@example.org")
		d.is(maria, store.FieldName, "María Gómez")
		d.is(camille, store.FieldPhone, "030 2222")
		d.recorded(camille, store.ActEdit, 2)
		d.recorded(eve, store.ActEdit, 0)
		d.recorded(maria, store.ActCreate, 1)
	}, b)

	d.step("the same file again changes nothing", func() {
		b.open("/imports/new")
		b.choosesFile("#import-file", "again.csv", badFile)
		b.follow("#import-send")
		b.waitText("#total-1", "Will create 0")
		b.waitText("#total-2", "Will change 0")
		b.waitText("#import-sum", "There is nothing to do.")
	}, b)

	d.step("it is undone as a whole, but for what has changed since", func() {
		jose, _ := d.found("jose@example.com")
		d.edit(jose, store.FieldPhone, "030 9999")
		b.open("/audit")
		b.waitText(".entries", "imported socios 2026.csv: 4 of 4 created")
		b.open("/imports/1")
		b.click("#import-undo")
		b.waitText("#confirm", "Undo the import of socios 2026.csv?")
		b.follow("#confirm-form button[type=submit]")
		b.waitText("#import-sum", "Undone: 4 taken back, 1 left as they are")
		b.waitText(line(3, ""), "José \"Pepe\" Núñez has changed since and was left as it is.")
		d.is(camille, store.FieldPhone, "030 1111")
		if _, ok := d.found("maria@example.org"); ok {
			b.t.Error("somebody who was created is still there")
		}
		if _, ok := d.found("jose@example.com"); !ok {
			b.t.Error("somebody who has changed since is gone")
		}
	}, b)
}

// TestJourneyImportScriptsOff goes the same way by plain pages, on a phone.
func TestJourneyImportScriptsOff(t *testing.T) {
	d := newDesk(t)
	camille := d.person("Camille Dubois", "camille@example.com", store.Viewer)
	b := d.enter(anaEmail, "/imports/new", phone(), scriptsOff())
	b.choosesFile("#import-file", "socios.csv", badFile)
	b.follow("#import-send")
	b.waitText("#import-sum", "This creates 3 people and changes 1.") // Eve is nobody here
	b.follow("#total-4")
	b.waitPath("/imports/1?rows=refused")
	b.fill(line(4, "-2"), "maria@example.org")
	b.fill(line(4, "-3"), "")
	b.fill(line(4, "-4"), "socia")
	b.follow(line(4, " button"))
	b.waitText("#total-4", "Refused 3")
	b.noSideways()
	b.click("#import-plan summary")
	b.choose("#import-column-5", "")
	b.follow("#import-replan")
	b.waitText("#import-plan summary", "5 of 7 imported")
	b.follow("#import-run button")
	b.waitText("#import-sum", "Done: 4 created, 1 changed")
	d.is(camille, store.FieldPhone, "030 2222")
	d.is(camille, store.FieldExternalID, "")
	b.follow("#import-undo")
	b.waitText("h1", "Undo the import of socios.csv?")
	b.follow("#confirm-form button[type=submit]")
	b.waitText("#import-sum", "Undone: 5 taken back")
	d.is(camille, store.FieldPhone, "")
}

// importIs waits until an import has come to a state, however slow the machine.
func (d *desk) importIs(id int64, state store.ImportState) {
	d.t.Helper()
	for range 6000 {
		i, err := d.db.Import(context.Background(), staff, id)
		if err != nil {
			d.t.Fatal(err)
		}
		if i.State == state {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	d.t.Fatalf("the import does not come to be %s", state)
}

// slowCreation makes the creation of everybody take milliseconds, however fast
// the machine, until the function that it gives is called.
func (d *desk) slowCreation() (quick func()) {
	d.t.Helper()
	db := storetest.Raw(d.t, d.DB)
	run := func(statement string) {
		d.t.Helper()
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			d.t.Fatal(err)
		}
	}
	if storetest.OnPostgres() {
		run(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END $$;
			CREATE TRIGGER slow AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION slow()`)
		return func() { run("DROP TRIGGER slow ON users") }
	}
	run(`CREATE TRIGGER slow AFTER INSERT ON users BEGIN
		SELECT count(*) FROM (SELECT 1 FROM sqlite_schema a, sqlite_schema b, sqlite_schema c LIMIT 50000);
	END`)
	return func() { run("DROP TRIGGER slow") }
}

// TestJourneyImportProgress watches a file that takes a while: it can be
// stopped, the page can be left and come back to, and it goes on.
func TestJourneyImportProgress(t *testing.T) {
	d := newDesk(t)
	const rows = 8000
	var file strings.Builder
	file.WriteString("name,email,phone\n")
	for n := range rows {
		fmt.Fprintf(&file, "Somebody No %d,somebody%d@example.com,030 %07d\n", n, n, n)
	}
	b := d.enter(anaEmail, "/imports/new")
	b.choosesFile("#import-file", "many.csv", file.String())
	b.follow("#import-send")
	d.importIs(1, store.ImportChecked)
	b.waitText("#import-sum", "This creates 8,000 people.") // by itself, when the check is done
	quick := d.slowCreation()
	b.follow("#import-run button")
	b.waitText("#import-progress", "Running many.csv")
	b.click("#import-stop button")
	b.waitText(".st", "Stopped")
	b.waitText("#import-progress", "Stopped at row")
	quick()
	d.Restart()
	b.open("/imports/1")
	b.waitText("#import-progress", "Stopped at row")
	b.click("#import-continue button")
	d.importIs(1, store.ImportDone)
	b.waitText("#import-sum", "Done: 8,000 created.")
	b.waitText(".toast", "many.csv is imported")
}
