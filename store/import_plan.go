package store

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// ImportPlan is what was chosen for an import.
type ImportPlan struct {
	Format  CSVFormat      `json:"format"`
	Columns []ImportTarget `json:"columns"` // what each column is
	// Key is the field that a person is recognised by: FieldEmail or
	// FieldExternalID.
	Key Field `json:"key"`
	// Clear lets an empty cell empty the phone or the external id of a person
	// who is there. Otherwise it says nothing.
	Clear bool `json:"clear"`
}

// readHead reads the titles of the columns and, unless they are given, guesses
// what the columns are.
func (s *Store) readHead(ctx context.Context, i *Import, columns []ImportTarget) error {
	file, err := s.openFile(ctx, i.ID)
	if err != nil {
		return err
	}
	r := NewCSVReader(file, i.Plan.Format)
	var rows []CSVRow
	for len(rows) < 100 {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return notRows(err)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return invalid(map[string]string{"file": "There is no row in this file."})
	}
	i.Titles = make([]string, len(rows[0].Cells))
	if i.Plan.Format.Header {
		for n, cell := range rows[0].Cells {
			i.Titles[n] = tidy(strings.ToValidUTF8(cell, "\ufffd"))
		}
	}
	i.Plan.Columns = columns
	if len(columns) != len(i.Titles) {
		i.Plan.Columns = guessColumns(i.Plan.Format.Header, rows)
		if !i.Plan.has(FieldEmail) && i.Plan.has(FieldExternalID) {
			i.Plan.Key = FieldExternalID
		}
	}
	return nil
}

// notRows turns what the reader of rows says into something for people.
func notRows(err error) error {
	if errors.Is(err, errNoRows) {
		return &Error{Kind: Invalid, Message: "This does not look like a file of rows.", Fields: map[string]string{"file": "This does not look like a file of rows."}, Cause: err}
	}
	return err
}

// PlanImport chooses anew how the file is read, what its columns are and what
// people are recognised by. What was mended is kept unless the file itself is
// read in another way. The import has to be checked again afterwards.
func (s *Store) PlanImport(ctx context.Context, a Actor, id int64, p ImportPlan) error {
	i, err := s.Import(ctx, a, id)
	if err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	i.reread = i.reread && i.State == ImportChecking || p.Format != i.Plan.Format
	columns := p.Columns
	if p.Format.Delimiter != i.Plan.Format.Delimiter || p.Format.Encoding != i.Plan.Format.Encoding {
		columns = nil // other columns, or titles that can be read now: they are guessed anew
	}
	i.Plan = p
	if i.reread {
		if err := s.readHead(ctx, &i, columns); err != nil {
			return err
		}
	}
	if len(i.Plan.Columns) != len(i.Titles) {
		return invalid(map[string]string{"columns": "The columns of this file have changed. Look at them again."})
	}
	return s.write(ctx, a, attempt{ActImport, 0}, func(x *tx) error {
		if err := x.require(ActImport, nil); err != nil {
			return err
		}
		now, err := loadImport(x.ctx, x.Tx, id)
		if err != nil {
			return err
		}
		if now.Carried() > 0 || now.State != ImportChecked && now.State != ImportChecking {
			return refused("This import has been run. It can no longer be read in another way.")
		}
		return planImport(x, &i)
	})
}

// check refuses a plan that cannot work.
func (p ImportPlan) check() error {
	problems := map[string]string{}
	if !slices.Contains(CSVEncodings(), p.Format.Encoding) {
		problems["encoding"] = "Choose one of the encodings."
	}
	if !slices.Contains(CSVDelimiters(), p.Format.Delimiter) {
		problems["delimiter"] = "Choose one of the delimiters."
	}
	if p.Key != FieldEmail && p.Key != FieldExternalID {
		problems["key"] = "People are recognised by their e-mail or their external id."
	}
	for n, t := range p.Columns {
		switch {
		case t != "" && !slices.Contains(ImportTargets(), t):
			problems["columns"] = "Choose one of the fields for each column."
		case t != "" && !t.repeats() && slices.Contains(p.Columns[:n], t):
			problems["columns"] = "Two columns cannot both be the " + lowerFirst(t.Label()) + "."
		}
	}
	if len(p.Columns) > 0 && problems["key"] == "" && !p.has(p.Key) {
		problems["key"] = "No column is the " + lowerFirst(p.Key.Label()) + " that people are matched by."
	}
	if len(problems) > 0 {
		return invalid(problems)
	}
	return nil
}

// has reports whether a column gives the field.
func (p ImportPlan) has(f Field) bool {
	return slices.ContainsFunc(p.Columns, func(t ImportTarget) bool { return t != "" && t.Field() == f })
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToLower(string(r)) + s[n:]
}
