package store

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestPurgeLeavesNothing removes somebody for good: no word of theirs is left
// in any table, nor in the file, and the trail is whole.
func TestPurgeLeavesNothing(t *testing.T) {
	t.Parallel()
	const attacker = "198.51.100.77"
	s := newTestStore(t)
	ana := as(s.add("Ana", Admin))
	for _, typed := range []string{"Zebulon@quux.example", "z@xyzzy.example"} { // before there is an account
		wantKind(t, second(s.SignIn(t.Context(), visitor(there), typed, wrongPassword)), Unauthenticated)
	}
	made := change(t)(s.CreateUser(t.Context(), ana, NewUser{Name: "Zebulon Quux", Email: "Zebulon@quux.example",
		Phone: "0555 314159", ExternalID: "QX-77", Role: Editor, Password: password}))
	id := made.User.ID
	quux := s.signIn(&made.User)
	quux.Address, quux.Agent = "203.0.113.99", "Quuxfox/1.0"
	other := s.add("Otto", Member)

	edited := change(t)(s.UpdateUser(t.Context(), ana, id, map[Field]Edit{FieldName: {To: "Zebulon Xyzzy"}, FieldEmail: {To: "z@xyzzy.example"}}))
	change(t)(s.UpdateUser(t.Context(), as(&made.User), other.ID, edit(FieldPhone, "030 12345")))
	wantKind(t, second(s.UpdateUser(t.Context(), quux, ana.ID, edit(FieldName, "A"))), Forbidden)
	wantKind(t, second(s.SignIn(t.Context(), visitor(attacker), "z@xyzzy.example", wrongPassword)), Unauthenticated)
	deleted := change(t)(s.Delete(t.Context(), ana, id))
	wantKind(t, second(s.SignIn(t.Context(), visitor(here), "z@xyzzy.example", wrongPassword)), Unauthenticated)
	wantKind(t, second(s.UpdateUser(t.Context(), ana, id, edit(FieldName, "A"))), Refused)

	// Somebody else who had the address is restored in vain: that is about them.
	change(t)(s.Restore(t.Context(), ana, id))
	change(t)(s.Delete(t.Context(), ana, other.ID))
	change(t)(s.UpdateUser(t.Context(), ana, id, edit(FieldEmail, other.Email)))
	wantKind(t, second(s.Restore(t.Context(), ana, other.ID)), Refused)
	change(t)(s.UpdateUser(t.Context(), ana, id, edit(FieldEmail, "z@xyzzy.example")))
	change(t)(s.Restore(t.Context(), ana, other.ID))
	change(t)(s.Delete(t.Context(), ana, id))

	// An hour short of thirty days they can come back still.
	s.clock.advance(KeepDeleted - time.Hour)
	if n, err := s.Purge(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d were removed too early, %v", n, err)
	}
	s.clock.advance(2 * time.Hour)
	if n, err := s.Purge(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d were removed, %v", n, err)
	}
	purged := s.newest(1)[0]
	wantKind(t, second(s.SignIn(t.Context(), visitor(there), "zebulon@quux.example", wrongPassword)), Unauthenticated)
	words := []string{"zebulon", "quux", "xyzzy", "314159", "qx-77", "203.0.113.99", attacker}
	for _, line := range dump(t, s.reader, append(tables, "throttles", "sessions")...) {
		for _, word := range words {
			if strings.Contains(strings.ToLower(line), word) {
				t.Errorf("%q is left in %s", word, line)
			}
		}
	}
	report, err := s.VerifyAudit(t.Context())
	if err != nil || report.Bad != 0 || report.Purged == 0 {
		t.Errorf("the trail: %+v, %v", report, err)
	}

	if purged.Act != ActPurge || purged.Gone {
		t.Errorf("the purge itself is on record as %+v", purged)
	}
	for _, entry := range []int64{edited.Entry, deleted.Entry} {
		wantKind(t, second(s.Undo(t.Context(), ana, entry)), Refused)
	}
	wantKind(t, second(s.Restore(t.Context(), ana, id)), NotFound)
	wantKind(t, second(s.User(t.Context(), ana, id)), NotFound)
	for _, e := range s.newest(100) {
		if e.Target == id && e.ID < purged.ID && (!e.Gone || len(e.Changes) != 0 || e.TargetName != "" || e.Undoable()) {
			t.Errorf("entry %d tells of them: %+v", e.ID, e)
		}
		if e.Actor == id && e.Address+e.Agent != "" {
			t.Errorf("entry %d came from %s, %s", e.ID, e.Address, e.Agent)
		}
		if e.Actor == id && e.Who() != "A deleted person (no. 2)" {
			t.Errorf("entry %d is by %q", e.ID, e.Who())
		}
	}
	s.reopen()
	content := everything(t, s)
	for _, word := range words {
		if bytes.Contains(bytes.ToLower(content), []byte(word)) {
			t.Errorf("%q is left in the file", word)
		}
	}
	// Their number is nobody else's.
	if again := s.add("Nell", Member); again.ID <= id {
		t.Errorf("the number %d is given again", again.ID)
	}
}

// everything is the content of the file, or of all tables.
func everything(t testing.TB, s *testStore) []byte {
	t.Helper()
	if !storetest.OnPostgres() {
		content, err := os.ReadFile(s.config.DB)
		must(t, err)
		return content
	}
	var all []string
	for _, table := range queryLines(t, s.reader, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`) {
		table = strings.Trim(table, "[]")
		all = append(all, queryLines(t, s.reader, `SELECT x::text FROM `+table+` x`)...)
	}
	return []byte(strings.Join(all, "\n"))
}

// TestPurgeTakesOnlyWhatIsDue, and all of it, a portion at a time.
func TestPurgeTakesOnlyWhatIsDue(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	must(t, second(s.AddExamples(t.Context(), console, 520)))
	mustExec(t, s.writer, `UPDATE users SET deleted_at = ?1 + id WHERE id > 1 AND id <= 510`, s.Now().UnixMilli())
	mustExec(t, s.writer, `DELETE FROM user_counts`)
	mustExec(t, s.writer, `INSERT INTO user_counts SELECT role, status, count(*) FROM users WHERE deleted_at = 0 GROUP BY 1, 2`)
	s.clock.advance(KeepDeleted + 501*time.Millisecond)
	for _, want := range []int{499, 0} { // those whose number is from 2 to 500
		if n, err := s.Purge(t.Context()); n != want || err != nil {
			t.Errorf("%d were removed, %v; want %d", n, err, want)
		}
	}
	s.clock.advance(time.Hour)
	if n, err := s.Purge(t.Context()); n != 10 || err != nil {
		t.Errorf("%d were removed, %v; want 10", n, err)
	}
	if left := queryInt(t, s.reader, `SELECT count(*) FROM users`); left != 521-509 {
		t.Errorf("%d people are left", left)
	}
}
