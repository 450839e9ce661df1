package store

import (
	"context"
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// MendImport puts other cells into a row, by column, and checks it again, with
// those that were refused for being like it. Nobody is changed by it; running
// the import again carries out what became possible.
func (s *Store) MendImport(ctx context.Context, a Actor, id int64, line int, cells map[int]string) (ImportRow, error) {
	var r ImportRow
	err := s.write(ctx, a, attempt{ActImport, 0}, func(x *tx) error {
		if err := x.require(ActImport, nil); err != nil {
			return err
		}
		i, err := loadImport(x.ctx, x.Tx, id)
		if err != nil {
			return err
		}
		if !i.Mendable(x.now) {
			return refused("This import cannot be mended now. Wait until it is checked, or stop it first.")
		}
		if r, err = loadImportRow(x, id, line); err != nil {
			return err
		}
		if r.Done {
			return refused("This row has been done already.")
		}
		emails, externals := [2]string{r.emailKey}, [2]string{r.externalID}
		r.mend(cells, len(i.Plan.Columns))
		if err := x.recheck(&i, &r); err != nil {
			return err
		}
		emails[1], externals[1] = r.emailKey, r.externalID
		like, err := rowsLike(x, id, line, emails, externals)
		if err != nil {
			return err
		}
		for n := range like {
			if err := x.recheck(&i, &like[n]); err != nil {
				return err
			}
		}
		return mendImport(x, &i)
	})
	return r, err
}

// mend puts cells in. What the row was refused for as a whole is settled by
// somebody having looked at it.
func (r *ImportRow) mend(cells map[int]string, width int) {
	for len(r.Cells) < width {
		r.Cells = append(r.Cells, "")
	}
	if len(cells) > 0 {
		r.Cells, r.Broken = r.Cells[:width], ""
	}
	for n, v := range cells {
		if n >= 0 && n < width {
			r.Cells[n] = v
		}
	}
}

// recheck gives one row its verdict anew.
func (x *tx) recheck(i *Import, r *ImportRow) error {
	admins, err := countActiveAdmins(x.ctx, x.Tx)
	if err != nil {
		return err
	}
	before := r.Verdict
	rows := []ImportRow{*r}
	if err := newChecker(i.Plan, x.actor, admins).check(x.ctx, x.Tx, i.ID, rows, x.now); err != nil {
		return err
	}
	*r = rows[0]
	i.count(before, -1)
	i.count(r.Verdict, 1)
	return saveImportRow(x, i.ID, r)
}

// WriteRefused writes the refused rows of an import as CSV, with the line and
// the reason behind the cells: to be mended elsewhere and brought in again.
// Password hashes are left out unless the caller is asked for them.
func (s *Store) WriteRefused(ctx context.Context, a Actor, id int64, hashes bool, w io.Writer) error {
	i, err := s.Import(ctx, a, id)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	titles := slices.Clone(i.Titles)
	for n := range titles {
		if titles[n] == "" {
			titles[n] = "column " + strconv.Itoa(n+1)
		}
	}
	if err := writeCells(out, append(titles, "line", "reason")); err != nil {
		return err
	}
	q := ImportRowQuery{Verdict: VerdictRefused, Limit: 500}
	for more := true; more; {
		var rows []ImportRow
		if rows, more, err = s.ImportRows(ctx, a, id, q); err != nil {
			return err
		}
		for n := range rows {
			q.After = rows[n].Line
			if err := writeCells(out, i.refusedCells(&rows[n], hashes)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// refusedCells are the cells of a refused row, its line and why.
func (i *Import) refusedCells(r *ImportRow, hashes bool) []string {
	cells := make([]string, len(i.Titles), len(i.Titles)+2)
	copy(cells, r.Cells)
	for n, t := range i.Plan.Columns {
		if t == TargetPasswordHash && !hashes {
			cells[n] = ""
		}
	}
	return append(cells, strconv.Itoa(r.Line), r.Reason())
}

func writeCells(out *csv.Writer, cells []string) error {
	for n := range cells {
		cells[n] = HarmlessCell(cells[n])
	}
	return out.Write(cells)
}

// Reason says in one text why a row is refused.
func (r *ImportRow) Reason() string {
	var parts []string
	for _, f := range slices.Sorted(maps.Keys(r.Problems)) {
		text := r.Problems[f]
		if f != RowProblem {
			text = Field(f).Label() + ": " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}
