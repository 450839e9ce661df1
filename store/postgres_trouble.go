package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of PostgreSQL's errors, of appendix A of its documentation.
const (
	readOnly        = "25006"
	diskFull        = "53100"
	lockUnavailable = "55P03"
	deadlock        = "40P01"
)

// gone reports whether an error says that the server ended the connection.
func gone(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "58")
}

func postgresTrouble(err error) string {
	var p *pgconn.PgError
	var n *net.OpError
	var c *pgconn.ConnectError
	switch {
	case errors.As(err, &c), errors.Is(err, errSilent):
		return "The database does not answer."
	case errors.As(err, &p):
		return serverTrouble(p.Code)
	case errors.As(err, &n), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.ErrUnexpectedEOF), pgconn.SafeToRetry(err):
		return "The database does not answer."
	}
	return ""
}

func serverTrouble(code string) string {
	switch {
	case code == readOnly:
		return "The database cannot be written at the moment."
	case code == diskFull:
		return "The disk of the database is full."
	case code == lockUnavailable:
		return "Another program keeps the database to itself."
	case gone(code), strings.HasPrefix(code, "53"):
		return "The database does not answer."
	}
	return ""
}
