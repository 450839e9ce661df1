package store

import (
	"context"
	"os"
	"testing"

	"backoffice/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m, makeTables)) }

func makeTables(db string) error {
	s, err := Open(context.Background(), Config{DB: db})
	if err != nil {
		return err
	}
	return s.Close()
}

// testDialect is how the statements of a test are worded.
func testDialect() dialect {
	if storetest.OnPostgres() {
		return forPostgres
	}
	return forSQLite
}

// file is the engine of a store that is kept in a file. Tests of what only that
// has end at once on PostgreSQL.
func (s *testStore) file() *sqlite { return s.engine.(*sqlite) }
