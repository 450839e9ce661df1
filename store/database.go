package store

import (
	"net/url"
	"regexp"
	"strings"
)

// What people may call a database that is no file.
var (
	hasScheme  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.:-]*://`)
	isAddress  = regexp.MustCompile(`^(?i:postgres(ql)?):`)
	isSettings = regexp.MustCompile(`^\s*[A-Za-z_]+\s*=`) // of libpq: host=db dbname=people
)

// Locate reads the name of a database as people write it: an address of PostgreSQL,
// or a file, with or without sqlite: before it. It gives the name that everything
// else here goes by, and refuses what would make a file that nobody has meant. The
// error does not repeat the name, which may hold a password.
func Locate(name string) (string, error) {
	if len(name) >= len(fileScheme) && strings.EqualFold(name[:len(fileScheme)], fileScheme) {
		name = name[len(fileScheme):]
		switch {
		case name == "", strings.HasPrefix(name, "//"):
			return "", errNoDatabase()
		case isNoFile(name):
			return "./" + name, nil // it was said that it is one
		}
		return name, nil
	}
	scheme, rest, ok := strings.Cut(name, "://")
	if lower := strings.ToLower(scheme); ok && (lower == "postgres" || lower == "postgresql") {
		return lower + "://" + rest, nil
	}
	if isNoFile(name) {
		return "", errNoDatabase()
	}
	return name, nil
}

// fileScheme may stand before the name of a file.
const fileScheme = "sqlite:"

// isNoFile reports whether a name is hardly meant to be that of a file.
func isNoFile(name string) bool {
	return hasScheme.MatchString(name) || isAddress.MatchString(name) || isSettings.MatchString(name)
}

func errNoDatabase() error {
	return &Error{Kind: Invalid, Message: "A database is a file, as people.db or sqlite:people.db, or an address of PostgreSQL, as postgres://user:password@host/database. This is neither."}
}

// IsPostgres reports whether the name of a database, as Locate gives it, is an
// address of PostgreSQL. Any other name is that of a file.
func IsPostgres(db string) bool {
	return strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://")
}

// NameOf is what a database is called in a message: never with its password.
func NameOf(db string) string {
	db, err := Locate(db)
	switch {
	case err != nil:
		return "the database"
	case !IsPostgres(db):
		return db
	}
	u, err := url.Parse(db)
	if err != nil || strings.Contains(u.Path, "@") { // a password that was not escaped
		return "PostgreSQL"
	}
	return u.Scheme + "://" + u.Host + u.Path
}
