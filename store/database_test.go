package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// TestLocate reads what people write.
func TestLocate(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"people.db":                        "people.db",
		"/var/lib/people.db":               "/var/lib/people.db",
		"./host=db":                        "./host=db",
		"a&b=c.db":                         "a&b=c.db",
		"C:people.db":                      "C:people.db",
		"sqlite:z.db":                      "z.db",
		"SQLite:/tmp/z.db":                 "/tmp/z.db",
		"sqlite:a=b.db":                    "./a=b.db",
		"sqlite:postgres://h/db":           "./postgres://h/db",
		"postgres://u:otter@h/db":          "postgres://u:otter@h/db",
		"POSTGRES://u:Otter@H/Db?A=b":      "postgres://u:Otter@H/Db?A=b",
		"PostgreSQL://h1:1,h2:2/db":        "postgresql://h1:1,h2:2/db",
		"sqlite:":                          "",
		"sqlite://people.db":               "",
		"postgres:otter@h/db":              "",
		"postgresql:/otter@h/db":           "",
		"mysql://u:otter@h/db":             "",
		"jdbc:postgresql://u:otter@h/db":   "",
		"host=127.0.0.1 dbname=people":     "",
		" password = otter host=127.0.0.1": "",
	} {
		got, err := Locate(name)
		if got != want || (err == nil) != (want != "") || strings.Contains(fmt.Sprint(err), "otter") {
			t.Errorf("%q is %q, %v", name, got, err)
		}
		if again, err := Locate(got); want != "" && (again != got || err != nil) {
			t.Errorf("%q, read again, is %q, %v", got, again, err)
		}
	}
}

// TestAddressesWithoutPasswords are what messages call a database.
func TestAddressesWithoutPasswords(t *testing.T) {
	t.Parallel()
	for db, want := range map[string]string{
		"people.db":                          "people.db",
		"sqlite:people.db":                   "people.db",
		"postgres://ana:otter@db1,db2/p?x=y": "postgres://db1,db2/p",
		"POSTGRES://ana:otter@db/p":          "postgres://db/p",
		"postgres://ana:ot%ter@db/p":         "PostgreSQL",
		"postgres://ana:42/otter@db/p":       "PostgreSQL",
		"mysql://ana:otter@db/p":             "the database",
		"host=db password=otter":             "the database",
	} {
		if got := NameOf(db); got != want {
			t.Errorf("%s is called %s, want %s", db, got, want)
		}
	}
	for _, db := range []string{"postgres://ana:otter-42@db:port/p", "Postgres://ana:otter-42@db:port/p", "host=db password=otter-42", "ftp://ana:otter-42@db"} {
		_, err := Open(t.Context(), Config{DB: db})
		if KindOf(err) != Invalid || strings.Contains(fmt.Sprint(err), "otter-42") {
			t.Errorf("%v", err)
		}
	}
}

// TestSchemeOfAFile has every operation that takes the name of a file take it with its
// scheme.
func TestSchemeOfAFile(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	s, err := Open(t.Context(), Config{DB: "sqlite:" + in("a.db")})
	must(t, err)
	must(t, second(s.CreateUser(t.Context(), console, newPerson("Ana", Admin))))
	must(t, s.Close())
	must(t, second(Copy(t.Context(), "SQLITE:"+in("a.db"), "sqlite:"+in("b.db"), quietly)))
	must(t, second(Backup(t.Context(), "sqlite:"+in("b.db"), in("c.db"))))
	must(t, second(Restore(t.Context(), in("c.db"), "sqlite:"+in("d.db"), morning)))
	for _, name := range []string{"a.db", "b.db", "c.db", "d.db"} {
		if info, err := os.Stat(in(name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
