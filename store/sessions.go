package store

import "time"

// Sessions is what a session manager keeps its sessions in.
//
// What a session is worth is not decided there but by its row in signins: a
// session that one request deletes may be written again by another that was
// already running.
type Sessions interface {
	// Find gives the data of a session, and whether there is one.
	Find(token string) ([]byte, bool, error)
	// Commit stores the data of a session until its expiry.
	Commit(token string, data []byte, expiry time.Time) error
	// Delete removes a session.
	Delete(token string) error
}

// Sessions gives the place for the session manager's sessions. Sweep removes what
// is past its time.
func (s *Store) Sessions() Sessions { return s.engine.sessions() }
