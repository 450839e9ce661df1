package store

import (
	"cmp"
	"errors"
)

// Explain says to a person what any error means. What is not for people becomes
// a sentence about the database, or about a fault of ours, with the error as its
// cause.
func Explain(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, errUndecided) {
		return &Error{Kind: Unavailable, Message: "The database went away while this was being saved, so it may have been or not. Please look before you try again.", Cause: err}
	}
	if why := trouble(err); why != "" {
		return &Error{Kind: Unavailable, Message: why + " Nothing was changed; please tell whoever runs this server, and try again later.", Cause: err}
	}
	return &Error{Kind: Internal, Message: "This is a fault on our side. Nothing was changed; please try again in a moment.", Cause: err}
}

// trouble says what the machine does not let the database do, or "" when that is
// not what is wrong. All of it passes without a restart.
func trouble(err error) string { return cmp.Or(sqliteTrouble(err), postgresTrouble(err)) }
