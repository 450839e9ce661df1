package main

import (
	"slices"
	"strings"
	"testing"
)

var phone = cell{7, "phone"}

// TestWhatMayBeRead goes through what can have become of writes.
func TestWhatMayBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(l *ledger)
		want []string
	}{
		"nobody wrote": {func(*ledger) {}, []string{"before"}},
		"the last acknowledged one": {func(l *ledger) {
			l.end(done, "a", l.begin(phone, "1"))
			l.end(done, "b", l.begin(phone, "2"))
		}, []string{"2"}},
		"a refused one never": {func(l *ledger) {
			l.end(done, "a", l.begin(phone, "1"))
			l.end(refused, "b", l.begin(phone, "2"))
		}, []string{"1"}},
		"a later one without an answer, or not": {func(l *ledger) {
			l.end(done, "a", l.begin(phone, "1"))
			l.end(open, "", l.begin(phone, "2"))
		}, []string{"1", "2"}},
		"one on its way, or not yet": {func(l *ledger) {
			l.end(done, "a", l.begin(phone, "1"))
			l.begin(phone, "2")
		}, []string{"1", "2"}},
		"either of two at once": {func(l *ledger) {
			one, two := l.begin(phone, "1"), l.begin(phone, "2")
			l.end(done, "b", two)
			l.end(done, "a", one)
		}, []string{"1", "2"}},
		"neither of two at once, after a third": {func(l *ledger) {
			one, two := l.begin(phone, "1"), l.begin(phone, "2")
			l.end(done, "a", one, two)
			l.end(done, "c", l.begin(phone, "3"))
		}, []string{"3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			l.found(phone, "before")
			c.do(l)
			asked := l.now()
			if got := l.may(phone, asked, l.now()); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			var f findings
			if l.check(&f, "list", phone, "4", asked, l.now()); f.losses() != 1 {
				t.Errorf("of a value that nobody wrote is said: %q", f.all())
			}
		})
	}
}

// TestWritesDuringARead: what was sent after the answer cannot be in it, and what
// was acknowledged while it was made need not be.
func TestWritesDuringARead(t *testing.T) {
	t.Parallel()
	l := newLedger()
	l.found(phone, "before")
	asked := l.now()
	l.end(done, "a", l.begin(phone, "1"))
	answered := l.now()
	l.end(done, "b", l.begin(phone, "2"))
	if got := l.may(phone, asked, answered); !slices.Equal(got, []string{"before", "1"}) {
		t.Errorf("%q", got)
	}
}

// TestAudit finds in a trail what cannot be.
func TestAudit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trail []change
		says  string
	}{
		"as it was": {[]change{{1, "a", phone, "", "1"}, {2, "b", phone, "1", "2"}}, ""},
		"twice":     {[]change{{1, "a", phone, "", "1"}, {2, "b", phone, "1", "2"}, {3, "b", phone, "2", "2"}}, "made the entries 2 and 3"},
		"missing":   {[]change{{1, "a", phone, "", "1"}}, "is not in the trail"},
		"another":   {[]change{{1, "a", phone, "", "1"}, {2, "b", phone, "1", "3"}}, `the trail says "3"`},
		"in the wrong order": {[]change{{1, "b", phone, "", "2"}, {2, "a", phone, "2", "1"}},
			"entry 1 was asked for after entry 2 was acknowledged"},
		"with a gap": {[]change{{1, "a", phone, "", "1"}, {2, "b", phone, "0", "2"}}, `entry 2 begins with "0"`},
		"refused":    {[]change{{1, "a", phone, "", "1"}, {2, "b", phone, "1", "2"}, {3, "c", phone, "2", "3"}}, "was answered as not done"},
	} {
		l := newLedger()
		l.end(done, "a", l.begin(phone, "1"))
		l.end(done, "b", l.begin(phone, "2"))
		l.end(refused, "c", l.begin(phone, "3"))
		var f findings
		l.audit(c.trail, &f)
		got := strings.Join(f.all(), "\n")
		if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// TestTrailIsRead as it is exported: with the mark of Excel, quotes, entries that
// change nothing and acts that were refused, the newest first.
func TestTrailIsRead(t *testing.T) {
	t.Parallel()
	got, err := readTrail(strings.NewReader("\uFEFFentry,time,outcome,target_id,changes,request\r\n" +
		"4,x,done,7,\"phone: 1 → 2; name: An, Bo → \",r4\r\n3,x,refused,7,phone: 1 → 9,r3\r\n2,x,done,0,,r2\r\n1,x,done,7,phone:  → 1,r1\r\n"))
	want := []change{{1, "r1", phone, "", "1"}, {4, "r4", phone, "1", "2"}, {4, "r4", cell{7, "name"}, "An, Bo", ""}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}
