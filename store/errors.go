package store

import (
	"errors"
	"time"
)

// Kind says what went wrong in a word that a program can decide by.
type Kind string

// The kinds of error. Anything that is not an *Error is Internal.
const (
	Invalid         Kind = "invalid"         // what was sent breaks a rule; Fields says which and where
	Conflict        Kind = "conflict"        // somebody else changed the same thing meanwhile
	NotFound        Kind = "not_found"       // there is no such thing
	Forbidden       Kind = "forbidden"       // the acting person may not do this
	Refused         Kind = "refused"         // nobody may do this now: a guard such as "the last admin"
	Unauthenticated Kind = "unauthenticated" // who is asking is not known, or no longer
	ProofNeeded     Kind = "proof_needed"    // the acting person has to prove again to be who they are, and may then
	Throttled       Kind = "throttled"       // too many failures; RetryAfter says how long to wait
	Unavailable     Kind = "unavailable"     // the machine does not let the database work; it may again without a restart
	Internal        Kind = "internal"        // a fault of the program or the machine
)

// Error is what every operation of the store fails with when the failure is
// for the person who asked: a kind for programs, a sentence for people.
type Error struct {
	Kind       Kind
	Message    string                   // one or two sentences that may be shown
	Fields     map[string]string        // Invalid: a sentence by field name
	Conflicts  map[string]FieldConflict // Conflict: by field name
	RetryAfter time.Duration            // Throttled, or Unavailable for a moment
	Cause      error                    // for the log, never for a person
}

// FieldConflict is one field that two people changed differently.
type FieldConflict struct {
	Yours, Theirs, Before string
	Who                   string    // name of who changed it; empty when unknown
	At                    time.Time // when; zero when unknown
}

// Error gives the sentence, and the cause if there is one. It is for logs.
func (e *Error) Error() string {
	if e.Cause != nil {
		return string(e.Kind) + ": " + e.Message + ": " + e.Cause.Error()
	}
	return string(e.Kind) + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf gives the kind of any error: Internal for one that is not ours, and
// the empty string for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

func refused(message string) error   { return &Error{Kind: Refused, Message: message} }
func forbidden(message string) error { return &Error{Kind: Forbidden, Message: message} }

func invalid(fields map[string]string) error {
	return &Error{Kind: Invalid, Message: "Please look at what is marked.", Fields: fields}
}

func errNoUser() error {
	return &Error{Kind: NotFound, Message: "There is nobody like that. They may have been deleted for good."}
}
