package handlers

import (
	"io"
	"strings"
	"time"

	"backoffice/store"
)

// csvWriter writes CSV by RFC 4180, every value as it is: encoding/csv would
// either end lines by a bare LF or change line breaks within a value. The mark
// at the start tells Excel, which would guess wrong, that it is UTF-8.
type csvWriter struct {
	to   io.Writer
	line []byte
}

const byteOrderMark = "\uFEFF"

func newCSV(w io.Writer, head []string) (*csvWriter, error) {
	c := &csvWriter{to: w, line: []byte(byteOrderMark)}
	for _, name := range head {
		c.cell(name)
	}
	return c, c.end()
}

// cell adds a value to the line, so that no spreadsheet runs it.
func (c *csvWriter) cell(value string) {
	value = store.HarmlessCell(value)
	if !strings.ContainsAny(value, "\",\r\n") {
		c.line = append(append(c.line, value...), ',')
		return
	}
	c.line = append(c.line, '"')
	c.line = append(c.line, strings.ReplaceAll(value, `"`, `""`)...)
	c.line = append(c.line, '"', ',')
}

// time adds a time, or nothing for never.
func (c *csvWriter) time(t time.Time) {
	if !t.IsZero() {
		c.line = t.UTC().AppendFormat(c.line, time.RFC3339)
	}
	c.line = append(c.line, ',')
}

// end writes the line.
func (c *csvWriter) end() error {
	c.line[len(c.line)-1] = '\r' // the last comma
	_, err := c.to.Write(append(c.line, '\n'))
	c.line = c.line[:0]
	return err
}

// peopleCSV writes people as CSV.
type peopleCSV struct {
	to io.Writer
	*csvWriter
}

func newPeopleCSV(w io.Writer) peopleWriter { return &peopleCSV{to: w} }

func (p *peopleCSV) begin() (err error) {
	var head []string
	for _, c := range exportColumns {
		head = append(head, c.key)
	}
	p.csvWriter, err = newCSV(p.to, head)
	return err
}

func (p *peopleCSV) add(u *store.User) error {
	for i := range exportColumns {
		if c := &exportColumns[i]; c.time != nil {
			p.time(c.time(u))
		} else {
			p.cell(c.text(u))
		}
	}
	return p.csvWriter.end()
}

func (p *peopleCSV) end() error { return nil }
