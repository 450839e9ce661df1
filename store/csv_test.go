package store

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// readCSV gives each row as its line, its cells and its problem.
func readCSV(t testing.TB, file string, f CSVFormat) []string {
	t.Helper()
	var out []string
	r := NewCSVReader(strings.NewReader(file), f)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		must(t, err)
		text := fmt.Sprintf("%d %q", row.Line, row.Cells)
		if row.Problem != "" {
			text += " !"
		}
		out = append(out, text)
	}
}

func TestCSVRows(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxCSVRow+10)
	for about, c := range map[string]struct {
		file string
		want []string
	}{
		"plain":                         {"a,b\nc,d\n", []string{`1 ["a" "b"]`, `2 ["c" "d"]`}},
		"no newline at the end":         {"a,b\nc,d", []string{`1 ["a" "b"]`, `2 ["c" "d"]`}},
		"Windows":                       {"a,b\r\nc,d\r\n", []string{`1 ["a" "b"]`, `2 ["c" "d"]`}},
		"an old Mac":                    {"a,b\rc,d\r", []string{`1 ["a" "b"]`, `2 ["c" "d"]`}},
		"a byte order mark":             {"\ufeffa,b\n", []string{`1 ["a" "b"]`}},
		"quotes":                        {`"a","b ""c""","d,e"` + "\n", []string{`1 ["a" "b \"c\"" "d,e"]`}},
		"a quoted line":                 {"\"a\nb\",c\nd,e\n", []string{`1 ["a\nb" "c"]`, `3 ["d" "e"]`}},
		"blank lines":                   {"a\n\n\n,,\nb\n", []string{`1 ["a"]`, `5 ["b"]`}},
		"an empty cell at the end":      {"a,\n,\nb,", []string{`1 ["a" ""]`, `3 ["b" ""]`}},
		"ragged":                        {"a,b,c\nd\ne,f,g,h\n", []string{`1 ["a" "b" "c"]`, `2 ["d"]`, `3 ["e" "f" "g" "h"]`}},
		"a quote within":                {`a"b,c` + "\n", []string{`1 ["a\"b" "c"]`}},
		"a quote not doubled":           {`"say "hi" twice",c` + "\n", []string{`1 ["say \"hi\" twice" "c"]`}},
		"spaces before a quote":         {`a, "b,c" ,d` + "\n", []string{`1 ["a" "b,c" "d"]`}},
		"spaces stay":                   {" a , b\n", []string{`1 [" a " " b"]`}},
		"an open quote ends its line":   {"a,\"b\nc,d\n", []string{`1 ["a" "\"b"] !`, `2 ["c" "d"]`}},
		"cut off":                       {"a,b\nc,\"d", []string{`1 ["a" "b"]`, `2 ["c" "\"d"] !`}},
		"a row without an end":          {"a\n" + long + "\nb\n", []string{`1 ["a"]`, `2 [] !`, `3 ["b"]`}},
		"too many cells":                {strings.Repeat(",", maxCSVCells) + "x\nb", []string{fmt.Sprintf("1 %q !", make([]string, maxCSVCells)), `2 ["b"]`}},
		"nothing":                       {"", nil},
		"nothing but a byte order mark": {"\ufeff", nil},
	} {
		if got := readCSV(t, c.file, CSVFormat{Delimiter: ","}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", about, got, c.want)
		}
	}
}

// TestCSVManyOpenQuotes gives up at what is no file of rows, before it has
// looked for the end of each quote.
func TestCSVManyOpenQuotes(t *testing.T) {
	t.Parallel()
	r := NewCSVReader(strings.NewReader(strings.Repeat("\"a\n", 100_000)), CSVFormat{Delimiter: ","})
	for range 100_000 {
		if _, err := r.Read(); err != nil {
			if !errors.Is(err, errNoRows) {
				t.Error(err)
			}
			return
		}
	}
	t.Error("it does not give up")
}

// TestCSVFormat recognises how files are written.
func TestCSVFormat(t *testing.T) {
	t.Parallel()
	const people = "Nombre;Correo\nJosé;jose@example.com\nMaría;maria@example.com\n"
	in := func(s string, err error) string { must(t, err); return s }
	late := "name,email\n" + strings.Repeat("Ben,ben@example.com\n", 5000)
	for about, c := range map[string]struct {
		file string
		want CSVFormat
	}{
		"UTF-8":              {people, CSVFormat{EncodingUTF8, ";", true}},
		"UTF-8 with a mark":  {"\ufeff" + people, CSVFormat{EncodingUTF8, ";", true}},
		"Latin-1":            {in(charmap.ISO8859_1.NewEncoder().String(people)), CSVFormat{EncodingLatin1, ";", true}},
		"Windows-1252":       {in(charmap.Windows1252.NewEncoder().String("Nombre;Correo\nJosé “Pepe”;p@example.com\n")), CSVFormat{EncodingWindows1252, ";", true}},
		"UTF-16":             {in(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(people)), CSVFormat{EncodingUTF16LE, ";", true}},
		"UTF-16, big end":    {in(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(people)), CSVFormat{EncodingUTF16BE, ";", true}},
		"UTF-16, no mark":    {in(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(people)), CSVFormat{EncodingUTF16LE, ";", true}},
		"an accent late":     {late + "Jos\xe9,jose@example.com\n", CSVFormat{EncodingLatin1, ",", true}},
		"tabs":               {"name\temail\nBen, junior\tben@example.com\n", CSVFormat{EncodingUTF8, "\t", true}},
		"bars":               {"name|email\nBen|ben@example.com\n", CSVFormat{EncodingUTF8, "|", true}},
		"commas in quotes":   {"name;email\n\"a,b,c\";x@example.com\n\"d,e,f\";y@example.com\n", CSVFormat{EncodingUTF8, ";", true}},
		"no header":          {"Ben,ben@example.com\nEve,eve@example.com\n", CSVFormat{EncodingUTF8, ",", false}},
		"an unknown header":  {"Quién,Dónde\nBen,ben@example.com\n", CSVFormat{EncodingUTF8, ",", true}},
		"one column":         {"ben@example.com\neve@example.com\n", CSVFormat{EncodingUTF8, ",", false}},
		"one row":            {"Ben;ben@example.com", CSVFormat{EncodingUTF8, ";", false}},
		"a ragged last line": {"a;b;c\n1;2;3\n4;5;6\n7;8\n", CSVFormat{EncodingUTF8, ";", true}},
	} {
		s := NewCSVSniffer()
		if _, err := io.Copy(s, iotest.OneByteReader(strings.NewReader(c.file))); err != nil {
			t.Fatal(err)
		}
		if got := s.Format(); got != c.want {
			t.Errorf("%s: %+v, want %+v", about, got, c.want)
		}
		rows := readCSV(t, c.file, s.Format())
		if about != "one column" && (len(rows) == 0 || strings.Contains(rows[0], "�")) {
			t.Errorf("%s: read as %q", about, rows)
		}
	}
}

// TestCSVDecodes reads the same text from each encoding.
func TestCSVDecodes(t *testing.T) {
	t.Parallel()
	const text = "José Núñez,añil\n"
	for name, e := range map[string]interface{ String(string) (string, error) }{
		EncodingUTF16LE: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), EncodingUTF16BE: unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(),
		EncodingLatin1: charmap.ISO8859_1.NewEncoder(), EncodingWindows1252: charmap.Windows1252.NewEncoder(),
	} {
		file, err := e.String(text)
		must(t, err)
		if got := readCSV(t, file, CSVFormat{Encoding: name, Delimiter: ","}); !slices.Equal(got, []string{`1 ["José Núñez" "añil"]`}) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestHarmlessCells(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{"": "", "a": "a", "=1": "'=1", "+49 30": "'+49 30", "-": "'-", "@x": "'@x", "'quoted'": "'quoted'", "a=b": "a=b"} {
		if got := HarmlessCell(cell); got != want || PlainCell(got) != cell {
			t.Errorf("%q becomes %q and %q again", cell, got, PlainCell(got))
		}
	}
}

// FuzzCSV reads anything: no row is lost or endless, nothing panics, and what
// encoding/csv has written comes back as it was.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\nc,d", "\"a\nb\",c", "\"open,\nx", "a;b\r\nc;\"d\"\"e\"", "\xff\xfea\x00,\x00", "\ufeffname\n", ", \"x\" ,\n", "\r\r\n\n\r"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		s := NewCSVSniffer()
		s.Write(file)
		format := s.Format()
		for _, d := range append(CSVDelimiters(), format.Delimiter) {
			checkCSV(t, file, CSVFormat{Encoding: format.Encoding, Delimiter: d})
		}
		checkRoundTrip(t, file)
	})
}

// checkCSV reads a file twice, whole and byte by byte, and wants the same rows in
// the order of lines.
func checkCSV(t *testing.T, file []byte, f CSVFormat) {
	t.Helper()
	whole, pieces := NewCSVReader(bytes.NewReader(file), f), NewCSVReader(iotest.OneByteReader(bytes.NewReader(file)), f)
	for last := 0; ; {
		a, errA := whole.Read()
		b, errB := pieces.Read()
		if errA != nil || errB != nil {
			if !errors.Is(errB, errA) {
				t.Fatalf("%v, in pieces %v", errA, errB)
			}
			return
		}
		if a.Line != b.Line || !slices.Equal(a.Cells, b.Cells) || a.Problem != b.Problem {
			t.Fatalf("%+v, in pieces %+v", a, b)
		}
		if a.Line <= last {
			t.Fatalf("line %d comes after line %d", a.Line, last)
		}
		last = a.Line
	}
}

// checkRoundTrip writes the words of a file as cells and reads them back.
func checkRoundTrip(t *testing.T, file []byte) {
	t.Helper()
	var want [][]string
	for line := range strings.Lines(string(file)) {
		cells := strings.Fields(line)
		if len(cells) == 0 || len(cells) > maxCSVCells || len(line) > 1000 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\ufeff") {
			continue
		}
		want = append(want, cells)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(want); err != nil {
		t.Fatal(err)
	}
	r := NewCSVReader(&b, CSVFormat{Delimiter: ","})
	for _, cells := range want {
		row, err := r.Read()
		if err != nil || row.Problem != "" || !slices.Equal(row.Cells, cells) {
			t.Fatalf("wrote %q, read %+v, %v", cells, row, err)
		}
	}
}

// FuzzImportColumns guesses at anything: never two columns for what is one.
func FuzzImportColumns(f *testing.F) {
	f.Add("name,email\nBen,ben@example.com\n")
	f.Add("id;id;Correo electrónico;mail\n1;2;x@example.com;y@example.com\n")
	f.Fuzz(func(t *testing.T, file string) {
		s := NewCSVSniffer()
		s.Write([]byte(file))
		format := s.Format()
		rows := s.rows(format)
		columns := guessColumns(format.Header, rows)
		if len(rows) > 0 && len(columns) != len(rows[0].Cells) {
			t.Fatalf("%d columns are guessed of %d", len(columns), len(rows[0].Cells))
		}
		p := ImportPlan{Format: format, Columns: columns, Key: FieldEmail}
		if err, ok := p.check().(*Error); ok && err.Fields["columns"] != "" {
			t.Fatalf("%q: %s", columns, err.Fields["columns"])
		}
	})
}
