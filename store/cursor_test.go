package store

import (
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// again is a cursor after its way through a URL.
func again(t testing.TB, c *Cursor) *Cursor {
	t.Helper()
	if c == nil {
		return nil
	}
	back := ParseCursor(c.String(), c.Sort)
	if back == nil || *back != *c {
		t.Fatalf("the cursor %+v comes back as %+v", c, back)
	}
	return back
}

// TestCursor goes through a URL and back, and means nothing in another order.
func TestCursor(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ﷺ", 200)
	if _, err := ParseName(long); err != nil {
		t.Fatal(err)
	}
	u := &User{ID: 1 << 60, Name: long, Role: Viewer, Status: Invited, Created: morning, emailKey: `"<ä>&\@example.com`, phoneKey: "0301"}
	for _, by := range SortKeys() {
		for _, desc := range []bool{false, true} {
			order := Sort{by, desc}
			if ParseSort(order.String()) != order {
				t.Errorf("%v comes back as %v", order, ParseSort(order.String()))
			}
			c := order.cursor(u)
			again(t, &c)
			if url := c.String(); strings.Trim(url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Errorf("%q does not fit into a URL", url)
			}
			if got := ParseCursor(c.String(), Sort{by, !desc}); got != nil {
				t.Errorf("a place in %v means %+v in the other direction", order, got)
			}
		}
	}
	for _, bad := range []string{"", "x", "!", "W10", "bnVsbA", "e30", strings.Repeat("A", 1<<20), Cursor{Sort: Sort{By: ByEmail}, ID: 1}.String(),
		Cursor{ID: -1}.String(), "WyJuYW1lIiwiYSIsMCwxLDJd"} {
		if got := ParseCursor(bad, Sort{By: ByName}); got != nil {
			t.Errorf("%.40q means %+v", bad, got)
		}
	}
	for s, want := range map[string]Sort{"": {By: ByName}, "-": {By: ByName}, "password_hash": {By: ByName}, "--name": {By: ByName}, "Name": {By: ByName}, "-created": {ByCreated, true}} {
		if got := ParseSort(s); got != want {
			t.Errorf("ParseSort(%q) = %v", s, got)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	for _, by := range SortKeys() {
		c := Sort{by, true}.cursor(&User{ID: 7, Name: "Ana", Role: Member, Status: Active, Created: morning})
		f.Add(c.String(), "-"+string(by))
	}
	f.Add("WyJuYW1lIiwiYSIsMCwxXQ", "name")
	f.Add("WyJuYW1lIixudWxsLG51bGwsbnVsbF0", "name")
	f.Fuzz(func(t *testing.T, s, sort string) {
		order := ParseSort(sort)
		c := ParseCursor(s, order)
		if c == nil {
			return
		}
		if c.Sort != order || c.ID < 0 {
			t.Fatalf("%q is a place in another order: %+v", s, c)
		}
		if back := ParseCursor(c.String(), order); back == nil || *back != *c {
			t.Fatalf("%+v comes back as %+v", c, back)
		}
	})
}

// TestAdminsAreCountedAmongAdmins says that the question of every start, every
// sign-in page and every guard does not walk all active people.
func TestAdminsAreCountedAmongAdmins(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	s := newTestStore(t)
	plan := strings.Join(queryLines(t, s.reader, `EXPLAIN QUERY PLAN `+countAdminsSQL), "\n")
	if !strings.Contains(plan, "(role=? AND status=?)") {
		t.Errorf("the plan is %s", plan)
	}
}
