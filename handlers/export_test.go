package handlers

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// encode is people as one kind of file.
func encode(t testing.TB, f ExportFormat, people []store.User) []byte {
	t.Helper()
	var b bytes.Buffer
	w := f.encode(&b)
	err := w.begin()
	for i := range people {
		if err == nil {
			err = w.add(&people[i])
		}
	}
	if err == nil {
		err = w.end()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func formatOf(t testing.TB, key string) ExportFormat {
	t.Helper()
	f, err := ExportFormatOf(key)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// nasty are people whose values break naive files.
var nasty = []store.User{
	{ID: 1, Name: `Ana "la Jefa" Pérez, hija`, Email: "ana@example.com", Role: store.Admin, Status: store.Active,
		Phone: "+34 600 123 456", ExternalID: "007", Created: noon, LastSignIn: noon.Add(90 * time.Minute)},
	{ID: 2, Name: `=cmd|' /C calc'!A0`, Email: "a,b@example.com", Role: store.Member, Status: store.Invited, ExternalID: "'=1", Created: noon},
	{ID: 3, Name: "يوسف 🐝 שלום", Email: "\"q\"@example.com", Role: store.Viewer, Status: store.Deactivated, Phone: "-5", ExternalID: " x ", Created: noon},
	{ID: 4, Name: "two\nlines\r\nand\rmore", Email: "@home", Role: store.Editor, Status: store.Active, Phone: "\t1", ExternalID: "'Aho", Created: noon},
}

func TestCSVToTheByte(t *testing.T) {
	t.Parallel()
	want := "\xef\xbb\xbfid,name,email,role,status,phone,last_sign_in,created,external_id\r\n" +
		`1,"Ana ""la Jefa"" Pérez, hija",ana@example.com,admin,active,'+34 600 123 456,2026-11-23T13:30:00Z,2026-11-23T12:00:00Z,007` + "\r\n" +
		`2,'=cmd|' /C calc'!A0,"a,b@example.com",member,invited,,,2026-11-23T12:00:00Z,''=1` + "\r\n" +
		`3,يوسف 🐝 שלום,"""q""@example.com",viewer,deactivated,'-5,,2026-11-23T12:00:00Z, x ` + "\r\n" +
		"4,\"two\nlines\r\nand\rmore\",'@home,editor,active,'\t1,,2026-11-23T12:00:00Z,'Aho\r\n"
	if got := string(encode(t, formatOf(t, "csv"), nasty)); got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

func TestJSONToTheByte(t *testing.T) {
	t.Parallel()
	one := `{"id":1,"name":"Ana \"la Jefa\" Pérez, hija","email":"ana@example.com","role":"admin","status":"active","phone":"+34 600 123 456",` +
		`"last_sign_in":"2026-11-23T13:30:00Z","created":"2026-11-23T12:00:00Z","external_id":"007"}`
	two := `{"id":2,"name":"=cmd|' /C calc'!A0","email":"a,b@example.com","role":"member","status":"invited","phone":"",` +
		`"last_sign_in":null,"created":"2026-11-23T12:00:00Z","external_id":"'=1"}`
	for key, want := range map[string][3]string{
		"jsonl": {"", one + "\n", one + "\n" + two + "\n"},
		"json":  {"[]\n", "[\n" + one + "\n]\n", "[\n" + one + ",\n" + two + "\n]\n"},
	} {
		for n := range want {
			if got := string(encode(t, formatOf(t, key), nasty[:n])); got != want[n] {
				t.Errorf("%s of %d: %q, want %q", key, n, got, want[n])
			}
		}
	}
}

// readers read each kind of file back into rows in the order of exportColumns,
// without its head.
var readers = map[string]func(testing.TB, []byte) [][]string{
	"csv": func(t testing.TB, b []byte) [][]string {
		rows := readCSV(t, b)
		for _, row := range rows {
			for i := range row {
				row[i] = store.PlainCell(row[i])
			}
		}
		return rows[1:]
	},
	"jsonl": func(t testing.TB, b []byte) (rows [][]string) {
		for line := range bytes.Lines(b) {
			rows = append(rows, ofJSON(t, line))
		}
		return rows
	},
	"json": func(t testing.TB, b []byte) (rows [][]string) {
		var elements []json.RawMessage
		if err := json.Unmarshal(b, &elements); err != nil {
			t.Fatal(err)
		}
		for _, e := range elements {
			rows = append(rows, ofJSON(t, e))
		}
		return rows
	},
	"xlsx": func(t testing.TB, b []byte) [][]string {
		return readXLSX(t, b).sheets[0][1:]
	},
}

// readCSV reads it as RFC 4180 has it. encoding/csv would make one line break of
// another.
func readCSV(t testing.TB, b []byte) (rows [][]string) {
	t.Helper()
	text, ok := strings.CutPrefix(string(b), byteOrderMark)
	if !ok {
		t.Error("Excel will not see that it is UTF-8")
	}
	var row []string
	for text != "" {
		cell, end := "", 0
		if quoted, ok := strings.CutPrefix(text, `"`); ok {
			for end = strings.IndexByte(quoted, '"'); strings.HasPrefix(quoted[end:], `""`); end += 2 + strings.IndexByte(quoted[end+2:], '"') {
			}
			cell, text = strings.ReplaceAll(quoted[:end], `""`, `"`), quoted[end+1:]
		} else {
			end = strings.IndexAny(text, ",\r\n\"")
			cell, text = text[:end], text[end:]
		}
		row = append(row, cell)
		if text, ok = strings.CutPrefix(text, ","); ok {
			continue
		}
		if text, ok = strings.CutPrefix(text, "\r\n"); !ok {
			t.Fatalf("no CSV from %q on", text)
		}
		rows, row = append(rows, row), nil
	}
	return rows
}

func ofJSON(t testing.TB, b []byte) []string {
	t.Helper()
	var p personJSON
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	last := ""
	if p.LastSignIn != nil {
		last = *p.LastSignIn
	}
	return []string{formatID(p.ID), p.Name, p.Email, string(p.Role), string(p.Status), p.Phone, last, p.Created, p.ExternalID}
}

// rowOf is what a file must say of somebody.
func rowOf(u *store.User) []string {
	var row []string
	for _, c := range exportColumns {
		switch {
		case c.time == nil:
			row = append(row, c.text(u))
		case c.time(u).IsZero():
			row = append(row, "")
		default:
			row = append(row, c.time(u).Format(time.RFC3339))
		}
	}
	return row
}

// TestExportsReadBack writes people made of what files trip over, and reads the
// same values back from each kind of file.
func TestExportsReadBack(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "Z", " ", "  ", "'", `"`, `""`, ",", ";", "\n", "\r", "\r\n", "\t", "=", "+", "-", "@", "＝", "<", "&", "]]>", "_", "_x0041_", "_x000D", "é", "ß", "🐝", "م", "\u202e", "\u2028", "\\", "\x01", "\x1f", "\x7f", "\uFEFF", "\uFFFE", "\uFFFF"}
	word := func() string {
		var b strings.Builder
		for range chance.IntN(7) {
			b.WriteString(pieces[chance.IntN(len(pieces))])
		}
		return b.String()
	}
	people := slices.Clone(nasty)
	for i := range 2000 {
		u := store.User{ID: int64(i) + 5, Name: word(), Email: word(), Phone: word(), ExternalID: word(), Role: store.Member, Status: store.Active,
			Created: noon.Add(time.Duration(chance.IntN(1e9)) * time.Second)}
		if i%2 == 0 {
			u.LastSignIn = noon.Add(-time.Duration(chance.IntN(1e9)) * time.Second)
		}
		people = append(people, u)
	}
	for _, f := range ExportFormats() {
		rows := readers[f.Key](t, encode(t, f, people))
		if len(rows) != len(people) {
			t.Fatalf("%s: %d rows of %d people", f.Key, len(rows), len(people))
		}
		for i := range people {
			if want := rowOf(&people[i]); !slices.Equal(rows[i], want) {
				t.Fatalf("%s: reads back as\n%q, was\n%q", f.Key, rows[i], want)
			}
		}
	}
	if _, err := csv.NewReader(bytes.NewReader(encode(t, formatOf(t, "csv"), people))).ReadAll(); err != nil {
		t.Errorf("encoding/csv does not read it: %v", err)
	}
}

// TestExportIsTheListOnTheScreen submits the form of the page, as filtered and
// sorted there, and of the same list as a fragment has changed it.
func TestExportIsTheListOnTheScreen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.AddExamples(t.Context(), commandLine, 90); err != nil {
		t.Fatal(err)
	}
	c := s.as(bjorn)
	for _, list := range []string{"/users", "/users?role=member&sort=-created", "/users?q=example.com&status=active&sort=email", "/users?q=nobody+like+that"} {
		page := c.get(list).is(t, 200)
		if f := page.one("form#export"); attr(f, "method") != "post" || has(f, "hx-post") || len(all(f, "button[name=format]")) != len(ExportFormats()) {
			t.Errorf("%s: exported by %s", list, render(f))
		}
		fragment := c.on("/users").into("div#results").get(list).is(t, 200)
		if got, want := carried(fragment), carried(page); !slices.Equal(got, want) {
			t.Errorf("%s: the fragment carries %q, the page %q", list, got, want)
		}
		file := c.submit(page, "form#export", "format", "csv").is(t, 200)
		var got []string
		for _, row := range readers["csv"](t, []byte(file.body)) {
			got = append(got, row[0])
		}
		if want := rowIDs(c, page); !slices.Equal(got, want) {
			t.Errorf("%s: exports %v, shows %v", list, got, want)
		}
	}
	if e := s.trail(1)[0]; e.Act != store.ActExport || e.Actor != bjorn || e.Note != "search “nobody like that”, sorted by name, as csv" {
		t.Errorf("on record as %+v", e)
	}
	s.as(ana).get("/audit?act=user.export").is(t, 200).shows("#timeline", "Björn Lindqvist exported people: role member, sorted by -created, as csv")
	s.as(vera).get("/users").is(t, 200).lacks("#export").lacks("#export-open").lacks("input[form=export]")
}

// carried are the hidden fields of the export form.
func carried(a *answer) (out []string) {
	for _, in := range all(a.doc(), "input[form=export]") {
		out = append(out, attr(in, "name")+"="+attr(in, "value"))
	}
	return out
}

// rowIDs are the people on a page of the list and all that follow it.
func rowIDs(c *client, page *answer) (out []string) {
	for {
		for _, row := range all(page.doc(), ".people tbody tr") {
			out = append(out, strings.TrimPrefix(attr(row, "id"), "u"))
		}
		next := all(page.doc(), "a#page-next")
		if len(next) == 0 {
			return out
		}
		page = c.get(attr(next[0], "href"))
	}
}

func TestExportFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for key, kind := range map[string]string{
		"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	} {
		a := s.as(ana).post("/users/export", "format", key).is(t, 200)
		if a.header.Get("Content-Type") != kind || a.header.Get("Content-Disposition") != `attachment; filename="users-2026-11-23.`+key+`"` {
			t.Errorf("%s: %v", key, a.header)
		}
		if rows := readers[key](t, []byte(a.body)); len(rows) != len(people)-1 || rows[0][1] != name(ana) {
			t.Errorf("%s: not everybody but the deleted: %q", key, rows)
		}
		if strings.Contains(a.body, "argon2") {
			t.Errorf("%s: a password hash is taken away", key)
		}
	}
	entries := s.entries()
	s.as(ana).post("/users/export", "format", "pdf").is(t, 422).shows(".oops", "csv, xlsx, jsonl or json")
	s.as(ana).post("/users/export").is(t, 422)
	if s.entries() != entries {
		t.Error("what was not exported is on record")
	}
}

// TestRefusedExportWritesNothing keeps the head of a file back until the store
// has agreed: an error would else be a file.
func TestRefusedExportWritesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, f := range ExportFormats() {
		var b bytes.Buffer
		n, err := f.WriteUsers(t.Context(), s.db, store.Actor{Kind: store.Person, ID: vera, Role: store.Viewer}, store.Query{}, &b)
		if store.KindOf(err) != store.Forbidden || n != 0 || b.Len() != 0 {
			t.Errorf("%s: %d people, %d bytes, %v", f.Key, n, b.Len(), err)
		}
		if n, err = f.WriteUsers(t.Context(), s.db, commandLine, store.Query{}, io.Discard); n != len(people)-1 || err != nil {
			t.Errorf("%s: %d people, %v", f.Key, n, err)
		}
	}
}
