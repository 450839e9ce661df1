package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	program "os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// newFull is a store with something in every table, somebody who was purged and a
// trail that begins later.
func newFull(t *testing.T) *testStore {
	t.Helper()
	c := newCast(t, mutation{})
	gone := c.add("Gone", Member)
	change(t)(c.UpdateUser(t.Context(), c.admin, gone.ID, edit(FieldPhone, "030 12345")))
	c.clock.advance(time.Minute)
	must(t, second(c.ArchiveTrail(t.Context(), console, c.clock.now().Add(-30*time.Second), filepath.Join(t.TempDir(), "trail.jsonl"))))
	change(t)(c.UpdateUser(t.Context(), c.admin, gone.ID, edit(FieldName, "Gone Soon")))
	change(t)(c.Delete(t.Context(), c.admin, gone.ID))
	c.clock.advance(KeepDeleted + time.Hour)
	must(t, second(c.Purge(t.Context())))
	change(t)(c.Delete(t.Context(), console, c.add("Deleted", Viewer).ID))
	change(t)(c.CreateUser(t.Context(), console, NewUser{Name: "Ñandú ﷺ 🦊 %_\\'\"", Email: "nandu@example.com", Role: Editor, Password: password}))
	c.remembered(c.ana)
	c.fail(6, here, c.ana.Email)
	c.importNow(c.bring(twoPeople).ID)
	c.work(c.bring("E-mail,Name\nflo@example.com,Flo\n").ID, ImportRunning)
	mustExec(t, c.writer, `INSERT INTO setup (id, digest) VALUES (1, 'of a link')`)
	eve := c.signIn(c.eve)
	c.enrol(eve)
	c.addKey(eve, officeKey(), "K")
	must(t, second(c.RequireFactors(t.Context(), console, []Role{Viewer})))
	must(t, second(c.ResetLink(t.Context(), console, c.ben.ID, true)))
	must(t, c.Sessions().Commit("good", []byte(`{"id":1}`), c.clock.now().Add(time.Hour+123*time.Millisecond)))
	must(t, c.Sessions().Commit("over", []byte{0, 255}, c.clock.now()))
	return c.testStore
}

// quietly is who is not told how far a copy is.
func quietly(int, int) {}

// copied copies a database to an empty one: a file, or one of the kind that is
// tested.
func copied(t *testing.T, from string, toFile bool) (to string) {
	t.Helper()
	if to = filepath.Join(t.TempDir(), "copy.db"); !toFile {
		to = storetest.Blank(t)
	}
	must(t, second(Copy(t.Context(), from, to, quietly)))
	return to
}

// contentOf is all that a copy has to hold, read beside the store.
func contentOf(t *testing.T, db string) []string {
	t.Helper()
	all := []string{"audit_head", "audit_base"}
	for _, table := range copyTables {
		all = append(all, table.name)
	}
	return dump(t, storetest.Raw(t, db), all...)
}

// sameContent fails unless two databases of one kind hold the same.
func sameContent(t *testing.T, one, other string) {
	t.Helper()
	want, got := contentOf(t, one), contentOf(t, other)
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Fatalf("line %d differs, of %d and %d:\n%q\n%q", i, len(want), len(got), want[min(i, len(want)):min(i+1, len(want))], got[min(i, len(got)):min(i+1, len(got))])
		}
	}
}

// TestCopyThereAndBack takes everything from one kind of database to the other
// and back, twice each way.
func TestCopyThereAndBack(t *testing.T) {
	t.Parallel()
	s := newFull(t)
	for _, table := range copyTables {
		if queryInt(t, s.reader, `SELECT count(*) FROM `+table.name) == 0 {
			t.Errorf("%s has nothing to copy", table.name)
		}
	}
	first := copied(t, s.config.DB, true)
	back := copied(t, first, false)
	again := copied(t, back, true)
	sameContent(t, s.config.DB, back)
	sameContent(t, first, again)
}

// TestCopyLives works in a copy as in what it was made of: who was signed in is,
// and ids are not given again.
func TestCopyLives(t *testing.T) {
	t.Parallel()
	for _, toFile := range []bool{true, false} {
		s := newFull(t)
		ana := loadByName(t, s, "Ana")
		s.clock.advance(time.Hour) // they had failed too often
		visit := s.signIn(ana)
		last := s.add("Last", Member).ID
		change(t)(s.Delete(t.Context(), console, last))
		s.clock.advance(KeepDeleted + time.Hour)
		must(t, second(s.Purge(t.Context())))
		must(t, s.Sessions().Commit("good", []byte(`{"id":1}`), time.Now().Add(time.Hour)))
		must(t, s.Sessions().Commit("over", []byte("x"), time.Now().Add(-time.Hour)))

		c := &testStore{t: t, clock: s.clock, config: s.config}
		c.config.DB = copied(t, s.config.DB, toFile)
		c.open()
		defer c.Close()
		if data, found, err := c.Sessions().Find("good"); err != nil || !found || string(data) != `{"id":1}` {
			t.Errorf("the session is %q, %v, %v", data, found, err)
		}
		if _, found, _ := c.Sessions().Find("over"); found {
			t.Error("a session that was over is good again")
		}
		if now, before := c.endOf(visit), s.endOf(visit); now != before {
			t.Errorf("a sign-in ended: %q, before %q", now, before)
		}
		must(t, second(c.SignIn(t.Context(), visitor(there), ana.Email, password)))
		if id := c.add("New", Member).ID; id <= last {
			t.Errorf("person %d comes after %d", id, last)
		}
		c.bringSomebody()
		must(t, c.IndexSearch(t.Context()))
		p, err := c.ListUsers(t.Context(), console, Query{Search: "nandu"})
		if err != nil || len(p.Users) != 1 {
			t.Errorf("%d are found, %v", len(p.Users), err)
		}
		checkTrailOf(t, c.Store)
	}
}

func loadByName(t *testing.T, s *testStore, name string) *User {
	t.Helper()
	return s.load(int64(queryInt(t, s.reader, `SELECT id FROM users WHERE name = '`+name+`'`)))
}

// checkTrailOf is checkInvariants for a store of either kind.
func checkTrailOf(t *testing.T, s *Store) {
	t.Helper()
	r, err := s.VerifyAudit(t.Context())
	if err != nil || r.Bad != 0 {
		t.Errorf("the trail: %+v, %v", r, err)
	}
	checkCounts(t, s)
	checkKeys(t, s)
}

// TestCopyAgain brings a copy up to date, whatever has happened in between.
func TestCopyAgain(t *testing.T) {
	t.Parallel()
	s := newFull(t)
	file, other := copied(t, s.config.DB, true), copied(t, s.config.DB, false)
	happens := []func(){
		func() {},
		func() { s.add("New", Editor) },
		func() {
			ben := loadByName(t, s, "Ben")
			change(t)(s.UpdateUser(t.Context(), console, ben.ID, edit(FieldName, "Bo")))
			change(t)(s.Delete(t.Context(), console, ben.ID))
			s.clock.advance(KeepDeleted + time.Hour)
			must(t, second(s.Purge(t.Context())))
		},
		func() {
			must(t, second(s.ArchiveTrail(t.Context(), console, s.clock.now().Add(-time.Hour), filepath.Join(t.TempDir(), "more.jsonl"))))
		},
		func() {
			s.clock.advance(time.Hour)
			must(t, second(s.ArchiveTrail(t.Context(), console, s.clock.now(), filepath.Join(t.TempDir(), "most.jsonl"))))
			must(t, s.Sweep(t.Context()))
		},
	}
	for i, happen := range happens {
		happen()
		for _, to := range []string{file, other} {
			done, err := Copy(t.Context(), s.config.DB, to, quietly)
			if err != nil || !done.Again {
				t.Fatalf("%d: %+v, %v", i, done, err)
			}
		}
		sameContent(t, s.config.DB, other)
	}
	sameContent(t, s.config.DB, copied(t, file, false))
}

// TestCopyCutOff stops a copy in its middle.
func TestCopyCutOff(t *testing.T) {
	t.Parallel()
	s := newFull(t)
	file, other := copied(t, s.config.DB, true), copied(t, s.config.DB, false)
	s.add("New", Member)
	for _, to := range []string{file, other} {
		before := contentOf(t, to)
		calls := 0
		must(t, second(Copy(t.Context(), s.config.DB, copied(t, s.config.DB, true), func(int, int) { calls++ })))
		for at := 0; at < calls; at += 1 + calls/16 {
			ctx, stop := context.WithCancel(t.Context())
			n := 0
			_, err := Copy(ctx, s.config.DB, to, func(int, int) {
				if n++; n == at+1 {
					stop()
				}
			})
			stop()
			if err == nil {
				t.Fatalf("at %d of %d: it was copied", at, calls)
			}
			if !slices.Equal(contentOf(t, to), before) {
				t.Fatalf("at %d of %d: something was changed", at, calls)
			}
		}
		must(t, second(Copy(t.Context(), s.config.DB, to, quietly)))
	}
	sameContent(t, s.config.DB, other)
}

// copyingFrom and copyingTo name the databases that another process is to copy.
const copyingFrom, copyingTo = "BACKOFFICE_TEST_COPY_FROM", "BACKOFFICE_TEST_COPY_TO"

// TestCopyInAnotherProcess is no test of its own: it is what TestCopyKilled kills.
// It says how far it is, and goes on when it is told to.
func TestCopyInAnotherProcess(t *testing.T) {
	if os.Getenv(copyingFrom) == "" {
		return
	}
	var line [1]byte
	must(t, second(Copy(t.Context(), os.Getenv(copyingFrom), os.Getenv(copyingTo), func(done, _ int) {
		fmt.Println("copied", done)
		os.Stdin.Read(line[:])
	})))
}

// TestCopyKilled kills the program in the middle of a copy.
func TestCopyKilled(t *testing.T) {
	t.Parallel()
	s := newFull(t)
	file, other := copied(t, s.config.DB, true), copied(t, s.config.DB, false)
	s.add("New", Member)
	for _, to := range []string{file, other} {
		before := contentOf(t, to)
		cmd := program.Command(os.Args[0], "-test.run=^TestCopyInAnotherProcess$")
		cmd.Env = append(os.Environ(), copyingFrom+"="+s.config.DB, copyingTo+"="+to, runOnce)
		in, err := cmd.StdinPipe()
		must(t, err)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "copied 1") {
			must(t, second(in.Write([]byte{'\n'})))
		}
		must(t, cmd.Process.Kill())
		if cmd.Wait() == nil {
			t.Fatal("it was not killed")
		}
		if !slices.Equal(contentOf(t, to), before) {
			t.Error("something was changed")
		}
		must(t, second(Copy(t.Context(), s.config.DB, to, quietly)))
	}
	sameContent(t, s.config.DB, other)
}

// TestCopyWhileOthersWork copies one state.
func TestCopyWhileOthersWork(t *testing.T) {
	t.Parallel()
	s := newFull(t)
	to := storetest.Blank(t)
	n := 0
	must(t, second(Copy(t.Context(), s.config.DB, to, func(int, int) {
		n++
		s.add(fmt.Sprint("Meanwhile ", n), Member)
	})))
	if copies := queryInt(t, storetest.Raw(t, to), `SELECT count(*) FROM users WHERE name LIKE 'Meanwhile%'`); copies != 0 || n == 0 {
		t.Errorf("%d of %d who came meanwhile are copied", copies, n)
	}
	must(t, second(Copy(t.Context(), s.config.DB, to, quietly)))
	sameContent(t, s.config.DB, to)
}

// TestCopyKnowsAllTables wants every table of the schema to be copied or named as
// one that is not, and every column of a kind of its own to be known as that.
func TestCopyKnowsAllTables(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	query := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if storetest.OnPostgres() {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	known := slices.Clone(notCopied)
	kinds := map[string]bool{}
	for _, table := range copyTables {
		known = append(known, table.name)
		for column := range table.kinds {
			kinds[fmt.Sprintf("[%s %s]", table.name, column)] = true
		}
	}
	for _, line := range queryLines(t, s.reader, query) {
		if name := strings.Trim(line, "[]"); !slices.Contains(known, name) {
			t.Errorf("%s is neither copied nor left out", name)
		}
	}
	if !storetest.OnPostgres() {
		return // all columns there are numbers, texts or bytes
	}
	found := queryLines(t, s.reader, `SELECT table_name, column_name FROM information_schema.columns
 WHERE table_schema = current_schema() AND table_name <> 'goose_db_version' AND data_type NOT IN ('bigint', 'text', 'bytea')`)
	for _, column := range found {
		if !kinds[column] {
			t.Errorf("%s has a kind of its own", column)
		}
		delete(kinds, column)
	}
	if len(kinds) != 0 {
		t.Errorf("%v are plain", kinds)
	}
}
