package handlers

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// workbook is what a spreadsheet reads of a file.
type workbook struct {
	parts  map[string]string
	names  []string     // of the sheets
	sheets [][][]string // by row and column
}

type sheetXML struct {
	Pane struct {
		Split string `xml:"ySplit,attr"`
		State string `xml:"state,attr"`
	} `xml:"sheetViews>sheetView>pane"`
	Rows []struct {
		Number int `xml:"r,attr"`
		Cells  []struct {
			At    string `xml:"r,attr"`
			Style string `xml:"s,attr"`
			Type  string `xml:"t,attr"`
			Text  string `xml:"is>t"`
			Value string `xml:"v"`
		} `xml:"c"`
	} `xml:"sheetData>row"`
}

// readXLSX follows the workbook from its list of sheets to their cells.
func readXLSX(t testing.TB, b []byte) workbook {
	t.Helper()
	w := workbook{parts: map[string]string{}}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		w.parts[f.Name] = string(content)
	}
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	w.parse(t, "xl/workbook.xml", &book)
	targets := w.relations(t, "xl/_rels/workbook.xml.rels")
	for _, s := range book.Sheets {
		w.names = append(w.names, s.Name)
		w.sheets = append(w.sheets, w.rows(t, "xl/"+targets[s.ID]))
	}
	return w
}

func (w workbook) parse(t testing.TB, part string, into any) {
	t.Helper()
	if err := xml.Unmarshal([]byte(w.parts[part]), into); err != nil {
		t.Fatalf("%s: %v", part, err)
	}
}

// relations are the targets in a file of relations, by id.
func (w workbook) relations(t testing.TB, part string) map[string]string {
	t.Helper()
	var list struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	w.parse(t, part, &list)
	targets := map[string]string{}
	for _, r := range list.All {
		targets[r.ID] = r.Target
	}
	return targets
}

func (w workbook) rows(t testing.TB, part string) (rows [][]string) {
	t.Helper()
	var sheet sheetXML
	w.parse(t, part, &sheet)
	if sheet.Pane.Split != "1" || sheet.Pane.State != "frozen" {
		t.Errorf("%s: the head does not stay in sight", part)
	}
	for i, r := range sheet.Rows {
		row := make([]string, len(exportColumns))
		for _, c := range r.Cells {
			column := int(c.At[0] - 'A')
			if r.Number != i+1 || c.At[1:] != strconv.Itoa(r.Number) {
				t.Fatalf("%s: row %d has number %d and the cell %s", part, i+1, r.Number, c.At)
			}
			switch {
			case c.Type == "inlineStr":
				row[column] = unescapeXLSX(c.Text)
			case c.Style == "2":
				row[column] = dayNumber(t, c.Value)
			default:
				row[column] = c.Value
			}
			if (i == 0) != (c.Style == "1") {
				t.Errorf("%s: %s has the style %q", part, c.At, c.Style)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// dayNumber is a time as a spreadsheet keeps it.
func dayNumber(t testing.TB, value string) string {
	t.Helper()
	days, err := strconv.ParseFloat(value, 64)
	if err != nil {
		t.Fatal(err)
	}
	seconds := math.Round(days * 24 * 60 * 60)
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second).Format(time.RFC3339)
}

var escapedXLSX = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescapeXLSX reads an ST_Xstring.
func unescapeXLSX(text string) string {
	return escapedXLSX.ReplaceAllStringFunc(text, func(e string) string {
		n, _ := strconv.ParseUint(e[2:6], 16, 16)
		return string(rune(n))
	})
}

// TestWorkbookIsWhole looks for what makes Excel offer a repair: parts that are
// not well formed, not declared, or not there.
func TestWorkbookIsWhole(t *testing.T) {
	t.Parallel()
	w := readXLSX(t, encode(t, formatOf(t, "xlsx"), nasty))
	var types struct {
		Parts []struct {
			Name string `xml:"PartName,attr"`
			Type string `xml:"ContentType,attr"`
		} `xml:"Override"`
	}
	w.parse(t, "[Content_Types].xml", &types)
	declared := map[string]bool{}
	for _, p := range types.Parts {
		declared[strings.TrimPrefix(p.Name, "/")] = true
		if w.parts[strings.TrimPrefix(p.Name, "/")] == "" {
			t.Errorf("%s is declared and not there", p.Name)
		}
	}
	for name := range w.parts {
		w.parse(t, name, new(struct{ XMLName xml.Name }))
		if strings.HasPrefix(name, "xl/") && !strings.HasSuffix(name, ".rels") && !declared[name] {
			t.Errorf("%s is not declared", name)
		}
	}
	for folder, part := range map[string]string{"": "_rels/.rels", "xl/": "xl/_rels/workbook.xml.rels"} {
		for id, target := range w.relations(t, part) {
			if w.parts[folder+target] == "" {
				t.Errorf("%s leads by %s to %s, which is not there", part, id, target)
			}
		}
	}
	if len(w.names) != 1 || w.names[0] != "Users" || w.sheets[0][0][8] != "External ID" {
		t.Errorf("sheets %q with the head %q", w.names, w.sheets[0][0])
	}
	if sheet := w.parts["xl/worksheets/sheet1.xml"]; strings.Contains(sheet, "<f>") {
		t.Error("there is a formula")
	}
}

// TestWorkbookGoesOn has more people than a sheet has rows.
func TestWorkbookGoesOn(t *testing.T) {
	t.Parallel()
	small := ExportFormat{encode: func(w io.Writer) peopleWriter {
		p := newPeopleXLSX(w).(*peopleXLSX)
		if p.most != 1048576 {
			t.Errorf("a sheet of Excel has 1,048,576 rows, not %d", p.most)
		}
		p.most = 3 // a head and two people
		return p
	}}
	for n, sheets := range []int{1, 1, 1, 2, 2} {
		w := readXLSX(t, encode(t, small, nasty[:n]))
		var ids []string
		for _, rows := range w.sheets {
			if len(rows) > 3 || rows[0][0] != "ID" {
				t.Errorf("a sheet of %d rows, the first of them %q", len(rows), rows[0])
			}
			for _, row := range rows[1:] {
				ids = append(ids, row[0])
			}
		}
		if len(w.sheets) != sheets || strings.Join(ids, "") != "1234"[:n] {
			t.Errorf("%d people: %d sheets with %v", n, len(w.sheets), ids)
		}
		if sheets == 2 && w.names[1] != "Users 2" {
			t.Errorf("the second sheet is called %q", w.names[1])
		}
	}
}

// FuzzXLSXText puts any text into a cell and reads it back.
func FuzzXLSXText(f *testing.F) {
	for _, s := range []string{"", "Ana", "<&>\"'", "a\r\nb\tc", "\x00\x1f\x7f", "_x0041_", "_x0041\x01", "_x0041_x0042_", "\uFFFE\uFFFF", "\xff", "]]>", " a ", "🐝"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var cell struct {
			Text string `xml:",chardata"`
		}
		if err := xml.Unmarshal(append(appendXLSX([]byte("<t>"), text), "</t>"...), &cell); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want := text
		if !utf8.ValidString(text) {
			want = string([]rune(text))
		}
		if got := unescapeXLSX(cell.Text); got != want {
			t.Errorf("%q reads back as %q", text, got)
		}
	})
}
