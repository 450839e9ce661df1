package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"net"
	"time"

	"github.com/alexedwards/scs/postgresstore"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// postgres keeps a store in PostgreSQL, which several instances of the program
// may share. Each of them makes its changes one after the other, as with SQLite,
// and all of them take turns: whoever begins a change locks the end of the audit
// trail, to which every change appends. So no two changes ever see each other
// half done, whichever instance makes them, and the chain has one end.
type postgres struct {
	config                   Config
	writer, reader, searcher *sql.DB // the store's
	name                     string  // of this instance among those that tell each other; "": they cannot
	patience                 patience
	line                     *line
}

func newPostgres(c Config) *postgres {
	e := &postgres{config: c, patience: cmp.Or(c.patience, usualPatience())}
	e.line = newLine(e.patience, e.call)
	return e
}

// call makes a connection and ends it, and tells which addresses it tries.
func (e *postgres) call(ctx context.Context, tries func(address string)) error {
	c, err := e.address()
	if err != nil {
		return err
	}
	dial := c.DialFunc
	c.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		tries(address)
		return dial(ctx, network, address)
	}
	c.ConnectTimeout = min(c.ConnectTimeout, e.patience.ask)
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

const (
	writers         = 4  // connections for changes, sessions and "last seen"; changes use one
	remoteReaders   = 16 // a server has processors of its own
	remoteSearchers = 4
)

func (e *postgres) open(ctx context.Context, s *Store) (err error) {
	turns := map[string]string{"lock_timeout": lockTimeout, "idle_in_transaction_session_timeout": idleTimeout}
	// Statements that read take milliseconds: to translate one into machine code or to
	// start processes for it would take ten times that.
	reads := map[string]string{"jit": "off", "max_parallel_workers_per_gather": "0"}
	// A search is looked up in its index first, whatever the planner thinks of
	// words that it knows nothing of.
	words := maps.Clone(reads)
	maps.Copy(words, map[string]string{"enable_seqscan": "off", "plan_cache_mode": "force_custom_plan", "work_mem": "16384"})
	for _, p := range []struct {
		to       **sql.DB
		n        int
		settings map[string]string
		within   time.Duration
	}{{&s.writer, writers, turns, e.patience.write}, {&s.reader, remoteReaders, reads, e.patience.read}, {&s.searcher, remoteSearchers, words, e.patience.read}} {
		c, err := e.connector(p.settings, p.within)
		if err != nil {
			return err
		}
		*p.to = e.config.pool(c, p.n)
	}
	e.writer, e.reader, e.searcher = s.writer, s.reader, s.searcher
	if err = e.migrate(ctx); err != nil {
		return mayLackTLS(err)
	}
	if err = e.checkWords(ctx); err != nil {
		return err
	}
	return e.announce(ctx, s)
}

func (e *postgres) check() error { return nil }

func (e *postgres) begin(ctx context.Context, soon bool) (*sql.Tx, error) {
	t, err := e.writer.BeginTx(ctx, nil)
	if err == nil {
		if err = takeTurn(ctx, t, e.name, soon); err != nil {
			err = errors.Join(err, t.Rollback())
		}
	}
	if err != nil {
		e.look(err)
		return nil, err
	}
	return t, nil
}

// look lets go of all connections when the host that they lead to does not take
// changes any more: another one does by now, or soon will.
func (e *postgres) look(err error) {
	var p *pgconn.PgError
	if !errors.As(err, &p) || p.Code != readOnly {
		return
	}
	for db, n := range map[*sql.DB]int{e.writer: writers, e.reader: remoteReaders, e.searcher: remoteSearchers} {
		db.SetMaxIdleConns(-1)
		db.SetMaxIdleConns(n)
	}
}

func (e *postgres) committed() {}

// errUndecided says that nobody knows whether a change was made.
var errUndecided = errors.New("store: the database went away during the commit")

// decide looks for the last entry of the changes, at the end of the trail that
// nobody moves meanwhile: a commit that is still under way is waited for.
func (e *postgres) decide(err error, end head) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && !gone(p.Code) {
		return err // the server took it back, and said so
	}
	ctx, stop := context.WithTimeout(context.Background(), e.patience.decide)
	defer stop()
	for end.id != 0 && ctx.Err() == nil {
		there, lerr := e.isThere(ctx, end)
		switch {
		case lerr == nil && there:
			return nil
		case lerr == nil:
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.Join(errUndecided, err)
}

func (e *postgres) isThere(ctx context.Context, end head) (bool, error) {
	t, err := e.begin(ctx, false)
	if err != nil {
		return false, err
	}
	defer t.Rollback()
	return hasEntry(ctx, t, end)
}

// sharedSessions reads and writes through connections of their own.
type sharedSessions struct{ read, write *postgresstore.PostgresStore }

func (e *postgres) sessions() Sessions {
	return sharedSessions{postgresstore.NewWithCleanupInterval(e.reader, 0), postgresstore.NewWithCleanupInterval(e.writer, 0)}
}

func (s sharedSessions) Find(token string) ([]byte, bool, error) { return s.read.Find(token) }
func (s sharedSessions) Delete(token string) error               { return s.write.Delete(token) }
func (s sharedSessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.write.Commit(token, data, expiry)
}

func (e *postgres) sweepSessions(x *tx) error { return dropSharedSessions(x) }

// search looks for up to maxCount hits in the indexes of the letters, unless
// whoever comes first shows that there are more of them; see selectMet.
func (e *postgres) search(ctx context.Context, s *Store, q Query) (Query, Count, error) {
	if lacksThree(q.Search) {
		common, err := areCommon(ctx, s.searcher, q, maxCount)
		if err != nil || common {
			return q, Count{N: maxCount, AtLeast: true}, err
		}
	}
	return s.scan(ctx, q, nil)
}

func (e *postgres) index(context.Context, *Store) error { return nil }
func (e *postgres) unindex(*tx, []int64) error          { return nil }

// onServer is a bulk with room to sort in, which ends with its transaction.
func onServer() bulk {
	return bulk{serverIndexes, remoteChunk, setSortMemory, func(*tx) error { return nil }}
}

// insertInBulk keeps everybody from the people until they are all there, unlike
// SQLite, where one can read meanwhile: that, too, is for when nobody is at work.
// Where somebody reads for long, a backup perhaps, it is not done.
func (e *postgres) insertInBulk(ctx context.Context, s *Store, a Actor, n int, tell func(int)) (int, bool, error) {
	added, done, err := s.addInBulk(within(ctx, endless), a, n, onServer(), tell)
	var p *pgconn.PgError
	if errors.As(err, &p) && p.Code == lockUnavailable {
		return 0, false, nil
	}
	return added, done, err
}

// grown has the planner look at the people. Autovacuum does so as well, but a
// minute later, and not everywhere.
func (e *postgres) grown(ctx context.Context) error {
	return analyzeUsers(within(ctx, endless), e.writer)
}

func (e *postgres) stats(ctx context.Context, st *Stats) error {
	return loadDatabaseSize(ctx, e.reader, &st.FileBytes)
}

// errNoBackup says what to use instead.
var errNoBackup = &Error{Kind: Refused, Message: "PostgreSQL makes its own backups: pg_dump for a copy of one moment, pg_basebackup and an archive of its log for any moment."}

func (e *postgres) backup(context.Context, string) (Contents, error) {
	return Contents{}, errNoBackup
}

func (e *postgres) dialect() dialect { return forPostgres }

func (e *postgres) close() error {
	e.line.end()
	return nil
}
