package store

import (
	"time"

	"github.com/alexedwards/scs/sqlite3store"
)

// Sessions is the store of the session manager: it reads through the readers
// and writes through the writer.
//
// What a session is worth is not decided here but by its row in signins: a
// session that one request deletes may be written again by another that was
// already running.
type Sessions struct {
	read, write *sqlite3store.SQLite3Store
}

// Sessions gives the store of the session manager. Sweep removes what is past
// its time.
func (s *Store) Sessions() *Sessions {
	return &Sessions{
		read:  sqlite3store.NewWithCleanupInterval(s.reader, 0),
		write: sqlite3store.NewWithCleanupInterval(s.writer, 0),
	}
}

// Find gives the data of a session.
func (s *Sessions) Find(token string) ([]byte, bool, error) { return s.read.Find(token) }

// Commit stores the data of a session until its expiry.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.write.Commit(token, data, expiry)
}

// Delete removes a session.
func (s *Sessions) Delete(token string) error { return s.write.Delete(token) }
