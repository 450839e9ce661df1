package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"backoffice/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// told is what happened since an entry, and fails when that cannot be told.
func told(t *testing.T, s *Store, a Actor, since int64) Changes {
	t.Helper()
	c, err := s.ChangesSince(t.Context(), a, since)
	must(t, err)
	return c
}

// newestOf is the newest entry that a store knows of.
func newestOf(t *testing.T, s *Store) int64 {
	t.Helper()
	n, err := s.NewestEntry(t.Context(), console)
	must(t, err)
	return n
}

// eachWayToHear runs a test on a database that tells what others commit, if it can,
// and on one that does not.
func eachWayToHear(t *testing.T, test func(*testing.T, func(*Config))) {
	t.Run("told", func(t *testing.T) { test(t, func(*Config) {}) })
	if storetest.OnPostgres() {
		t.Run("not told", func(t *testing.T) { test(t, deaf) })
	}
}

// deaf has a PostgreSQL know no LISTEN, as some that are spread over many machines.
func deaf(c *Config) {
	c.listen = func(context.Context, *pgx.Conn) error {
		return &pgconn.PgError{Code: "0A000", Message: "LISTEN is not supported"}
	}
}

// TestNobodyTells opens a PostgreSQL without LISTEN: changes are made without telling
// others, and one listens to nobody.
func TestNobodyTells(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	s := newTestStore(t, deaf)
	other := newTestStore(t, func(c *Config) {
		c.patience = usualPatience()
		c.patience.deaf = time.Hour
	})
	for store, tells := range map[*testStore]bool{s: false, other: true} {
		listening := queryInt(t, storetest.Raw(t, store.config.DB), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
		if got := store.engine.(*postgres).name != ""; got != tells || (listening == 1) != tells {
			t.Errorf("it tells: %v, want %v; %d listen", got, tells, listening)
		}
	}
	ben := s.add("Ben", Member)
	change(t)(s.UpdateUser(t.Context(), console, ben.ID, edit(FieldName, "Bo")))
}

// TestChangesSinceTells is about who did what to whom, at once and in order.
func TestChangesSinceTells(t *testing.T) { eachWayToHear(t, changesSinceTells) }

func changesSinceTells(t *testing.T, way func(*Config)) {
	t.Parallel()
	s := newTestStore(t, way)
	ana, vera, ben := s.add("Ana", Admin), s.add("Vera", Viewer), s.add("Ben", Member)
	since := newestOf(t, s.Store)
	if c := told(t, s.Store, as(vera), since); c.Newest != since || c.Notices != nil || c.Many {
		t.Fatalf("nothing has happened, and it tells %+v", c)
	}
	change(t)(s.UpdateUser(t.Context(), as(ana), ben.ID, map[Field]Edit{FieldPhone: {To: "030 1111"}, FieldName: {To: "Benno"}}))
	if _, err := s.UpdateUser(t.Context(), as(vera), ben.ID, edit(FieldPhone, "1")); KindOf(err) != Forbidden {
		t.Fatal(err)
	}
	c := told(t, s.Store, as(vera), since)
	want := []Notice{
		{Entry: since + 1, Person: ben.ID, Act: ActEdit, Outcome: Done, Kind: Person, Actor: ana.ID, Fields: []Field{FieldName, FieldPhone}},
		{Entry: since + 2, Person: ben.ID, Act: ActEdit, Outcome: Denied, Kind: Person, Actor: vera.ID},
	}
	if c.Newest != since+2 || c.Many || fmt.Sprint(c.Notices) != fmt.Sprint(want) {
		t.Errorf("it tells %+v, want %+v", c, want)
	}
	if c := told(t, s.Store, as(vera), since+1); len(c.Notices) != 1 || c.Notices[0].Entry != since+2 {
		t.Errorf("of what came after the first it tells %+v", c)
	}
	must(t, second(s.EndEverybody(t.Context(), console))) // about nobody
	if c := told(t, s.Store, as(vera), since+2); c.Newest != since+3 || len(c.Notices) != 0 || c.Many {
		t.Errorf("of what is about nobody it tells %+v", c)
	}
}

// TestChangesSinceAsksForPermission keeps members out.
func TestChangesSinceAsksForPermission(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	milo, vera := s.add("Milo", Member), s.add("Vera", Viewer)
	for _, a := range []Actor{as(milo), visitor("192.0.2.7")} {
		wantKind(t, second(s.ChangesSince(t.Context(), a, 0)), Forbidden)
		wantKind(t, second(s.NewestEntry(t.Context(), a)), Forbidden)
		wantKind(t, second(s.People(t.Context(), a, []int64{vera.ID})), Forbidden)
	}
	people, err := s.People(t.Context(), as(vera), []int64{vera.ID, milo.ID, 99})
	if err != nil || len(people) != 2 || people[0].ID != milo.ID || people[1].ID != vera.ID {
		t.Errorf("it gives %v, %v", people, err)
	}
}

// TestChangesSinceByOthers sees what another program wrote, a moment later.
func TestChangesSinceByOthers(t *testing.T) { eachWayToHear(t, changesSinceByOthers) }

func changesSinceByOthers(t *testing.T, way func(*Config)) {
	t.Parallel()
	s := newTestStore(t, way)
	ben := s.add("Ben", Member)
	since := newestOf(t, s.Store)
	other, err := Open(t.Context(), s.config)
	must(t, err)
	defer other.Close()
	change(t)(other.UpdateUser(t.Context(), console, ben.ID, edit(FieldPhone, "030 1111")))
	if c := told(t, s.Store, console, since); c.Newest != since && (!storetest.OnPostgres() || s.config.listen != nil) { // else it tells by itself
		t.Errorf("it looks again within a moment, and tells %+v", c)
	}
	s.clock.advance(noticesFor)
	if c := told(t, s.Store, console, since); len(c.Notices) != 1 || c.Notices[0].Person != ben.ID {
		t.Errorf("a moment later it tells %+v", c)
	}
	change(t)(other.UpdateUser(t.Context(), console, ben.ID, edit(FieldPhone, "030 2222")))
	s.wake() // as by a notice of the database
	if c := told(t, s.Store, console, since); len(c.Notices) != 2 {
		t.Errorf("woken, it tells %+v", c)
	}
	s.clock.advance(-time.Hour) // somebody put it right
	change(t)(other.UpdateUser(t.Context(), console, ben.ID, edit(FieldPhone, "030 3333")))
	if c := told(t, s.Store, console, since); len(c.Notices) != 3 {
		t.Errorf("after its clock went back it tells %+v", c)
	}
	if c := told(t, other, console, since); !c.Many {
		t.Errorf("one that has just begun to look knows %+v", c)
	}
}

// TestChangesSinceForgets says "many" where it does not know, or would have to
// say too much.
func TestChangesSinceForgets(t *testing.T) { eachWayToHear(t, changesSinceForgets) }

func changesSinceForgets(t *testing.T, way func(*Config)) {
	t.Parallel()
	s := newTestStore(t, way)
	ben := s.add("Ben", Member)
	begin := newestOf(t, s.Store)
	touch := func(n int) {
		t.Helper()
		must(t, s.transact(t.Context(), console, func(x *tx) error {
			return second(x.recordAll(slices.Repeat([]Entry{{Act: ActSignIn, Target: ben.ID}}, n)))
		}))
	}
	touch(noticesMany)
	if c := told(t, s.Store, console, begin); c.Many || len(c.Notices) != noticesMany {
		t.Errorf("%d of %d notices, many: %v", len(c.Notices), noticesMany, c.Many)
	}
	touch(1)
	if c := told(t, s.Store, console, begin); !c.Many {
		t.Error("one more is not many")
	}
	for range 3 {
		touch(noticesKept / 2)
		told(t, s.Store, console, begin)
	}
	if n := len(s.notices.kept); n != noticesKept {
		t.Errorf("%d notices are kept, want %d", n, noticesKept)
	}
	newest := newestOf(t, s.Store)
	if c := told(t, s.Store, console, newest-1); c.Many || len(c.Notices) != 1 {
		t.Errorf("of the last one it tells %+v", c)
	}
	if c := told(t, s.Store, console, begin); !c.Many || c.Newest != newest {
		t.Errorf("of what it has forgotten it tells %+v", c)
	}
	touch(noticesKept + 1)
	if c := told(t, s.Store, console, newest); !c.Many || len(s.notices.kept) != 0 {
		t.Errorf("of more than it keeps it tells %+v, and keeps %d", c, len(s.notices.kept))
	}
	if c := told(t, s.Store, console, newest+5000); !c.Many {
		t.Error("an entry that is not there yet is no reason to say that anything may have changed")
	}
	must(t, second(s.AddExamples(t.Context(), console, 3)))
	if c := told(t, s.Store, console, newest+noticesKept+1); !c.Many {
		t.Errorf("of many people at once it tells %+v", c)
	}
}

// TestChangesSinceAfterRestart goes on where nothing has happened meanwhile.
func TestChangesSinceAfterRestart(t *testing.T) { eachWayToHear(t, changesSinceAfterRestart) }

func changesSinceAfterRestart(t *testing.T, way func(*Config)) {
	t.Parallel()
	s := newTestStore(t, way)
	ben := s.add("Ben", Member)
	since := newestOf(t, s.Store)
	s.reopen()
	if c := told(t, s.Store, console, since); c.Many || c.Newest != since {
		t.Errorf("nothing has happened, and it tells %+v", c)
	}
	change(t)(s.UpdateUser(t.Context(), console, ben.ID, edit(FieldPhone, "030 1111")))
	s.reopen()
	if c := told(t, s.Store, console, since); !c.Many || c.Newest != since+1 {
		t.Errorf("of what it has not seen it tells %+v", c)
	}
}

// TestChangesSinceFromMemory asks a database that would fail: while nothing is
// new, none is asked. What failed is tried again.
func TestChangesSinceFromMemory(t *testing.T) { eachWayToHear(t, changesSinceFromMemory) }

func changesSinceFromMemory(t *testing.T, way func(*Config)) {
	t.Parallel()
	f := &faults{}
	s := newTestStore(t, failing(f), way)
	since := newestOf(t, s.Store)
	f.arm(forever, 1)
	if c := told(t, s.Store, console, since); c.Newest != since {
		t.Errorf("it tells %+v", c)
	}
	s.wake()
	if _, err := s.ChangesSince(context.Background(), console, since); err == nil {
		t.Error("woken, it does not look")
	}
	if _, err := s.ChangesSince(context.Background(), console, since); err == nil {
		t.Error("after a failure it does not look again")
	}
	f.disarm()
	told(t, s.Store, console, since)
}
