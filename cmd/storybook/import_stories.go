package main

import (
	"github.com/a-h/templ"

	c "backoffice/components"
)

// importStories are files of people on their way in.
func importStories() []story {
	page := func(name, about string, body templ.Component) story {
		return story{Name: name, About: about, Page: framed("Users"), Body: body}
	}
	return []story{
		page("imports", "The imports there have been.", c.ImportsPage(imports())),
		page("imports-empty", "No import yet.", c.ImportsPage(c.ImportList{NewHref: "/imports/new"})),
		page("import-new", "The form that brings a file, with a file that was refused.", c.ImportUploadPage(c.ImportUpload{
			Action: "/imports", Max: "256 MB", Error: "This file is empty."})),
		page("import-checked", "The dry run: what each row would do, and why some are refused.", c.ImportPage(dryRun())),
		page("import-plan", "How the file is read, being corrected.", c.ImportPage(replanned())),
		page("import-running", "It runs; the page asks again every second.", c.ImportPage(running("/imports/5/progress"))),
		page("import-stopped", "It has stopped on its way and can go on.", c.ImportPage(running(""))),
		page("import-undone", "Undone, but for what has changed since.", c.ImportPage(undone())),
	}
}

func imports() c.ImportList {
	return c.ImportList{NewHref: "/imports/new", Imports: []c.ImportItem{
		{ID: 7, Name: "socios 2026.csv", Href: "/imports/7", State: c.Status{Key: "ready", Label: "Checked"}, Summary: "412 to create, 30 to change, 2,118 unchanged, 4 refused", Who: "Grace Kim", When: at("2 min ago")},
		{ID: 6, Name: "employees-export (3).tsv", Href: "/imports/6", State: c.Status{Key: "working", Label: "Running"}, Summary: "302,118 created", When: at("14 min ago")},
		{ID: 5, Name: "Ämter_und_ein_sehr_langer_Name_einer_Datei_die_jemand_so_genannt_hat_2026-11-23.csv", Href: "/imports/5", State: c.Status{Key: "done", Label: "Done"}, Summary: "18 created, 2 refused", Who: "Björn Lindqvist", When: at("yesterday"), Undo: "/imports/5/undo"},
		{ID: 4, Name: "socios 2025.csv", Href: "/imports/4", State: c.Status{Key: "undone", Label: "Undone"}, Summary: "430 taken back, 1 left as they are", Who: "Grace Kim", When: at("6 days ago")},
	}}
}

// importPage is what every state of an import shows.
func importPage() c.ImportView {
	return c.ImportView{ID: 5, Name: "socios 2026.csv", Who: "Grace Kim", When: at("2 min ago"),
		State: c.Status{Key: "ready", Label: "Checked"},
		Plan: c.ImportPlanForm{Action: "/imports/5/plan", Ignored: "Ignored: Aula, Cuota", Facts: []c.Fact{
			{Label: "Encoding", Text: "Windows-1252"}, {Label: "Separator", Text: "semicolon"}, {Label: "Titles", Text: "the first row names the columns"},
			{Label: "Matched by", Text: "e-mail"}, {Label: "Columns", Text: "6 of 8 imported"}}},
		Totals: []c.Chip{{Label: "All", Count: "2,564", Href: "/imports/5", Current: true}, {Label: "Will create", Count: "412", Href: "/imports/5?rows=create"},
			{Label: "Will change", Count: "30", Href: "/imports/5?rows=change"}, {Label: "Unchanged", Count: "2,118", Href: "/imports/5?rows=same"}, {Label: "Refused", Count: "4", Href: "/imports/5?rows=refused"}},
		Heads: []c.ImportHead{{Label: "First name", Title: "Nombre"}, {Label: "Last name", Title: "Apellidos"}, {Label: "E-mail", Title: "Correo electrónico"},
			{Label: "Phone", Title: "Móvil"}, {Label: "Role", Title: "Rol"}, {Label: "External ID", Title: "Legajo"}},
		Range: "Showing 50 rows from line 2", NextHref: "/imports/5?after=51",
	}
}

func dryRun() c.ImportView {
	v := importPage()
	v.Will, v.Note = "This creates 412 people and changes 30.", "Nothing is written before you run it, and all of it can be undone."
	v.Run, v.RunLabel, v.Discard, v.Refused = "/imports/5/run", "Run import", "/imports/5/discard", "/imports/5/refused"
	v.Rows = []c.ImportLine{
		importLine(2, "change", "Changes", "Camille Dubois", "", stays("Camille"), stays("Dubois"), stays("camille.dubois@atelier.example"), turned("+33 1 99 00 14 20", "+33 6 99 00 14 20"), turned("Member", "Viewer"), fresh("L-0412")),
		importLine(3, "create", "Creates", "", "", fresh("José “Pepe”"), fresh("Núñez de la Peña"), fresh("jose.nunez@northwind.example"), fresh("+34 600 123 456"), stays(""), fresh("L-0413")),
		wrong(4, "María", "Gómez", "maria@northwind", "12", "jefa", "L-0414"),
		importLine(5, "same", "Unchanged", "Björn Lindqvist", "", stays("Björn"), stays("Lindqvist"), stays("bjorn@northwind.example"), stays(""), stays("Editor"), stays("")),
		importLine(6, "create", "Creates", "", "", fresh("فريد"), fresh("حداد"), fresh("farid.haddad@cedarline.example"), stays(""), fresh("Member"), stays("")),
		importLine(7, "change", "Changes", "Grace Kim", "", stays("Grace"), stays("Kim"), stays("grace.kim@northwind.example"), gone("+82 2-555-0142"), stays("Admin"), stays("")),
		unread(8, "Luz", "Prado", "luz@northwind.example"),
	}
	return v
}

func importLine(line int, key, verdict, name, problem string, cells ...c.ImportCell) c.ImportLine {
	l := c.ImportLine{ImportID: 5, Line: line, Verdict: c.Status{Key: key, Label: verdict}, Name: name, Problem: problem, Cells: cells}
	if name != "" {
		l.Href = "/users/12"
	}
	for n, h := range importPage().Heads {
		l.Cells[n].Label = h.Label
	}
	return l
}

func stays(text string) c.ImportCell  { return c.ImportCell{Text: text} }
func fresh(text string) c.ImportCell  { return c.ImportCell{Text: text, New: true} }
func gone(before string) c.ImportCell { return c.ImportCell{Before: before, New: true} }
func turned(before, now string) c.ImportCell {
	return c.ImportCell{Before: before, Text: now, New: true}
}

// wrong is a refused row whose cells are controls, with what is wrong beside
// them.
func wrong(line int, values ...string) c.ImportLine {
	problems := []string{"", "", "The part after the @ needs a dot, as in example.com.", "A phone number has at least 5 digits.", "Choose one of the roles.", ""}
	var cells []c.ImportCell
	for n, v := range values {
		id := c.ImportRowID(line) + "-" + string(rune('0'+n))
		cells = append(cells, c.ImportCell{Text: v, Field: &c.Field{ID: id, Name: "cell." + string(rune('0'+n)), Type: "text", Value: v, Error: problems[n], Autocomplete: "off"}})
	}
	l := importLine(line, "refused", "Refused", "", "", cells...)
	l.Open, l.Mend = true, "/imports/5/rows/4"
	return l
}

func unread(line int, values ...string) c.ImportLine {
	l := wrong(line, append(values, "", "", "")...)
	for n := range l.Cells {
		l.Cells[n].Field.Error = ""
	}
	l.Problem = "This row has 6 cells, the first one has 8."
	return l
}

func replanned() c.ImportView {
	v := dryRun()
	selected := func(chosen string, all ...string) []c.Option {
		var os []c.Option
		for _, o := range all {
			os = append(os, c.Option{Value: o, Label: o, Selected: o == chosen})
		}
		return os
	}
	v.Plan.Open, v.Plan.Error = true, "Two columns cannot both be the e-mail."
	v.Plan.Fields = []c.Field{
		{ID: "import-encoding", Name: "encoding", Label: "Encoding", Type: "select", Options: selected("Windows-1252", "UTF-8", "Windows-1252")},
		{ID: "import-delimiter", Name: "delimiter", Label: "Separator", Type: "select", Options: selected("Semicolon", "Comma", "Semicolon", "Tab")},
		{ID: "import-key", Name: "key", Label: "Match people by", Type: "select", Options: selected("External ID", "E-mail", "External ID"), Error: "No column is the external ID that people are matched by."},
		{ID: "import-header", Name: "header", Label: "The first row names the columns", Type: "checkbox", Value: "1"},
		{ID: "import-clear", Name: "clear", Label: "An empty phone or external id empties that of the person", Type: "checkbox"},
	}
	for n, col := range []struct{ title, target, sample string }{{"Nombre", "First name", "José “Pepe”"}, {"Apellidos", "Last name", "Núñez de la Peña"},
		{"Correo electrónico", "E-mail", "jose.nunez@northwind.example"}, {"Correo de los padres", "E-mail", ""}, {"Móvil", "Phone", "+34 600 123 456"}, {"Aula", "Ignored", "3º B"}} {
		one := c.ImportColumn{Title: col.title, Field: c.Field{ID: "import-column-" + string(rune('0'+n)), Name: "column", Type: "select",
			Options: selected(col.target, "Ignored", "Name", "First name", "Last name", "E-mail", "Phone")}}
		if col.sample != "" {
			one.Samples = []string{col.sample, "…"}
		}
		v.Plan.Columns = append(v.Plan.Columns, one)
	}
	return v
}

func running(poll string) c.ImportView {
	v := importPage()
	v.Plan.Action = ""
	v.State = c.Status{Key: "working", Label: "Running"}
	v.Progress = &c.ImportProgress{Label: "Running socios 2026.csv", Text: "240 of 442 carried out", At: 240, All: 442, Poll: poll, Stop: "/imports/5/stop", Refresh: "/imports/5"}
	if poll == "" {
		v.State = c.Status{Key: "stopped", Label: "Stopped"}
		v.Problem = "The program was ended. It can go on where it stopped."
		v.Progress.Text, v.Progress.Stop = "Stopped at row 240 of 442, line 1,391 of the file", ""
		v.Will, v.Note, v.Continue, v.Undo = "It stopped part-way.", "What is done is done and can be undone; continuing does the rest.", "/imports/5/continue", "/imports/5/undo"
		v.Rows = dryRun().Rows[3:6]
	}
	return v
}

func undone() c.ImportView {
	v := importPage()
	v.Plan.Action, v.Plan.Ignored, v.NextHref = "", "", ""
	v.State = c.Status{Key: "undone", Label: "Undone"}
	v.Will = "Undone: 441 taken back, 1 left as they are, 4 refused."
	v.Rows = []c.ImportLine{
		importLine(2, "stopped", "Left", "Camille Dubois", "Phone has changed since and was left as it is.", stays("Camille"), stays("Dubois"), stays("camille.dubois@atelier.example"), turned("+33 1 99 00 14 20", "+33 6 99 00 14 20"), turned("Member", "Viewer"), fresh("L-0412")),
		importLine(3, "undone", "Undone", "José “Pepe” Núñez de la Peña", "", fresh("José “Pepe”"), fresh("Núñez de la Peña"), fresh("jose.nunez@northwind.example"), fresh("+34 600 123 456"), stays(""), fresh("L-0413")),
	}
	return v
}
