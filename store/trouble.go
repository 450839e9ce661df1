package store

import (
	"errors"

	"github.com/mattn/go-sqlite3"
)

// Explain says to a person what any error means. What is not for people becomes
// a sentence about the database, or about a fault of ours, with the error as its
// cause.
func Explain(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if why := trouble(err); why != "" {
		return &Error{Kind: Unavailable, Message: why + " Nothing was changed; please tell whoever runs this server, and try again later.", Cause: err}
	}
	return &Error{Kind: Internal, Message: "This is a fault on our side. Nothing was changed; please try again in a moment.", Cause: err}
}

// trouble says what the machine does not let the database do, or "" when that is
// not what is wrong. All of it passes without a restart.
func trouble(err error) string {
	if errors.Is(err, errMoved) {
		return "The database is not where it was."
	}
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return "The disk of the server is full."
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return "The database cannot be written at the moment."
	case sqlite3.ErrIoErr:
		return "The disk of the server does not answer as it should."
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "Another program keeps the database to itself."
	}
	return ""
}
