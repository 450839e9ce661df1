package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// engine is the database behind a store: what SQLite and PostgreSQL do
// differently, and nothing else. The rules, and all statements that can be
// worded for both, are the same. What cannot stands in the files that are named
// after the two.
type engine interface {
	// open connects the pools of a store, and brings the schema up to date.
	open(ctx context.Context, s *Store) error

	// check fails while the database is known not to be where it was opened.
	check() error

	// begin begins a change. Until it ends, nobody else begins one, in this
	// process or in another. Of a change that comes soon the disk may hear later;
	// see transactSoon.
	begin(ctx context.Context, soon bool) (*sql.Tx, error)

	// committed is told after each group of changes.
	committed()

	// decide finds out what became of changes whose commit failed: nil when they
	// are there. end is the entry that they end with.
	decide(err error, end head) error

	// sessions gives the place of the session manager's sessions.
	sessions() Sessions

	// search says along what the words of a query are looked for; see plan.
	search(ctx context.Context, s *Store, q Query) (Query, Count, error)

	// index takes those into an index of the search who wait for one.
	index(ctx context.Context, s *Store) error

	// unindex takes people who are deleted out of the index of the search.
	unindex(x *tx, ids []int64) error

	// insertInBulk adds so many people at once that it is worth while to build the
	// indexes anew, if the database gains by that.
	insertInBulk(ctx context.Context, s *Store, a Actor, n int, tell func(int)) (added int, done bool, err error)

	// grown is told when many people have been added: a planner that goes by what it
	// knows of the data has to look at it again.
	grown(ctx context.Context) error

	// sweepSessions removes the session manager's sessions that are over.
	sweepSessions(x *tx) error

	// stats adds what only this database can tell of itself.
	stats(ctx context.Context, st *Stats) error

	// backup copies the database to a file.
	backup(ctx context.Context, to string) (Contents, error)

	// dialect is how statements are worded.
	dialect() dialect

	// close ends what belongs to no pool of the store.
	close() error
}

// dialect tells how a statement is worded.
type dialect int

const (
	forSQLite dialect = iota
	forPostgres
)

func newEngine(c Config) engine {
	if IsPostgres(c.DB) {
		return newPostgres(c)
	}
	return &sqlite{config: c}
}

// pool opens connections, at most n at once, all of which are kept.
func (c Config) pool(connector driver.Connector, n int) *sql.DB {
	if c.Connect != nil {
		connector = c.Connect(connector)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}
