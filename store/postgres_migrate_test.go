package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// heard is a log that a test listens to.
type heard struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all.String()
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	look, late := time.NewTicker(10*time.Millisecond), time.After(time.Minute)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("never: %s", what)
		}
	}
}

// readOlder is a database of an earlier version, and somebody who has read a table of it
// and stays.
type readOlder struct {
	*testStore
	log    heard
	reader *sql.Tx
	opened chan error
}

func newOlder(t *testing.T, version int64, reads string) *readOlder {
	t.Helper()
	o := &readOlder{testStore: newTestStoreLater(t), opened: make(chan error, 1)}
	o.config.patience = usualPatience()
	o.config.patience.rest = 100 * time.Millisecond
	o.config.Log = slog.New(slog.NewTextHandler(&o.log, nil))
	makeOlder(t, o.config, version)
	raw := storetest.Raw(t, o.config.DB)
	var err error
	o.reader, err = raw.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	must(t, err)
	for _, statement := range []string{`SET application_name = 'pg_dump'`, reads} {
		_, err = o.reader.Exec(statement)
		must(t, err)
	}
	return o
}

// openBeside opens the store while the reader stays.
func (o *readOlder) openBeside() {
	go func() {
		s, err := Open(o.t.Context(), o.config)
		o.Store = s
		o.opened <- err
	}()
}

// leave lets the reader go, and waits until the store is open.
func (o *readOlder) leave(t *testing.T) {
	t.Helper()
	must(t, o.reader.Rollback())
	must(t, <-o.opened)
	must(t, o.Ready(t.Context()))
	must(t, o.Close())
}

// TestMigrationLetsReadersPass keeps reading a table that is to get columns. Who comes
// after the migration gets an answer while the first one still reads.
func TestMigrationLetsReadersPass(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	o := newOlder(t, 16, `SELECT count(*) FROM users`)
	o.openBeside()
	raw := storetest.Raw(t, o.config.DB)
	read := 0
	eventually(t, "a migration that tries several times", func() bool {
		began := time.Now()
		read += queryInt(t, raw, `SELECT count(*) + 1 FROM users`)
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("another reader waits for %v", took)
		}
		return strings.Count(o.log.String(), "lets others pass") >= 4
	})
	if said := o.log.String(); read == 0 || !strings.Contains(said, "the table users is in use by pg_dump (user postgres, process ") {
		t.Errorf("the log says\n%s", said)
	}
	o.leave(t)
}

// TestMigrationIsGivenUp says who was in its way, and changes nothing.
func TestMigrationIsGivenUp(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	o := newOlder(t, 11, `SELECT count(*) FROM signins`) // 12 is a transaction
	o.config.patience.migrate = 50 * time.Millisecond
	_, err := Open(t.Context(), o.config)
	if e := Explain(err); e.Kind != Unavailable || !strings.Contains(e.Message, "the table signins is in use by pg_dump (user postgres") {
		t.Errorf("it says %v", err)
	}
	if n := queryInt(t, storetest.Raw(t, o.config.DB), `SELECT max(version_id) FROM goose_db_version`); n != 11 {
		t.Errorf("it is at %d", n)
	}
	o.openBeside()
	o.leave(t)
}

// TestIndexIsBuiltOnce keeps a snapshot from before, for which an index that is built
// CONCURRENTLY waits: it is not begun anew meanwhile, and nobody waits for it.
func TestIndexIsBuiltOnce(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	o := newOlder(t, 4, `SELECT count(*) FROM user_counts`)
	o.openBeside()
	raw := storetest.Raw(t, o.config.DB)
	const index = `SELECT coalesce((SELECT oid FROM pg_class WHERE relname = 'users_search'), 0)`
	eventually(t, "the index is built", func() bool { return queryInt(t, raw, index) != 0 && strings.Contains(o.log.String(), "waits") })
	first, since := queryInt(t, raw, index), time.Now()
	eventually(t, "four times the time-out for a lock", func() bool {
		if queryInt(t, raw, `SELECT count(*) + 1 FROM users`); queryInt(t, raw, index) != first {
			t.Fatalf("it is begun anew after %v:\n%s", time.Since(since), o.log.String())
		}
		return time.Since(since) > 2*time.Second
	})
	if said := o.log.String(); !strings.Contains(said, "what was there before is in use by pg_dump") || strings.Contains(said, "lets others pass") {
		t.Errorf("the log says\n%s", said)
	}
	o.leave(t)
}

// TestCutOffIndexIsDropped leaves an index that is not valid, as a build does that was
// cut off, in the place of each that is built CONCURRENTLY.
func TestCutOffIndexIsDropped(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	for version, index := range map[int64]string{4: "users_search", 8: "users_search_pairs", 16: "signins_as"} {
		s := newTestStoreLater(t)
		makeOlder(t, s.config, version)
		raw := storetest.Raw(t, s.config.DB)
		mustExec(t, raw, `CREATE INDEX `+index+` ON users (id)`)
		mustExec(t, raw, `UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = CAST('`+index+`' AS regclass)`)
		s.open()
		if n := queryInt(t, raw, `SELECT count(*) FROM pg_index WHERE indexrelid = CAST('`+index+`' AS regclass) AND indisvalid AND pg_get_indexdef(indexrelid) NOT LIKE '%(id)%'`); n != 1 {
			t.Errorf("%s is what was left", index)
		}
		must(t, s.Close())
	}
}

// TestWhatARoleLacksIsSaid opens databases that a role may not work with.
func TestWhatARoleLacksIsSaid(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	server := storetest.Apart(t)
	server.Do(t, `CREATE ROLE office LOGIN`)
	for _, c := range []struct {
		options, arrange string
		says             string // "": it can be worked with
	}{
		{"ENCODING UTF8 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'", ``, `GRANT CREATE ON SCHEMA public TO office`},
		{"", `GRANT CREATE ON SCHEMA public TO office`, `CREATE EXTENSION pg_trgm`},
		{"", `GRANT CREATE ON SCHEMA public TO office; CREATE EXTENSION pg_trgm`, ``},
		{"OWNER office", ``, ``},
		{"OWNER office", `ALTER ROLE office IN DATABASE %d SET search_path = nowhere`, `no schema to make tables in`},
		{"OWNER office ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'", ``, `createdb --template=template0 --encoding=UTF8`},
	} {
		db := server.Database(t, c.options)
		u := must2(url.Parse(db))(t)
		if c.arrange != "" {
			mustExec(t, storetest.Raw(t, db), strings.ReplaceAll(c.arrange, "%d", strings.TrimPrefix(u.Path, "/")))
		}
		u.User = url.User("office")
		s, err := Open(t.Context(), Config{DB: u.String()})
		if c.says == "" {
			must(t, err)
			must(t, s.Close())
			continue
		}
		if e := Explain(err); e.Kind != Refused || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s, %s: it says %v", c.options, c.arrange, err)
		}
		if n := queryInt(t, storetest.Raw(t, db), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`); n != 0 {
			t.Errorf("%s, %s: %d tables were made", c.options, c.arrange, n)
		}
	}
}

// TestDatabaseThatKnowsFewLetters is worked with, and warned of.
func TestDatabaseThatKnowsFewLetters(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	server := storetest.Apart(t)
	for locale, warns := range map[string]bool{"C": true, "C.UTF-8": false} {
		var log heard
		s, err := Open(t.Context(), Config{DB: server.Database(t, "ENCODING UTF8 LC_COLLATE 'C' LC_CTYPE '"+locale+"'"), Log: slog.New(slog.NewTextHandler(&log, nil))})
		must(t, err)
		for i, name := range []string{"Яков Ясин", "山田 太郎", "Ana"} {
			_, err := s.CreateUser(t.Context(), console, NewUser{Name: name, Email: fmt.Sprintf("p%d@example.com", i), Role: Member, Password: password})
			must(t, err)
		}
		for _, word := range []string{"ясин", "Яс", "山田", "ana"} {
			if p, err := s.ListUsers(t.Context(), console, Query{Search: word}); err != nil || len(p.Users) != 1 {
				t.Errorf("%s: %d are found by %s, %v", locale, len(p.Users), word, err)
			}
		}
		must(t, s.Close())
		if strings.Contains(log.String(), "LC_CTYPE") != warns {
			t.Errorf("%s: the log says\n%s", locale, log.String())
		}
	}
}
