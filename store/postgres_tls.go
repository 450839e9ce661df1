package store

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// parseAddress reads an address. Without a word about TLS the driver would take a
// certificate of anybody, or do without TLS when it is told that there is none. So a
// host that is not this machine has to speak it, and to prove who it is, unless the
// address or the environment, as libpq has it, says something else.
func parseAddress(db string, getenv func(string) string) (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(db)
	if err != nil || saysTLS(db, getenv) || isHere(c) {
		return c, err
	}
	join := "?"
	if strings.Contains(db, "?") {
		join = "&"
	}
	return pgx.ParseConfig(db + join + "sslmode=verify-full")
}

// saysTLS reports whether somebody has said how TLS is to be. A service of libpq
// speaks for itself.
func saysTLS(db string, getenv func(string) string) bool {
	_, query, _ := strings.Cut(db, "?")
	settings, err := url.ParseQuery(query)
	for _, name := range []string{"sslmode", "ssl", "service"} {
		if settings.Has(name) {
			return true
		}
	}
	return err != nil || getenv("PGSSLMODE") != "" || getenv("PGSERVICE") != ""
}

// isHere reports whether all hosts are this machine.
func isHere(c *pgx.ConnConfig) bool {
	here := isThisMachine(c.Host)
	for _, f := range c.Fallbacks {
		here = here && isThisMachine(f.Host)
	}
	return here
}

func isThisMachine(host string) bool {
	if host == "" || host == "localhost" || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// mayLackTLS says what can be done when it is TLS that keeps the program out.
func mayLackTLS(err error) error {
	var c *tls.CertificateVerificationError
	if !errors.As(err, &c) && (err == nil || !strings.Contains(err.Error(), "server refused TLS connection")) {
		return err
	}
	return &Error{Kind: Invalid, Cause: err,
		Message: "The database does not speak TLS, or its certificate is none that this machine trusts for its name. What is asked for may stand in the address, as ?sslmode=…: " +
			"verify-full is what holds for another machine; sslrootcert=FILE beside it names an authority to trust; disable does without TLS, where nobody can read along."}
}
