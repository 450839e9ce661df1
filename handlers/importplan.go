package handlers

import (
	"strconv"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// planView says how the file is read.
func planView(a *ask, i *store.Import, samples []store.ImportRow) components.ImportPlanForm {
	f := i.Plan.Format
	header := "the first row names the columns"
	if !f.Header {
		header = "no row of titles"
	}
	p := components.ImportPlanForm{Facts: []components.Fact{
		{Label: "Encoding", Text: encodingLabels[f.Encoding]}, {Label: "Separator", Text: strings.ToLower(delimiterLabels[f.Delimiter])},
		{Label: "Header row", Text: header}, {Label: "Matched by", Text: strings.ToLower(i.Plan.Key.Label())},
		{Label: "Columns", Text: strconv.Itoa(len(takenColumns(i))) + " of " + strconv.Itoa(len(i.Plan.Columns)) + " imported"}}}
	var ignored []string
	for n, t := range i.Plan.Columns {
		c := components.ImportColumn{Title: columnTitle(i, n)}
		if t == "" {
			ignored = append(ignored, c.Title)
		}
		for _, r := range samples {
			if n < len(r.Cells) && r.Cells[n] != "" && t != store.TargetPasswordHash {
				c.Samples = append(c.Samples, clipText(r.Cells[n], 40))
			}
		}
		p.Columns = append(p.Columns, c)
	}
	if len(ignored) > 0 {
		p.Ignored = "Ignored: " + clipText(strings.Join(ignored, ", "), 300)
	}
	if i.Carried() == 0 && !i.Working(a.words.now) && (i.State == store.ImportChecked || i.State == store.ImportChecking) {
		p.Action = importPath(i.ID) + "/plan"
	}
	return p
}

func columnTitle(i *store.Import, n int) string {
	if n < len(i.Titles) && i.Titles[n] != "" {
		return i.Titles[n]
	}
	return "Column " + strconv.Itoa(n+1)
}

// planForm is the form that corrects how the file is read, with what was chosen
// in it and what is wrong with that.
func planForm(i *store.Import, chosen store.ImportPlan, p components.ImportPlanForm, problems map[string]string) components.ImportPlanForm {
	if p.Action == "" {
		return p
	}
	p.Open = problems != nil || i.Creates+i.Changes+i.Sames == 0 && i.Refusals > 0
	p.Error = problems["columns"]
	p.Fields = []components.Field{
		{Name: "encoding", Label: "Encoding", Type: "select", Options: optionsOf(store.CSVEncodings(), encodingLabels, chosen.Format.Encoding)},
		{Name: "delimiter", Label: "Separator", Type: "select", Options: optionsOf(store.CSVDelimiters(), delimiterLabels, chosen.Format.Delimiter)},
		{Name: "key", Label: "Match people by", Type: "select", Options: []components.Option{
			{Value: string(store.FieldEmail), Label: store.FieldEmail.Label(), Selected: chosen.Key == store.FieldEmail},
			{Value: string(store.FieldExternalID), Label: store.FieldExternalID.Label(), Selected: chosen.Key == store.FieldExternalID}}},
		{Name: "header", Label: "The first row names the columns", Type: "checkbox", Value: ticked(chosen.Format.Header)},
		{Name: "clear", Label: "An empty phone or external id empties that of the person", Type: "checkbox", Value: ticked(chosen.Clear)},
	}
	for n := range p.Fields {
		p.Fields[n].ID, p.Fields[n].Error = "import-"+p.Fields[n].Name, problems[p.Fields[n].Name]
	}
	for n := range p.Columns {
		p.Columns[n].Field = components.Field{ID: "import-column-" + strconv.Itoa(n), Name: "column." + strconv.Itoa(n), Type: "select", Options: targetOptions(chosen, n)}
	}
	return p
}

func ticked(on bool) string {
	if on {
		return "1"
	}
	return ""
}

func optionsOf(values []string, labels map[string]string, chosen string) []components.Option {
	var out []components.Option
	for _, v := range values {
		out = append(out, components.Option{Value: v, Label: labels[v], Selected: v == chosen})
	}
	return out
}

// targetOptions are what a column may become.
func targetOptions(p store.ImportPlan, n int) []components.Option {
	var chosen store.ImportTarget
	if n < len(p.Columns) {
		chosen = p.Columns[n]
	}
	out := []components.Option{{Label: "Ignored", Selected: chosen == ""}}
	for _, t := range store.ImportTargets() {
		out = append(out, components.Option{Value: string(t), Label: t.Label(), Selected: t == chosen})
	}
	return out
}

var encodingLabels = map[string]string{
	store.EncodingUTF8: "UTF-8", store.EncodingWindows1252: "Windows-1252", store.EncodingLatin1: "Latin-1",
	store.EncodingUTF16LE: "UTF-16", store.EncodingUTF16BE: "UTF-16 (big-endian)",
}

var delimiterLabels = map[string]string{",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
