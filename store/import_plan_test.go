package store

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestImportColumns guesses what columns are.
func TestImportColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, want string }{
		{"Name,E-mail,Phone,Role,External ID,Status\nx,x@example.com,,,,\n", "name email phone role external_id status"},
		{"NOMBRE COMPLETO;Correo electrónico;Móvil;Rol;Legajo;Estado\n", "name email phone role external_id status"},
		{"nombre;apellidos;mail\n", "first_name last_name email"},
		{"Primer apellido;Segundo apellido;Nombre;Correo\n", "last_name last_name first_name email"},
		{"first_name\tlast_name\temail_address\n", "first_name last_name email"},
		{"id,name,email\n", "external_id name email"},
		{"id,External ID,Name,E-mail,Last sign-in,Created\n", " external_id name email  "},
		{"Matrícula|Teléfono|Contraseña\n", "external_id phone password_hash"},
		{"email,e-mail\n", "email "},
		{"Ana Pérez,ana@example.com,+34 600 123 456,admin\nBen,ben@example.com,,member\n", "name email phone role"},
		{"ana@example.com\nben@example.com\n", "email"},
		{"ana@example.com;$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m\n", "email password_hash"},
	} {
		s := NewCSVSniffer()
		s.Write([]byte(c.file))
		f := s.Format()
		var got []string
		for _, target := range guessColumns(f.Header, s.rows(f)) {
			got = append(got, string(target))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q is %q, want %q", c.file, strings.Join(got, " "), c.want)
		}
	}
}

// TestImportPlan reads one file in other ways: what is said wins over what was
// guessed, and what was mended stays unless the file itself is read anew.
func TestImportPlan(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := change(t)(s.CreateUser(t.Context(), console, NewUser{Name: "Ben", Email: "ben@example.com", Phone: "030 12345", Role: Member, ExternalID: "E-1", Password: password})).User
	i := s.bring("mail;codigo;phone;nombre\nben.new@example.com;E-1;;Ben\nnell;E-2;;Nell\n")
	if i.Creates != 1 || i.Refusals != 1 || i.Plan.Key != FieldEmail || i.Plan.Columns[1] != "" {
		t.Fatalf("as it was recognised: %+v", i)
	}
	must(t, second(s.MendImport(t.Context(), console, i.ID, 3, map[int]string{0: "nell@example.com"})))
	plan := func(edit func(*ImportPlan)) Import {
		t.Helper()
		p := s.importNow(i.ID).Plan
		p.Columns = slices.Clone(p.Columns)
		edit(&p)
		must(t, s.PlanImport(t.Context(), console, i.ID, p))
		return s.work(i.ID, ImportChecking)
	}
	now := plan(func(p *ImportPlan) { p.Columns[1], p.Key = ImportTarget(FieldExternalID), FieldExternalID })
	r := s.row(i.ID, 2)
	if now.Changes != 1 || now.Creates != 1 || r.User != ben.ID || fmt.Sprint(r.Changes) != "[{email ben@example.com ben.new@example.com}]" {
		t.Errorf("recognised by the id: %+v, %+v", now, r)
	}
	plan(func(p *ImportPlan) { p.Clear = true })
	if r := s.row(i.ID, 2); fmt.Sprint(r.Changes) != "[{email ben@example.com ben.new@example.com} {phone 030 12345 }]" {
		t.Errorf("an empty phone empties: %+v", r.Changes)
	}
	if r := s.row(i.ID, 3); r.Cells[0] != "nell@example.com" {
		t.Errorf("what was mended is lost: %v", r.Cells)
	}
	now = plan(func(p *ImportPlan) { p.Format.Header = false })
	if now.Rows() != 3 || now.Titles[0] != "" || now.Plan.Columns[0] != ImportTarget(FieldEmail) || s.row(i.ID, 3).Cells[0] != "nell" {
		t.Errorf("without a header: %+v", now)
	}
	now = plan(func(p *ImportPlan) { p.Format = CSVFormat{EncodingUTF8, ",", true} })
	if len(now.Titles) != 1 || now.Refusals != 2 {
		t.Errorf("divided at commas: %+v", now)
	}
	for about, edit := range map[string]func(*ImportPlan){
		"encoding": func(p *ImportPlan) { p.Format.Encoding = "ebcdic" }, "delimiter": func(p *ImportPlan) { p.Format.Delimiter = "x" },
		"key": func(p *ImportPlan) { p.Key = FieldName }, "columns": func(p *ImportPlan) { p.Columns = []ImportTarget{"version"} },
	} {
		p := now.Plan
		edit(&p)
		if e := wantKind(t, s.PlanImport(t.Context(), console, i.ID, p), Invalid); e.Fields[about] == "" {
			t.Errorf("%s: %v", about, e.Fields)
		}
	}
}

// TestImportMend mends rows and what was refused for being like them.
func TestImportMend(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	i := s.bring("name,email\nNell,nell@example.com\nTwin,NELL@example.com\nTriplet,nell@example.com\nBroken\n\"Open,open@example.com\n")
	if i.Creates != 1 || i.Refusals != 4 {
		t.Fatalf("%+v", i)
	}
	mend := func(line int, cells map[int]string, want Verdict) {
		t.Helper()
		r, err := s.MendImport(t.Context(), console, i.ID, line, cells)
		must(t, err)
		if r.Verdict != want {
			t.Errorf("line %d: %s %v, want %s", line, r.Verdict, r.Problems, want)
		}
		checkImports(t, s.Store)
	}
	mend(4, map[int]string{1: "nell@example.com"}, VerdictRefused)
	mend(2, map[int]string{1: "nelly@example.com"}, VerdictCreate) // now Twin is the first
	if twin, triplet := s.row(i.ID, 3), s.row(i.ID, 4); twin.Verdict != VerdictCreate || triplet.Problems["email"] != "Line 3 already has this." {
		t.Errorf("Twin: %v, Triplet: %v", twin.Problems, triplet.Problems)
	}
	mend(5, map[int]string{1: "broken@example.com"}, VerdictCreate)
	mend(6, map[int]string{0: "Open", 1: "open@example.com"}, VerdictCreate)
	wantKind(t, second(s.MendImport(t.Context(), console, i.ID, 99, nil)), NotFound)

	i = s.work(i.ID, ImportRunning)
	wantKind(t, second(s.MendImport(t.Context(), console, i.ID, 3, nil)), Refused) // done already
	mend(4, map[int]string{1: "triplet@example.com"}, VerdictCreate)
	if i = s.importNow(i.ID); i.State != ImportChecked || i.Pending() != 1 {
		t.Errorf("a mended row can be run: %+v", i)
	}
	if i = s.work(i.ID, ImportRunning); i.CreatedN != 5 || s.byEmail("triplet@example.com") == nil {
		t.Errorf("afterwards %+v", i)
	}
	wantKind(t, s.PlanImport(t.Context(), console, i.ID, i.Plan), Refused)
	wantKind(t, s.DiscardImport(t.Context(), console, i.ID), Refused)
}

// TestImportUndo takes everything back but what has changed since.
func TestImportUndo(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	ben, eve := s.add("Ben", Member), s.add("Eve", Member)
	i := s.bring("name,email,phone,external id\nBen,ben@example.com,030 11111,E-1\nEve,eve@example.com,030 22222,\n" +
		"Nell,nell@example.com,,\nNora,nora@example.com,,\nTaken,taken@example.com,,\n")
	wantKind(t, second(s.BeginImport(t.Context(), console, i.ID, ImportUndoing)), Refused)
	s.work(i.ID, ImportRunning)
	change(t)(s.UpdateUser(t.Context(), console, ben.ID, edit(FieldPhone, "030 99999")))
	nora := s.byEmail("nora@example.com")
	change(t)(s.UpdateUser(t.Context(), console, nora.ID, edit(FieldName, "Nora Ruiz")))
	change(t)(s.Undo(t.Context(), console, s.row(i.ID, 3).Entry)) // Eve, by hand, in her history
	nell := s.byEmail("nell@example.com")

	i = s.work(i.ID, ImportUndoing)
	if i.State != ImportUndone || i.Undone != 3 || i.Kept != 2 {
		t.Errorf("undone: %+v", i)
	}
	for line, want := range map[int]string{2: "Phone has changed since and was left as it is.", 3: "This has been undone already.",
		4: UndoneRow, 5: "Nora Ruiz has changed since and was left as it is.", 6: UndoneRow} {
		if got := s.row(i.ID, line).Undo; got != want {
			t.Errorf("line %d: %q, want %q", line, got, want)
		}
	}
	b, e := s.load(ben.ID), s.load(eve.ID)
	if b.Phone != "030 99999" || b.ExternalID != "" || e.Phone != "" || s.load(nora.ID).Deleted != (time.Time{}) || s.load(nell.ID).Deleted.IsZero() {
		t.Errorf("Ben %+v, Eve %+v", b, e)
	}
	if last := s.newest(1)[0]; last.Act != ActImportUndo || last.Note != "people.csv: 3 of 5 taken back, 2 left as they are" {
		t.Errorf("on record as %+v", last)
	}
	restored := change(t)(s.Undo(t.Context(), console, s.lastOf(nell.ID))) // undoing the undo brings her back
	if !restored.User.Deleted.IsZero() {
		t.Error("an undone creation cannot be restored")
	}
	wantKind(t, second(s.BeginImport(t.Context(), console, i.ID, ImportUndoing)), Refused)
}

// lastOf is the newest entry about somebody.
func (s *testStore) lastOf(id int64) int64 {
	s.t.Helper()
	trail, err := s.Trail(s.t.Context(), console, TrailQuery{Target: id, Limit: 1})
	must(s.t, err)
	return trail.Entries[0].ID
}

// TestImportHashes brings password hashes: people sign in with them, nobody who
// has a password here loses it, and no hash is left where it does not belong.
func TestImportHashes(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	s.add("Ben", Member)
	hash := hashOf(t, s, newPassword)
	file := "name,email,password_hash\nNell,nell@example.com," + quote(hash) + "\nBen,ben@example.com," + quote(hash) + "\nBad,bad@example.com,geheim\n"
	i := s.work(s.bring(file).ID, ImportRunning)
	if i.CreatedN != 1 || i.Sames != 1 || i.Refusals != 1 {
		t.Fatalf("%+v", i)
	}
	if nell := s.byEmail("nell@example.com"); nell.Status != Active {
		t.Errorf("Nell has a password, and is %s", nell.Status)
	}
	must(t, second(s.SignIn(t.Context(), visitor("192.0.2.1"), "nell@example.com", newPassword)))
	must(t, second(s.SignIn(t.Context(), visitor("192.0.2.1"), "ben@example.com", password)))
	if again := s.bring(file); again.Sames != 2 || again.Changes != 0 {
		t.Errorf("the same file again: %+v", again)
	}
	var out bytes.Buffer
	must(t, s.WriteRefused(t.Context(), console, i.ID, false, &out))
	if r := s.row(i.ID, 2); r.Cells[2] != "" || strings.Contains(out.String(), "geheim") {
		t.Errorf("a hash is left in %v, %s", r.Cells, out.String())
	}
	if trail := strings.Join(dump(t, s.reader, "audit_entries", "audit_values"), "\n"); strings.Contains(trail, hash) || strings.Contains(trail, "argon2") {
		t.Error("a hash is in the trail")
	}
}

func hashOf(t testing.TB, s *testStore, password string) string {
	t.Helper()
	hash, err := s.hasher.Hash(t.Context(), password)
	must(t, err)
	return hash
}

func quote(cell string) string { return `"` + cell + `"` }

// TestImportRefusedRows writes what was refused, to be brought in again.
func TestImportRefusedRows(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	i := s.bring("Nombre;Correo;Aula\n=cmd|x;bad;3\nNell;nell@example.com;4\n\"Dos\nlíneas\";;5\n")
	var out bytes.Buffer
	must(t, s.WriteRefused(t.Context(), console, i.ID, false, &out))
	want := "Nombre,Correo,Aula,line,reason\n'=cmd|x,bad,3,2,\"E-mail: An e-mail address needs an @, as in ana@example.com.\"\n" +
		"\"Dos\nlíneas\",,5,4,E-mail: This is what people are recognised by. It cannot be empty.\n"
	if out.String() != want {
		t.Errorf("written:\n%s\nwant:\n%s", out.String(), want)
	}
	back := s.bring(strings.NewReplacer(",bad,", ",good@example.com,", "líneas\",,", "líneas\",two@example.com,").Replace(out.String()))
	if back.Creates != 2 {
		t.Errorf("mended and brought in again: %+v", back)
	}
	if s.work(back.ID, ImportRunning); s.byEmail("good@example.com").Name != "=cmd|x" {
		t.Errorf("it came back as %q", s.byEmail("good@example.com").Name)
	}
}

// TestImportPlansWalkIndexes asks how the look-ups of an import are made: none
// may walk all people.
func TestImportPlansWalkIndexes(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	s.work(s.bring(string(demoCSV(300))).ID, ImportRunning)
	mustExec(t, s.writer, `ANALYZE`)
	for query, index := range map[string]string{
		`SELECT ` + userColumns + ` FROM users u WHERE u.deleted_at = 0 AND u.email_key IN ` + inList(1):                           "users_by_email",
		`SELECT ` + userColumns + ` FROM users u WHERE u.deleted_at = 0 AND u.external_id <> '' AND u.external_id IN ` + inList(1): "users_external_id",
		countAdminsSQL: "users_group",
	} {
		args := make([]any, strings.Count(query, "?"))
		lines := queryLines(t, s.reader, `EXPLAIN QUERY PLAN `+query, args...)
		if plan := strings.Join(lines, "\n"); !strings.Contains(plan, "SEARCH") || !strings.Contains(plan, index) {
			t.Errorf("%.80s… is made by %s", query, plan)
		}
	}
}

// TestImportAcrossBatches recognises people by their external id, without an
// address anywhere, and finds what stands twice however far apart: the rows of
// two batches are in the air at once.
func TestImportAcrossBatches(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	const n = 900
	people, phones := []string{"name,email,external id"}, []string{"external id,phone"}
	for i := range n {
		people = append(people, fmt.Sprintf("Somebody,somebody%d@example.com,X-%d", i, i))
		phones = append(phones, fmt.Sprintf("X-%d,030 %06d", i, i))
	}
	s.work(s.bring(strings.Join(people, "\n")).ID, ImportRunning)
	twice := map[int]int{firstBatch + 2: 3, firstBatch + 3: firstBatch + 1, n: 2} // by line, the line it repeats
	for line, first := range twice {
		phones[line-1] = phones[first-1]
	}
	i := s.bring(strings.Join(phones, "\n"))
	for line, first := range twice {
		if r := s.row(i.ID, line); r.Problems["external_id"] != fmt.Sprintf("Line %d already has this.", first) {
			t.Errorf("line %d: %v", line, r.Problems)
		}
	}
	if i = s.work(i.ID, ImportRunning); i.ChangedN != n-len(twice) || i.Refusals != len(twice) || i.State != ImportDone {
		t.Errorf("%+v", i)
	}
	if got := queryInt(t, s.reader, `SELECT count(*) FROM users WHERE phone = '030 ' || substr(CAST(1000000 + CAST(substr(external_id, 3) AS INTEGER) AS TEXT), 2)`); got != n-len(twice) {
		t.Errorf("%d people have their phone", got)
	}
	if i = s.work(i.ID, ImportUndoing); i.Undone != n-len(twice) {
		t.Errorf("undone: %+v", i)
	}
}
