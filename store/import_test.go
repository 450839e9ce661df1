package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// twoPeople is a file that changes Ben and creates somebody.
const twoPeople = "E-mail,Name,Phone\nBen@example.com,Benjamin,\nnell@example.com,Nell,030 5555\n"

// bring takes a file in and checks it.
func (s *testStore) bring(file string) Import {
	s.t.Helper()
	i, err := s.NewImport(s.t.Context(), console, "people.csv", strings.NewReader(file))
	must(s.t, err)
	return s.work(i.ID, ImportChecking)
}

// bringSomebody brings somebody nobody has heard of yet.
func (s *testStore) bringSomebody() {
	s.t.Helper()
	s.bring(fmt.Sprintf("name,email\nNobody Yet,nobody%d@example.com\n", s.countEntries()))
}

func (s *testStore) lastImport() int64 {
	s.t.Helper()
	return int64(queryInt(s.t, s.reader, `SELECT max(id) FROM imports`))
}

// row is a row of an import by its line.
func (s *testStore) row(id int64, line int) ImportRow {
	s.t.Helper()
	rows, _, err := s.ImportRows(s.t.Context(), console, id, ImportRowQuery{After: line - 1, Limit: 1})
	must(s.t, err)
	if len(rows) == 0 || rows[0].Line != line {
		s.t.Fatalf("there is no line %d: %+v", line, rows)
	}
	return rows[0]
}

// byEmail is who has an address; nil for nobody.
func (s *testStore) byEmail(email string) *User {
	s.t.Helper()
	u, err := s.UserByEmail(s.t.Context(), console, email)
	if KindOf(err) == NotFound {
		return nil
	}
	must(s.t, err)
	return &u
}

// checkImports compares the counts of each import with its rows.
func checkImports(t testing.TB, s *Store) {
	t.Helper()
	kept := queryLines(t, s.reader, `SELECT id, creates, changes, sames, refusals, created, changed, undone + kept FROM imports
 WHERE EXISTS (SELECT 1 FROM import_rows r WHERE r.import_id = imports.id) ORDER BY id`)
	counted := queryLines(t, s.reader, `SELECT import_id, count(*) FILTER (WHERE verdict = 'create'), count(*) FILTER (WHERE verdict = 'change'),
 count(*) FILTER (WHERE verdict = 'same'), count(*) FILTER (WHERE verdict = 'refused'), count(*) FILTER (WHERE done AND verdict = 'create'),
 count(*) FILTER (WHERE done AND verdict = 'change'), count(*) FILTER (WHERE undo <> '') FROM import_rows GROUP BY 1 ORDER BY 1`)
	if fmt.Sprint(kept) != fmt.Sprint(counted) {
		t.Errorf("the imports count %v, their rows are %v", kept, counted)
	}
}

// TestImportVerdicts brings one file and looks at what each row comes to.
func TestImportVerdicts(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	ben := change(t)(s.CreateUser(t.Context(), console, NewUser{Name: "Ben", Email: "Ben@example.com", Phone: "030 12345",
		Role: Member, ExternalID: "E-1", Password: password})).User
	gone := s.add("Gone", Member)
	change(t)(s.Delete(t.Context(), console, gone.ID))
	for _, c := range []struct {
		about, row string
		verdict    Verdict
		reason     string // by field, then the sentence
		changes    []FieldChange
	}{
		{"nobody yet", "Nell,nell@example.com,030 5555,viewer,N-1,active", VerdictCreate, "", nil},
		{"somebody deleted comes anew", "Gone,gone@example.com,,,,", VerdictCreate, "", nil},
		{"roles and statuses in Spanish", "Luz,luz@example.com,,Administradora,,baja", VerdictCreate, "", nil},
		{"as they are", "Ben,ben@EXAMPLE.com,030 12345,member,E-1,active", VerdictSame, "", nil},
		{"an empty cell says nothing", "Ben,ben@example.com,,,,", VerdictSame, "", nil},
		{"a change", "Ben,ben@example.com,030 99999,viewer,,", VerdictChange, "", []FieldChange{{FieldPhone, "030 12345", "030 99999"}, {FieldRole, "member", "viewer"}}},
		{"made harmless for a spreadsheet", "Ben,ben@example.com,'+49 30 1,,,", VerdictChange, "", []FieldChange{{FieldPhone, "030 12345", "+49 30 1"}}},
		{"a short number", "Ben,ben@example.com,12,,,", VerdictRefused, "phone: A phone number has at least 5 digits.", nil},
		{"no key", "Nell,,030 5555,,,", VerdictRefused, "email: This is what people are recognised by. It cannot be empty.", nil},
		{"a new person without a name", ",nell@example.com,,,,", VerdictRefused, "name: A new person needs this.", nil},
		{"a bad address", "Nell,nell,,,,", VerdictRefused, "email: An e-mail address needs an @, as in ana@example.com.", nil},
		{"no such role", "Nell,nell@example.com,,king,,", VerdictRefused, "role: Choose one of the roles.", nil},
		{"somebody else's id", "Nell,nell@example.com,,,E-1,", VerdictRefused, "external_id: Ben already has this.", nil},
		{"the last admin", "Ana,ana@example.com,,viewer,,", VerdictRefused, "row: Ana is the last active admin. Make somebody else an admin first.", nil},
		{"too few cells", "Nell,nell@example.com", VerdictRefused, "row: This row has 2 cells, the first one has 6.", nil},
		{"too many cells", "Nell,nell@example.com,,,,,,x", VerdictRefused, "row: This row has 8 cells, the first one has 6.", nil},
		{"an open quote", `"Nell,nell@example.com,,,,`, VerdictRefused, "row: A quote is opened in this row and not closed: the file may have been cut off here.", nil},
		{"damaged", "N\xe9ll,n\xe9ll@example.com,é,,,", VerdictRefused, "name: " + damagedCell, nil},
	} {
		t.Run(c.about, func(t *testing.T) {
			i := s.bring("name,email,phone,role,external id,status\n" + c.row)
			if c.about == "damaged" { // such a file is taken for Latin-1 unless somebody insists
				i.Plan.Format.Encoding = EncodingUTF8
				must(t, s.PlanImport(t.Context(), console, i.ID, i.Plan))
				s.work(i.ID, ImportChecking)
			}
			r := s.row(i.ID, 2)
			if r.Verdict != c.verdict || fmt.Sprint(r.Changes) != fmt.Sprint(c.changes) {
				t.Errorf("%s %v, want %s %v (%v)", r.Verdict, r.Changes, c.verdict, c.changes, r.Problems)
			}
			field, sentence, _ := strings.Cut(c.reason, ": ")
			if c.reason != "" && r.Problems[field] != sentence {
				t.Errorf("refused because %v, want %s", r.Problems, c.reason)
			}
		})
	}
	for _, u := range []*User{ana, &ben} {
		if now := s.load(u.ID); now.Version != u.Version {
			t.Errorf("checking has changed %s", u.Name)
		}
	}
}

// TestImportRunDoesWhatWasShown looks at people and trail afterwards, and
// brings the same file again.
func TestImportRunDoesWhatWasShown(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	ben := s.add("Ben", Member)
	file := "Nombre,Apellidos,Correo electrónico,Rol,Estado,Aula\nNell,Gómez Ruiz,nell@example.com,,,3\nBen,,ben@example.com,visor,,3\nAna,,ana@example.com,,,\nBad,,bad,,,\n"
	i := s.bring(file)
	before := s.countEntries()
	s.workAs(as(ana), i.ID, ImportRunning)
	nell := s.byEmail("nell@example.com")
	if nell == nil || nell.Name != "Nell Gómez Ruiz" || nell.Role != Member || nell.Status != Invited || nell.Version != 1 {
		t.Fatalf("created %+v", nell)
	}
	if now := s.load(ben.ID); now.Role != Viewer || now.Version != ben.Version+1 {
		t.Errorf("changed into %+v", now)
	}
	note := fmt.Sprintf("by import %d, line ", i.ID)
	want := []Entry{
		by(as(ana), ActImportRun, 0).noted("people.csv: 1 of 1 created, 1 of 1 changed, 1 refused"),
		by(as(ana), ActCreate, nell.ID, FieldChange{FieldName, "", nell.Name}, FieldChange{FieldEmail, "", nell.Email},
			FieldChange{FieldRole, "", "member"}, FieldChange{FieldStatus, "", "invited"}).noted(note + "2"),
		by(as(ana), ActEdit, ben.ID, FieldChange{FieldRole, "member", "viewer"}).noted(note + "3"),
		by(as(ana), ActImportRun, 0).noted("people.csv, begun: 0 of 1 created, 0 of 1 changed, 1 refused"),
	}
	got := s.newest(s.countEntries() - before)
	if len(got) != len(want) {
		t.Fatalf("%d entries, want %d", len(got), len(want))
	}
	for n := range got {
		if fmt.Sprint(got[n].Act, got[n].Actor, got[n].Target, got[n].Changes, got[n].Note) != fmt.Sprint(want[n].Act, want[n].Actor, want[n].Target, want[n].Changes, want[n].Note) {
			t.Errorf("entry %d is\n%+v, want\n%+v", n, got[n], want[n])
		}
	}
	if got[0].Import != i.ID || got[3].Import != 0 {
		t.Errorf("the entries belong to the imports %d and %d", got[0].Import, got[3].Import)
	}
	again := s.bring(file)
	if again.Creates+again.Changes != 0 || again.Sames != 3 {
		t.Errorf("the same file again: %+v", again)
	}
	wantKind(t, second(s.BeginImport(t.Context(), console, again.ID, ImportRunning)), Refused)
}

// TestImportRefusesWhatNobodySaw changes things between the check and the run.
func TestImportRefusesWhatNobodySaw(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		row       string
		meanwhile func(*testStore, *User)
		verdict   Verdict
		reason    string
	}{
		"somebody was added": {"Nell,nell@example.com,030 55555,", func(s *testStore, _ *User) { s.add("Nell", Member) }, VerdictRefused,
			"Somebody like this has been added since the check."},
		"the id was taken": {"Nell,nell@example.com,,E-9", func(s *testStore, u *User) {
			change(s.t)(s.UpdateUser(s.t.Context(), console, u.ID, edit(FieldExternalID, "E-9")))
		}, VerdictRefused, "External ID: Ben already has this."},
		"they were deleted": {"Ben,ben@example.com,030 77777,", func(s *testStore, u *User) {
			change(s.t)(s.Delete(s.t.Context(), console, u.ID))
		}, VerdictRefused, "This person has been deleted since the check."},
		"the value has changed": {"Ben,ben@example.com,030 77777,", func(s *testStore, u *User) {
			change(s.t)(s.UpdateUser(s.t.Context(), console, u.ID, edit(FieldPhone, "030 11111")))
		}, VerdictRefused, "Phone has changed since the check."},
		"another value has changed": {"Ben,ben@example.com,030 77777,", func(s *testStore, u *User) {
			change(s.t)(s.UpdateUser(s.t.Context(), console, u.ID, edit(FieldExternalID, "E-4")))
		}, VerdictChange, ""},
		"somebody did it already": {"Ben,ben@example.com,030 77777,", func(s *testStore, u *User) {
			change(s.t)(s.UpdateUser(s.t.Context(), console, u.ID, edit(FieldPhone, "030 77777")))
		}, VerdictSame, ""},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s := newTestStore(t)
			ben := s.add("Ben", Member)
			i := s.bring("name,email,phone,external id\n" + c.row + "\nOther,other@example.com,,\n")
			c.meanwhile(s, ben)
			i = s.work(i.ID, ImportRunning)
			r := s.row(i.ID, 2)
			if r.Verdict != c.verdict || !strings.HasPrefix(r.Reason(), c.reason) || r.Done != (c.verdict == VerdictChange) {
				t.Errorf("%s, done %v: %q; want %s: %q", r.Verdict, r.Done, r.Reason(), c.verdict, c.reason)
			}
			if s.byEmail("other@example.com") == nil || i.State != ImportDone {
				t.Error("the others did not go on")
			}
		})
	}
}

// TestImportGuards takes access away by import: the last admin and oneself stay.
func TestImportGuards(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, zoe := s.add("Ana", Admin), s.add("Zoe", Admin)
	file := "email,role\nana@example.com,member\nzoe@example.com,member\n"
	i := s.bring(file)
	if got := s.row(i.ID, 2).Verdict; got != VerdictChange || i.Refusals != 1 {
		t.Errorf("Ana may go while Zoe is there: %s, %d refused", got, i.Refusals)
	}
	change(t)(s.UpdateUser(t.Context(), console, zoe.ID, edit(FieldRole, "viewer")))
	i = s.work(i.ID, ImportRunning)
	if r := s.row(i.ID, 2); r.Verdict != VerdictRefused || !strings.Contains(r.Reason(), "last active admin") {
		t.Errorf("the last admin: %s %s", r.Verdict, r.Reason())
	}
	change(t)(s.UpdateUser(t.Context(), console, zoe.ID, edit(FieldRole, "admin")))
	mine, err := s.NewImport(t.Context(), as(ana), "x.csv", strings.NewReader(file))
	must(t, err)
	s.workAs(as(ana), mine.ID, ImportChecking)
	if r := s.row(mine.ID, 2); r.Verdict != VerdictRefused || r.Reason() != ownAccess {
		t.Errorf("oneself: %s %s", r.Verdict, r.Reason())
	}
}

// TestImportInvitesNobodyWhoIsThere, nor lets anybody in who was invited: neither at
// the check nor at the run.
func TestImportInvitesNobodyWhoIsThere(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	invite := func(name string) *User {
		l, _, err := s.InviteUser(t.Context(), as(ana), NewUser{Name: name, Email: strings.ToLower(name) + "@example.com", Role: Member}, false)
		must(t, err)
		return &l.User
	}
	ben, ivy, joe := s.add("Ben", Member), invite("Ivy"), invite("Joe")
	kim := invite("Kim")
	change(t)(s.Deactivate(t.Context(), console, kim.ID))
	hash := s.load(ben.ID).passwordHash
	i := s.bring("email,status,password hash\nben@example.com,invited,\nivy@example.com,active,\njoe@example.com,," + hash +
		"\nkim@example.com,active,\nnew@example.com,invited,\n")
	for line, field := range map[int]string{2: "status", 3: "status", 4: "password", 5: "status"} {
		if r := s.row(i.ID, line); r.Verdict != VerdictRefused || r.Problems[field] == "" {
			t.Errorf("line %d: %s %v", line, r.Verdict, r.Problems)
		}
	}
	i = s.bring("email,status\nben@example.com,deactivated\n")
	s.work(i.ID, ImportRunning)
	i = s.bring("email,status\nben@example.com,active\n")
	s.work(i.ID, ImportRunning)
	if got := s.load(ben.ID).Status; got != Active {
		t.Errorf("Ben is %s", got)
	}
	for _, u := range []*User{ivy, joe} {
		l, err := s.LinkOf(t.Context(), as(ana), u.ID, LinkInvite)
		if now := s.load(u.ID); err != nil || l == nil || now.Status != Invited || now.HasPassword {
			t.Errorf("%s: %+v, %v", u.Name, now, err)
		}
	}
	wantKind(t, s.ResetPassword(t.Context(), console, ivy.ID, newPassword, false), Refused)
}

// TestNobodyIsInvitedAgainByUndo who has come since.
func TestNobodyIsInvitedAgainByUndo(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	l, _, err := s.InviteUser(t.Context(), as(ana), NewUser{Name: "Ivy", Email: "ivy@example.com", Role: Member}, false)
	must(t, err)
	off := change(t)(s.Deactivate(t.Context(), console, l.User.ID))
	must(t, s.ResetPassword(t.Context(), console, l.User.ID, newPassword, false))
	change(t)(s.Undo(t.Context(), console, off.Entry))
	if got := s.load(l.User.ID).Status; got != Active {
		t.Errorf("Ivy is %s, and has a password", got)
	}
}

// TestImportStops stops, is cut off, and goes on where it was.
func TestImportStops(t *testing.T) {
	t.Parallel()
	const n = 700
	for name, stop := range map[string]func(*testStore, int64, context.CancelFunc){
		"by hand": func(s *testStore, id int64, _ context.CancelFunc) {
			must(s.t, s.StopImport(s.t.Context(), console, id))
		},
		"with the program": func(_ *testStore, _ int64, cancel context.CancelFunc) { cancel() },
	} {
		for _, step := range []ImportState{ImportChecking, ImportRunning, ImportUndoing} {
			t.Run(string(step)+" "+name, func(t *testing.T) {
				t.Parallel()
				s := newTestStore(t)
				s.add("Ana", Admin)
				i, err := s.NewImport(t.Context(), console, "people.csv", strings.NewReader(string(demoCSV(n))))
				must(t, err)
				for _, before := range []ImportState{ImportChecking, ImportRunning, ImportUndoing} {
					if before == step {
						break
					}
					s.work(i.ID, before)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				j, err := s.BeginImport(ctx, console, i.ID, step)
				must(t, err)
				batches := 0
				err = j.Work(ctx, func(Import) {
					if batches++; batches == 2 {
						stop(s, i.ID, cancel)
					}
				})
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				stopped := s.importNow(i.ID)
				if batches != 2 || !stopped.Stopped(s.Now()) || stopped.At == 0 {
					t.Fatalf("after %d batches: %+v", batches, stopped)
				}
				s.reopen()
				i = s.work(i.ID, step)
				if i.Stopped(s.Now()) || i.Rows() != n || step == ImportRunning && i.Carried() != n || step == ImportUndoing && i.Undone != n {
					t.Errorf("gone on with: %+v", i)
				}
			})
		}
	}
}

// TestImportIsTakenOver lets one worker vanish without a word, as at kill -9.
func TestImportIsTakenOver(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	i := s.bring(twoPeople)
	gone, err := s.BeginImport(t.Context(), console, i.ID, ImportRunning)
	must(t, err)
	wantKind(t, second(s.BeginImport(t.Context(), console, i.ID, ImportRunning)), Refused) // it is being worked on
	s.clock.advance(beatLost)
	if now := s.importNow(i.ID); !now.Stopped(s.Now()) {
		t.Fatalf("nobody works on it: %+v", now)
	}
	i = s.work(i.ID, ImportRunning)
	before := s.fingerprint()
	must(t, gone.Work(t.Context(), func(Import) {})) // it comes back, and finds it is not asked for
	if s.fingerprint() != before || i.Carried() != 2 {
		t.Errorf("two have worked on one import: %+v", i)
	}
}

// TestImportOfADemotedAdmin ends with the rights of who began it.
func TestImportOfADemotedAdmin(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Zoe", Admin)
	ana := s.add("Ana", Admin)
	i, err := s.NewImport(t.Context(), console, "people.csv", strings.NewReader(string(demoCSV(500))))
	must(t, err)
	s.work(i.ID, ImportChecking)
	j, err := s.BeginImport(t.Context(), as(ana), i.ID, ImportRunning)
	must(t, err)
	err = j.Work(t.Context(), func(Import) {
		change(t)(s.UpdateUser(t.Context(), console, ana.ID, edit(FieldRole, "viewer")))
	})
	wantKind(t, errors.Unwrap(joined(err)), Forbidden)
	if now := s.importNow(i.ID); now.Carried() == 0 || now.Carried() == 500 || now.Problem != "Your role does not allow this." {
		t.Errorf("it stopped as %+v", now)
	}
}

// joined is the first of joined errors, wrapped.
func joined(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok && len(many.Unwrap()) > 0 {
		return fmt.Errorf("%w", many.Unwrap()[0])
	}
	return fmt.Errorf("%w", err)
}

// TestImportWhileOthersWork edits people while an import runs over them.
func TestImportWhileOthersWork(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	file := string(demoCSV(600))
	s.work(s.bring(file).ID, ImportRunning)
	i := s.bring(strings.ReplaceAll(file, ",member,", ",viewer,")) // the same people, most with another role
	j, err := s.BeginImport(t.Context(), console, i.ID, ImportRunning)
	must(t, err)
	edited := make(chan error)
	go func() {
		var err error
		for id := int64(1); id <= 50 && err == nil; id++ {
			_, err = s.UpdateUser(context.Background(), console, id*7, edit(FieldPhone, fmt.Sprintf("030 55555%d", id)))
		}
		edited <- err
	}()
	must(t, j.Work(t.Context(), func(Import) {}))
	must(t, <-edited)
	if i = s.importNow(i.ID); i.ChangedN < 500 || i.ChangedN+i.Refusals+i.Sames != 600 {
		t.Errorf("the import: %+v", i)
	}
	if n := queryInt(t, s.reader, `SELECT count(*) FROM users WHERE phone LIKE '030 5555%'`); n != 50 {
		t.Errorf("%d of 50 edits are there", n)
	}
}

// TestImportSweep removes the rows of what nobody has touched for long, and what
// was never run altogether.
func TestImportSweep(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	run := s.bring(twoPeople)
	s.work(run.ID, ImportRunning)
	checked := s.bring("email,name\nx@example.com,X\n")
	broken := &brokenReader{}
	if _, err := s.NewImport(t.Context(), console, "cut off.csv", broken); !errors.Is(err, errBroken) {
		t.Fatalf("a broken upload: %v", err)
	}
	if n := queryInt(t, s.reader, `SELECT count(*) FROM imports`); n != 2 {
		t.Errorf("%d imports, a broken upload is none", n)
	}
	s.clock.advance(keepImports + time.Hour)
	must(t, s.Sweep(t.Context()))
	if n := queryInt(t, s.reader, `SELECT (SELECT count(*) FROM import_rows) + (SELECT count(*) FROM import_files)`); n != 0 {
		t.Errorf("%d rows and pieces are left", n)
	}
	wantKind(t, second(s.Import(t.Context(), console, checked.ID)), NotFound)
	left := s.importNow(run.ID)
	if left.CreatedN != 2 || left.Undoable(s.Now()) {
		t.Errorf("what is left of the import: %+v", left)
	}
}

var errBroken = errors.New("the connection broke")

// brokenReader is an upload that breaks off.
type brokenReader struct{ n int }

func (b *brokenReader) Read(p []byte) (int, error) {
	if b.n++; b.n > 3 {
		return 0, errBroken
	}
	return copy(p, "email,name\n"), nil
}

// TestImportForgetsPurged removes a purged person from the rows that brought
// them.
func TestImportForgetsPurged(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	i := s.bring(twoPeople)
	s.work(i.ID, ImportRunning)
	change(t)(s.Delete(t.Context(), console, s.byEmail("nell@example.com").ID))
	s.clock.advance(KeepDeleted + time.Hour)
	must(t, second(s.Purge(t.Context())))
	if rows := strings.Join(dump(t, s.reader, "import_rows"), "\n"); strings.Contains(rows, "nell") || !strings.Contains(rows, "Benjamin") {
		t.Errorf("the rows afterwards:\n%s", rows)
	}
}
