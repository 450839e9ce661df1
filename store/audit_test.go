package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// newTrail is a store with a trail of nine entries: of Ana (2) to Cy (4) being
// made by the first admin and changed, and a failed sign-in. Each column of
// each entry holds something.
func newTrail(t *testing.T) *testStore {
	t.Helper()
	s := newTestStore(t)
	root := as(s.add("Root", Admin))
	for _, name := range []string{"Ana", "Ben", "Cy"} {
		u := change(t)(s.CreateUser(t.Context(), root, newPerson(name, Member))).User
		s.clock.advance(time.Minute)
		c := change(t)(s.UpdateUser(t.Context(), root, u.ID, edit(FieldPhone, "030 12345")))
		if name == "Ana" {
			change(t)(s.Undo(t.Context(), root, c.Entry))
		}
	}
	_, err := s.SignIn(t.Context(), visitor("192.0.2.9"), "ana@example.com", wrongPassword)
	wantKind(t, err, Unauthenticated)
	return s
}

// TestTrailCannotBeChanged tries it with SQL, as a bug or somebody with a
// connection would.
func TestTrailCannotBeChanged(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	change(t)(s.Delete(t.Context(), console, 2)) // so that 2 to 4 have no values
	s.clock.advance(KeepDeleted + time.Hour)
	must(t, second(s.Purge(t.Context())))
	before := s.fingerprint()
	const values = `actor_kind, actor_id, act, outcome, target_id, address, agent, request_id, undo_of, values_hash, prev_hash, hash`
	for _, statement := range []string{
		`UPDATE audit_entries SET act = 'user.look'`,
		`UPDATE audit_entries SET hash = hash WHERE id = 3`,
		`UPDATE OR REPLACE audit_entries SET id = 4 WHERE id = 3`,
		`DELETE FROM audit_entries`,
		`DELETE FROM audit_entries WHERE id = 3`,
		`DELETE FROM audit_entries WHERE id = 11`,
		`INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE id = 3`,
		`REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE id = 11`,
		`INSERT INTO audit_entries SELECT * FROM audit_entries WHERE id = 9 ON CONFLICT (id) DO UPDATE SET act = 'user.look'`,
		`INSERT INTO audit_entries (id, at, ` + values + `) SELECT 13, at, ` + values + ` FROM audit_entries WHERE id = 9`,
		`INSERT INTO audit_entries (id, at, ` + values + `) SELECT 0, at, ` + values + ` FROM audit_entries WHERE id = 9`,
		`INSERT INTO audit_entries (id, at, ` + values + `) SELECT -1, at, ` + values + ` FROM audit_entries WHERE id = 9`,
		`UPDATE audit_values SET body = '{}'`,
		`UPDATE audit_values SET target_id = 99`,
		`DELETE FROM audit_values`,
		`DELETE FROM audit_values WHERE entry_id = 5`,
		`INSERT OR REPLACE INTO audit_values SELECT * FROM audit_values WHERE entry_id = 5`,
		`INSERT INTO audit_values (entry_id, target_id, salt, body) VALUES (99, 0, '', '{}')`,
		`UPDATE audit_origins SET address = '192.0.2.77'`,
		`DELETE FROM audit_origins`,
		`INSERT OR REPLACE INTO audit_origins SELECT * FROM audit_origins WHERE owner_id = 1`,
	} {
		if _, err := s.writer.Exec(statement); err == nil {
			t.Errorf("%s went through", statement)
		}
		if s.fingerprint() != before {
			t.Fatalf("%s changed something", statement)
		}
	}
}

// noTriggers takes away what keeps the trail from being changed, as somebody would
// who has the file, or is the owner of the tables.
func noTriggers() string {
	if storetest.OnPostgres() {
		return `ALTER TABLE audit_entries DISABLE TRIGGER ALL; ALTER TABLE audit_values DISABLE TRIGGER ALL;
 ALTER TABLE audit_origins DISABLE TRIGGER ALL`
	}
	return strings.Join([]string{
		`DROP TRIGGER audit_entries_no_update`, `DROP TRIGGER audit_entries_no_delete`, `DROP TRIGGER audit_entries_only_append`,
		`DROP TRIGGER audit_values_no_update`, `DROP TRIGGER audit_values_no_delete`, `DROP TRIGGER audit_values_no_replace`,
		`DROP TRIGGER audit_origins_no_update`, `DROP TRIGGER audit_origins_no_delete`, `DROP TRIGGER audit_origins_no_replace`,
		`PRAGMA foreign_keys = off`}, "; ")
}

// longer puts a digit behind the value of a column.
func longer(column string) string {
	switch column {
	case "at", "actor_id", "target_id", "undo_of", "owner_id":
		return column + " = 10 * " + column + " + 1"
	}
	return column + " = " + column + " || '1'"
}

// TestVerifyAuditFindsTampering changes the file in every way that the trail
// is to tell: the first entry that is not as it was written is named.
func TestVerifyAuditFindsTampering(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	if n := s.countEntries(); n != 9 {
		t.Fatalf("the trail has %d entries", n)
	}
	type tampering struct {
		statement string
		bad       int64
		why       string
	}
	cases := []tampering{
		{`DELETE FROM audit_entries WHERE id = 1`, 1, "missing"},
		{`DELETE FROM audit_entries WHERE id = 5`, 5, "missing"},
		{`DELETE FROM audit_entries WHERE id = 9`, 9, "cut off"},
		{`DELETE FROM audit_entries WHERE id > 5`, 6, "cut off"},
		{`DELETE FROM audit_entries`, 1, "cut off"},
		{`UPDATE audit_entries SET id = -id; UPDATE audit_entries SET id = CASE id WHEN -4 THEN 5 WHEN -5 THEN 4 ELSE -id END`, 4, "follow"},
		{`UPDATE audit_entries SET id = id + 1 WHERE id = 9`, 9, "missing"},
		{`DELETE FROM audit_entries WHERE id = 5; UPDATE audit_entries SET id = -id WHERE id > 5; UPDATE audit_entries SET id = -id - 1 WHERE id < 0`, 5, "follow"},
		{`UPDATE audit_head SET hash = prev_hash, entry_id = 8 FROM audit_entries WHERE audit_entries.id = 9`, 10, "cut off"},
		{`UPDATE audit_head SET hash = 'x'`, 10, "cut off"},
		{`UPDATE audit_head SET entry_id = 10`, 10, "cut off"},
		{`DELETE FROM audit_head`, 10, "cut off"},
		{`DELETE FROM audit_values WHERE entry_id = 5`, 5, "removed"},
		{`DELETE FROM audit_values WHERE entry_id = 9`, 9, "removed"},
		{`INSERT INTO audit_entries SELECT 10, at, actor_kind, actor_id, act, outcome, target_id, address, agent, request_id, undo_of, values_hash, hash, hash FROM audit_entries WHERE id = 9`, 10, "altered"},
		// Claiming that somebody was purged needs an entry of the chain.
		{`INSERT INTO purged_users VALUES (2, 1); DELETE FROM audit_values WHERE target_id = 2`, 2, "removed"},
		{`UPDATE audit_values SET body = replace(body, 'Ana', 'Eva'), salt = salt WHERE entry_id = 2`, 2, "values were altered"},
		{`UPDATE audit_values SET entry_id = -entry_id; UPDATE audit_values SET entry_id = CASE entry_id WHEN -5 THEN 6 WHEN -6 THEN 5 ELSE -entry_id END`, 5, "values were altered"},
	}
	for _, column := range []string{"at", "actor_kind", "actor_id", "act", "outcome", "target_id", "address", "agent",
		"request_id", "undo_of", "values_hash", "prev_hash", "hash"} {
		for _, id := range []int64{1, 4, 9} {
			why := "altered"
			if column == "prev_hash" {
				why = "follow"
			}
			cases = append(cases, tampering{fmt.Sprintf(`UPDATE audit_entries SET %s WHERE id = %d`, longer(column), id), id, why})
		}
	}
	for _, column := range []string{"target_id", "salt", "body"} {
		for _, id := range []int64{1, 4, 9} {
			cases = append(cases, tampering{fmt.Sprintf(`UPDATE audit_values SET %s WHERE entry_id = %d`, longer(column), id), id, "values were altered"})
		}
	}
	const first = 2 // of those that say where they came from
	for _, column := range []string{"owner_id", "salt", "address", "agent"} {
		cases = append(cases, tampering{fmt.Sprintf(`UPDATE audit_origins SET %s WHERE owner_id = 1`, longer(column)), first, "came from was altered"})
	}
	cases = append(cases, tampering{`UPDATE audit_origins SET digest = 'x' WHERE owner_id = 1`, first, "removed"},
		tampering{`INSERT INTO purged_users VALUES (1, 1); DELETE FROM audit_origins WHERE owner_id = 1`, first, "removed"})
	for _, c := range cases {
		report, err := s.copyWith(noTriggers(), c.statement).VerifyAudit(t.Context())
		if err != nil || report.Bad != c.bad || !strings.Contains(report.Why, c.why) {
			t.Errorf("%s:\nentry %d: %s, %v; want entry %d: %s", c.statement, report.Bad, report.Why, err, c.bad, c.why)
		}
	}
	report, err := s.copyWith(noTriggers()).VerifyAudit(t.Context())
	if err != nil || report.Bad != 0 || report.Entries != 9 || len(report.Head) != 64 || report.Purged != 0 {
		t.Errorf("the untouched trail: %+v, %v", report, err)
	}
}

// TestVerifyAuditAfterPurge accepts that a purged person's values are gone,
// but only those written before the purge.
func TestVerifyAuditAfterPurge(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	change(t)(s.Delete(t.Context(), console, 2))
	s.clock.advance(KeepDeleted + time.Hour)
	if n, err := s.Purge(t.Context()); n != 1 || err != nil {
		t.Fatalf("purged %d, %v", n, err)
	}
	must(t, s.Refuse(t.Context(), visitor("192.0.2.9"), ActDelete, 2))
	report, err := s.VerifyAudit(t.Context())
	must(t, err)
	if report.Bad != 0 || report.Purged != 5 || report.Entries != 12 {
		t.Errorf("after the purge: %+v", report)
	}
	for _, id := range []int64{5, 11, 12} { // about Ben; of the purge itself; after it
		report, err := s.copyWith(noTriggers(), fmt.Sprintf(`DELETE FROM audit_values WHERE entry_id = %d`, id)).VerifyAudit(t.Context())
		if err != nil || report.Bad != id {
			t.Errorf("without the values of %d: %+v, %v", id, report, err)
		}
	}
}

// TestVerifyAuditWhileOthersWrite sees one state of the trail: what is added
// meanwhile is no fault.
func TestVerifyAuditWhileOthersWrite(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := s.Refuse(t.Context(), visitor("192.0.2.9"), ActDelete, 2); err != nil {
				t.Error(err)
			}
		}
	})
	for last, grown := int64(0), 0; grown < 20; {
		report, err := s.VerifyAudit(t.Context())
		if err != nil || report.Bad != 0 {
			t.Errorf("%+v, %v", report, err)
			break
		}
		if report.Entries > last {
			last, grown = report.Entries, grown+1
		}
	}
	stop()
	wg.Wait()
}

// TestChainHashTellsPartsApart moves text from one part of an entry to the
// next.
func TestChainHashTellsPartsApart(t *testing.T) {
	t.Parallel()
	e := Entry{ID: 1, At: morning, Kind: Person, Actor: 12, Act: "a", Outcome: "b", Target: 3, Address: "1", Agent: "2", Request: "3"}
	seen := map[string]Entry{chainHash(e, "v", "p"): e}
	for _, change := range []func(*Entry){
		func(e *Entry) { e.ID, e.At = 11, e.At.Add(-time.Millisecond) },
		func(e *Entry) { e.Kind, e.Actor = Person+"1", 2 },
		func(e *Entry) { e.Act, e.Outcome = "ab", "" },
		func(e *Entry) { e.Address, e.Agent = "12", "" },
		func(e *Entry) { e.Agent, e.Request = "", "23" },
		func(e *Entry) { e.Address, e.Agent = "1,1:2", "" },
	} {
		moved := e
		change(&moved)
		if h := chainHash(moved, "v", "p"); seen[h].ID != 0 {
			t.Errorf("%+v and %+v have the same digest", moved, seen[h])
		} else {
			seen[h] = moved
		}
	}
	if chainHash(e, "vp", "") == chainHash(e, "v", "p") {
		t.Error("the values run into the entry before")
	}
}

// TestTrailPaging walks the trail both ways, filtered and not.
func TestTrailPaging(t *testing.T) {
	t.Parallel()
	s := newTrail(t)
	for _, filter := range []struct {
		q    TrailQuery
		want string // the ids, newest first
	}{
		{TrailQuery{}, "9 8 7 6 5 4 3 2 1"},
		{TrailQuery{Target: 2}, "9 4 3 2"},
		{TrailQuery{Person: 1}, "8 7 6 5 4 3 2 1"},
		{TrailQuery{Act: "user.edit"}, "8 6 3"},
		{TrailQuery{Outcome: Failure}, "9"},
		{TrailQuery{Outcome: Denied}, ""},
		{TrailQuery{Since: morning.Add(time.Minute)}, "9 8 7 6 5 4 3"},
		{TrailQuery{Until: morning.Add(time.Minute)}, "2 1"},
		{TrailQuery{Since: morning.Add(time.Minute), Until: morning.Add(2 * time.Minute)}, "5 4 3"},
		{TrailQuery{Target: 1, Staff: true}, "1"},
	} {
		var down, up []string
		q := filter.q
		q.Limit = 2
		for more := true; more; {
			trail, err := s.Trail(t.Context(), console, q)
			must(t, err)
			for _, e := range trail.Entries {
				down, q.Below = append(down, fmt.Sprint(e.ID)), e.ID
			}
			more = trail.Older
		}
		q.Below, q.Above = 0, -1
		for more := filter.want != ""; more; {
			trail, err := s.Trail(t.Context(), console, q)
			must(t, err)
			for i := range trail.Entries {
				e := trail.Entries[len(trail.Entries)-1-i]
				up, q.Above = append([]string{fmt.Sprint(e.ID)}, up...), e.ID
			}
			more = trail.Newer
		}
		if strings.Join(down, " ") != filter.want || strings.Join(up, " ") != filter.want {
			t.Errorf("%+v gives %v and upwards %v, want %s", filter.q, down, up, filter.want)
		}
	}
}

// TestExportTrailIsWhole gives each entry once, the record of the export first.
func TestExportTrailIsWhole(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Root", Admin)
	must(t, s.transact(t.Context(), console, func(x *tx) (err error) {
		for range 1100 {
			if _, err = x.record(Entry{Act: ActDemo}); err != nil {
				break
			}
		}
		return err
	}))
	next := int64(s.countEntries() + 1)
	must(t, s.ExportTrail(t.Context(), console, TrailQuery{}, func(e *Entry) error {
		if e.ID != next {
			return fmt.Errorf("entry %d comes where %d belongs", e.ID, next)
		}
		next--
		return nil
	}))
	if next != 0 {
		t.Errorf("the export ends before entry %d", next)
	}
}
