package handlers

import (
	"archive/zip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"backoffice/store"

	"github.com/klauspost/compress/flate"
)

// peopleXLSX writes people as an Excel workbook (ECMA-376): a zip of a few XML
// files, of which the sheets are written row by row as people come. The
// libraries for it build the sheet in memory or in temporary files first; this
// keeps one row. Text stands in its cell (inlineStr), which no spreadsheet takes
// for a formula, so that values need not be made harmless.
type peopleXLSX struct {
	zip    *zip.Writer
	sheet  io.Writer // the one that is being written
	sheets int
	rows   int // in this sheet
	most   int // rows of a sheet: those who are more go on in another one
	line   []byte
}

func newPeopleXLSX(w io.Writer) peopleWriter {
	p := &peopleXLSX{zip: zip.NewWriter(w), most: 1 << 20}
	p.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	return p
}

func (p *peopleXLSX) begin() error {
	for _, f := range [][2]string{{"_rels/.rels", xlsxPackage}, {"xl/styles.xml", xlsxStyles}} {
		if err := p.file(f[0], f[1]); err != nil {
			return err
		}
	}
	return p.openSheet()
}

// file writes a whole file of the workbook.
func (p *peopleXLSX) file(name, content string) error {
	w, err := p.zip.Create(name)
	if err == nil {
		_, err = io.WriteString(w, xmlHead+content)
	}
	return err
}

// openSheet begins a sheet with its head, which stays in sight.
func (p *peopleXLSX) openSheet() (err error) {
	p.sheets, p.rows = p.sheets+1, 0
	if p.sheet, err = p.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", p.sheets)); err != nil {
		return err
	}
	b := append(p.line[:0], xmlHead+sheetHead...)
	for i, c := range exportColumns {
		b = fmt.Appendf(b, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, c.width)
	}
	p.line = append(b, `</cols><sheetData>`...)
	p.beginRow()
	for i, c := range exportColumns {
		p.text(i, c.label, headStyle)
	}
	return p.endRow()
}

func (p *peopleXLSX) closeSheet() error {
	_, err := io.WriteString(p.sheet, `</sheetData></worksheet>`)
	return err
}

func (p *peopleXLSX) add(u *store.User) error {
	if p.rows == p.most {
		if err := p.closeSheet(); err != nil {
			return err
		}
		if err := p.openSheet(); err != nil {
			return err
		}
	}
	p.beginRow()
	for i := range exportColumns {
		switch c := &exportColumns[i]; {
		case c.time != nil:
			p.time(i, c.time(u))
		case c.num:
			p.cell(i, "")
			p.line = append(append(append(p.line, `><v>`...), c.text(u)...), `</v></c>`...)
		default:
			p.text(i, c.text(u), "")
		}
	}
	return p.endRow()
}

// end writes what has to know how many sheets there are.
func (p *peopleXLSX) end() error {
	if err := p.closeSheet(); err != nil {
		return err
	}
	var types, sheets, relations strings.Builder
	for i := 1; i <= p.sheets; i++ {
		fmt.Fprintf(&types, xlsxTypeOfSheet, i)
		name := "Users"
		if i > 1 {
			name += " " + strconv.Itoa(i)
		}
		fmt.Fprintf(&sheets, xlsxSheet, name, i, i)
		fmt.Fprintf(&relations, xlsxRelation, i, "worksheet", "worksheets/sheet"+strconv.Itoa(i))
	}
	fmt.Fprintf(&relations, xlsxRelation, p.sheets+1, "styles", "styles")
	for _, f := range [][2]string{
		{"xl/workbook.xml", fmt.Sprintf(xlsxWorkbook, sheets.String())},
		{"xl/_rels/workbook.xml.rels", fmt.Sprintf(xlsxRelations, relations.String())},
		{"[Content_Types].xml", fmt.Sprintf(xlsxTypes, types.String())},
	} {
		if err := p.file(f[0], f[1]); err != nil {
			return err
		}
	}
	return p.zip.Close()
}

func (p *peopleXLSX) beginRow() {
	p.rows++
	p.line = append(strconv.AppendInt(append(p.line, `<row r="`...), int64(p.rows), 10), `">`...)
}

func (p *peopleXLSX) endRow() error {
	_, err := p.sheet.Write(append(p.line, `</row>`...))
	p.line = p.line[:0]
	return err
}

// cell begins the cell of a column, up to its further attributes.
func (p *peopleXLSX) cell(column int, attributes string) {
	p.line = append(append(p.line, `<c r="`...), byte('A'+column))
	p.line = append(strconv.AppendInt(p.line, int64(p.rows), 10), '"')
	p.line = append(p.line, attributes...)
}

// text adds a text; an empty one needs no cell.
func (p *peopleXLSX) text(column int, value, style string) {
	if value == "" {
		return
	}
	p.cell(column, style)
	p.line = append(p.line, ` t="inlineStr"><is><t xml:space="preserve">`...)
	p.line = append(appendXLSX(p.line, value), `</t></is></c>`...)
}

// time adds a time as what a spreadsheet calculates with: days since 1900, in no
// time zone. Never needs no cell.
func (p *peopleXLSX) time(column int, t time.Time) {
	if t.IsZero() {
		return
	}
	const dayOf1970, millisOfDay = 25569, 24 * 60 * 60 * 1000
	p.cell(column, timeStyle+`><v>`)
	p.line = strconv.AppendFloat(p.line, dayOf1970+float64(t.UnixMilli())/millisOfDay, 'f', -1, 64)
	p.line = append(p.line, `</v></c>`...)
}

// appendXLSX adds a text as the content of an element. What XML cannot hold, and
// a CR, which it would lose, is written as _xHHHH_ (ECMA-376, ST_Xstring), and so
// is the first character of what would be read as such.
func appendXLSX(b []byte, text string) []byte {
	for i, r := range text {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF, r == '_' && looksEscaped(text[i:]):
			b = fmt.Appendf(b, "_x%04X_", r)
		default:
			b = append(b, string(r)...)
		}
	}
	return b
}

// looksEscaped does not ask for the second underscore: that of an escape which
// follows would do.
func looksEscaped(text string) bool {
	if len(text) < 6 || text[1] != 'x' {
		return false
	}
	_, err := strconv.ParseUint(text[2:6], 16, 16)
	return err == nil
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	main2006  = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	rels2006  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packRels  = `http://schemas.openxmlformats.org/package/2006/relationships`
	kindPart  = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
	headStyle = ` s="1"`
	timeStyle = ` s="2"`

	sheetHead = `<worksheet xmlns="` + main2006 + `"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`

	xlsxPackage = `<Relationships xmlns="` + packRels + `"><Relationship Id="rId1" Type="` + rels2006 +
		`/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	xlsxRelations = `<Relationships xmlns="` + packRels + `">%s</Relationships>`
	xlsxRelation  = `<Relationship Id="rId%d" Type="` + rels2006 + `/%s" Target="%s.xml"/>`

	xlsxWorkbook = `<workbook xmlns="` + main2006 + `" xmlns:r="` + rels2006 + `"><sheets>%s</sheets></workbook>`
	xlsxSheet    = `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`

	xlsxTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + kindPart + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + kindPart + `styles+xml"/>%s</Types>`
	xlsxTypeOfSheet = `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="` + kindPart + `worksheet+xml"/>`

	// xlsxStyles has three styles of cells: plain, the head's, and a time's.
	xlsxStyles = `<styleSheet xmlns="` + main2006 + `">` +
		`<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)
