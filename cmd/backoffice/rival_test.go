package main

import (
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"backoffice/store"
)

// rival is the least that a program could do for the same answer: net/http and
// nothing else, in a process of its own like the program that it is compared
// with. Under /bytes it writes the same bytes, under /query it runs the same
// main statement first, on the same data with the same settings.
type rival struct{ read, write *sql.DB }

// work is one main statement, which reads its whole result. i is the number of
// the request.
type work func(r *rival, i string) error

// startRival starts this test binary as the rival in one scenario.
func startRival(t testing.TB, db, scenario, body string) *daemon {
	t.Helper()
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestRivalProcess$")
	cmd.Env, cmd.Stderr = []string{"RIVAL_DB=" + db, "RIVAL_SCENARIO=" + scenario, "RIVAL_BODY=" + file}, os.Stderr
	return startServer(t, cmd)
}

// TestRivalProcess is no test but the rival's process, when startRival says so.
func TestRivalProcess(t *testing.T) {
	db := os.Getenv("RIVAL_DB")
	if db == "" {
		return
	}
	body, err := os.ReadFile(os.Getenv("RIVAL_BODY"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == os.Getenv("RIVAL_SCENARIO") })
	r := &rival{}
	if !store.IsPostgres(db) {
		r.read, r.write = openBare(t, db, "ro", 4), openBare(t, db, "rw", 1)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	t.Fatal(http.Serve(listener, r.handler(scenarios[i], body)))
}

func (r *rival) handler(s scenario, body []byte) http.Handler {
	answer := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(s.status)
		w.Write(body)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/bytes", func(w http.ResponseWriter, _ *http.Request) { answer(w) })
	mux.HandleFunc("/query", func(w http.ResponseWriter, q *http.Request) {
		if err := s.work(r, q.FormValue("i")); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		answer(w)
	})
	return mux
}

// openBare opens a data file as the store does.
func openBare(t testing.TB, path, mode string, conns int) *sql.DB {
	t.Helper()
	v := url.Values{"mode": {mode}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"}, "_busy_timeout": {"10000"},
		"_stmt_cache_size": {"64"}, "_cache_size": {"-2000"}}
	if mode == "ro" {
		v.Set("_query_only", "on")
	} else {
		v.Set("_txlock", "immediate")
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: v.Encode()}
	db, err := sql.Open("sqlite3", u.String())
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	t.Cleanup(func() { db.Close() })
	return db
}

const columnsOfUser = `u.id, u.name, u.email, u.email_key, u.phone, u.phone_key, u.role, u.status, u.external_id,
 u.password_hash, u.must_change_password, u.created_at, u.changed_at, u.last_sign_in_at, u.version, u.deleted_at`

// columnsOfSignIn stand behind those of the user in a session check.
const columnsOfSignIn = `, s.id, s.user_id, s.started_at, s.last_seen_at, s.ended_at, s.ended_why, s.address, s.agent`

// rowOfUser is a user, and maybe a sign-in, with the plain types of their columns.
type rowOfUser struct {
	name, email, emailKey, phone, phoneKey, role, status, externalID, hash, why, address, agent string
	must                                                                                        bool
	id, created, changed, last, version, deleted, signIn, of, started, seen, ended              int64
}

func (u *rowOfUser) columns() []any {
	return []any{&u.id, &u.name, &u.email, &u.emailKey, &u.phone, &u.phoneKey, &u.role, &u.status, &u.externalID,
		&u.hash, &u.must, &u.created, &u.changed, &u.last, &u.version, &u.deleted}
}

func (u *rowOfUser) columnsOfSignIn() []any {
	return append(u.columns(), &u.signIn, &u.of, &u.started, &u.seen, &u.ended, &u.why, &u.address, &u.agent)
}

// columnsOfList are what the list shows of a person, and the key of its order.
const columnsOfList = `u.id, u.name, u.email, u.phone, u.role, u.status, u.external_id, u.created_at, u.last_sign_in_at, u.deleted_at, u.name_key`

func (u *rowOfUser) columnsOfList() []any {
	return []any{&u.id, &u.name, &u.email, &u.phone, &u.role, &u.status, &u.externalID, &u.created, &u.last, &u.deleted, new(sql.RawBytes)}
}

// readUsers runs a query for users and reads all of them; none is an error,
// since a query that finds nothing would be no rival.
func readUsers(r *rival, query string, args ...any) error {
	return readRows(r, (*rowOfUser).columns, query, args...)
}

// readList is readUsers for a query of the list.
func readList(r *rival, query string, args ...any) error {
	return readRows(r, (*rowOfUser).columnsOfList, query, args...)
}

func readRows(r *rival, columns func(*rowOfUser) []any, query string, args ...any) error {
	rows, err := r.read.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var users []rowOfUser
	for rows.Next() {
		var u rowOfUser
		if err := rows.Scan(columns(&u)...); err != nil {
			return err
		}
		users = append(users, u)
	}
	if len(users) == 0 {
		return fmt.Errorf("nobody found: %w", sql.ErrNoRows)
	}
	return rows.Err()
}
