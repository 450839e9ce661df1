package store

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// largeTables are those that may have millions of rows.
const largeTables = `(users|signins|audit_entries|audit_values|import_rows)\b`

// lockings are statements that keep everybody from a large table of PostgreSQL for
// as long as it takes to read or write all of it.
var lockings = []struct {
	statement *regexp.Regexp
	why       string
}{
	{regexp.MustCompile(`(?i)\bCREATE\s+(UNIQUE\s+)?INDEX\s+(IF\s+NOT\s+EXISTS\s+)?\S+\s+ON\s+(ONLY\s+)?` + largeTables), "an index is built without CONCURRENTLY"},
	{regexp.MustCompile(`(?is)\bALTER\s+TABLE\s+(IF\s+EXISTS\s+)?(ONLY\s+)?` + largeTables + `[^;]*\bTYPE\b`), "a column gets another type"},
	{regexp.MustCompile(`(?is)\bALTER\s+TABLE\s+(IF\s+EXISTS\s+)?(ONLY\s+)?` + largeTables + `[^;]*\bADD\b[^;]*\b(GENERATED|SERIAL|BIGSERIAL)\b`), "a column is computed for every row"},
	{regexp.MustCompile(`(?is)\bALTER\s+TABLE\s+(IF\s+EXISTS\s+)?(ONLY\s+)?` + largeTables + `[^;]*\bADD\b[^;]*\bDEFAULT\b[^;,]*\(`), "the default of a column is computed for every row"},
	{regexp.MustCompile(`(?is)\bALTER\s+TABLE\s+(IF\s+EXISTS\s+)?(ONLY\s+)?` + largeTables + `[^;]*\bADD\s+(CONSTRAINT\s+\S+\s+)?(UNIQUE|PRIMARY\s+KEY)\s*\(`), "the index of a constraint is built in its place"},
	{regexp.MustCompile(`(?is)\bALTER\s+TABLE\s+(IF\s+EXISTS\s+)?(ONLY\s+)?` + largeTables + `[^;]*\bADD\s+(CONSTRAINT\s+\S+\s+)?(CHECK|FOREIGN\s+KEY)\b([^;N]|N[^O]|NO[^T])*;`), "a constraint is checked for every row: add it NOT VALID"},
	{regexp.MustCompile(`(?is)\bALTER\s+TABLE\s+(IF\s+EXISTS\s+)?(ONLY\s+)?` + largeTables + `[^;]*\bSET\s+NOT\s+NULL\b`), "every row is read"},
	{regexp.MustCompile(`(?i)\b(VACUUM\s+FULL|CLUSTER)\b`), "a table is written anew"},
}

// comments are no statements.
var comments = regexp.MustCompile(`--[^\n]*`)

// lockingsOf says what of a migration would keep people waiting.
func lockingsOf(migration string) (bad []string) {
	up, _, _ := strings.Cut(migration, "-- +goose Down")
	alone := strings.Contains(up, "-- +goose NO TRANSACTION")
	up = comments.ReplaceAllString(up, "")
	for _, l := range lockings {
		if l.statement.MatchString(up) {
			bad = append(bad, l.why)
		}
	}
	if strings.Contains(strings.ToUpper(up), "CONCURRENTLY") && !alone {
		bad = append(bad, "CONCURRENTLY works without a transaction only")
	}
	for _, m := range builds.FindAllStringSubmatchIndex(up, -1) {
		name := up[m[2]:m[3]]
		if !regexp.MustCompile(`(?i)\bDROP\s+INDEX\s+CONCURRENTLY\s+IF\s+EXISTS\s+` + name + `\s*;`).MatchString(up[:m[0]]) {
			bad = append(bad, "what a build of "+name+" leaves that was cut off is not dropped first")
		}
	}
	return bad
}

// builds are the indexes that are built while people work.
var builds = regexp.MustCompile(`(?i)\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(\w+)`)

// locksAtFirst is the last migration of the time when no database was large.
const locksAtFirst = 5

// TestMigrationsLetPeopleWork reads the migrations of PostgreSQL: none locks a
// table of a million for longer than a moment.
func TestMigrationsLetPeopleWork(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(migrations, "migrations/postgres/*.sql")
	must(t, err)
	ours, err := fs.Glob(migrations, "migrations/*.sql")
	must(t, err)
	if len(files) != len(ours) {
		t.Errorf("PostgreSQL has %d migrations, SQLite %d", len(files), len(ours))
	}
	for n, name := range files {
		text, err := fs.ReadFile(migrations, name)
		must(t, err)
		for _, why := range lockingsOf(string(text)) {
			if n >= locksAtFirst {
				t.Errorf("%s: %s", name, why)
			}
		}
	}
}

// TestLockingsAreSeen shows that the test above sees what it is to see.
func TestLockingsAreSeen(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]int{
		"CREATE INDEX x ON users (name);":                                                                              1,
		"create unique index if not exists x on audit_entries (at);":                                                   1,
		"CREATE INDEX x ON imports (name);":                                                                            0,
		"CREATE INDEX CONCURRENTLY x ON users (name);":                                                                 2,
		"-- +goose NO TRANSACTION\nCREATE INDEX CONCURRENTLY x ON users (name);":                                       1,
		"-- +goose NO TRANSACTION\nDROP INDEX CONCURRENTLY IF EXISTS x;\nCREATE INDEX CONCURRENTLY x ON users (name);": 0,
		"-- +goose NO TRANSACTION\nCREATE INDEX CONCURRENTLY x ON users (name);\nDROP INDEX CONCURRENTLY IF EXISTS x;": 1,
		"ALTER TABLE users ADD COLUMN x BIGINT NOT NULL DEFAULT 0;":                                                    0,
		"ALTER TABLE users ADD COLUMN x TIMESTAMPTZ DEFAULT clock_timestamp();":                                        1,
		"ALTER TABLE users ADD COLUMN x BIGINT GENERATED ALWAYS AS (id) STORED;":                                       1,
		"ALTER TABLE signins ALTER COLUMN agent TYPE VARCHAR(300);":                                                    1,
		"ALTER TABLE signins ADD CONSTRAINT y UNIQUE (user_id);":                                                       1,
		"ALTER TABLE signins ADD CONSTRAINT y UNIQUE USING INDEX z;":                                                   0,
		"ALTER TABLE import_rows ADD CONSTRAINT y CHECK (line > 0);":                                                   1,
		"ALTER TABLE import_rows ADD CONSTRAINT y CHECK (line > 0) NOT VALID;":                                         0,
		"ALTER TABLE users ALTER COLUMN name SET NOT NULL;":                                                            1,
		"-- CREATE INDEX x ON users (name);\n":                                                                         0,
		"CREATE TABLE x (id BIGINT);\n-- +goose Down\nCREATE INDEX x ON users (name);":                                 0,
		"ALTER TABLE imports ALTER COLUMN name TYPE BIGINT USING 1;\nALTER TABLE users DROP COLUMN x;":                 0,
	} {
		if got := lockingsOf(statement); len(got) != want {
			t.Errorf("%s: %v", statement, got)
		}
	}
}

// TestOpenOlderWithPeople opens databases that earlier versions have been worked
// with: what was in them is there.
func TestOpenOlderWithPeople(t *testing.T) {
	t.Parallel()
	newest, err := newestMigration()
	must(t, err)
	for version := int64(2); version < newest; version += int64(storetest.Every(3)) { // those before knew no trail, and so nobody
		s := newTestStoreLater(t)
		makeOlder(t, s.config, version)
		fillOlder(t, s.config.DB, version)
		before := olderContent(t, s.config.DB, version)
		s.open()
		if after := olderContent(t, s.config.DB, version); strings.Join(after, "\n") != strings.Join(before, "\n") {
			t.Errorf("from version %d on:\n%s\nbefore\n%s", version, strings.Join(after, "\n"), strings.Join(before, "\n"))
		}
		must(t, s.IndexSearch(t.Context()))
		if p := s.list(Query{Search: "ana"}); len(p.Users) != 1 || p.Users[0].Name != "Ana" || p.Total.N != 1 {
			t.Errorf("from version %d on: found %+v", version, p)
		}
		change(t)(s.UpdateUser(t.Context(), console, 1, edit(FieldName, "Anna")))
		must(t, second(s.SignIn(t.Context(), visitor(here), "ana@example.com", password)))
		if n := s.add("New", Member).ID; n != 3 {
			t.Errorf("from version %d on: the next person is %d", version, n)
		}
		checkInvariants(t, s.Store)
		must(t, s.Close())
	}
}

// fillOlder writes what an earlier version would have written: two people, of whom
// one is deleted, a sign-in, the trail of it, and an import where it knew such.
func fillOlder(t *testing.T, db string, version int64) {
	t.Helper()
	raw := storetest.Raw(t, db)
	hasher := NewHasher(HashParams{MemoryKiB: 64, Time: 1, Threads: 1}, 0)
	hash, err := hasher.Hash(t.Context(), password)
	must(t, err)
	for _, u := range []User{{ID: 1, Name: "Ana", Email: "Ana@example.com", emailKey: "ana@example.com", Role: Admin, Status: Active, passwordHash: hash},
		{ID: 2, Name: "Ben", Email: "ben@example.com", emailKey: "ben@example.com", Role: Member, Status: Active, Deleted: morning}} {
		u.Version, u.Created, u.Changed = 1, morning, morning
		insertOlder(t, db, u)
	}
	prev := ""
	for id := int64(1); id <= 2; id++ {
		e := Entry{ID: id, At: morning, Kind: Command, Act: ActCreate, Outcome: Done, Target: id}
		values := valuesHash("salt", "{}")
		hash := chainHash(e, values, prev)
		mustExec(t, raw, fmt.Sprintf(`INSERT INTO audit_entries VALUES (%d, %d, '%s', 0, '%s', '%s', %d, '', '', '', 0, '%s', '%s', '%s')`,
			id, e.At.UnixMilli(), e.Kind, e.Act, e.Outcome, e.Target, values, prev, hash))
		mustExec(t, raw, fmt.Sprintf(`INSERT INTO audit_values VALUES (%d, %d, 'salt', '{}')`, id, e.Target))
		mustExec(t, raw, fmt.Sprintf(`UPDATE audit_head SET entry_id = %d, hash = '%s'`, id, hash))
		prev = hash
	}
	mustExec(t, raw, `INSERT INTO user_counts VALUES ('admin', 'active', 1)`)
	mustExec(t, raw, fmt.Sprintf(`INSERT INTO signins (user_id, started_at, last_seen_at, ended_at, ended_why, address, agent) VALUES (1, %d, %d, 0, '', '192.0.2.1', 'Firefox')`,
		morning.UnixMilli(), morning.UnixMilli()))
	if version < 14 {
		mustExec(t, raw, `INSERT INTO throttles VALUES ('account', 'digest', 1, 1, 0)`)
	} else {
		mustExec(t, raw, `INSERT INTO throttles (kind, key, about, failures, last_at, blocked_to, fades_at) VALUES ('account', 'digest', '', 1, 1, 0, 1)`)
	}
	if version >= 13 && version < 16 { // which knows whose address a link is about
		mustExec(t, raw, `INSERT INTO links (user_id, kind, digest, email_key, made_at, made_by, expires_at) VALUES (1, 'reset', 'digest', 'ana@example.com', 1, 0, 2)`)
	}
	if version >= 3 {
		mustExec(t, raw, `INSERT INTO imports (name, actor_id, created_at, touched_at, state, plan, titles, line_count, reread, at_line, creates, changes, sames,
 refusals, created, changed, undone, kept, worker, beat_at, problem, entry_id) VALUES ('a.csv', 0, 1, 1, 'checked', '{}', '[]', 1, FALSE, 1, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, '', 0)`)
	}
}

// insertOlder adds a person with the columns that there were in every version.
func insertOlder(t *testing.T, db string, u User) {
	t.Helper()
	var values []string
	for _, v := range userValues(&u) {
		switch v := v.(type) {
		case string:
			values = append(values, "'"+v+"'")
		default:
			values = append(values, fmt.Sprint(v))
		}
	}
	mustExec(t, storetest.Raw(t, db), `INSERT INTO users (`+strings.Join(userValueColumns, ", ")+`) VALUES (`+strings.Join(values, ", ")+`)`)
}

// olderContent is what there was in the tables of an earlier version.
func olderContent(t *testing.T, db string, version int64) []string {
	t.Helper()
	of := []string{"(SELECT id, " + strings.Join(userValueColumns, ", ") + " FROM users) u", "user_counts", "(SELECT id, user_id, started_at, last_seen_at, ended_at, ended_why, address, agent FROM signins) s", "audit_entries", "audit_values", "audit_head"}
	if version >= 3 {
		of = append(of, "imports")
	}
	if version >= 13 && version < 16 { // which knows whose address a link is about
		of = append(of, "(SELECT user_id, kind, digest, email_key, made_at, made_by, expires_at FROM links) l")
	}
	return dump(t, storetest.Raw(t, db), of...)
}
