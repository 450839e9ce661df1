package handlers

import (
	"context"
	"encoding/csv"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// entryIDs are the entries that a page shows, newest first.
func entryIDs(a *answer) (out []string) {
	for _, e := range all(a.doc(), "#timeline .entry") {
		out = append(out, strings.TrimPrefix(attr(e, "id"), "entry-"))
	}
	return out
}

func TestAuditFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.clock.pass(24 * time.Hour)
	c := s.fresh(bjorn)
	c.post("/users/5", "phone", "+34 600 000 001").is(t, 303)
	edit := formatID(s.trail(1)[0].ID)
	s.as(nobody).post("/login", "email", email(vera), "password", "wrong")
	failed := formatID(s.trail(1)[0].ID)
	c.post("/users/1/delete").is(t, 403)
	refused := formatID(s.trail(1)[0].ID)
	reader := s.fresh(vera)
	seed := formatID(s.seed.edited)
	created := formatID(nora) // the fifth entry is her creation
	for _, f := range []struct {
		query string
		want  []string
		not   []string
	}{
		{"", []string{edit, failed, refused, seed, created}, nil},
		{"?act=user.edit", []string{edit, seed}, []string{failed, refused, created}},
		{"?outcome=failed", []string{failed}, []string{edit, refused, seed}},
		{"?outcome=refused", []string{refused}, []string{edit, failed, seed}},
		{"?q=5", []string{edit, seed, created}, []string{failed, refused}},
		{"?q=%235", []string{edit, seed, created}, []string{failed}},
		{"?q=nora", []string{edit, seed}, []string{failed, refused}},
		{"?q=bjorn%40example.com&act=user.edit", []string{edit}, []string{seed}},
		{"?from=2026-11-24", []string{edit, failed, refused}, []string{seed, created}},
		{"?to=2026-11-23", []string{seed, created}, []string{edit, failed}},
		{"?from=2026-11-24&to=2026-11-24&act=user.edit", []string{edit}, []string{seed}},
		{"?act=nonsense", nil, []string{edit, seed}},
		{"?below=" + edit, []string{seed}, []string{edit, failed}},
		{"?above=" + seed, []string{edit, failed, refused}, []string{seed}},
	} {
		a := reader.get("/audit"+f.query).is(t, 200)
		got := entryIDs(a)
		for _, id := range f.want {
			if !slices.Contains(got, id) {
				t.Errorf("%q lacks entry %s: %v", f.query, id, got)
			}
		}
		for _, id := range f.not {
			if slices.Contains(got, id) {
				t.Errorf("%q shows entry %s: %v", f.query, id, got)
			}
		}
		v, _ := url.ParseQuery(strings.TrimPrefix(f.query, "?"))
		if a.attr("#audit-q", "value") != v.Get("q") || a.attr("#audit-from", "value") != v.Get("from") {
			t.Errorf("%q: the form forgets", f.query)
		}
	}
	for query, says := range map[string]string{
		"?q=zebra":         "Nobody matches “zebra”.",
		"?q=o":             "Several people match “o”.",
		"?from=yesterday":  "A date looks like",
		"?to=2026-13-45":   "A date looks like",
		"?act=nonsense":    "Nothing matches.",
		"?from=9999-01-01": "Nothing matches.",
	} {
		reader.get("/audit"+query).is(t, 200).shows("main", says)
	}
}

func TestAuditPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 120 {
		s.edit(nora, store.FieldPhone, "+34 600 000 "+itoa(100+i))
	}
	for _, first := range []string{"/audit?act=user.edit", "/users/5/history"} {
		var got []string
		href := first
		for pages := 0; href != "" && pages < 10; pages++ {
			a := s.as(vera).get(href).is(t, 200)
			got = append(got, entryIDs(a)...)
			href = ""
			for _, link := range all(a.doc(), "#timeline nav a") {
				if text(link) == "Older" {
					href = attr(link, "href")
				}
			}
			if pages == 1 {
				newer := attr(all(a.doc(), "#timeline nav a")[0], "href")
				if back := entryIDs(s.as(vera).get(newer)); !slices.Equal(back, got[:50]) {
					t.Errorf("%s: newer is not the page before", first)
				}
			}
		}
		if n := len(slices.Compact(slices.Clone(got))); n != len(got) || n < 121 || !slices.IsSortedFunc(got, func(a, b string) int { return int(parseID(b) - parseID(a)) }) {
			t.Errorf("%s: %d entries, %d different", first, len(got), n)
		}
	}
}

func TestTheTrailReadsLikeAStory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(bjorn)
	c.post("/users/5", "phone", "", "was.phone", "+34 600 999 999").is(t, 303)
	c.post("/users/5", "name", "Nora Gil", "role", "viewer").is(t, 303)
	c.post("/users/1/delete").is(t, 403)
	s.as(nobody).post("/login", "email", email(nora), "password", "wrong")
	s.as(nobody).post("/login", "email", "who@example.com", "password", "wrong")
	s.as(nobody).post("/login", "email", "typed-a-password-here", "password", "wrong")
	a := s.as(ana).get("/audit").is(t, 200)
	entries := all(a.doc(), "#timeline .entry")
	for i, want := range []string{
		"Somebody could not sign in — unknown address 12:00",
		"Somebody could not sign in — unknown address w…@e….com",
		"Somebody could not sign in as Nora Gil — wrong password",
		"Björn Lindqvist was not allowed to delete Ana Pérez",
		"Björn Lindqvist changed Nora Gil Name Nora García became Nora Gil Role Member became Viewer",
		"Björn Lindqvist changed the phone of Nora Gil Phone +34 600 999 999 removed",
	} {
		if got := text(entries[i]); !strings.HasPrefix(got, want) {
			t.Errorf("entry %d reads %q, want %q", i, got, want)
		}
	}
	if strings.Contains(a.body, "typed-a-password") {
		t.Error("what may be a password stands in the trail")
	}
	if n := len(all(entries[4], "form")); n != 1 {
		t.Errorf("%d ways to undo an edit", n)
	}
	if n := len(all(entries[3], "form")); n != 0 {
		t.Error("a refusal can be undone")
	}
	if !strings.Contains(text(entries[4]), "192.0.2.7") || strings.Contains(s.as(vera).get("/audit").text("#timeline"), "192.0.2.7") {
		t.Error("an admin sees from where, a viewer does not: not so")
	}
	s.as(vera).get("/audit").is(t, 200).lacks("#timeline form")
	if n := s.as(bjorn).get("/users/5/history").is(t, 200).count("#timeline form"); n != 3 {
		t.Errorf("an editor may undo %d entries of Nora's", n)
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit(nora, store.FieldName, `=cmd|' /C calc'!A0`)
	s.edit(nora, store.FieldExternalID, "-5+3")
	page := s.as(ana).get("/audit?act=user.edit&q=5").is(t, 200)
	form := one(t, page.doc(), "form[action=/audit/export]")
	if attr(form, "method") != "post" || has(form, "hx-post") {
		t.Errorf("taken by %s", render(form))
	}
	a := s.as(ana).submit(page, "form[action=/audit/export]").is(t, 200)
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, byteOrderMark))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 4 || records[0][0] != "entry" {
		t.Fatalf("%d lines, want a head and three edits: %v", len(records), records)
	}
	for _, record := range records[1:] {
		if record[5] != "user.edit" || record[7] != "5" {
			t.Errorf("not what the filter shows: %v", record)
		}
		for _, cell := range record {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
	}
	e := s.trail(1)[0]
	if e.Act != store.ActExportTrail || e.Actor != ana || !strings.Contains(e.Note, "user.edit") || !strings.Contains(e.Note, "person 5") {
		t.Errorf("on record as %+v", e)
	}
	s.as(ana).post("/audit/export", "from", "yesterday").is(t, 422).shows(".oops", "A date looks like")
	if s.as(bjorn).get("/audit").count("form[action=/audit/export]") != 0 {
		t.Error("offered to an editor")
	}
	if whole := s.as(ana).post("/audit/export").is(t, 200); strings.Contains(whole.body, "argon2") || strings.Contains(whole.body, password) {
		t.Error("a secret is taken away")
	}
}

func TestDaysOfTheTrailAreThoseOfTheTimeZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Pacific/Auckland") // 13 hours ahead: noon is tomorrow there
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(c *Config) { c.Location = zone })
	s.as(vera).get("/audit").is(t, 200).shows("#timeline", "Today").shows("#timeline", "01:00")
	s.as(vera).get("/audit?from=2026-11-24").is(t, 200).shows("#timeline", "created")
	s.as(vera).get("/audit?to=2026-11-23").is(t, 200).shows("main", "Nothing matches.")
	s.clock.pass(12 * time.Hour)
	s.fresh(vera).get("/audit").is(t, 200).shows("#timeline", "Today")
}

func TestWhoIsGoneForGoodHasNoName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.clock.pass(store.KeepDeleted + time.Hour)
	if n, err := s.db.Purge(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	c := s.fresh(ana)
	a := c.get("/audit?q=8").is(t, 200).shows("#timeline", "a deleted person (no. 8)").shows("#timeline", "The details were removed with the person’s data.")
	if strings.Contains(a.body, "Ida") || strings.Contains(a.body, "ida@") || a.count("#timeline form") != 0 {
		t.Errorf("still tells: %s", a.text("#timeline"))
	}
	c.get("/users/8").is(t, 404)
	c.post("/users/8/restore").is(t, 404)
}

// TestHistoryBeginsBehindTheArchive says so where it begins, on each page that
// tells it, and what an archived change that is to be undone has come to.
func TestHistoryBeginsBehindTheArchive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	last := formatID(s.trail(1)[0].ID)
	s.clock.pass(24 * time.Hour)
	done, err := s.db.ArchiveTrail(context.Background(), commandLine, noon.Add(time.Hour), filepath.Join(t.TempDir(), "trail.jsonl"))
	if err != nil || formatID(done.Last) != last {
		t.Fatalf("%+v, %v", done, err)
	}
	const says = "Older history was archived on 24 November 2026; it ends with entry "
	c := s.fresh(ana)
	for page, empty := range map[string]string{"/audit": "", "/audit?act=user.edit": "Nothing matches.", "/users/5/history": "Nothing has happened since.",
		"/": "", "/account": "Nobody has changed anything here."} {
		a := c.get(page).is(t, 200)
		if got := a.text("#timeline .archived"); got != says+last+"." {
			t.Errorf("%s says %q", page, got)
		}
		if empty != "" && a.text("#timeline .none") != empty {
			t.Errorf("%s says %q", page, a.text("#timeline .none"))
		}
	}
	if a := c.get("/audit"); !strings.Contains(a.text("#timeline"), "archived the audit log: trail.jsonl: ") {
		t.Errorf("on record is %s", a.text("#timeline"))
	}
	if a := c.post("/undo/" + formatID(s.seed.edited)); a.code != 409 || !strings.Contains(a.body, "archive since 24 November 2026") {
		t.Errorf("undoing: %d", a.code)
	}
}
