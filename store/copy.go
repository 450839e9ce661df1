package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Copied says what a copy holds.
type Copied struct {
	Tables  []TableRows
	Entries int64  // of the audit trail, without those in archives
	Head    string // digest of the newest of them
	Again   bool   // an earlier copy was there, and was brought up to date
}

// TableRows is how many rows a table has.
type TableRows struct {
	Name string
	Rows int64
}

// Copy makes one database hold what another one holds, of whichever kind the two
// are: people with their ids, passwords and sign-ins, the trail, imports. What
// people change in the source after it has begun is not copied.
//
// The target is empty, or an earlier copy of the same source, of which nothing is
// kept but the trail, which goes on where it ended. All of it becomes visible at
// once, when it was found to be whole; otherwise nothing does. tell hears how many
// of all rows are copied.
func Copy(ctx context.Context, from, to string, tell func(done, all int)) (Copied, error) {
	from, ferr := Locate(from)
	to, terr := Locate(to)
	if err := cmp.Or(ferr, terr); err != nil {
		return Copied{}, err
	}
	source, err := openSource(ctx, from)
	if err != nil {
		return Copied{}, err
	}
	defer source.close()
	target, err := openTarget(ctx, to)
	if err != nil {
		return Copied{}, err
	}
	defer target.close()
	c := &copying{source: source, target: target, tell: tell}
	if err := c.admit(ctx); err != nil {
		return Copied{}, err
	}
	done, err := c.run(ctx)
	if err != nil {
		return Copied{}, fmt.Errorf("copy to %s, which is as it was: %w", target.name, err)
	}
	if err := target.tx.Commit(); err != nil {
		return Copied{}, fmt.Errorf("copy to %s: %w", target.name, err)
	}
	if err := target.settle(ctx, to); err != nil {
		return done, fmt.Errorf("the copy to %s is made, but not the index of its search, which the server will make: %w", target.name, err)
	}
	return done, nil
}

// side is one of the two databases of a copy, in a transaction.
type side struct {
	copier
	name string // without a password
	db   *sql.DB
	conn *sql.Conn
	tx   *sql.Tx
	head head // of its trail, when the copy began
	base base
}

// copier is what the two kinds of database do differently when they are copied.
type copier interface {
	// connect opens the database, to be read or to be filled.
	connect(ctx context.Context, fill bool) (*sql.DB, error)

	// version is that of the schema; 0 for none.
	version(ctx context.Context, q querier) (int64, error)

	// identity tells databases apart.
	identity(ctx context.Context, q querier) (string, error)

	// seize keeps everybody else from changing anything while it is filled.
	seize(ctx context.Context, t *sql.Tx) error

	// clear removes all rows of tables, those first that others belong to.
	clear(ctx context.Context, t *sql.Tx, tables []copyTable) error

	// indexes are those of a table that no rule depends on.
	indexes(ctx context.Context, q querier, table string) ([]index, error)

	// read is how a column is asked for.
	read(column string, kind columnKind) string

	// load adds rows, which next gives until it gives nil.
	load(ctx context.Context, s *side, t copyTable, columns []string, next func() ([]any, error)) error

	// lastID is the highest id that a table has ever given, as far as it knows.
	lastID(ctx context.Context, q querier, table string) (int64, error)

	// goOnAfter has a table give ids above one.
	goOnAfter(ctx context.Context, t *sql.Tx, table string, id int64) error

	// loaded is told when all is there.
	loaded(ctx context.Context, t *sql.Tx) error

	// settle is told when all is committed.
	settle(ctx context.Context, db string) error

	// close ends what belongs to no connection.
	close() error
}

func newCopier(db string) copier {
	if IsPostgres(db) {
		return postgresCopier{newPostgres(Config{DB: db})}
	}
	return sqliteCopier{&sqlite{config: Config{DB: db}}}
}

// openSource opens a database that is to be copied, in the one state that it is
// in, and reads its trail from beginning to end.
func openSource(ctx context.Context, db string) (*side, error) {
	s, err := openSide(ctx, db, false)
	if err != nil {
		return nil, err
	}
	if err = s.checkVersion(ctx); err == nil {
		err = errors.Join(s.lookUp(ctx), s.checkTrail(ctx))
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// openTarget opens a database that is to be filled. It is made or migrated as a
// server would.
func openTarget(ctx context.Context, db string) (*side, error) {
	made, err := Open(ctx, Config{DB: db})
	if err != nil {
		return nil, err
	}
	if err := made.Close(); err != nil {
		return nil, err
	}
	return openSide(ctx, db, true)
}

func openSide(ctx context.Context, db string, fill bool) (_ *side, err error) {
	s := &side{copier: newCopier(db), name: NameOf(db)}
	if s.db, err = s.connect(ctx, fill); err != nil {
		return nil, errors.Join(err, s.close())
	}
	options := oneState
	if fill {
		options = nil
	}
	if s.conn, err = s.db.Conn(ctx); err == nil {
		s.tx, err = s.conn.BeginTx(ctx, options)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.name, errors.Join(err, s.close()))
	}
	return s, nil
}

func (s *side) close() error {
	var errs []error
	if s.tx != nil {
		if err := s.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
			errs = append(errs, err)
		}
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(append(errs, s.copier.close())...)
}

// checkVersion wants the schema of this program: a source is not changed, and so
// not migrated.
func (s *side) checkVersion(ctx context.Context) error {
	version, err := s.version(ctx, s.tx)
	if err != nil {
		return notOurs(s.name, err)
	}
	newest, err := newestMigration()
	switch {
	case err != nil:
		return err
	case version == 0:
		return refusedFile(s.name, "is empty: there is nothing to copy")
	case version < newest:
		return refusedFile(s.name, "was made by an older version of this program. Start this one on it once, then copy it")
	}
	return notNewer(version, s.name)
}

// lookUp notes where the trail begins and ends.
func (s *side) lookUp(ctx context.Context) (err error) {
	q := querierAt{ctx, s.tx}
	if s.base, err = trailBase(q); err != nil {
		return err
	}
	s.head, err = trailHead(q)
	if errors.Is(err, errNoHead) {
		err = nil // the trail is found to be broken
	}
	return err
}

// checkTrail reads the whole trail.
func (s *side) checkTrail(ctx context.Context) error {
	_, err := s.verify(ctx)
	return err
}

func (s *side) verify(ctx context.Context) (AuditReport, error) {
	from, err := trailBase(querierAt{ctx, s.tx})
	if err != nil {
		return AuditReport{}, err
	}
	r, err := newVerifier().verifyTrail(ctx, s.tx, from.head)
	if err == nil && r.Bad != 0 {
		r.Where = s.name
		err = &BrokenTrail{r}
	}
	return r, err
}

// copying is a copy that is being made.
type copying struct {
	source, target *side
	tell           func(done, all int)
	done, all      int
	counts         map[string]int64 // rows of the source by table
}

// admit refuses a target that is neither empty nor an earlier copy of the source.
func (c *copying) admit(ctx context.Context) error {
	one, err := c.source.identity(ctx, c.source.tx)
	other, oerr := c.target.identity(ctx, c.target.tx)
	if err := errors.Join(err, oerr); err != nil {
		return err
	}
	if one == other {
		return &Error{Kind: Refused, Message: c.source.name + " and " + c.target.name + " are one and the same database."}
	}
	if err := c.target.seize(ctx, c.target.tx); err != nil {
		return err
	}
	if err := c.target.lookUp(ctx); err != nil {
		return err
	}
	people, err := countRows(ctx, c.target.tx, "users")
	if err != nil {
		return err
	}
	earlier, err := c.isEarlier(ctx)
	if err != nil || earlier || c.isNew() && people == 0 {
		return err
	}
	return refusedFile(c.target.name, fmt.Sprintf("holds %s and %s of an audit trail, which is not the beginning of that of %s. Only an empty database, or an earlier copy, is written to",
		plural(int(people), "person", "people"), plural(int(c.target.head.id), "entry", "entries"), c.source.name))
}

// isNew reports whether nothing is on record in the target.
func (c *copying) isNew() bool { return c.target.head.id == 0 && c.target.base.id == 0 }

// isEarlier reports whether all that ever happened in the target has happened in
// the source too: the digest of an entry stands for all before it.
func (c *copying) isEarlier(ctx context.Context) (bool, error) {
	end := c.target.head
	if end.id == 0 || c.target.base.id > c.source.base.id {
		return false, nil
	}
	if end == c.source.base.head {
		return true, nil
	}
	return hasEntry(ctx, c.source.tx, end)
}

// run fills the target, in its transaction, and looks whether all is there.
func (c *copying) run(ctx context.Context) (Copied, error) {
	if err := c.count(ctx); err != nil {
		return Copied{}, err
	}
	if err := c.target.clear(ctx, c.target.tx, replacedTables()); err != nil {
		return Copied{}, err
	}
	if c.isNew() {
		if err := c.setBase(ctx); err != nil {
			return Copied{}, err
		}
	}
	for _, t := range copyTables {
		if err := c.copyTable(ctx, t); err != nil {
			return Copied{}, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	if err := errors.Join(c.endTrail(ctx), c.target.loaded(ctx, c.target.tx)); err != nil {
		return Copied{}, err
	}
	return c.check(ctx)
}

// endTrail has the trail of the target begin, end, and lack what was purged, as
// that of the source does.
func (c *copying) endTrail(ctx context.Context) error {
	if err := setHead(ctx, c.target.tx, c.source.head); err != nil {
		return err
	}
	if c.isNew() {
		return nil
	}
	if c.source.base.id > c.target.base.id {
		if err := c.setBase(ctx); err != nil {
			return err
		}
		if err := dropBefore(ctx, c.target.tx, c.source.base.id); err != nil {
			return err
		}
	}
	kept, err := valuesOfPurged(ctx, c.source.tx)
	if err != nil {
		return err
	}
	return errors.Join(dropPurged(ctx, c.target.tx, kept), dropOrigins(ctx, c.target.tx))
}

func (c *copying) setBase(ctx context.Context) error {
	if c.source.base.id == 0 {
		return nil
	}
	return setBase(ctx, c.target.tx, c.source.base)
}

// count notes how many rows there are to copy.
func (c *copying) count(ctx context.Context) error {
	c.counts = map[string]int64{}
	for _, t := range copyTables {
		n, err := countRows(ctx, c.source.tx, t.name)
		if err != nil {
			return err
		}
		c.counts[t.name] = n
		c.all += int(n)
	}
	return nil
}

// check finds out whether the target is what the source is.
func (c *copying) check(ctx context.Context) (Copied, error) {
	done := Copied{Again: !c.isNew()}
	for _, t := range copyTables {
		n, err := countRows(ctx, c.target.tx, t.name)
		if err != nil {
			return done, err
		}
		if n != c.counts[t.name] {
			return done, fmt.Errorf("%s has %d rows, and the copy would have %d", t.name, c.counts[t.name], n)
		}
		done.Tables = append(done.Tables, TableRows{t.name, n})
	}
	wrong, err := countsAreWrong(ctx, c.target.tx)
	if err == nil && wrong {
		err = refusedFile(c.source.name, "is damaged: "+wrongCounts)
	}
	if err != nil {
		return done, err
	}
	trail, err := c.target.verify(ctx)
	if err == nil && (head{trail.Last, trail.Head}) != c.source.head {
		err = errors.New("the trail of the copy would end elsewhere")
	}
	done.Entries, done.Head = trail.Entries, trail.Head
	return done, err
}
