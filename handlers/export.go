package handlers

import (
	"bufio"
	"context"
	"io"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// An ExportFormat is a kind of file that people are exported as. The command
// line writes its files by it too: what a file looks like is neither a rule nor
// SQL, so it stands here and not in store, and here once.
type ExportFormat struct {
	Key   string // names it in forms and on the command line, and ends the file's name
	Label string // for people
	Kind  string // content type

	encode func(io.Writer) peopleWriter
}

// ExportFormats lists them in the order of the menu.
func ExportFormats() []ExportFormat {
	return []ExportFormat{
		{"csv", "CSV", "text/csv; charset=utf-8", newPeopleCSV},
		{"xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", newPeopleXLSX},
		{"jsonl", "JSON lines", "application/x-ndjson; charset=utf-8", newPeopleLines},
		{"json", "JSON", "application/json; charset=utf-8", newPeopleArray},
	}
}

// ExportFormatOf finds a format by its key.
func ExportFormatOf(key string) (ExportFormat, error) {
	for _, f := range ExportFormats() {
		if f.Key == key {
			return f, nil
		}
	}
	return ExportFormat{}, &store.Error{Kind: store.Invalid, Message: "People are exported as csv, xlsx, jsonl or json."}
}

// WriteUsers writes everybody whom the query matches and says how many they
// are. Nothing is written when the actor may not do it.
func (f ExportFormat) WriteUsers(ctx context.Context, db *store.Store, a store.Actor, q store.Query, w io.Writer) (n int, err error) {
	out := bufio.NewWriterSize(w, 64<<10) // holds the head back until the store has agreed
	people := f.encode(out)
	if err := people.begin(); err != nil {
		return 0, err
	}
	err = db.ExportUsers(ctx, a, q, f.Key, func(u *store.User) error {
		n++
		return people.add(u)
	})
	if err != nil {
		return n, err
	}
	if err := people.end(); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// peopleWriter writes people as one kind of file. begin writes no more than
// WriteUsers can hold back.
type peopleWriter interface {
	begin() error
	add(*store.User) error
	end() error
}

// exportColumn is a column of an exported table. They are those of the list on
// the screen, in its order, between the id and the external id, by which other
// systems know people.
type exportColumn struct {
	key   string // in the first line of CSV; what an import recognises
	label string // in the first row of a spreadsheet
	width int    // there, in characters
	num   bool   // a number there
	text  func(*store.User) string
	time  func(*store.User) time.Time // instead of text
}

var exportColumns = []exportColumn{
	{key: "id", label: "ID", width: 10, num: true, text: func(u *store.User) string { return formatID(u.ID) }},
	{key: "name", label: "Name", width: 28, text: func(u *store.User) string { return u.Name }},
	{key: "email", label: "E-mail", width: 34, text: func(u *store.User) string { return u.Email }},
	{key: "role", label: "Role", width: 10, text: func(u *store.User) string { return string(u.Role) }},
	{key: "status", label: "Status", width: 12, text: func(u *store.User) string { return string(u.Status) }},
	{key: "phone", label: "Phone", width: 20, text: func(u *store.User) string { return u.Phone }},
	{key: "last_sign_in", label: "Last sign-in (UTC)", width: 20, time: func(u *store.User) time.Time { return u.LastSignIn }},
	{key: "created", label: "Created (UTC)", width: 20, time: func(u *store.User) time.Time { return u.Created }},
	{key: "external_id", label: "External ID", width: 16, text: func(u *store.User) string { return u.ExternalID }},
}

// exportUsers is the list as a file: all its pages, as filtered and sorted. It
// is a POST because taking a copy is itself an entry of the audit trail.
func (s *server) exportUsers(a *ask) (view, error) {
	f, err := ExportFormatOf(a.PostForm.Get("format"))
	if err != nil {
		return view{}, err
	}
	q := readList(a.PostForm).query(a.words)
	name := "users-" + a.words.now.In(s.location).Format(time.DateOnly) + "." + f.Key
	return view{file: &file{name, f.Kind, func(w io.Writer) error {
		_, err := f.WriteUsers(a.Context(), s.store, a.actor, q, w)
		return err
	}}}, nil
}

// exportMenu offers the export of a list.
func exportMenu(a *ask, l listState, list *components.UserList) {
	if !a.can(store.ActExport, nil) {
		return
	}
	for _, f := range ExportFormats() {
		list.Exports = append(list.Exports, components.Option{Value: f.Key, Label: f.Label})
	}
	list.Exported = list.Kept
	if l.q != "" {
		list.Exported = append([]components.Hidden{{Name: "q", Value: l.q}}, list.Kept...)
	}
}
