package store

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// sniffHead is how much of a file is looked at to tell its delimiter.
const sniffHead = 64 << 10

// CSVSniffer tells how a file is written while it passes by. It is an io.Writer
// that keeps only the beginning; whether the file is UTF-8 it sees of all of it,
// as the first accent may stand on the last line.
type CSVSniffer struct {
	head  []byte
	lines int
	bytes int64
	utf8  io.Writer
	bad   bool // it is no UTF-8
	c1    bool // it has bytes that only Windows uses for letters and quotes
}

// NewCSVSniffer makes a sniffer that has seen nothing yet.
func NewCSVSniffer() *CSVSniffer {
	return &CSVSniffer{utf8: transform.NewWriter(io.Discard, encoding.UTF8Validator)}
}

// Write looks at a piece of the file. It never fails.
func (s *CSVSniffer) Write(p []byte) (int, error) {
	s.head = append(s.head, p[:min(len(p), sniffHead-len(s.head))]...)
	s.lines += bytes.Count(p, []byte("\n"))
	s.bytes += int64(len(p))
	if !s.bad {
		_, err := s.utf8.Write(p)
		s.bad = err != nil
	}
	s.c1 = s.c1 || hasC1(p)
	return len(p), nil
}

func hasC1(p []byte) bool {
	for _, c := range p {
		if c >= 0x80 && c <= 0x9f {
			return true
		}
	}
	return false
}

// Lines is how many lines went by: about as many as there are rows.
func (s *CSVSniffer) Lines() int { return s.lines + 1 }

// Bytes is how long the file is.
func (s *CSVSniffer) Bytes() int64 { return s.bytes }

// Format is how the file is written, as far as can be told.
func (s *CSVSniffer) Format() CSVFormat {
	f := CSVFormat{Encoding: s.encoding()}
	f.Delimiter = s.delimiter(f)
	f.Header = hasHeader(s.rows(f))
	return f
}

func (s *CSVSniffer) encoding() string {
	zeros := [2]int{}
	for i, c := range s.head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case bytes.HasPrefix(s.head, []byte{0xff, 0xfe}), zeros[1] > len(s.head)/4:
		return EncodingUTF16LE
	case bytes.HasPrefix(s.head, []byte{0xfe, 0xff}), zeros[0] > len(s.head)/4:
		return EncodingUTF16BE
	case !s.bad:
		return EncodingUTF8
	case s.c1:
		return EncodingWindows1252
	}
	return EncodingLatin1
}

// rows are the first rows of the file, read as f says. The last one is left out
// where the head ends within it.
func (s *CSVSniffer) rows(f CSVFormat) (rows []CSVRow) {
	r := NewCSVReader(bytes.NewReader(s.head), f)
	for len(rows) < 100 {
		row, err := r.Read()
		if err != nil {
			break
		}
		rows = append(rows, row)
	}
	if len(rows) > 1 && len(rows) < 100 && s.bytes > int64(len(s.head)) {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// delimiter is what divides most rows into as many cells as the first one has.
func (s *CSVSniffer) delimiter(f CSVFormat) string {
	best, most := ",", 0
	for _, d := range CSVDelimiters() {
		f.Delimiter = d
		rows := s.rows(f)
		if len(rows) == 0 || len(rows[0].Cells) < 2 {
			continue
		}
		score := 0
		for _, row := range rows {
			if len(row.Cells) == len(rows[0].Cells) && row.Problem == "" {
				score++
			}
		}
		if score = score*100/len(rows)*10 + min(9, len(rows[0].Cells)); score > most {
			best, most = d, score
		}
	}
	return best
}

// hasHeader tells whether the first row names the columns: it has a name that is
// known, or nothing in it looks like an address while something below does.
func hasHeader(rows []CSVRow) bool {
	if len(rows) == 0 {
		return false
	}
	for _, cell := range rows[0].Cells {
		if guessTarget(cell) != "" {
			return true
		}
	}
	if anyAddress(rows[0].Cells) {
		return false
	}
	for _, row := range rows[1:] {
		if anyAddress(row.Cells) {
			return true
		}
	}
	return len(rows) > 1
}

func anyAddress(cells []string) bool {
	for _, cell := range cells {
		if looksLikeAddress(cell) {
			return true
		}
	}
	return false
}

// looksLikeAddress is quicker than to parse it, and enough to tell a column.
func looksLikeAddress(cell string) bool {
	at := strings.IndexByte(cell, '@')
	return at > 0 && strings.IndexByte(cell[at:], '.') > 0 && utf8.ValidString(cell)
}
