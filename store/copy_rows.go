package store

import (
	"context"
	"slices"
)

// columnKind is what a column holds, where the two kinds of database keep it in
// different ways.
type columnKind int

const (
	plain  columnKind = iota // a number, a text or bytes
	flag                     // yes or no: a bool
	moment                   // a time: milliseconds since 1970
)

// copyTable is a table that is copied.
type copyTable struct {
	name  string
	key   string // what its rows are ordered by
	gives bool   // it gives ids
	grows bool   // it is part of the trail: what is there stays
	large bool   // it is worth while to build its indexes anew
	kinds map[string]columnKind
}

// copyTables are all tables that are copied, those first that others belong to.
// Of the trail, where it begins and ends is set apart.
var copyTables = []copyTable{
	{name: "users", key: "id", gives: true, large: true, kinds: map[string]columnKind{"must_change_password": flag}},
	{name: "user_counts", key: "role, status"},
	{name: "signins", key: "id", gives: true, large: true, kinds: map[string]columnKind{"new_device": flag}},
	{name: "browsers", key: "id", gives: true},
	{name: "throttles", key: "kind, key"},
	{name: "sessions", key: "token", kinds: map[string]columnKind{"expiry": moment}},
	{name: "setup", key: "id"},
	{name: "seal_keys", key: "id"},
	{name: "totp_apps", key: "user_id"},
	{name: "recovery_codes", key: "user_id, digest"},
	{name: "passkeys", key: "id", gives: true},
	{name: "spent_challenges", key: "digest"},
	{name: "required_factors", key: "role"},
	{name: "links", key: "digest"},
	{name: "mails", key: "id", gives: true},
	{name: "purged_users", key: "user_id"},
	{name: "audit_entries", key: "id", grows: true, large: true},
	{name: "audit_values", key: "entry_id", grows: true, large: true},
	{name: "audit_origins", key: "entry_id", grows: true},
	{name: "imports", key: "id", gives: true, kinds: map[string]columnKind{"reread": flag}},
	{name: "import_files", key: "import_id, part"},
	{name: "import_rows", key: "import_id, line", large: true, kinds: map[string]columnKind{"done": flag}},
}

// notCopied are the other tables: what is made from the rest, what belongs to the
// database itself, and the beginning and the end of the trail.
var notCopied = []string{"search_grams", "search_pending", "leases", "goose_db_version", "audit_head", "audit_base"}

// replacedTables are those of which nothing that was in the target is kept.
func replacedTables() []copyTable {
	return slices.DeleteFunc(slices.Clone(copyTables), func(t copyTable) bool { return t.grows })
}

// copyTable copies the rows of a table. If that is all it will hold, its indexes
// are built afterwards, sorted, instead of row by row.
func (c *copying) copyTable(ctx context.Context, t copyTable) error {
	var indexes []index
	var err error
	if t.large && (!t.grows || c.isNew()) {
		if indexes, err = c.target.indexes(ctx, c.target.tx, t.name); err != nil {
			return err
		}
	}
	if err := dropIndexes(ctx, c.target.tx, indexes); err != nil {
		return err
	}
	before := c.done
	if err := c.pour(ctx, t); err != nil {
		return err
	}
	c.done = before + int(c.counts[t.name]) // of the trail, some may have been there
	if err := buildIndexes(ctx, c.target.tx, indexes); err != nil || !t.gives {
		return err
	}
	last, err := c.source.lastID(ctx, c.source.tx, t.name)
	if err != nil {
		return err
	}
	return c.target.goOnAfter(ctx, c.target.tx, t.name, last)
}

// copyChunk is how many rows are handed over at once.
const copyChunk = 500

// rowChunk is some rows of a table, and why there are no more.
type rowChunk struct {
	rows [][]any
	err  error
}

// pour reads rows from the source while others are written to the target. Of the
// trail, those are read that the target lacks.
func (c *copying) pour(ctx context.Context, t copyTable) error {
	columns, err := columnsOf(ctx, c.source.tx, t.name)
	if err != nil {
		return err
	}
	after := int64(0)
	if t.grows {
		after = c.target.head.id
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	chunks := make(chan rowChunk, 4)
	go func() {
		defer close(chunks)
		sendRows(reading, c.source, t, columns, after, chunks)
	}()
	err = c.target.load(ctx, c.target, t, columns, c.next(chunks))
	stop()
	for range chunks { // until the reader has let go of its connection
	}
	return err
}

// next gives one row after the other, and nil after the last.
func (c *copying) next(chunks <-chan rowChunk) func() ([]any, error) {
	var at rowChunk
	return func() ([]any, error) {
		if len(at.rows) == 0 {
			at = <-chunks
			c.tell(c.done, c.all)
		}
		if at.err != nil || len(at.rows) == 0 {
			return nil, at.err
		}
		row := at.rows[0]
		at.rows = at.rows[1:]
		c.done++
		return row, nil
	}
}
