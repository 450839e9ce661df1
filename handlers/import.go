package handlers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"backoffice/components"
	"backoffice/store"
)

const (
	// maxUpload is the largest file of people, in bytes: a few million rows.
	maxUpload = 256 << 20
	// uploadTime is how long a file may take to come in.
	uploadTime = time.Hour
	// importPatience is how long an answer waits for work on an import: a small
	// file shows its result at once, a large one how far it is.
	importPatience = 1200 * time.Millisecond
)

// imports is the list of imports.
func (s *server) imports(a *ask) (view, error) {
	list, err := s.store.Imports(a.Context(), a.actor)
	if err != nil {
		return view{}, err
	}
	v := components.ImportList{NewHref: "/imports/new"}
	for n := range list {
		i := &list[n]
		item := components.ImportItem{ID: i.ID, Name: i.Name, Href: importPath(i.ID), State: s.importState(a, i),
			Summary: importSummary(i), Who: i.Who, When: a.words.moment(i.Created)}
		if i.Undoable(a.words.now) {
			item.Undo = importPath(i.ID) + "/undo"
		}
		v.Imports = append(v.Imports, item)
	}
	return view{title: "Imports", screen: components.ImportsPage(v)}, nil
}

func importPath(id int64) string { return "/imports/" + formatID(id) }

// newImport asks for the file.
func (s *server) newImport(*ask) (view, error) { return uploadView(""), nil }

func uploadView(problem string) view {
	v := view{title: "New import", screen: components.ImportUploadPage(components.ImportUpload{
		Action: "/imports", Max: strconv.Itoa(maxUpload>>20) + " MB", Error: problem})}
	if problem != "" {
		v.status = http.StatusUnprocessableEntity
	}
	return v
}

// upload takes a file in while it comes, without keeping it in memory or beside
// the data, and checks it.
func (s *server) upload(a *ask) (view, error) {
	i, err := s.takeUpload(a)
	var e *store.Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return uploadView("This file is larger than " + strconv.Itoa(maxUpload>>20) + " MB. Divide it, or import it on the command line."), nil
	case errors.As(err, &e) && e.Fields["file"] != "":
		return uploadView(e.Fields["file"]), nil
	case err != nil:
		return view{}, err
	}
	if err := s.work(a, i.ID, store.ImportChecking); err != nil {
		return view{}, err
	}
	return view{goTo: importPath(i.ID)}, nil
}

func (s *server) takeUpload(a *ask) (store.Import, error) {
	form, err := a.MultipartReader()
	if err != nil {
		return store.Import{}, errBody
	}
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return store.Import{}, &store.Error{Kind: store.Invalid, Fields: map[string]string{"file": "Choose a file."}}
		}
		if err != nil {
			return store.Import{}, err
		}
		if part.FormName() != "file" {
			continue
		}
		if part.FileName() == "" {
			return store.Import{}, &store.Error{Kind: store.Invalid, Fields: map[string]string{"file": "Choose a file."}}
		}
		return s.store.NewImport(a.Context(), a.actor, part.FileName(), part)
	}
}

// work has an import worked on beside the requests, and waits a little for it.
func (s *server) work(a *ask, id int64, to store.ImportState) error {
	job, err := s.store.BeginImport(a.Context(), a.actor, id, to)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	request := a.id
	s.store.Go(func(ctx context.Context) {
		defer close(done)
		if err := job.Work(ctx, func(store.Import) {}); err != nil {
			s.log.Error("an import stopped", "id", request, "import", id, "cause", err.Error())
		}
	})
	select {
	case <-done:
	case <-a.Context().Done():
	case <-time.After(importPatience):
	}
	return nil
}

// showImport is one import.
func (s *server) showImport(a *ask) (view, error) {
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	v, err := s.importView(a, &i, readRows(a.URL.Query()))
	if err != nil {
		return view{}, err
	}
	out := view{title: i.Name, screen: components.ImportPage(v)}
	if a.hx.target == components.ImportRowsID {
		out.part = components.ImportRowsView(v)
	}
	return out, nil
}

// importProgress answers a page that asks how far the work is. When it is done,
// the page is drawn anew and told so.
func (s *server) importProgress(a *ask) (view, error) {
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	p := importProgress(a, &i)
	if p == nil {
		if !a.hx.fragment {
			return view{goTo: importPath(i.ID)}, nil
		}
		return view{part: components.Nothing(), toast: s.importToast(a, &i), tell: instruct{trigger: redrawMain}}, nil
	}
	v := view{title: i.Name, screen: components.ImportProgressView(*p)}
	if p.Poll == "" { // it stopped: the page offers to go on
		v.tell.trigger = redrawMain
	}
	return v, nil
}

// importToast says what an import came to.
func (s *server) importToast(a *ask, i *store.Import) *components.Toast {
	t := &components.Toast{Tone: "ok", Title: i.Name, Detail: importSummary(i)}
	switch i.State {
	case store.ImportChecked:
		t.Title += " is checked"
	case store.ImportDone:
		t.Title += " is imported"
		if i.Undoable(a.words.now) {
			t.UndoAction, t.UndoName = importPath(i.ID)+"/undo", "Undo: import of "+i.Name
		}
	case store.ImportUndone:
		t.Title += " is undone"
	}
	return t
}

// replan reads the file in another way, or takes its columns for something else.
func (s *server) replan(a *ask) (view, error) {
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	plan := store.ImportPlan{Key: store.Field(a.PostFormValue("key")), Clear: a.PostFormValue("clear") != "",
		Format: store.CSVFormat{Encoding: a.PostFormValue("encoding"), Delimiter: a.PostFormValue("delimiter"), Header: a.PostFormValue("header") != ""}}
	for n := range i.Plan.Columns {
		plan.Columns = append(plan.Columns, store.ImportTarget(a.PostFormValue("column."+strconv.Itoa(n))))
	}
	err = s.store.PlanImport(a.Context(), a.actor, i.ID, plan)
	var e *store.Error
	if errors.As(err, &e) && e.Kind == store.Invalid {
		v, err := s.importView(a, &i, rowsState{})
		v.Plan = planForm(&i, plan, v.Plan, e.Fields)
		return view{status: statusOf(e.Kind), title: i.Name, screen: components.ImportPage(v)}, err
	}
	if err != nil {
		return view{}, err
	}
	return s.worked(a, store.ImportChecking)
}

// worked begins some work and shows the import.
func (s *server) worked(a *ask, to store.ImportState) (view, error) {
	if err := s.work(a, a.pathID(), to); err != nil {
		return view{}, err
	}
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	v := view{goTo: importPath(i.ID)}
	if !i.Working(a.words.now) && i.State != store.ImportChecked {
		v.toast = s.importToast(a, &i)
	}
	return v, nil
}

func (s *server) runImport(a *ask) (view, error) { return s.worked(a, store.ImportRunning) }

// continueImport goes on with whatever has stopped.
func (s *server) continueImport(a *ask) (view, error) {
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	return s.worked(a, i.State)
}

func (s *server) stopImport(a *ask) (view, error) {
	if err := s.store.StopImport(a.Context(), a.actor, a.pathID()); err != nil {
		return view{}, err
	}
	return view{goTo: importPath(a.pathID())}, nil
}

// confirmUndoImport asks before all that an import did is taken back.
func (s *server) confirmUndoImport(a *ask) (view, error) {
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	c := components.Confirm{Title: "Undo the import of " + i.Name + "?", Action: a.URL.Path, Submit: "Undo " + count(i.Carried(), "row", "rows"),
		Danger: true, Cancel: importPath(i.ID), TargetID: components.MainID,
		Body: []string{"Who was created by it is deleted and can be restored for 30 days; what it changed is set back.",
			"What somebody has changed since is left as it is, and named."}}
	if !i.Undoable(a.words.now) {
		return view{}, &store.Error{Kind: store.Refused, Message: "There is nothing to undo in this import."}
	}
	return view{title: c.Title, screen: components.ConfirmPage(c), part: components.ConfirmDialog(c)}, nil
}

func (s *server) undoImport(a *ask) (view, error) { return s.worked(a, store.ImportUndoing) }

func (s *server) discardImport(a *ask) (view, error) {
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	if err := s.store.DiscardImport(a.Context(), a.actor, i.ID); err != nil {
		return view{}, err
	}
	return view{goTo: "/imports", toast: &components.Toast{Tone: "ok", Title: i.Name + " discarded", Detail: "Nothing of it was written."}}, nil
}

// refusedRows are the refused rows as a file, to be mended elsewhere.
func (s *server) refusedRows(a *ask) (view, error) {
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	name := "refused-" + formatID(i.ID) + ".csv"
	return view{file: &file{name, "text/csv; charset=utf-8", func(w io.Writer) error {
		return s.store.WriteRefused(a.Context(), a.actor, i.ID, false, w)
	}}}, nil
}

// mendRow puts other values into a row and shows what it does now.
func (s *server) mendRow(a *ask) (view, error) {
	line, err := strconv.Atoi(a.PathValue("line"))
	if err != nil {
		return view{}, &store.Error{Kind: store.NotFound, Message: "There is no such row in this import."}
	}
	cells := map[int]string{}
	for n := range maxColumns {
		if v, ok := a.PostForm["cell."+strconv.Itoa(n)]; ok {
			cells[n] = v[0]
		}
	}
	r, err := s.store.MendImport(a.Context(), a.actor, a.pathID(), line, cells)
	if err != nil {
		return view{}, err
	}
	if !a.hx.fragment {
		return view{goTo: backTo(a, importPath(a.pathID())) + "#" + components.ImportRowID(line), toast: mendToast(&r)}, nil
	}
	i, err := s.store.Import(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	sum := s.importSum(a, &i, readRows(pageOf(a).Query()))
	return view{part: components.ImportLineView(importLine(a, &i, &r, true)),
		beside: []beside{{components.Sel(components.ImportSumID), "outerMorph", components.ImportSum(sum)}}}, nil
}

// maxColumns is how many columns a row is mended in.
const maxColumns = 200

func mendToast(r *store.ImportRow) *components.Toast {
	t := &components.Toast{Tone: "ok", Title: "Line " + strconv.Itoa(r.Line), Detail: verdictOf(r).Label}
	if r.Verdict == store.VerdictRefused {
		t.Tone = "bad"
	}
	return t
}
