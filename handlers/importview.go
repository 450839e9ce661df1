package handlers

import (
	"net/url"
	"strconv"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// rowsState is what the address says of the rows of an import.
type rowsState struct {
	verdict store.Verdict
	after   int
}

func readRows(q url.Values) rowsState {
	var r rowsState
	for _, v := range store.Verdicts() {
		if q.Get("rows") == string(v) {
			r.verdict = v
		}
	}
	r.after, _ = strconv.Atoi(q.Get("after"))
	return r
}

// at is the address of an import with this state behind it.
func (r rowsState) at(id int64) string {
	q := url.Values{}
	if r.verdict != "" {
		q.Set("rows", string(r.verdict))
	}
	if r.after > 0 {
		q.Set("after", strconv.Itoa(r.after))
	}
	if len(q) == 0 {
		return importPath(id)
	}
	return importPath(id) + "?" + q.Encode()
}

// importState is where an import stands, as a badge.
func (s *server) importState(a *ask, i *store.Import) components.Status {
	if i.Stopped(a.words.now) {
		return components.Status{Key: "stopped", Label: "Stopped"}
	}
	switch i.State {
	case store.ImportChecking:
		return components.Status{Key: "working", Label: "Being checked"}
	case store.ImportChecked:
		return components.Status{Key: "ready", Label: "Checked"}
	case store.ImportRunning:
		return components.Status{Key: "working", Label: "Running"}
	case store.ImportUndoing:
		return components.Status{Key: "working", Label: "Being undone"}
	case store.ImportUndone:
		return components.Status{Key: "undone", Label: "Undone"}
	}
	return components.Status{Key: "done", Label: "Done"}
}

// importSummary says in a line what an import does or did.
func importSummary(i *store.Import) string {
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, thousands(n)+" "+what)
		}
	}
	switch i.State {
	case store.ImportChecking, store.ImportChecked:
		add(i.Creates, "to create")
		add(i.Changes, "to change")
	case store.ImportUndoing, store.ImportUndone:
		add(i.Undone, "taken back")
		add(i.Kept, "left as they are")
	default:
		add(i.CreatedN, "created")
		add(i.ChangedN, "changed")
	}
	add(i.Sames, "unchanged")
	add(i.Refusals, "refused")
	if len(parts) == 0 {
		return "no rows"
	}
	return strings.Join(parts, ", ")
}

// importProgress is how far the work on an import has come; nil when there is
// no work.
func importProgress(a *ask, i *store.Import) *components.ImportProgress {
	p := &components.ImportProgress{Refresh: importPath(i.ID)}
	switch i.State {
	case store.ImportChecking:
		p.Label, p.At, p.All = "Checking "+i.Name, i.Rows(), max(i.Lines, i.Rows())
		p.Text = "Row " + thousands(p.At) + " of about " + thousands(p.All)
	case store.ImportRunning:
		p.Label, p.At, p.All = "Running "+i.Name, i.Carried(), i.Creates+i.Changes
		p.Text = thousands(p.At) + " of " + thousands(p.All) + " carried out"
	case store.ImportUndoing:
		p.Label, p.At, p.All = "Undoing "+i.Name, i.Undone+i.Kept, i.Carried()
		p.Text = thousands(p.At) + " of " + thousands(p.All) + " taken back"
	default:
		return nil
	}
	if i.Working(a.words.now) {
		p.Poll, p.Stop = importPath(i.ID)+"/progress", importPath(i.ID)+"/stop"
		return p
	}
	p.Text = "Stopped at row " + thousands(p.At) + " of " + thousands(p.All)
	if i.At > 0 && i.State == store.ImportChecking {
		p.Text += ", line " + thousands(i.At) + " of the file"
	}
	return p
}

// importView is the page of an import.
func (s *server) importView(a *ask, i *store.Import, at rowsState) (components.ImportView, error) {
	v := s.importSum(a, i, at)
	v.ID, v.Name, v.Who, v.When = i.ID, i.Name, i.Who, a.words.moment(i.Created)
	v.State, v.Problem, v.Progress = s.importState(a, i), i.Problem, importProgress(a, i)
	now, path := a.words.now, importPath(i.ID)
	if i.Undoable(now) {
		v.Undo = path + "/undo"
	}
	if i.Carried() == 0 && !i.Working(now) {
		v.Discard = path + "/discard"
	}
	if i.Refusals > 0 && !i.Working(now) {
		v.Refused = path + "/refused"
	}
	samples, _, err := s.store.ImportRows(a.Context(), a.actor, i.ID, store.ImportRowQuery{Limit: 3})
	if err != nil {
		return v, err
	}
	v.Plan = planView(a, i, samples)
	v.Plan = planForm(i, i.Plan, v.Plan, nil)
	if v.Progress != nil && v.Progress.Poll != "" {
		return v, nil
	}
	return v, s.importRows(a, i, at, &v)
}

// importSum is the totals and what running the import would do.
func (s *server) importSum(a *ask, i *store.Import, at rowsState) components.ImportView {
	v := components.ImportView{}
	carried := i.State == store.ImportDone || i.State == store.ImportUndone || i.State == store.ImportUndoing
	labels := []string{"Will create", "Will change", "Unchanged", "Refused"}
	if carried {
		labels[0], labels[1] = "Created", "Changed"
	}
	v.Totals = []components.Chip{{Label: "All", Count: thousands(i.Rows()), Href: rowsState{}.at(i.ID), Current: at.verdict == ""}}
	for n, verdict := range store.Verdicts() {
		counts := []int{i.Creates, i.Changes, i.Sames, i.Refusals}
		v.Totals = append(v.Totals, components.Chip{Label: labels[n], Count: thousands(counts[n]),
			Href: rowsState{verdict: verdict}.at(i.ID), Current: at.verdict == verdict})
	}
	s.importRun(a, i, &v)
	return v
}

// importRun says what a run would do, and offers it.
func (s *server) importRun(a *ask, i *store.Import, v *components.ImportView) {
	now := a.words.now
	switch {
	case i.State == store.ImportChecked && i.Pending() > 0 && i.Idle(now):
		v.Run, v.RunLabel = importPath(i.ID)+"/run", "Run import"
		v.Will, v.Note = willDo(i), "Nothing is written before you run it, and all of it can be undone."
		if i.Carried() > 0 {
			v.Note = "The other rows are done already."
		}
	case i.State == store.ImportChecked:
		v.Will, v.Note = "There is nothing to do.", "Everybody in this file is up to date already."
		if i.Refusals > 0 {
			v.Note = "Every row that would change something is refused. Mend them below, or correct how the file is read."
		}
	case i.Stopped(now) && i.Idle(now):
		v.Continue = importPath(i.ID) + "/continue"
		v.Will, v.Note = "It stopped part-way.", "What is done is done and can be undone; continuing does the rest."
		if i.State == store.ImportChecking {
			v.Note = "Nothing has been written. Continue to check the rest of the file."
		}
	case i.State == store.ImportDone:
		v.Will = "Done: " + importSummary(i) + "."
		if i.Refusals > 0 {
			v.Note = "Refused rows can be mended below and run."
		}
	case i.State == store.ImportUndone:
		v.Will = "Undone: " + importSummary(i) + "."
	}
}

// willDo says what a run does.
func willDo(i *store.Import) string {
	creates, changes := i.Creates-i.CreatedN, i.Changes-i.ChangedN
	switch {
	case changes == 0:
		return "This creates " + count(creates, "person", "people") + "."
	case creates == 0:
		return "This changes " + count(changes, "person", "people") + "."
	}
	return "This creates " + count(creates, "person", "people") + " and changes " + thousands(changes) + "."
}

// importRows are the rows from a place on.
func (s *server) importRows(a *ask, i *store.Import, at rowsState, v *components.ImportView) error {
	rows, more, err := s.store.ImportRows(a.Context(), a.actor, i.ID, store.ImportRowQuery{Verdict: at.verdict, After: at.after})
	if err != nil {
		return err
	}
	for _, n := range takenColumns(i) {
		v.Heads = append(v.Heads, components.ImportHead{Label: i.Plan.Columns[n].Label(), Title: i.Titles[n]})
	}
	for n := range rows {
		v.Rows = append(v.Rows, importLine(a, i, &rows[n], false))
	}
	if len(rows) == 0 {
		v.Empty = "There is no row like this."
		if i.Rows() > 0 && at == (rowsState{}) {
			v.Empty = "The rows are removed 30 days after the import. What was changed still stands in each person’s history."
		}
		return nil
	}
	v.Range = "Showing " + count(len(rows), "row", "rows") + " from line " + thousands(rows[0].Line)
	if more {
		v.NextHref = rowsState{at.verdict, rows[len(rows)-1].Line}.at(i.ID)
	}
	if at.after > 0 {
		v.Top = rowsState{verdict: at.verdict}.at(i.ID)
	}
	return nil
}

// takenColumns are the columns of the file that become something.
func takenColumns(i *store.Import) []int {
	var out []int
	for n, t := range i.Plan.Columns {
		if t != "" {
			out = append(out, n)
		}
	}
	return out
}

// verdictOf is what a row does, or did.
func verdictOf(r *store.ImportRow) components.Status {
	switch {
	case r.Undo == store.UndoneRow:
		return components.Status{Key: "undone", Label: "Undone"}
	case r.Undo != "":
		return components.Status{Key: "stopped", Label: "Left"}
	case r.Done && r.Verdict == store.VerdictCreate:
		return components.Status{Key: "done", Label: "Created"}
	case r.Done:
		return components.Status{Key: "done", Label: "Changed"}
	}
	switch r.Verdict {
	case store.VerdictCreate:
		return components.Status{Key: "create", Label: "Creates"}
	case store.VerdictChange:
		return components.Status{Key: "change", Label: "Changes"}
	case store.VerdictRefused:
		return components.Status{Key: "refused", Label: "Refused"}
	}
	return components.Status{Key: "same", Label: "Unchanged"}
}

// importLine is one row. One that is refused is a form, with what is wrong
// beside the cell; focus leads to the first of them.
func importLine(a *ask, i *store.Import, r *store.ImportRow, focus bool) components.ImportLine {
	l := components.ImportLine{ImportID: i.ID, Line: r.Line, Verdict: verdictOf(r), Name: r.UserName, Problem: r.Problems[store.RowProblem]}
	if r.User != 0 && r.UserName != "" {
		l.Href = "/users/" + formatID(r.User)
	}
	if r.Undo != "" && r.Undo != store.UndoneRow {
		l.Problem = r.Undo
	}
	if r.Verdict == store.VerdictRefused && i.Mendable(a.words.now) {
		l.Open, l.Mend = true, importPath(i.ID)+"/rows/"+strconv.Itoa(r.Line)
	}
	told := map[store.Field]bool{}
	for _, n := range takenColumns(i) {
		c := importCell(i, r, n, told)
		if l.Open && c.Field != nil && c.Field.Error != "" && focus {
			c.Field.Autofocus, focus = true, false
		}
		if !l.Open {
			c.Field = nil
		}
		l.Cells = append(l.Cells, c)
	}
	return l
}

// importCell is one cell of a row: its text, what it changes, and the control
// to mend it. told holds the fields that an earlier column has spoken for: a
// name may be made of two.
func importCell(i *store.Import, r *store.ImportRow, n int, told map[store.Field]bool) components.ImportCell {
	target := i.Plan.Columns[n]
	f := target.Field()
	c := components.ImportCell{Label: target.Label()}
	text := ""
	if n < len(r.Cells) {
		text = r.Cells[n]
	}
	c.Text, c.New = clipText(text, 120), r.Verdict == store.VerdictCreate && text != ""
	control := components.Field{ID: components.ImportRowID(r.Line) + "-" + strconv.Itoa(n), Name: "cell." + strconv.Itoa(n), Type: "text", Value: text, Autocomplete: "off"}
	first := !told[f]
	told[f] = true
	if first {
		control.Error = r.Problems[string(f)]
	}
	if target == store.TargetPasswordHash {
		return hashCell(c, control, text)
	}
	c.Field = &control
	for _, change := range r.Changes {
		if change.Field == f && first {
			c.New, c.Before, c.Text = true, shownOrEmpty(f, change.Before), shownOrEmpty(f, change.After)
		}
	}
	return c
}

// hashCell never shows a password hash. One that is refused can only be given
// up, or typed anew.
func hashCell(c components.ImportCell, control components.Field, text string) components.ImportCell {
	if text != "" {
		c.Text = "given"
	}
	if control.Error != "" {
		control.Value = ""
		control.Error += " Checked again as it is, the row goes without."
		c.Field = &control
	}
	return c
}
