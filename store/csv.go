package store

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// CSVFormat is how a file of rows is written.
type CSVFormat struct {
	Encoding  string `json:"encoding"`  // one of CSVEncodings
	Delimiter string `json:"delimiter"` // one of CSVDelimiters
	Header    bool   `json:"header"`    // the first row names the columns
}

// The encodings that a file may be in. Windows-1252 is what spreadsheets in the
// West still write; Latin-1 is the same without its quotes and dashes.
const (
	EncodingUTF8        = "utf-8"
	EncodingWindows1252 = "windows-1252"
	EncodingLatin1      = "latin-1"
	EncodingUTF16LE     = "utf-16le"
	EncodingUTF16BE     = "utf-16be"
)

// CSVEncodings lists the encodings.
func CSVEncodings() []string {
	return []string{EncodingUTF8, EncodingWindows1252, EncodingLatin1, EncodingUTF16LE, EncodingUTF16BE}
}

// CSVDelimiters lists what may stand between two cells.
func CSVDelimiters() []string { return []string{",", ";", "\t", "|"} }

// decoder turns text of an encoding into UTF-8. UTF-8 itself passes as it is:
// what is damaged in it is refused by row.
func decoder(name string) *encoding.Decoder {
	switch name {
	case EncodingWindows1252:
		return charmap.Windows1252.NewDecoder()
	case EncodingLatin1:
		return charmap.ISO8859_1.NewDecoder()
	case EncodingUTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case EncodingUTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return &encoding.Decoder{Transformer: transform.Nop}
}

const (
	// maxCSVRow is the longest row in bytes. It bounds the memory, and how far a
	// quote that nobody closes reaches.
	maxCSVRow = 64 << 10
	// maxCSVCells is the most cells that a row may have.
	maxCSVCells = 200
	// maxOpenQuotes is how many quotes may be left open before the file is no
	// file of rows: looking for the end of each takes its time.
	maxOpenQuotes = 1000
)

// errNoRows is about a file that is something else.
var errNoRows = errors.New("this does not look like a file of rows: too many quotes are opened and not closed")

// CSVRow is one row of a file.
type CSVRow struct {
	Line    int // in the file, of its beginning; the first line is 1
	Cells   []string
	Problem string // why the row cannot be taken as it is written; "" for none
}

// CSVReader reads a file row by row in constant memory. Unlike encoding/csv it
// never gives up at a row: one that is damaged is given with what is wrong, and
// the next line begins a row again.
type CSVReader struct {
	in     io.Reader
	comma  byte
	buf    []byte
	at     int // where the next row begins in buf
	line   int
	eof    bool
	skip   bool // the rest of the line belongs to a row that was too long
	opened int  // quotes that were not closed
}

// NewCSVReader reads a file that is written as f says.
func NewCSVReader(file io.Reader, f CSVFormat) *CSVReader {
	comma := byte(',')
	if f.Delimiter != "" {
		comma = f.Delimiter[0]
	}
	return &CSVReader{in: transform.NewReader(file, decoder(f.Encoding)), comma: comma, buf: make([]byte, 0, 4*maxCSVRow), line: 1}
}

// Read gives the next row that has anything in it, or io.EOF.
func (r *CSVReader) Read() (CSVRow, error) {
	for {
		if err := r.fill(); err != nil {
			return CSVRow{}, err
		}
		rest := r.buf[r.at:min(len(r.buf), r.at+maxCSVRow)]
		switch {
		case len(rest) == 0:
			return CSVRow{}, io.EOF
		case r.skip:
			_, n, end := splitRow(rest, r.comma, false)
			r.skip = end != atLine
			r.advance(rest[:n])
			continue
		}
		row := r.take(rest, r.eof && r.at+len(rest) == len(r.buf))
		if r.opened > maxOpenQuotes {
			return CSVRow{}, errNoRows
		}
		if row.Problem != "" || strings.Join(row.Cells, "") != "" {
			return row, nil
		}
	}
}

// fill sees to it that a whole row is in the buffer, if there is one.
func (r *CSVReader) fill() error {
	if r.eof || len(r.buf)-r.at >= maxCSVRow {
		return nil
	}
	begun := r.line > 1 || r.at > 0 || len(r.buf) > 0
	r.buf = r.buf[:copy(r.buf, r.buf[r.at:])]
	r.at = 0
	for !r.eof && len(r.buf) < cap(r.buf) {
		n, err := r.in.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if err == io.EOF {
			r.eof = true
		} else if err != nil {
			return err
		}
	}
	if !begun { // a byte order mark is no text
		r.at = len(r.buf) - len(bytes.TrimPrefix(r.buf, []byte("\ufeff")))
	}
	return nil
}

// take reads the row that rest begins with; last says that the file ends with
// rest. A quote that is not closed ends with its line, so that one slip does not
// swallow the rows after it.
func (r *CSVReader) take(rest []byte, last bool) CSVRow {
	row := CSVRow{Line: r.line}
	cells, n, end := splitRow(rest, r.comma, true)
	if end == inQuote {
		r.opened++
		row.Problem = "A quote is opened in this row and not closed."
		cells, n, end = splitRow(rest, r.comma, false)
		if last && end == atEnd {
			row.Problem = "A quote is opened in this row and not closed: the file may have been cut off here."
		}
	}
	if end == atEnd && !last {
		row.Problem, r.skip = "This row is longer than 64 KB.", true
		cells = nil
	}
	if len(cells) > maxCSVCells {
		row.Problem = "This row has more than 200 cells."
		cells = cells[:maxCSVCells]
	}
	row.Cells = cells
	r.advance(rest[:n])
	return row
}

func (r *CSVReader) advance(read []byte) {
	r.at += len(read)
	r.line += bytes.Count(read, []byte("\n"))
	if bytes.IndexByte(read, '\r') >= 0 { // alone, as old programs end their lines
		r.line += bytes.Count(read, []byte("\r")) - bytes.Count(read, []byte("\r\n"))
	}
}

// rowEnd is what ended a row.
type rowEnd int

const (
	atLine  rowEnd = iota // the end of a line
	atEnd                 // the end of what there is
	inQuote               // the same, within quotes
)

// splitRow takes the first row off data: its cells and how many bytes it has.
// quotes says whether quotes mean anything.
func splitRow(data []byte, comma byte, quotes bool) (cells []string, n int, end rowEnd) {
	for {
		var cell string
		if open := quoteAt(data[n:], comma); quotes && open >= 0 {
			var size int
			if cell, size, end = quotedCell(data[n+open:], comma); end == inQuote {
				return nil, n, inQuote
			}
			n += open + size
		} else {
			size := plainCell(data[n:], comma)
			cell = string(data[n : n+size])
			n += size
		}
		cells = append(cells, cell)
		switch {
		case n == len(data):
			return cells, n, atEnd
		case data[n] == comma:
			n++
		case data[n] == '\r' && n+1 < len(data) && data[n+1] == '\n':
			return cells, n + 2, atLine
		default:
			return cells, n + 1, atLine
		}
	}
}

// plainCell is how long a cell without quotes is.
func plainCell(data []byte, comma byte) int {
	for i, c := range data {
		if c == comma || c == '\n' || c == '\r' {
			return i
		}
	}
	return len(data)
}

// quoteAt is where a quoted cell begins: at once, or after spaces as people put
// them behind a comma. It is -1 for a cell without quotes.
func quoteAt(data []byte, comma byte) int {
	for i, c := range data {
		switch {
		case c == '"':
			return i
		case c != ' ' || c == comma:
			return -1
		}
	}
	return -1
}

// quotedCell reads a cell that begins with a quote. A quote that neither stands
// twice nor before the end of the cell is text: people forget to double it.
func quotedCell(data []byte, comma byte) (cell string, n int, end rowEnd) {
	var b strings.Builder
	n = 1
	for {
		i := bytes.IndexByte(data[n:], '"')
		if i < 0 {
			return "", 0, inQuote
		}
		b.Write(data[n : n+i])
		n += i + 1
		if n < len(data) && data[n] == '"' {
			b.WriteByte('"')
			n++
			continue
		}
		after := n
		for after < len(data) && data[after] == ' ' && comma != ' ' {
			after++
		}
		if after == len(data) || data[after] == comma || data[after] == '\n' || data[after] == '\r' {
			return b.String(), after, atLine
		}
		b.WriteByte('"')
	}
}

// damaged reports whether a text was not what its encoding promised: decoders
// leave the replacement character in its place.
func damaged(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) }
